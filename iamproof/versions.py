"""Suites in two versions: as a commit had them, or with the text of a file replaced."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iamproof.git import contents, files_at
from iamproof.session import DEFAULT_PATH, prepare
from iamproof.sides import source_at
from simulator.accounts.load import load_account
from simulator.errors import Diagnostic, InputError, SelectionError
from simulator.text.files import SUITE_LIMIT
from simulator.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamproof.session import Prepared, RunOptions
    from iamproof.sides import Changed, Side
    from simulator.accounts.model import Account
    from simulator.suites.cells import Cell

__all__ = ["Version", "account_at", "bearing", "versions"]

_ENDINGS = (".json", ".yaml", ".yml")
_MOST_FILES = 20_000
_MOST_BYTES = 256 << 20
_NONE = "there is no suite to compare the cells of"


@dataclass(frozen=True, slots=True)
class Version:
    """The suites of one version; None when there are none. `note` says why, or what is not compared.

    Without fault there was nothing to compare; *faulty* suites can't be used.
    """

    prepared: Prepared | None
    note: str = ""
    faulty: bool = False


def versions(
    old: Side,
    new: Side,
    changed: Changed,
    options: RunOptions,
) -> tuple[Version, Version, frozenset[str] | None]:
    """Load the suites in both versions; also return the policy files that differ (None: any may)."""
    if (old.commit is not None or new.commit is not None) and not (old.managed or new.managed):
        return _at(old, options, optional=True), _at(new, options, optional=not options.paths), None
    if not options.paths and not Path(DEFAULT_PATH).is_dir():
        return Version(None, _NONE), Version(None, _NONE), None
    plain = prepare(options)
    before, after, note = _replacements(old, new, changed, plain)
    if not before and not note:
        return Version(None, "no suite is decided by what differs"), Version(plain), frozenset()
    found = (_replaced(options, texts, plain, note) for texts in (before, after))
    return next(found), next(found), frozenset(before)


def bearing(prepared: Prepared, names: frozenset[str] | None) -> list[Cell]:
    """Return the cells that a policy file of *names* bears on (all of them for None)."""
    return [cell for cell in prepared.cells if names is None or _bears(cell, names)]


def _bears(cell: Cell, names: frozenset[str]) -> bool:
    policies = (*cell.principal.loaded_policies, *filter(None, [cell.resource_policy]))
    paths = (cell.suite.account.path, *(policy.path for policy in policies))
    return any(path in names or os.path.realpath(path.partition("#")[0]) in names for path in paths)


# --- texts that stand in for files --------------------------------------------------------------


def _replaced(options: RunOptions, texts: Mapping[str, Source], plain: Prepared, note: str) -> Version:
    return Version(prepare(options, replaced=texts) if texts else plain, note)


def _replacements(
    old: Side, new: Side, changed: Changed, plain: Prepared
) -> tuple[dict[str, Source], dict[str, Source], str]:
    """Return which texts stand in for which files of the suites, in both versions, and what can't be replaced."""
    read = {os.path.realpath(source.name): source.name for source in plain.loaded.files}
    read |= {arn: arn for arn in _attached(plain)}
    before: dict[str, Source] = {}
    after: dict[str, Source] = {}
    alone: list[str] = []
    for name, texts in _texts(old, new, changed):
        target = _target(old, new, name, read)
        if target is None:
            continue
        if texts[0] is None or texts[1] is None:
            alone.append(name)
            continue
        before[target], after[target] = (Source(read[target], text.text, text.sha256) for text in texts if text)
    note = f"{', '.join(alone)}: in one version only, so the cells that it decides are not compared" if alone else ""
    return before, after, note


def _texts(old: Side, new: Side, changed: Changed) -> Iterator[tuple[str, tuple[Source | None, Source | None]]]:
    if old.kind == "account":
        yield "", (source_at(old), source_at(new))
    for name, pair in changed.items():
        one, other = (None if loaded is None else Source.of_text(loaded.document, name=loaded.path) for loaded in pair)
        yield name, (one, other)


