"""Suites as pytest sees them: a file a collector, a cell or an invariant an item; loaded once a process."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from iamproof.pytest_names import line_of, with_line
from iamproof.pytest_plugin import PROPERTY
from iamproof.session import RunOptions, prepare
from simulator.errors import IamproofError, InputError
from simulator.text.show import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from iamproof.session import Prepared
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell
    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = ["CellItem", "Scenario", "SuiteFile", "Suites"]

#: Markers that make pytest act: as tags they would skip a cell, or excuse its failure.
_ACTING = frozenset({"filterwarnings", "parametrize", "skip", "skipif", "timeout", "usefixtures", "xfail"})


class Suites:
    """All suites of the configured paths; `fault` says why they can't be used."""

    acting = _ACTING  #: no tag becomes one of these markers

    def __init__(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        self.strict: bool = config.getoption("--iam-strict")
        self.in_worker = hasattr(config, "workerinput")
        self.fault: str | None = None
        self.teller: Path | None = None  #: the one file that tells all faults
        self.prepared: Prepared | None = None
        self.results: dict[str, CellResult] = {}
        self.proofs: dict[str, InvariantResult] = {}
        self._cells: dict[Path, list[Cell]] = {}
        self._asserted: dict[Path, list[Asserted]] = {}
        self._expecting = False
        paths = config.getini("iamproof_paths") or ["scenarios"]
        self._load(
            RunOptions(
                paths=tuple(path for path in paths if (self.root / path).exists()),
                backend=_backend(config),
                strict=self.strict,
                command=("pytest",),
                with_git=bool(config.getoption("--iam-report")) and not self.in_worker,
                coverage=config.getoption("--iam-coverage") or config.getoption("--iam-fail-under") is not None,
            )
        )

    def _load(self, options: RunOptions) -> None:
        try:
            with contextlib.chdir(self.root):  # names in ids and reports are relative to pytest's root
                self.prepared = prepare(options)
        except InputError as error:
            self.fault = show(error.diagnostics)
            return
        except IamproofError as error:
            self.fault = str(error)
            return
        for suite, cells in groupby(self.prepared.cells, key=lambda cell: cell.suite):
            self._cells.setdefault((self.root / suite.file).resolve(), []).extend(cells)
        for one in self.prepared.asserted:
            self._asserted.setdefault((self.root / one.suite.file).resolve(), []).append(one)

    def names(self, path: Path) -> bool:
        """Tell whether *path* is a suite, or the one file at which the faults are shown."""
        if self.fault is None:
            return path.resolve() in self._cells or path.resolve() in self._asserted
        if path.name.startswith("_"):
            return False  # never read as a suite
        self.teller = self.teller or path
        return path == self.teller

    def cells(self, path: Path) -> list[Cell]:
        """Return the cells of the suite at *path*."""
        return self._cells.get(path.resolve(), [])

    def asserted(self, path: Path) -> list[Asserted]:
        """Return the invariants of the suite at *path*."""
        return self._asserted.get(path.resolve(), [])

    def expect(self, items: Sequence[pytest.Item]) -> None:
        """Tell who decides which cells will be asked for; a worker can't know which are its own."""
        if self._expecting or self.in_worker:
            return
        assert self.prepared is not None  # there are no items otherwise
        self._expecting = True
        self.prepared.runner.expect([item.cell for item in items if isinstance(item, CellItem)])

    def decide(self, cell: Cell) -> CellResult:
        """Decide *cell* and keep the result for the reports."""
        assert self.prepared is not None  # there are no items otherwise
        result = self.prepared.runner.result(cell)
        self.results[result.id] = result
        return result

    @cached_property
    def encode(self) -> Callable[[CellResult], str]:
        """Write a result for another process."""
        from reports.wire import writer  # noqa: PLC0415  # only where results have to travel

        return writer()

    def prove(self, one: Asserted) -> InvariantResult:
        """Decide an invariant and keep the result for the reports."""
        assert self.prepared is not None  # there are no items otherwise
        with contextlib.chdir(self.root):  # a counterexample is asked again as the command would, by names of files
            result = self.proofs[one.id] = self.prepared.decided(one)
        return result

    def finish(
        self,
        cells: list[Cell],
        results: Sequence[CellResult],
        *,
        selected: str,
        full: bool,
        asserted: Sequence[Asserted] = (),
        proofs: Sequence[InvariantResult] = (),
    ) -> Run:
        """Put results of *cells* together; only in a *full* run must every policy be decided."""
        assert self.prepared is not None  # there are no results otherwise
        options = self.prepared.options
        options = replace(options, paths=() if full else options.paths, selected=selected)
        with contextlib.chdir(self.root):
            return replace(self.prepared, options=options, cells=cells, asserted=list(asserted)).finish(results, proofs)

    def alone(self, cell: Cell, result: CellResult) -> Run:
        """Return a run of one cell: what telling its failure needs."""
        assert self.prepared is not None  # there are no results otherwise
        options = replace(self.prepared.options, with_git=False, coverage=False)
        with contextlib.chdir(self.root):
            alone = replace(self.prepared, options=options, cells=[cell], asserted=[])
            return alone.finish([result], [])


def _backend(config: pytest.Config) -> str:
    """Return the backend; a recording's path is meant from where pytest was started."""
    name, colon, file = str(config.getoption("--iam-backend")).partition(":")
    return name + colon + (os.path.relpath(config.invocation_params.dir / file, config.rootpath) if file else "")


class SuiteFile(pytest.File):
    """A suite file."""

    def __init__(self, *, suites: Suites, **rest: Any) -> None:
        super().__init__(**rest)
        self.suites = suites
        self.shown: str | None = None  #: the path as locations have it, worked out for the first cell

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the file's cells by scenario; raise when the suites can't be used."""
        if self.suites.fault is not None:
            raise self.CollectError(self.suites.fault)
        cells = self.suites.cells(self.path)
        asserted = self.suites.asserted(self.path)
        found: list[Cell | Asserted] = [*cells, *asserted]
        for tag in dict.fromkeys(tag for one in found for tag in one.tags):
            self.config.addinivalue_line("markers", f"{tag}: a tag of iamproof suites")
        yield from _tree(self, self, [(_parts(one), one) for one in found])


class Scenario(pytest.Collector):
    """The cells of one scenario: pytest finds a node id by its parts between ``::``."""

    def __init__(self, *, file: SuiteFile, found: list[tuple[list[str], Cell | Asserted]], **rest: Any) -> None:
        super().__init__(**rest)
        self._file, self._found = file, found

    def __repr__(self) -> str:
        (_, first), *_ = self._found
        return with_line(self, line_of(first))

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the cells."""
        yield from _tree(self, self._file, self._found)


def _parts(cell: Cell | Asserted) -> list[str]:
    """Take an id apart as pytest does with ids on its command line: not behind the first bracket."""
    head, bracket, rest = cell.id.removeprefix(f"{cell.suite.file}::").partition("[")
    parts = head.split("::")
    parts[-1] += bracket + rest
    return parts


def _tree(
    parent: pytest.Collector, file: SuiteFile, found: list[tuple[list[str], Cell | Asserted]]
) -> Iterator[pytest.Item | pytest.Collector]:
    below: dict[str, list[tuple[list[str], Cell | Asserted]]] = {}
    above = tuple(reversed(parent.listchain()))
    for (name, *rest), one in found:
        # Given as text, pytest takes the id apart as it does those that `--lf` has kept.
        nodeid = f"{parent.nodeid}::{name}"
        if rest:
            below.setdefault(name, []).append((rest, one))
        elif hasattr(one, "invariant"):
            from iamproof.pytest_claims import InvariantItem  # noqa: PLC0415  # only where there are invariants

            yield InvariantItem.from_parent(parent, name=name, nodeid=nodeid, asserted=one, suites=file.suites)
        else:
            yield CellItem.from_parent(parent, name=name, nodeid=nodeid, cell=one, file=file, above=above)
    for name, inner in below.items():
        yield Scenario.from_parent(parent, name=name, file=file, found=inner)


class CellItem(pytest.Item):
    """A cell."""

    def __init__(self, *, cell: Cell, file: SuiteFile, above: tuple[pytest.Collector, ...], **rest: Any) -> None:
        super().__init__(**rest)
        self.cell, self._suites, self._file, self._above = cell, file.suites, file, above
        self.extra_keyword_matches.update((cell.suite.name, cell.scenario.name, *cell.tags))
        for tag in cell.tags:
            if not tag.startswith("_") and tag not in _ACTING:
                self.add_marker(tag)

    def __repr__(self) -> str:
        return with_line(self, line_of(self.cell))

    def runtest(self) -> None:
        """Decide the cell; raise or skip by its outcome."""
        self._suites.expect(self.session.items)
        result = self._suites.decide(self.cell)
        if self._suites.in_worker:
            self.user_properties.append((PROPERTY, self._suites.encode(result)))
        match result.outcome:
            case "passed":
                return
            case "unsupported" if self._suites.strict:
                pass
            case "skipped" | "unsupported":
                raise pytest.skip.Exception(result.message or result.outcome, _use_item_location=True)
            case "known_gap":
                pytest.xfail(result.waiver.reason if result.waiver else "known gap")  # returns under --runxfail
        raise CellFailure(self._suites, self.cell, result)

    def teardown(self) -> None:
        """Let the result travel once: the report of the teardown has no need of it."""
        if self.user_properties and self.user_properties[-1][0] == PROPERTY:
            self.user_properties.pop()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what `iamproof test` shows; a defect of iamproof itself keeps its traceback."""
        if isinstance(excinfo.value, CellFailure):
            return excinfo.value.text()
        if isinstance(excinfo.value, InputError):
            return show(excinfo.value.diagnostics)
        if isinstance(excinfo.value, IamproofError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Point at the scenario in its file."""
        return self.path, self.cell.scenario.line - 1, self.cell.id.removeprefix(f"{self.cell.suite.file}::")

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """The same, with the path as pytest shows it, which is worked out once a file."""
        if self._file.shown is None:
            self._file.shown = super().location[0]
        _, line, name = self.reportinfo()
        return self._file.shown, line, name

    def iter_markers_with_node(self, name: str | None = None) -> Iterator[tuple[Any, pytest.Mark]]:
        """Yield the marks of the cell and of what it is in; pytest asks eight times a cell."""
        nodes = (self, *self._above)
        return iter([(node, mark) for node in nodes for mark in node.own_markers if name in (None, mark.name)])


class CellFailure(Exception):  # noqa: N818  # pytest shows the name nowhere; it is a failure, not an error
    """A cell that is not as expected."""

    def __init__(self, suites: Suites, cell: Cell, result: CellResult) -> None:
        super().__init__(result.message)
        self._suites, self._cell, self._result = suites, cell, result

    def text(self) -> str:
        """Return the failure as `iamproof test` prints it."""
        from reports.terminal import failure_text  # noqa: PLC0415  # only for failures

        return failure_text(self._suites.alone(self._cell, self._result), self._result)
