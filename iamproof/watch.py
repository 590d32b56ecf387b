"""Which files a run reads, whether one changed, and the cells that a change touches.

Files are polled, since that works on every system and every mount; a poll is a `stat` a file.  A file's
stamp is taken before the file is read, so that a change while it is read is seen afterwards.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from iamproof.config import CONFIG_FILE, read_config
from iamproof.session import DEFAULT_PATH, prepare
from simulator.errors import InputError
from simulator.suites.load import suite_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from iamproof.session import Prepared, RunOptions
    from simulator.accounts.policies import LoadedPolicy
    from simulator.suites.cells import Cell
    from simulator.suites.model import Suite
    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = ["Watch", "Watched"]

_POLICIES = Path("policies")  # in a full run each file there must be decided

_Stamp: TypeAlias = "tuple[int, int, int] | None"


def _stamp(path: Path) -> _Stamp:
    """Return what changes when a file is written or replaced; None for one that is not there."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _shown(path: Path) -> str:
    """Return a file's name from here, once for however many ways lead to it."""
    real = Path(os.path.realpath(path))
    here = Path.cwd()
    return real.relative_to(here).as_posix() if real.is_relative_to(here) else path.as_posix()


class Watched:
    """The files of one load, and what they were when it read them."""

    def __init__(self, paths: Sequence[Path], *, full: bool = False) -> None:
        self._paths = paths
        self._full = full
        self.stamps: dict[Path, _Stamp] = {}
        for path in self._listed():
            self.note(path)

    def note(self, path: Path) -> None:
        """Remember a file as it is now, unless it is known."""
        self.stamps.setdefault(path, _stamp(path))

    def now(self) -> dict[Path, _Stamp]:
        """Return the files as they are, new ones in the folders too."""
        return {path: _stamp(path) for path in (*self.stamps, *self._listed())}

    def _listed(self) -> Iterable[Path]:
        yield Path(CONFIG_FILE)
        if self._full and _POLICIES.is_dir():
            yield from _POLICIES.rglob("*.json")
        try:
            yield from suite_files(self._paths)
        except InputError:  # a folder that can't be read is told of by the load
            return


class Watch:
    """A run that is brought up to date: what no change touched keeps its result."""

    def __init__(self, options: RunOptions) -> None:
        options.choice.test()  # what can't be read there no change of a file mends
        self._options = options
        self._paths = [Path(path) for path in options.paths] or [Path(DEFAULT_PATH)]
        self._files = self._fresh()
        self._decided: Mapping[Path, _Stamp] = {}
        self._results: dict[str, CellResult] = {}
        self._proved: dict[str, InvariantResult] = {}
        self.changed: tuple[str, ...] = ()

    def _fresh(self) -> Watched:
        return Watched(self._paths, full=self._options.full)

    @property
    def size(self) -> int:
        """How many files are watched."""
        return sum(stamp is not None for stamp in self._files.stamps.values())

    def news(self) -> dict[Path, _Stamp] | None:
        """Return the files as they are now if one is not what the last load read, else None."""
        found = self._files.now()
        return None if found == self._files.stamps else found

    def load(self) -> tuple[Prepared, Prepared]:
        """Load anew; return all that was chosen, and the part to decide.

        Raises `InputError` or `SelectionError`; the files that the load got to are watched all the same.
        """
        self._files = self._fresh()
        if overlay := read_config().catalogue:
            self._files.note(Path(overlay))
        prepared = prepare(self._options, noted=self._files.note)
        changed = {path for path, stamp in self._files.stamps.items() if self._decided.get(path) != stamp}
        self.changed = tuple(sorted({_shown(path) for path in changed}))
        return prepared, self._touched(prepared, changed)

    def _touched(self, prepared: Prepared, changed: set[Path]) -> Prepared:
        """Return the cells and invariants that a changed file bears on, and those that have no result yet."""
        everywhere = {Path(CONFIG_FILE), Path(read_config().catalogue or CONFIG_FILE)}
        if changed & everywhere or self._options.corroborate is not None:  # that counts over all cells
            return prepared.narrowed(list(prepared.cells))
        bears = _Bearing({os.path.realpath(path) for path in changed})
        cells = [cell for cell in prepared.cells if cell.id not in self._results or bears.on(cell)]
        asserted = [one for one in prepared.asserted if one.id not in self._proved or bears.on_suite(one.suite)]
        return replace(prepared.narrowed(cells), asserted=asserted)

    def finish(self, prepared: Prepared, part: Prepared) -> Run:
        """Lay what *part* decided over what was known; return the run of all."""
        self._results = _laid_over(self._results, prepared.cells, part.cells, part.results)
        self._proved = _laid_over(self._proved, prepared.asserted, part.asserted, part.invariants)
        self._decided = dict(self._files.stamps)
        return prepared.finish(list(self._results.values()), list(self._proved.values()))


class _Named(Protocol):
    """What has an id: a cell, an invariant, their results."""

    @property
    def id(self) -> str: ...


_Result = TypeVar("_Result", bound=_Named)


def _laid_over(
    known: Mapping[str, _Result], chosen: Iterable[_Named], part: Iterable[_Named], results: Iterable[_Result]
) -> dict[str, _Result]:
    """Return the results of what is *chosen*, in order: those of the *part* anew, the others as known."""
    anew = {one.id for one in part}
    found = {id_: result for id_, result in known.items() if id_ not in anew}
    found |= {result.id: result for result in results}
    return {one.id: found[one.id] for one in chosen if one.id in found}


class _Bearing:
    """Tells which cells a set of changed files bears on: by suite, account, extended files and policies."""

    def __init__(self, changed: set[str]) -> None:
        self._changed = changed
        self._known: dict[str, bool] = {}

    def on(self, cell: Cell) -> bool:
        """Tell whether a changed file is among those that *cell* is decided from."""
        return self._any(cell.suite, (*cell.principal.loaded_policies, *filter(None, [cell.resource_policy])))

    def on_suite(self, suite: Suite) -> bool:
        """Tell whether a changed file is among those that an invariant of *suite* is decided from."""
        return self._any(suite, suite.loaded_policies)

    def _any(self, suite: Suite, policies: Iterable[LoadedPolicy]) -> bool:
        extended = (path for path, _ in suite.bases)
        names = (suite.file, suite.account.path, *extended, *(policy.path for policy in policies))
        return any(self._one(name) for name in names)

    def _one(self, name: str) -> bool:
        if name not in self._known:
            real = os.path.realpath(name)
            # A document inside another file is called FILE#/pointer.
            self._known[name] = any(real == file or real.startswith(f"{file}#") for file in self._changed)
        return self._known[name]
