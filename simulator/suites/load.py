"""Suite files become suites and cells; every fault of every file is told in one go.

In a folder each YAML file must be a suite, an account, or something that a suite extends: a file that
is none of these would otherwise never be missed.  Names that begin with a dot or an underscore,
``.venv`` and ``node_modules`` are left out.
"""

from __future__ import annotations

import os
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.accounts.files import YAML_ENDINGS, Files
from simulator.accounts.policies import Shelf
from simulator.accounts.shape import ACCOUNT
from simulator.catalogue import load as load_catalogue
from simulator.errors import Collector, Diagnostic, InputError, Severity
from simulator.suites.cells import expand_into
from simulator.suites.read import Loading, read_suite
from simulator.text.record import lacks
from simulator.text.source import Kind
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from simulator.accounts.model import Account
    from simulator.catalogue import Catalogue
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell
    from simulator.suites.closed import Unspoken
    from simulator.suites.model import Suite
    from simulator.suites.read import ReadSuite
    from simulator.text.source import Node, Source

__all__ = ["Loaded", "load_suites", "suite_files"]

_LEFT_OUT = ("node_modules",)  # and all that begins with a dot or an underscore, `.venv` too


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read: `diagnostics` are warnings and notes, `files` every file, named ones too.

    `asserted` are the invariants of all suites, in the order of the files; `unspoken` is what no scenario speaks about.
    """

    suites: tuple[Suite, ...]
    expanded: tuple[Cell, ...]
    accounts: tuple[Account, ...]
    diagnostics: tuple[Diagnostic, ...]
    files: tuple[Source, ...]
    asserted: tuple[Asserted, ...] = ()
    unspoken: Mapping[Suite, Unspoken] = field(default_factory=dict)

    def cells(self) -> tuple[Cell, ...]:
        """Return the cells of all suites, in the order of the files."""
        return self.expanded

    @property
    def warnings(self) -> tuple[str, ...]:
        """The warnings in words, each with its place."""
        found = (fault for fault in self.diagnostics if fault.severity is Severity.WARNING)
        return tuple(_in_words(fault) for fault in found)


def _in_words(fault: Diagnostic) -> str:
    where = f"{fault.span}: " if fault.span else ""
    return f"{where}{fault.message}" + (f"; {fault.help}" if fault.help else "")


def load_suites(
    paths: Iterable[Path],
    *,
    root: Path | None = None,
    allow_external: bool = False,
    catalogue: Catalogue | None = None,
    noted: Callable[[Path], None] | None = None,
    replaced: Mapping[str, Source] = MappingProxyType({}),
) -> Loaded:
    """Read the suites of files and folders and expand them; raise `InputError` with all faults.

    Files that a suite names must lie under *root* (the current folder by default) unless
    *allow_external*.  *noted* hears of each path just before it is read.  *replaced* are texts that stand
    in for files, by their real path, and for managed policies, by their ARN.
    """
    files = Files(
        root=None if allow_external else root or Path.cwd(), noted=noted, replaced=replaced, catalogue=catalogue
    )
    loading = Loading(files, Shelf(files))
    read = _read_all(paths, loading)
    # What can't be read for a fault elsewhere would only be blamed for the consequences.
    sound = [one for one in read if one.sound]
    known = load_catalogue() if catalogue is None else catalogue
    expanded = {one.suite: expand_into(one.suite, files.faults, known, complete=one.complete) for one in sound}
    cells = tuple(cell for found, _ in expanded.values() for cell in found)
    asserted = tuple(_asserted((one.suite for one in sound if one.suite.invariants), files.faults, known))
    faults = tuple(dict.fromkeys(files.faults))
    if files.faults.failed:
        raise InputError(faults)
    suites = tuple(one.suite for one in read)
    accounts = tuple(dict.fromkeys(suite.account for suite in suites))
    unspoken = {suite: found for suite, (_, found) in expanded.items()}
    return Loaded(suites, cells, accounts, faults, files.sources, asserted, unspoken)


def _asserted(suites: Iterable[Suite], faults: Collector, catalogue: Catalogue) -> Iterator[Asserted]:
    for suite in suites:
        from simulator.suites.asserted import assert_into  # noqa: PLC0415  # only where there are invariants

        yield from assert_into(suite, faults, catalogue)


def _read_all(paths: Iterable[Path], loading: Loading) -> list[ReadSuite]:
    """Read the suites at *paths*, and report files in folders that are of no use."""
    files = loading.files
    found: list[ReadSuite] = []
    others: list[Node] = []
    seen: set[str] = set()
    for path, folder in _walked(paths, files.faults):
        node = files.open(path, root=None if folder is None else _root_of(path, folder, files))
        if node is None or node.source.name in seen:
            continue
        seen.add(node.source.name)
        if node.kind is Kind.MAPPING and node.get("suite") is not None:
            suite = read_suite(node, loading)
            found.extend([suite] if suite is not None else [])
        elif folder is None:
            files.faults.add(_no_suite(node))
        else:
            others.append(node)
    used = loading.extended | {name for name, _ in loading.accounts}
    for node in others:
        if node.source.name not in used:
            _check_other(node, files.faults)
    return found


def _root_of(path: Path, folder: Path, files: Files) -> Path | None:
    """Return the folder below which a file found by walking must lie: the one walked, or the run's root."""
    if files.root is None:
        return None
    inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(files.root))
    return files.root if inside else folder


