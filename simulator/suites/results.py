"""From a finding to the plain data of a result, with everything that a failure has to say."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

from simulator.decide.decision import Effect
from simulator.decide.trace import near_misses
from simulator.decide.words import missed_words
from simulator.policy.model import StatementEffect
from simulator.suites.findings import deciding
from simulator.suites.judge import named_by
from simulator.suites.model import Verdict
from simulator.suites.result import CellResult, Deciding, Difference, Layer, Live, Miss, Waiver
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.decide.context import Context, ContextValue
    from simulator.decide.decision import StatementRef
    from simulator.decide.evaluate import Evaluator
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Engine, Ground
    from simulator.suites.findings import Ask, Finding
    from simulator.suites.model import Scenario, Suite
    from simulator.suites.result import Outcome

__all__ = [
    "KEPT",
    "Evidence",
    "cell_result",
    "deciding_of",
    "difference_words",
    "evidence_of",
    "many_differ",
    "misses_of",
    "one_differs",
]

_T = TypeVar("_T")

KEPT = 1000  #: requests of one cell that differ, at most, in its result
_SHOWN = 5  # actions of a service
_SHOWN_SERVICES = 8


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind the decision of a cell, as plain data."""

    actual: Effect
    deciding: tuple[Deciding, ...] = ()
    layers: tuple[Layer, ...] = ()
    live: Live | None = None
    missing_context: tuple[str, ...] = ()
    near: tuple[Miss, ...] = ()
    differing: tuple[Difference, ...] = ()
    requests: int = 1
    vacuous: str | None = None
    default_only: bool = False
    warnings: tuple[str, ...] = ()


_NOTHING = Evidence(Effect.IMPLICIT_DENY, requests=0)  # of which the decision is not read


def cell_result(
    cell: Cell, outcome: Outcome, message: str | None = None, evidence: Evidence | None = None
) -> CellResult:
    """Return the result of *cell*; without *evidence* nothing was decided."""
    scenario, expected, found = cell.scenario, cell.expected, evidence or _NOTHING
    bound, situation = cell.where.bound, cell.where.common
    stated = _stated(cell.suite, scenario)
    resources = bound.resources
    principal, action = cell.principal.label, cell.asked.text
    return CellResult(  # in the order of the fields: names would take half as long again
        f"{stated.head}{principal}[{cell.session}]-{action}-{bound.label}",
        cell.suite.name,
        cell.suite.file,
        stated.line,
        scenario.name,
        scenario.id,
        scenario.requirements,
        scenario.controls,
        scenario.tags,
        principal,
        cell.session,
        action,
        bound.label,
        resources[0] if len(resources) == 1 else resources,
        cast("dict[str, ContextValue]", situation.stated),
        cast("dict[str, ContextValue]", situation.derived),
        expected.verdict.value,
        expected.by,
        evidence.actual.word if evidence else None,
        outcome,
        message,
        found.live,
        found.vacuous,
        found.default_only,
        found.warnings,
        found.deciding,
        found.layers,
        found.near,
        found.differing,
        found.missing_context,
        found.requests,
        None,
        scenario.why,
        stated.waiver,
    )


class _Stated(NamedTuple):
    """What the results of a scenario's cells have in common."""

    head: str  #: of their ids
    line: int
    waiver: Waiver | None


@lru_cache(maxsize=4096)
def _stated(suite: Suite, scenario: Scenario) -> _Stated:
    return _Stated(f"{suite.file}::{scenario.identity}::", scenario.line, _waiver(scenario))


def _waiver(scenario: Scenario) -> Waiver | None:
    """Return why the scenario is skipped or known to fail."""
    if scenario.skip is not None:
        return Waiver(scenario.skip)
    gap = scenario.known_gap
    return None if gap is None else Waiver(gap.reason, gap.owner, gap.until, gap.ticket)


def evidence_of(
    cell: Cell,
    finding: Finding,
    engine: Engine,
    ground: Ground,
    *,
    vacuous: str | None,
    default_only: bool,
    warnings: tuple[str, ...],
) -> Evidence:
    """Gather what stands behind the decision; near misses only where it is not as expected."""
    effect = finding.effect
    return Evidence(
        actual=effect,
        deciding=_one(tuple(deciding_of(ref) for ref in deciding(finding, ground))),
        layers=_one(_layers(finding, ground)),
        live=_live(cell, finding, engine, ground),
        missing_context=ground.missing_in(cell.context) if effect is Effect.IMPLICIT_DENY else (),
        near=() if finding.holds else tuple(_near(cell, finding, ground)),
        differing=() if finding.holds or finding.requests == 1 else tuple(_differences(finding, ground)),
        requests=finding.requests,
        vacuous=vacuous,
        default_only=default_only,
        warnings=warnings,
    )


@lru_cache(maxsize=65536)
def deciding_of(ref: StatementRef) -> Deciding:
    """Name a statement and where it stands."""
    span = ref.policy.span(ref.statement)
    return Deciding(
        ref.policy.name, ref.statement.sid, span.file, span.line, span.column, span.end_line, span.end_column
    )


