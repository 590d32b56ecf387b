"""Laws of coverage, on the shipped cells.

- What two suites cover together is the union of what each covers.
- The order of cells, and asking one twice, makes no difference.
- What decides was matched, and a statement decides alone only if it decides.
- What was matched, missed by one set, and seen of conditions is what explaining each request by itself says.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamproof.session import RunOptions, prepare
from simulator.analyse.coverage import hits_of, key_of
from simulator.analyse.coverage.hits import ALONE, DECISIVE, MATCHED, MISSED, SEEN, Layout
from simulator.decide.layers import LiveRule
from simulator.decide.trace import trace
from simulator.suites.model import EACH_TYPE
from tests.property.profile import law

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamproof.session import Prepared
    from simulator.analyse.coverage import Hits
    from simulator.decide.context import Context
    from simulator.decide.evaluate import Evaluator
    from simulator.policy.model import Statement
    from simulator.suites.cells import Cell

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def prepared() -> Iterator[Prepared]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield prepare(RunOptions(with_git=False))


def hits(prepared: Prepared, cells: Iterable[Cell]) -> Hits:
    cells = list(cells)
    return hits_of(
        cells, prepared.runner.engine, dict.fromkeys(p for cell in cells for p in cell.suite.account.loaded_policies)
    )


def union(one: Hits, other: Hits) -> Hits:
    """Join two coverages, statement by statement; either may have policies that the other has not."""
    found = dict(one)
    for key, numbers in other.items():
        found[key] = tuple(a | b for a, b in zip(found.get(key, (0,) * len(numbers)), numbers, strict=True))
    return found


@law
@given(data=st.data())
def test_union_of_suites_covers_the_union(prepared: Prepared, data: st.DataObject) -> None:
    places = st.lists(st.integers(0, len(prepared.cells) - 1), min_size=1, max_size=60)
    one, other = ([prepared.cells[place] for place in data.draw(places)] for _ in range(2))
    assert hits(prepared, [*one, *other]) == union(hits(prepared, one), hits(prepared, other))


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


def told(evaluator: Evaluator, action: str, resource: str, context: Context) -> Iterator[tuple[Statement, int]]:
    """Yield what one request makes of each statement, by what explaining it says."""
    passes = evaluator.workspace.gate(resource) if LiveRule.NO_TYPE_GATE not in evaluator.rules else evaluator.table.all
    gated = not passes & evaluator.table.bit(action)
    for step in trace(evaluator, action, resource, context):
        statement, bits = step.ref.statement, 0
        if gated:
            bits = MISSED["gate"] if step.applied else 0
        elif step.applied:
            bits = MATCHED
        elif len(step.missed) == 1:
            bits = MISSED[step.missed[0]]
        if not gated and not {"action", "resource", "principal"} & set(step.missed):
            for place, (condition, held) in enumerate(step.conditions):
                absent = context.get(condition.key) is None
                seen = SEEN["absent"] if absent else SEEN["true"] if held else SEEN["false"]
                bits |= seen << Layout.of(statement).condition(place)
        yield statement, bits


@law
@given(data=st.data())
def test_coverage_is_what_explaining_each_request_says(prepared: Prepared, data: st.DataObject) -> None:
    single = [cell for cell in prepared.cells if cell.asked.literal is not None and cell.target != EACH_TYPE]
    places = data.draw(st.lists(st.integers(0, len(single) - 1), min_size=1, max_size=8))
    cells, expected = [single[place] for place in places], dict[int, int]()
    for cell in cells:
        ground = prepared.runner.engine.ground(cell)
        evaluator = ground.live if cell.suite.semantics == "live" else ground.evaluator
        requests = ((action, arn) for actions, arns in cell.asks for action in actions for arn in arns)
        for action, arn in requests:
            for statement, bits in told(evaluator, action, arn, cell.context_of(arn)):
                expected[id(statement)] = expected.get(id(statement), 0) | bits
    policies = dict.fromkeys(p for cell in cells for p in cell.suite.account.loaded_policies)
    found: dict[str, list[int]] = {}
    for policy in policies:
        numbers = [expected.get(id(statement), 0) for statement in policy.policy.statements]
        known = found.get(key_of(policy), [0] * len(numbers))
        found[key_of(policy)] = [a | b for a, b in zip(known, numbers, strict=True)]
    for key, seen in hits(prepared, cells).items():
        statements = next(p for p in policies if key_of(p) == key).policy.statements
        for statement, number, wanted in zip(statements, seen, found[key], strict=True):
            compared = (1 << Layout.of(statement).actions) - 1 & ~(DECISIVE | ALONE)
            assert number & compared == wanted, statement.label
