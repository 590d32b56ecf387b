"""What OLD and NEW of ``iamproof diff`` name, and the policies there.

A side is a policy file, a folder of them, an account file, a managed policy in a version, a git revision, or a path
in one (``REV:PATH``).  A path that exists wins over a revision of that name.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeAlias

from iamproof.git import commit_of, contents, files_at, names, too_large
from iamproof.managed import managed_at, nearest_named
from simulator.accounts.policies import LoadedPolicy
from simulator.analyse.check import read_document, stored_document
from simulator.errors import Diagnostic, InputError, nearest
from simulator.suites.load import suite_files
from simulator.text.files import POLICY_LIMIT, SUITE_LIMIT, read_source
from simulator.text.json import parse_json
from simulator.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamproof.git import Blob
    from iamproof.managed import Ask, Managed

__all__ = ["Changed", "Kind", "Side", "has_files", "paired", "policies_of", "source_at"]

Changed: TypeAlias = "Mapping[str, tuple[LoadedPolicy | None, LoadedPolicy | None]]"
"""The policies that differ, by name: in the old version and in the new one, None where they are not there."""

Kind: TypeAlias = Literal["policy", "folder", "account", "revision"]

_YAML = (".yaml", ".yml")
_ENDINGS = (".json", "")  #: of files that may be policies; histories of AWS's own have names without an ending
_MOST_FILES = 5000
_LOOKED_AT = 2000  # of a folder, to find the name that was meant
_WORDS = {"policy": "a policy", "folder": "a folder", "account": "an account file", "revision": "a revision"}


@dataclass(frozen=True, slots=True)
class Side:
    """One version; `commit` is set where git has it, `path` is relative to here (empty: all of the revision)."""

    given: str
    kind: Kind
    path: str = ""
    commit: str | None = None
    managed: Managed | None = None


def paired(old: str, new: str, ask: Ask | None = None) -> tuple[Side, Side]:
    """Read OLD and NEW; a bare revision stands for what the other side names. Raise `InputError` if they don't fit.

    *ask* is asked for managed policies that are not at hand.
    """
    sides = _side(old, "OLD", ask), _side(new, "NEW", ask)
    one, other = sides
    if one.kind == "revision" != other.kind:
        one = _within(one, other)
    elif other.kind == "revision" != one.kind:
        other = _within(other, one)
    if one.kind != other.kind:
        message = f"`{old}` is {_WORDS[one.kind]} and `{new}` is {_WORDS[other.kind]}"
        raise _fault(message, "compare two of a kind")
    return one, other


def _side(text: str, name: str, ask: Ask | None) -> Side:
    path = Path(text)
    try:
        if text and path.is_dir():
            return Side(text, "folder", text)
        if text and path.exists():
            return Side(text, _kind_of(text), text)
    except (OSError, ValueError):
        pass  # no name of a file: it may still name something else
    managed = managed_at(text, ask)
    if managed is not None:
        return Side(text, "policy", managed.told, managed=managed)
    commit = commit_of(text)
    if commit is not None:
        return Side(text, "revision", "", commit)
    revision, colon, inside = text.partition(":")
    commit = commit_of(revision) if colon and inside else None
    if commit is not None:
        return _in_commit(text, commit, inside)
    message = f"`{text}` ({name}) is no file, no folder, no AWS managed policy and no revision that git knows here"
    near = _near(text)
    raise _fault(
        message, f"did you mean `{near}`?" if near else "a revision's file is REV:PATH, as main:policies/x.json"
    )


def _near(text: str) -> str | None:
    """Return what may be meant: an AWS managed policy, a file beside where *text* would be, or a branch or tag."""
    path = Path(text)
    near = nearest_named(text) if path.suffix == "" and "/" not in text else None
    with contextlib.suppress(OSError, ValueError):
        beside = islice(path.parent.iterdir(), _LOOKED_AT) if near is None else ()
        near = nearest(path.name, [one.name for one in beside]) or near
        near = near if path.parent == Path() or near is None else (path.parent / near).as_posix()
    return near or nearest(text, names())


def _kind_of(path: str) -> Kind:
    return "account" if path.lower().endswith(_YAML) else "policy"


def _in_commit(text: str, commit: str, path: str) -> Side:
    found = files_at(commit, path)
    if not found:
        raise _fault(f"there is no `{path}` in {commit[:12]}", "the path is meant from the folder you are in")
    alone = len(found) == 1 and os.path.normpath(found[0].name) == os.path.normpath(path)
    return Side(text, _kind_of(path) if alone else "folder", path, commit)


def _within(revision: Side, other: Side) -> Side:
    """Return what *other* names, as it was in *revision*; it may not have been there."""
    if other.managed:
        message = f"`{revision.given}` is a revision, and `{other.given}` one policy"
        raise _fault(message, "name the policy in the revision as REV:PATH")
    return replace(revision, kind=other.kind, path=other.path)


def _fault(message: str, advice: str) -> InputError:
    return InputError([Diagnostic("option", message, help=advice)])


# --- the policies of a side ---------------------------------------------------------------------


def policies_of(old: Side, new: Side) -> dict[str, tuple[LoadedPolicy | None, LoadedPolicy | None]]:
    """Return the policies of both sides whose texts differ, by name; of accounts none.

    A file that has another name in the new version is told by both, with the policy that it has in each.
    """
    if old.kind == "account":
        return {}
    if old.kind == "policy":
        pair = _one(old), _one(new)
        name = new.path if old.path == new.path else f"{old.path} → {new.path}"
        return {} if _equal(*pair) else {name: (_policy(pair[0], named=True), _policy(pair[1], named=True))}
    before, after = _both(old, new)
    found = {}
    for name, one, other in _differing(before, after):
        policies = _policy(one, named=False), _policy(other, named=False)
        if policies != (None, None):
            found[name] = policies
    return found


def _differing(
    before: Mapping[str, Source], after: Mapping[str, Source]
) -> Iterator[tuple[str, Source | None, Source | None]]:
    """Yield the files that differ by their name; one that has another name now, and is the same, once."""
    gone = {source.sha256: name for name, source in before.items() if name not in after}
    come = {source.sha256: name for name, source in after.items() if name not in before}
    moved = {gone[digest]: come[digest] for digest in gone if digest in come}
    for name in sorted({*before, *after} - {*moved.values()}):
        one, other = before.get(name), after.get(moved.get(name, name))
        if name in moved:
            yield f"{name} → {moved[name]}", one, other
        elif not _equal(one, other):
            yield name, one, other


def has_files(side: Side) -> bool:
    """Tell whether a folder or a revision has a file that may be a policy."""
    return bool(_sources(side) if side.commit is None else _blobs(side))


def source_at(side: Side) -> Source | None:
    """Return the file of a side; None where it was not there."""
    return _one(side)


def _equal(one: Source | None, other: Source | None) -> bool:
    return (one is None and other is None) or (one is not None and other is not None and one.sha256 == other.sha256)


def _one(side: Side) -> Source | None:
    if side.managed is not None:
        return side.managed.source
    if side.commit is None:
        return read_source(Path(side.path), limit=_limit(side))
    blobs = files_at(side.commit, side.path)
    limit = _limit(side)
    if any(one.size > limit for one in blobs):
        raise too_large(side.path, side.commit, limit)
    return next(iter(_read_blobs(side, {one.name: one for one in blobs}).values()), None)


def _both(old: Side, new: Side) -> tuple[Mapping[str, Source], Mapping[str, Source]]:
    """Return the files of two folders or revisions that may be policies, by their name in it, but for those that git knows to be equal."""
    if old.commit is None or new.commit is None:
        return _sources(old), _sources(new)
    blobs = [_blobs(side) for side in (old, new)]
    numbers = [{name: blob.number for name, blob in found.items()} for found in blobs]
    equal = {name for name, number in numbers[0].items() if numbers[1].get(name) == number}
    one, other = ({name: blob for name, blob in found.items() if name not in equal} for found in blobs)
    return _read_blobs(old, one), _read_blobs(new, other)


def _sources(side: Side) -> Mapping[str, Source]:
    if side.commit is not None:
        return _read_blobs(side, _blobs(side))
    files = suite_files([Path(side.path)], endings=_ENDINGS)
    sources = ((path.relative_to(side.path).as_posix(), _read(path)) for path in files if _may_be_policy(path))
    return {name: source for name, source in sources if source is not None}


def _may_be_policy(path: Path) -> bool:
    """Tell whether a file is worth reading: what is too large is no policy, and no link that leads nowhere."""
    try:
        state = path.stat()
    except OSError as error:
        return error.errno not in (errno.ENOENT, errno.ELOOP)  # of others, reading it says what is wrong
    return state.st_size <= POLICY_LIMIT and (path.suffix != "" or stat.S_ISREG(state.st_mode))


def _read(path: Path) -> Source | None:
    """Read a file; one without an ending need not be text at all."""
    try:
        return read_source(path, limit=POLICY_LIMIT)
    except InputError as error:
        if path.suffix or error.diagnostics[0].code != "file-encoding":
            raise
        return None


def _blobs(side: Side) -> dict[str, Blob]:
    """Return the files of a folder or all of a commit that may be policies, by their name in it."""
    assert side.commit is not None  # who calls has looked
    blobs = files_at(side.commit, side.path or ".")
    kept = (one for one in blobs if _suffix(one.name) in _ENDINGS and not _hidden(one.name))
    return {os.path.relpath(one.name, side.path or ".").replace(os.sep, "/"): one for one in kept}


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "_")) and part != ".." for part in parts) or "node_modules" in parts


def _read_blobs(side: Side, blobs: Mapping[str, Blob]) -> dict[str, Source]:
    wanted = {name: one for name, one in blobs.items() if one.size <= _limit(side)}  # what is larger is no policy
    if len(wanted) > _MOST_FILES:
        message = f"`{side.given}` has {len(wanted):,} files here that may be policies"
        raise _fault(message, "name a folder, as REV:policies")
    texts = contents(list(wanted.values()))
    found = {}
    for key, name in ((key, one.name) for key, one in wanted.items()):
        data = texts[name]
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            if side.kind in ("folder", "revision") and not _suffix(name):
                continue  # need not be text at all
            raise _fault(f"`{name}` of `{side.given}` is not UTF-8: byte {error.start}", "save it as UTF-8") from None
        found[key] = Source(name, text, hashlib.sha256(data).hexdigest())
    return found


def _looks_like_policy(source: Source) -> bool:
    """Tell whether a file that nobody named is read as a policy; without an ending it may be a script that holds one."""
    return '"Statement"' in source.text and (_suffix(source.name) != "" or source.text.lstrip().startswith("{"))


def _limit(side: Side) -> int:
    return SUITE_LIMIT if side.kind == "account" else POLICY_LIMIT


def _policy(source: Source | None, *, named: bool) -> LoadedPolicy | None:
    if source is None or not (named or _looks_like_policy(source)):
        return None
    policy = read_document(source, named=named)
    if policy is None:
        return None
    name = source.name.rpartition("/")[2].removesuffix(".json")
    node = stored_document(parse_json(source))
    return LoadedPolicy(name, source.name, source.sha256, policy, source.text[node.start : node.end])
