"""What git knows of the checkout: its state for the evidence record, and files as they were.

Revisions and paths come from users: a revision is resolved to a commit behind ``--end-of-options``, and after
that only the commit's number is passed on.  Nothing of the work tree is touched.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from simulator.errors import Diagnostic, InputError, nearest
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "Blob",
    "GitState",
    "commit_of",
    "contents",
    "file_at",
    "files_at",
    "git_state",
    "known_commit",
    "names",
    "too_large",
]

_SECONDS = 10
_REGULAR, _LINK = ("100644", "100755"), "120000"
_NOWHERE = ("dangling", "loop", "notdir", "symlink")  # what git says of a link; the last leads out of the commit
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NOTHING_FETCHED = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit, and whether files differ from it."""

    commit: str
    dirty: bool


def git_state() -> GitState | None:
    """Ask git; None outside a checkout, before a first commit, or without git."""
    found = _git("status", "--porcelain=v2", "--branch", "--untracked-files=normal")
    try:
        lines = found.decode().splitlines() if found is not None else []
    except UnicodeDecodeError:
        return None
    commit = next((line.rpartition(" ")[2] for line in lines if line.startswith("# branch.oid ")), "(initial)")
    if commit == "(initial)":
        return None
    return GitState(commit, any(not line.startswith("#") for line in lines))


def commit_of(revision: str) -> str | None:
    """Return the commit that *revision* names, None when it names none."""
    if not revision or "\0" in revision:
        return None
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    text = (found or b"").decode("ascii", "replace").strip()
    return text if _COMMIT.fullmatch(text) else None


def known_commit(revision: str) -> str:
    """Return the commit that *revision* names; raise `InputError` when it names none."""
    commit = commit_of(revision)
    if commit is None:
        near = nearest(revision, names())
        help_ = "a branch, a tag or a commit of this checkout; a shallow clone lacks older ones (`git fetch --deepen`)"
        help_ = f"did you mean `{near}`?" if near else help_
        raise InputError([Diagnostic("revision", f"git knows no revision `{revision}` here", help=help_)])
    return commit


def file_at(commit: str, path: str, *, limit: int) -> bytes | None:
    """Return a file as it was in *commit*, *path* relative to here; None when it was not there.

    A file of more than *limit* bytes is an `InputError`: it is not read.
    """
    name = f"{commit}:{_here(path)}"
    size = _git("cat-file", "-s", name)
    if size is None:
        return None
    if int(size) > limit:
        raise too_large(path, commit, limit)
    return _git("cat-file", "blob", name)


def too_large(path: str, commit: str, limit: int) -> InputError:
    """Return the fault of a file of *commit* that is larger than what is read."""
    message = f"`{path}` of {commit[:12]} has more than {limit >> 20} MiB"
    return InputError([Diagnostic("too-large", message, help="name a smaller file, or an older revision")])


def names() -> tuple[str, ...]:
    """Return the branches and tags."""
    found = _git("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags")
    return tuple((found or b"").decode("utf-8", "replace").splitlines())


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit: its name relative to here, git's number of its content, and its size (0 where git lacks it)."""

    name: str
    number: str
    size: int


def files_at(commit: str, path: str = ".") -> tuple[Blob, ...]:
    """Return the files at and below *path* (relative to here) in *commit*; a link is the file that it leads to, if any.

    Raise `InputError` where git can't tell, as in a partial clone: nothing is fetched, and no file is not none.
    """
    found = _git("ls-tree", "-r", "-z", "-l", commit, "--", os.path.relpath(path))
    if found is None:
        raise _lacking(f"git can't list the files of {commit[:12]} here")
    blobs, links = [], []
    for row in found.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        facts, _, name = row.partition("\t")
        mode, kind, number, size = facts.split()
        if kind == "blob" and mode in _REGULAR:
            blobs.append(Blob(name, number, int(size) if size.isdigit() else 0))
        elif mode == _LINK and "\n" not in name:
            links.append(name)
    return (*blobs, *_led_to(commit, links))


def _led_to(commit: str, links: Sequence[str]) -> Iterator[Blob]:
    """Yield the files of *commit* to which *links* lead; those that lead out of it, or nowhere, lead to none."""
    if not links:
        return
    asked = "".join(f"{commit}:{_here(name)}\n" for name in links).encode("utf-8", "surrogateescape")
    answer = _git("cat-file", "--batch-check", "--follow-symlinks", given=asked)
    if answer is None:
        raise _lacking(f"git can't follow the links of {commit[:12]} here")
    start = 0
    for name in links:
        before, start = start, answer.index(b"\n", start) + 1
        first, *rest = answer[before:start].decode("utf-8", "surrogateescape").split()
        if first in _NOWHERE:
            start += int(rest[0]) + 1  # the place follows, on a line of its own
        elif len(rest) == 2 and rest[0] == "blob":
            yield Blob(name, first, int(rest[1]))


def contents(blobs: Sequence[Blob]) -> dict[str, bytes]:
    """Return the content of each of *blobs*, by name; raise `InputError` where git lacks one."""
    if not blobs:
        return {}
    asked = "".join(f"{blob.number}\n" for blob in blobs).encode()
    answer = _git("cat-file", "--batch", given=asked)
    if answer is None:
        raise _lacking(f"git can't read `{blobs[0].name}` of that revision, or another file of it")
    found: dict[str, bytes] = {}
    start = 0
    for blob in blobs:
        before, start = start, answer.index(b"\n", start) + 1  # behind `NUMBER blob SIZE`
        if answer[before:start].split()[1] != b"blob":
            raise _lacking(f"git lacks the content of `{blob.name}` of that revision")
        found[blob.name] = answer[start : start + blob.size]
        start += blob.size + 1
    return found


def _lacking(message: str) -> InputError:
    help_ = "a partial clone (`--filter`) has not all contents: `git checkout` of the revision fetches them, once"
    return InputError([Diagnostic("revision", message, help=help_)])


def _here(path: str) -> str:
    """Spell *path* so that git takes it from the folder we are in."""
    relative = os.path.relpath(path).replace(os.sep, "/")
    return relative if relative.startswith("../") else f"./{relative}"


def _git(*arguments: str, given: bytes | None = None) -> bytes | None:
    """Return what git answers, None when it refuses, or when there is none."""
    import subprocess  # noqa: PLC0415, S404, RUF100  # only who asks git pays for it

    command: Sequence[str] = ("git", *arguments)
    environment = {**os.environ, **_NOTHING_FETCHED}
    try:
        done = subprocess.run(  # noqa: S603  # a list, no shell
            command, input=given, capture_output=True, timeout=_SECONDS, check=False, env=environment
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return None if done.returncode else done.stdout
