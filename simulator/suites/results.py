"""From a finding to the plain data of a result, with everything that a failure has to say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from simulator.decide.decision import Effect
from simulator.decide.keys import missing_keys
from simulator.decide.trace import near_misses
from simulator.decide.words import missed_words
from simulator.suites.findings import deciding
from simulator.suites.result import CellResult, Deciding, Difference, Layer, Live, Miss, Waiver

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.decide.context import ContextValue
    from simulator.decide.decision import StatementRef
    from simulator.decide.trace import StatementTrace
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Engine, Ground
    from simulator.suites.findings import Ask, Finding
    from simulator.suites.result import Outcome

__all__ = [
    "KEPT",
    "Evidence",
    "cell_result",
    "deciding_of",
    "difference_words",
    "evidence_of",
    "many_differ",
    "one_differs",
]

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


def cell_result(
    cell: Cell, outcome: Outcome, message: str | None = None, evidence: Evidence | None = None
) -> CellResult:
    """Return the result of *cell*; without *evidence* nothing was decided."""
    scenario = cell.scenario
    return CellResult(
        id=cell.id,
        suite=cell.suite.name,
        file=cell.suite.file,
        line=scenario.line,
        scenario=scenario.name,
        scenario_id=scenario.id,
        requirement=scenario.requirements,
        controls=scenario.controls,
        tags=cell.tags,
        principal=cell.principal.label,
        session=cell.session,
        action=cell.action,
        target=cell.target,
        resource=cell.resource,
        context=cast("dict[str, ContextValue]", cell.stated),
        derived_context=cast("dict[str, ContextValue]", cell.derived),
        expected=cell.expected.verdict.value,
        expected_by=cell.expected.by,
        actual=evidence.actual.word if evidence else None,
        outcome=outcome,
        message=message,
        live=evidence.live if evidence else None,
        vacuous=evidence.vacuous if evidence else None,
        default_only=evidence.default_only if evidence else False,
        warnings=evidence.warnings if evidence else (),
        deciding=evidence.deciding if evidence else (),
        layers=evidence.layers if evidence else (),
        near=evidence.near if evidence else (),
        differing=evidence.differing if evidence else (),
        missing_context=evidence.missing_context if evidence else (),
        requests=evidence.requests if evidence else 0,
        why=scenario.why,
        waiver=_waiver(cell),
    )


def _waiver(cell: Cell) -> Waiver | None:
    """Return why the scenario is skipped or known to fail."""
    if cell.scenario.skip is not None:
        return Waiver(cell.scenario.skip)
    gap = cell.scenario.known_gap
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
        deciding=tuple(deciding_of(ref) for ref in deciding(finding, ground)),
        layers=_layers(finding, ground),
        live=_live(cell, finding, engine, ground),
        missing_context=_missing(cell, ground) if effect is Effect.IMPLICIT_DENY else (),
        near=() if finding.holds else tuple(_near(finding, ground)),
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


def _missing(cell: Cell, ground: Ground) -> tuple[str, ...]:
    """Return the keys that identity, boundary and resource policies refer to and nobody stated (A8)."""
    stack = ground.evaluator.stack
    asked = (*stack.identity, stack.boundary, stack.resource)
    return missing_keys((policy for policy in asked if policy is not None), cell.context)


def _near(finding: Finding, ground: Ground) -> Iterator[Miss]:
    """Yield the statements that nearly changed the first decision that differs."""
    ask = next(ask for ask in finding.asks if ask.differing)
    bit = ask.differing & -ask.differing
    action = ground.evaluator.table.members(bit)[0]
    resource = ask.spots[0].resources[0]
    context = ask.spots[0].context
    for step in near_misses(ground.evaluator, action, resource, context, actual=ask.split.effect(bit)):
        yield _miss(step, missed_words(step, action, resource, context))


def _miss(step: StatementTrace, words: str) -> Miss:
    statement = step.ref.statement
    span = step.ref.policy.span(statement)
    return Miss(step.ref.policy.name, statement.sid, statement.effect.value, span.file, span.line, step.missed, words)


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