def _attached(plain: Prepared) -> Iterator[str]:
    """Yield the ARNs of the AWS managed policies that the suites and their accounts name."""
    loaded = plain.loaded
    policies = (policy for one in loaded.suites for policy in one.loaded_policies)
    declared = (policy for account in loaded.accounts for policy in account.policies.values())
    return (policy.path for policy in (*policies, *declared) if policy.path.startswith("arn:"))


def _target(old: Side, new: Side, name: str, read: Mapping[str, str]) -> str | None:
    """Return the file or ARN of the suites for which two texts stand: one of the two, or the only one that is called so."""
    inside = name if old.kind == "folder" else ""
    sides = (new, old)
    paths = [os.path.join(side.path, inside) if inside else side.path for side in sides if side.managed is None]  # noqa: PTH118  # may be no path
    arns = [side.managed.arn for side in sides if side.managed is not None]
    for place in (*map(os.path.realpath, paths), *arns):
        if place in read:
            return place
    names = {os.path.basename(path) for path in paths} | {f"{arn.rpartition('/')[2]}.json" for arn in arns}  # noqa: PTH119  # may be no path
    alike = [path for path in read if os.path.basename(path) in names]  # noqa: PTH119  # may be no path
    return alike[0] if len(alike) == 1 else None


# --- commits ------------------------------------------------------------------------------------


def account_at(side: Side) -> Account:
    """Load the account file of a side, with the policies that it names as they are there."""
    if side.commit is None:
        return load_account(Path(side.path), allow_external=True)
    path = _below(side.path)
    with _tree(side.commit, side.given):
        return load_account(Path(path))


def _at(side: Side, options: RunOptions, *, optional: bool) -> Version:
    """Load the suites as a commit has them, or as they are here; faults of a commit are a note if *optional*."""
    if side.commit is None:
        if not options.paths and not Path(DEFAULT_PATH).is_dir():
            return Version(None, _NONE)
        return Version(prepare(options))
    then = replace(options, paths=tuple(map(_below, options.paths)), root=None, allow_external_files=False)
    with _tree(side.commit, side.given):
        if not any(Path(path).exists() for path in then.paths or (DEFAULT_PATH,)):
            return Version(None, f"`{side.given}` has no suite")
        try:
            return Version(prepare(then))
        except (InputError, SelectionError) as error:
            if not optional:
                raise
            return Version(None, f"the suites of `{side.given}` can't be used: {error}", faulty=True)


def _below(path: str) -> str:
    """Spell *path* from the folder we are in: below it, since that is what is looked at of a commit."""
    relative = os.path.relpath(path)
    if Path(relative).parts[:1] == (os.pardir,):
        message = f"`{path}` lies outside of the folder you are in, and revisions are looked at from there"
        raise InputError([Diagnostic("option", message, help="start in a folder above it")])
    return relative


@contextlib.contextmanager
def _tree(commit: str, given: str) -> Iterator[None]:
    """Be, for a while, in a folder with the suites, accounts and policies of *commit*."""
    blobs = [one for one in files_at(commit) if one.name.lower().endswith(_ENDINGS) and one.size <= SUITE_LIMIT]
    if len(blobs) > _MOST_FILES or sum(one.size for one in blobs) > _MOST_BYTES:
        message = f"`{given}` has {len(blobs):,} JSON and YAML files here, more than can be looked through"
        raise InputError([Diagnostic("option", message, help="start in a folder with fewer")])
    with tempfile.TemporaryDirectory(prefix="iamproof-") as folder:
        _write(folder, contents(blobs))
        with contextlib.chdir(folder):
            yield


def _write(folder: str, files: Mapping[str, bytes]) -> None:
    made: set[Path] = set()
    for name, data in files.items():
        path = Path(folder, name)
        if ".." in path.parts:  # git has no such names below the folder we are in
            continue
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_bytes(data)
