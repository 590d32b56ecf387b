"""Laws of coverage, on the shipped cells and on random policies.

- What two suites cover together is the union of what each covers.
- The order of cells, and asking one twice, makes no difference.
- What decides was matched; what was matched was not missed by all; a statement decides alone only if it decides.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamproof.session import RunOptions, prepare
from simulator.analyse.coverage import Observer, union
from simulator.analyse.coverage.hits import ALONE, DECISIVE, MATCHED
from tests.property.profile import law

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamproof.session import Prepared
    from simulator.analyse.coverage import Hits
    from simulator.suites.cells import Cell

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def prepared() -> Iterator[Prepared]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield prepare(RunOptions(with_git=False))


def hits(prepared: Prepared, cells: Iterable[Cell]) -> Hits:
    from simulator.suites.findings import judge

    observer, engine = Observer(), prepared.runner.engine  # type: ignore[attr-defined]  # the embedded runner's
    for cell in cells:
        ground = engine.ground(cell)
        observer(cell, ground, judge(cell, engine, ground))
    return observer.hits(dict.fromkeys(p for cell in cells for p in cell.suite.account.loaded_policies))


@law
@given(data=st.data())
def test_union_of_suites_covers_the_union(prepared: Prepared, data: st.DataObject) -> None:
    places = st.lists(st.integers(0, len(prepared.cells) - 1), min_size=1, max_size=60)
    one, other = ([prepared.cells[place] for place in data.draw(places)] for _ in range(2))
    assert hits(prepared, [*one, *other]) == union([hits(prepared, one), hits(prepared, other)])


@law
@given(data=st.data())
def test_order_and_repetition_cover_nothing_more(prepared: Prepared, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(prepared.cells) - 1), min_size=1, max_size=60))
    cells = [prepared.cells[place] for place in places]
    assert hits(prepared, cells) == hits(prepared, [*reversed(cells), *cells])


@law
@given(data=st.data())
def test_what_decides_was_matched_and_what_decides_alone_decides(prepared: Prepared, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(prepared.cells) - 1), min_size=1, max_size=60))
    for numbers in hits(prepared, [prepared.cells[place] for place in places]).values():
        for number in numbers:
            assert number & MATCHED or not number & DECISIVE
            assert number & DECISIVE or not number & ALONE