def _check_other(node: Node, faults: Collector) -> None:
    """A file in a folder that no suite uses is an account, or a mistake."""
    if node.kind is Kind.MAPPING and node.get("id") is not None:
        ACCOUNT.check(node, faults)
    else:
        faults.add(_no_suite(node))


def _no_suite(node: Node) -> Diagnostic:
    if node.kind is Kind.NULL:
        return node.source.fault("no-suite", "the file is empty", 0, 0, help="a suite begins with `suite: TITLE`")
    if node.kind is Kind.MAPPING and node.get("scenarios") is not None:
        return lacks(node, "a suite", "suite", example="TITLE")
    help_ = "a suite begins with `suite: TITLE`; files that are none are called _NAME or stand elsewhere"
    if node.kind is Kind.MAPPING and node.get("id") is not None and ACCOUNT.accepts(node):
        return node.fault("no-suite", "this is an account, not a suite", help=help_)
    key = node.pairs[0][0] if node.pairs else node
    return key.fault("no-suite", "this is neither a suite nor an account nor what a suite extends", help=help_)


def suite_files(paths: Iterable[Path], *, endings: tuple[str, ...] = YAML_ENDINGS) -> tuple[Path, ...]:
    """Return the files at *paths*, folders walked for *endings*; raise `InputError` for what is not there."""
    faults = Collector()
    found = tuple(path for path, _ in _walked(paths, faults, endings))
    faults.finish()
    return found


def _walked(
    paths: Iterable[Path], faults: Collector, endings: tuple[str, ...] = YAML_ENDINGS
) -> Iterator[tuple[Path, Path | None]]:
    """Yield the files at *paths*; those found by walking with the folder that was named."""
    for path in paths:
        if path.is_dir():
            yield from ((file, path) for file in _files_below(path, set(), faults, endings))
        else:
            yield path, None


def _files_below(folder: Path, seen: set[str], faults: Collector, endings: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files below *folder* in order; a folder that links lead back to is walked once."""
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    try:
        entries = sorted(folder.iterdir(), key=lambda one: one.name)
    except OSError as error:
        reason = (error.strerror or "the system refuses it").lower()
        faults.add(
            Diagnostic(
                "file-unreadable",
                f"`{folder.as_posix()}` can't be read: {reason}",
                help="ask for the right to read it, or name the files",
            )
        )
        return
    for entry in entries:
        if entry.name.startswith((".", "_")) or entry.name in _LEFT_OUT:
            continue
        if entry.is_dir():
            yield from _files_below(entry, seen, faults, endings)
        elif entry.suffix.lower() in endings:
            yield entry