@lru_cache(maxsize=4096)
def _one(equal: _T) -> _T:
    """Return one object for all that are equal: they are kept once, and written once."""
    return equal


def _layers(finding: Finding, ground: Ground) -> tuple[Layer, ...]:
    """Return what each layer said, for a cell of one request."""
    if finding.requests != 1:
        return ()
    ask = finding.asks[0]
    planes = ask.spots[0].simulated if ask.split is ask.simulated else ask.spots[0].live
    evaluator = ground.evaluator if ask.split is ask.simulated else ground.live
    return tuple(Layer(*row) for row in evaluator.layer_words(ask.wanted, planes))


def _live(cell: Cell, finding: Finding, engine: Engine, ground: Ground) -> Live | None:
    """Return the live decision of the first request where it differs from the simulator's."""
    for ask in finding.asks:
        differs = (ask.simulated.allowed ^ ask.live.allowed) | (ask.simulated.explicit ^ ask.live.explicit)
        if differs:
            bit = differs & -differs
            for spot in ask.spots:
                if (spot.simulated.allowed ^ spot.live.allowed | spot.simulated.explicit ^ spot.live.explicit) & bit:
                    return Live(ask.live.effect(bit).word, engine.rule_of_difference(cell, ground, spot, bit))
    return None


def _near(cell: Cell, finding: Finding, ground: Ground) -> Iterator[Miss]:
    """Yield the statements that nearly changed the first decision that differs, the one that is to decide first."""
    ask = next(ask for ask in finding.asks if ask.differing)
    bit = ask.differing & -ask.differing
    action = ground.evaluator.table.members(bit)[0]
    resource = ask.spots[0].resources[0]
    context = ask.spots[0].context
    verdict, by = cell.expected.verdict.value, cell.expected.by
    return misses_of(ground.evaluator, action, resource, context, actual=ask.split.effect(bit), expected=verdict, by=by)


_WANTED = {Verdict.ALLOW.value: StatementEffect.ALLOW, Verdict.EXPLICIT_DENY.value: StatementEffect.DENY}


def misses_of(
    evaluator: Evaluator,
    action: str,
    resource: str,
    context: Context,
    *,
    actual: Effect,
    expected: str,
    by: str | None = None,
) -> Iterator[Miss]:
    """Yield the statements that nearly changed the decision *actual* to what was *expected*, the one called *by* first."""
    steps = near_misses(
        evaluator,
        action,
        resource,
        context,
        actual=actual,
        wanted=_WANTED.get(expected),
        named=lambda ref: by is not None and named_by(by, ref),
    )
    for step in steps:
        statement, words = step.ref.statement, missed_words(step, action, resource, context)
        span = step.ref.policy.span(statement)
        yield Miss(
            step.ref.policy.name, statement.sid, statement.effect.value, span.file, span.line, step.missed, words
        )


def _differences(finding: Finding, ground: Ground) -> Iterator[Difference]:
    kept = 0
    for ask in finding.asks:
        for action in ground.evaluator.table.members(ask.differing):
            actual = ask.split.effect(ground.evaluator.table.bit(action)).word
            for resource in _resources(ask):
                yield Difference(action, resource, actual)
                kept += 1
                if kept == KEPT:
                    return


def _resources(ask: Ask) -> Iterator[str]:
    return (resource for spot in ask.spots for resource in spot.resources)


def difference_words(cell: Cell, finding: Finding, ground: Ground) -> str:
    """Say how the decisions differ from what is expected; of many actions by service, with counts."""
    if finding.requests == 1 or cell.mode == "together":
        return one_differs(cell, finding.effect)
    members = ground.evaluator.table.members
    return many_differ(
        cell,
        (action for ask in finding.asks for action in members(ask.differing)),
        asked=len({name for ask in finding.asks for name in members(ask.wanted)}),
        requests=sum(ask.differing.bit_count() * ask.resources for ask in finding.asks),
        of=finding.requests,
    )


def one_differs(cell: Cell, got: Effect) -> str:
    """Say how the one decision of a cell differs."""
    accepted = got.value in cell.expected.verdict.accepts
    return f"expected {_expected(cell)}, got {got.value}" + (" decided by another statement" if accepted else "")


def many_differ(cell: Cell, actions: Iterable[str], *, asked: int, requests: int, of: int) -> str:
    """Say which of the *asked* actions differ, by service, and how many *requests* of all that is."""
    services: dict[str, set[str]] = {}
    for action in actions:
        service, _, name = action.partition(":")
        services.setdefault(service, set()).add(name)
    differing = sum(map(len, services.values()))
    listed = "; ".join(_service_words(service, names) for service, names in sorted(services.items()))
    what = f"{differing} of {asked} actions" if asked > 1 else f"{requests} of {of} requests"
    return f"expected {_expected(cell)}, but {what} differ: {listed}"


def _expected(cell: Cell) -> str:
    return cell.expected.verdict.value + (f" by {cell.expected.by}" if cell.expected.by else "")


def _service_words(service: str, actions: Iterable[str]) -> str:
    names = sorted(actions)
    more = len(names) - _SHOWN
    shown = ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"{service} {len(names)} ({shown})"
