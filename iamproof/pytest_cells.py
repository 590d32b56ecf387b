"""Suites as pytest sees them: a file a collector, a cell an item; loaded once a process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from iamproof.pytest_plugin import PROPERTY
from iamproof.session import RunOptions, prepare
from simulator.errors import IamproofError, InputError
from simulator.text.show import show

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from iamproof.session import Prepared
    from simulator.suites.cells import Cell
    from simulator.suites.result import CellResult

__all__ = ["CellItem", "SuiteFile", "Suites", "checked_targets", "write_reports"]


class Suites:
    """All suites of the configured paths; `fault` says why they can't be used."""

    def __init__(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        paths = [path for path in config.getini("iamproof_paths") if (config.rootpath / path).exists()]
        options = RunOptions(
            paths=tuple(paths),
            backend=config.getoption("--iam-backend"),
            strict=config.getoption("--iam-strict"),
            root=str(config.rootpath),
            command=("pytest",),
        )
        self.fault: str | None = None
        self.prepared: Prepared | None = None
        self._cells: dict[Path, list[Cell]] = {}
        self._others: frozenset[Path] = frozenset()
        self._load(options)

    def _load(self, options: RunOptions) -> None:
        try:
            self.prepared = prepare(options)
        except InputError as error:
            self.fault = show(error.diagnostics)
            return
        except IamproofError as error:
            self.fault = str(error)
            return
        for cell in self.prepared.cells:
            self._cells.setdefault((Path.cwd() / cell.suite.file).resolve(), []).append(cell)

    def names(self, path: Path) -> bool:
        """Tell whether *path* is a suite, or whether a fault has to be shown there."""
        return self.fault is not None or path.resolve() in self._cells

    def cells(self, path: Path) -> list[Cell]:
        """Return the cells of the suite at *path*."""
        return self._cells.get(path.resolve(), [])


class SuiteFile(pytest.File):
    """A suite file."""

    def __init__(self, *, suites: Suites, **rest: Any) -> None:
        super().__init__(**rest)
        self.suites = suites

    def collect(self) -> Iterator[CellItem]:
        """Yield the file's cells; raise when the suites can't be used."""
        if self.suites.fault is not None:
            raise self.CollectError(self.suites.fault)
        for tag in dict.fromkeys(tag for cell in self.suites.cells(self.path) for tag in cell.tags):
            self.config.addinivalue_line("markers", f"{tag}: a tag of iamproof suites")
        for cell in self.suites.cells(self.path):
            yield CellItem.from_parent(self, name=cell.id.partition("::")[2], cell=cell)


class CellItem(pytest.Item):
    """A cell."""

    def __init__(self, *, cell: Cell, **rest: Any) -> None:
        super().__init__(**rest)
        self.cell = cell
        for tag in cell.tags:
            if not tag.startswith("_"):
                self.add_marker(tag)

    def runtest(self) -> None:
        """Decide the cell; raise or skip by its outcome."""
        parent: Any = self.parent
        prepared: Prepared = parent.suites.prepared
        result = prepared.runner.result(self.cell)
        from reports.json import encode_cell  # noqa: PLC0415  # the plugin's import stays light

        self.user_properties.append((PROPERTY, encode_cell(result)))
        match result.outcome:
            case "passed":
                return
            case "skipped" | "unsupported":
                pytest.skip(result.message or result.outcome)
            case "known_gap":
                reason = result.waiver.reason if result.waiver else "known gap"
                pytest.xfail(reason)
            case _:
                raise CellFailure(prepared, result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what `iamproof test` shows; a defect of iamproof itself keeps its traceback."""
        if isinstance(excinfo.value, CellFailure):
            return excinfo.value.text()
        if isinstance(excinfo.value, IamproofError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Point at the scenario in its file."""
        return self.path, self.cell.scenario.line - 1, self.name


class CellFailure(Exception):  # noqa: N818  # pytest shows the name nowhere; it is a failure, not an error
    """A cell that is not as expected."""

    def __init__(self, prepared: Prepared, result: CellResult) -> None:
        super().__init__(result.message)
        self._prepared = prepared
        self._result = result

    def text(self) -> str:
        """Return the failure as `iamproof test` prints it."""
        from reports.terminal import failure_text  # noqa: PLC0415  # only for failures

        return failure_text(self._prepared.finish([self._result]), self._result)


def checked_targets(texts: Sequence[str]) -> tuple[tuple[str | None, str], ...]:
    """Read the values of ``--iam-report``; a wrong one is an error of usage."""
    from iamproof.cli.output import report_targets  # noqa: PLC0415  # only with --iam-report

    try:
        return report_targets(tuple(texts))
    except InputError as error:
        raise pytest.UsageError(show(error.diagnostics)) from None


def write_reports(suites: Suites, encoded: Sequence[str], config: pytest.Config) -> None:
    """Put the results together and write what ``--iam-report`` asks for."""
    if suites.prepared is None:
        return
    import reports  # noqa: PLC0415  # only with --iam-report
    from reports.json import decode_cell  # noqa: PLC0415  # only with --iam-report

    results = [decode_cell(text) for text in encoded]
    run = suites.prepared.finish(results)
    for fmt, path in checked_targets(config.getoption("--iam-report")):
        reports.write(run, path, fmt)
