"""The end of a pytest run: results of all processes put together, reports, what fails the run as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from iamproof.pytest_selection import selection_words
from simulator.errors import InputError
from simulator.suites.asserted import invariant_result
from simulator.suites.results import cell_result
from simulator.text.show import show

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from fractions import Fraction

    from iamproof.pytest_cells import Suites
    from iamproof.session import Prepared
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell
    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = ["Elsewhere", "checked_percentage", "checked_targets", "conclude"]


def checked_targets(texts: Sequence[str]) -> tuple[tuple[str | None, str], ...]:
    """Read the values of ``--iam-report``; a wrong one is an error of usage."""
    from iamproof.cli.output import report_targets  # noqa: PLC0415  # only with --iam-report

    try:
        return report_targets(tuple(texts))
    except InputError as error:
        raise pytest.UsageError(show(error.diagnostics)) from None


def checked_percentage(config: pytest.Config) -> Fraction | None:
    """Read ``--iam-fail-under``; a wrong one is an error of usage."""
    text = config.getoption("--iam-fail-under")
    if text is None:
        return None
    from iamproof.covered import percentage  # noqa: PLC0415  # only with --iam-fail-under

    try:
        return percentage(text, "--iam-fail-under")
    except InputError as error:
        raise pytest.UsageError(show(error.diagnostics)) from None


class Elsewhere(NamedTuple):
    """What came of other processes: results by id, why there is none by id, invariants."""

    decided: Mapping[str, str]
    lost: Mapping[str, str]
    proofs: Sequence[str] = ()


def conclude(
    suites: Suites, selected: Collection[str], elsewhere: Elsewhere, config: pytest.Config
) -> tuple[list[str], list[str]]:
    """Put the results together, write what ``--iam-report`` asks for.

    Return what fails the run as a whole, and what there is to tell of coverage.
    """
    if suites.prepared is None:
        return [], []
    selected, elsewhere = _ungrouped(suites.prepared, selected, elsewhere)
    cells = [cell for cell in suites.prepared.cells if cell.id in selected]
    asserted = [one for one in suites.prepared.asserted if one.id in selected]
    full = len(cells) == suites.prepared.declared and len(asserted) == len(suites.prepared.asserted)
    results = list(_results(suites.results, cells, elsewhere))
    selected_words = "" if full else selection_words(config)
    proofs = list(_proofs(suites.proofs, asserted, elsewhere))
    run = suites.finish(cells, results, selected=selected_words, full=full, asserted=asserted, proofs=proofs)
    said = [*run.failures, *(run.warnings if suites.strict else ())]
    told, short = _told(run, config)
    said += short
    if config.getoption("--iam-report"):
        said += _write(run, config)
    return said, told


def _ungrouped(
    prepared: Prepared, selected: Collection[str], elsewhere: Elsewhere
) -> tuple[Collection[str], Elsewhere]:
    """Take away the names of groups, ``ID@GROUP``, that pytest-xdist adds with ``--dist loadgroup``."""
    known = {cell.id for cell in prepared.cells} | {one.id for one in prepared.asserted}

    def own(nodeid: str) -> str:
        return nodeid if nodeid in known or "@" not in nodeid else nodeid.rpartition("@")[0]

    if known.issuperset(selected):
        return selected, elsewhere
    decided, lost = ({own(one): text for one, text in told.items()} for told in (elsewhere.decided, elsewhere.lost))
    return set(map(own, selected)), elsewhere._replace(decided=decided, lost=lost)


def _told(run: Run, config: pytest.Config) -> tuple[list[str], list[str]]:
    """Return the lines on coverage, and what is short of the percentage asked for."""
    if run.coverage is None:
        return [], []
    from iamproof.covered import short_of, summary_text  # noqa: PLC0415  # only with coverage

    short = short_of(run.coverage, checked_percentage(config))
    return summary_text(run.coverage).splitlines(), [short] if short else []


def _results(own: Mapping[str, CellResult], cells: Sequence[Cell], elsewhere: Elsewhere) -> Iterator[CellResult]:
    """Yield the results that there are; a cell whose process died is an error."""
    from reports.wire import reader  # noqa: PLC0415  # only at the end of a run with suites

    read = reader()
    for cell in cells:
        if (text := elsewhere.decided.get(cell.id)) is not None:
            yield read(text, cell_result(cell, "not_run"))
        elif cell.id in own:
            yield own[cell.id]
        elif cell.id in elsewhere.lost:
            yield cell_result(cell, "error", elsewhere.lost[cell.id])


def _proofs(
    own: Mapping[str, InvariantResult], asserted: Sequence[Asserted], elsewhere: Elsewhere
) -> Iterator[InvariantResult]:
    """Yield what became of the invariants; of one whose process died nothing is known, which is no proof."""
    known = {**own, **_decoded(elsewhere.proofs)}
    for one in asserted:
        if one.id in known:
            yield known[one.id]
        elif one.id in elsewhere.lost:
            yield invariant_result(one, "unknown", elsewhere.lost[one.id])


def _decoded(proofs: Sequence[str]) -> dict[str, InvariantResult]:
    if not proofs:
        return {}
    from reports.json import decode_invariant  # noqa: PLC0415  # only for the results of other processes

    return {result.id: result for result in map(decode_invariant, proofs)}


def _write(run: Run, config: pytest.Config) -> list[str]:
    """Write the reports; return what could not be written."""
    import reports  # noqa: PLC0415  # only with --iam-report

    said: list[str] = []
    for fmt, path in checked_targets(config.getoption("--iam-report")):
        try:
            reports.write(run, config.invocation_params.dir / path, fmt)
        except InputError as error:
            said.append(show(error.diagnostics))
        except OSError as error:
            said.append(f"`{path}` can't be written: {(error.strerror or 'the system refuses it').lower()}")
    return said
