"""What was decided of a cell travels between processes, and nothing of it is lost."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace

import pytest

from reports.wire import Decided, reader, writer
from simulator.errors import InputError
from simulator.suites.result import CellResult
from tests.unit.reports.sample import hostile_run, sample_run

NOTHING = Decided(None, "not_run", None, None, None, False, (), (), (), (), (), (), 0, None)


def stated(cell: CellResult) -> CellResult:
    """Return the cell as the suite states it."""
    return replace(cell, **{field.name: getattr(NOTHING, field.name) for field in fields(Decided)})


@pytest.mark.parametrize("run", [sample_run(), hostile_run()])
def test_nothing_is_lost(run: object) -> None:
    cells: tuple[CellResult, ...] = run.cells  # type: ignore[attr-defined]  # a Run
    write, read = writer(), reader()
    assert [read(write(cell), stated(cell)) for cell in cells] == list(cells)


def test_it_is_plain_data_of_the_report_s_own_names() -> None:
    names = {field.name for field in fields(CellResult)}
    found = json.loads(writer()(sample_run().cells[0]))
    assert set(found) == {field.name for field in fields(Decided)} <= names


def test_what_a_suite_states_does_not_travel() -> None:
    assert sample_run().cells[0].id not in writer()(sample_run().cells[0])


def test_what_is_new_in_a_result_has_to_be_stated_or_to_travel() -> None:
    """A field with a default, which `cell_result` might leave out, is in `Decided` or of the scenario."""
    optional = {field.name for field in fields(CellResult) if field.default is not MISSING}
    assert optional - {field.name for field in fields(Decided)} == {"why", "waiver"}


def test_other_text_is_refused() -> None:
    with pytest.raises(InputError):
        reader()('{"actual": 1}', sample_run().cells[0])
