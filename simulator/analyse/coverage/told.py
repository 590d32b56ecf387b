"""Coverage beside the policies, as the plain data that reports read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from simulator.analyse.coverage.hits import ALONE, DECISIVE, MATCHED, MISSED, SEEN, Layout, key_of
from simulator.catalogue.global_keys import global_keys
from simulator.suites.coverage import (
    ConditionCoverage,
    Coverage,
    EntryCoverage,
    LeftOut,
    PolicyCoverage,
    StatementCoverage,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.coverage.hits import Hits
    from simulator.policy.conditions import Condition
    from simulator.policy.model import Element, Policy, Statement
    from simulator.suites.coverage import Reach, Seen

__all__ = ["AWS_OWN", "Only", "covered"]

Only: TypeAlias = "Callable[[LoadedPolicy], frozenset[int]]"
"""Gives the indices of those statements of a policy that are wanted."""

AWS_OWN: Final = ("arn:", "AWS's own ")
"""How the paths of policies begin that nobody here can change."""


def covered(
    policies: Iterable[LoadedPolicy],
    hits: Hits,
    *,
    managed: bool = False,
    only: Only | None = None,
    since: str | None = None,
) -> Coverage:
    """Put *hits* beside *policies*; AWS's own are left out unless *managed*.

    *only* gives the indices of a policy's statements that are wanted: those that changed *since*.
    """
    each = {key_of(policy): policy for policy in policies}
    found: list[PolicyCoverage] = []
    left: list[LeftOut] = []
    for key, loaded in each.items():
        numbers = hits.get(key, (0,) * len(loaded.policy.statements))
        if loaded.path.startswith(AWS_OWN) and not managed:
            decisive = sum(bool(number & DECISIVE) for number in numbers)
            left.append(LeftOut(loaded.name, loaded.path, len(numbers), decisive))
            continue
        wanted = only(loaded) if only is not None else None
        one = _policy(loaded, numbers, wanted)
        if wanted is None or one.statements:
            found.append(one)
    return Coverage(tuple(found), tuple(left), since)


def _policy(loaded: LoadedPolicy, numbers: tuple[int, ...], wanted: frozenset[int] | None) -> PolicyCoverage:
    policy = loaded.policy
    statements = tuple(
        _statement(policy, statement, number)
        for statement, number in zip(policy.statements, numbers, strict=True)
        if wanted is None or statement.index in wanted
    )
    return PolicyCoverage(loaded.name, loaded.path, loaded.sha256, policy.source.name, statements)


def _statement(policy: Policy, statement: Statement, number: int) -> StatementCoverage:
    layout, span = Layout.of(statement), policy.span(statement)
    reach = _reach(number)
    missed = tuple(part for part, bit in MISSED.items() if number & bit) if reach == "near" else ()
    return StatementCoverage(
        sid=statement.sid,
        index=statement.index,
        effect=statement.effect.value,
        line=span.line,
        end_line=span.end_line,
        reach=reach,
        missed=missed,
        alone=bool(number & ALONE),
        conditions=tuple(
            _condition(policy, condition, number >> layout.condition(place))
            for place, condition in enumerate(statement.conditions)
        ),
        actions=tuple(_entries(policy, statement.actions, number >> layout.actions)),
        resources=tuple(_entries(policy, statement.resources, number >> layout.resources)),
        not_actions=statement.actions is not None and statement.actions.negated,
        not_resources=statement.resources is not None and statement.resources.negated,
    )


def _reach(number: int) -> Reach:
    if number & DECISIVE:
        return "decisive"
    if number & MATCHED:
        return "matched"
    return "near" if any(number & bit for bit in MISSED.values()) else "never"


def _condition(policy: Policy, condition: Condition, bits: int) -> ConditionCoverage:
    possible = tuple(_possible(condition))
    seen = tuple(one for one, bit in SEEN.items() if bits & bit)
    line = policy.source.span(condition.start, condition.end).line
    return ConditionCoverage(str(condition.operator), condition.key, line, seen, possible)


def _possible(condition: Condition) -> Iterator[Seen]:
    """Yield the outcomes that can occur: a key that AWS always sends is never absent, `Null` asks for presence only."""
    always = condition.key.lower() in _always()
    if condition.operator.base != "Null":
        yield from ("true", "false") if always else ("true", "false", "absent")
        return
    yield "true" if condition.holds(lambda _key: "") else "false"
    if not always:
        yield "absent"


def _always() -> frozenset[str]:
    return frozenset(key.name.lower() for key in global_keys() if key.always)


def _entries(policy: Policy, element: Element | None, bits: int) -> Iterator[EntryCoverage]:
    for place, entry in enumerate(element.entries if element is not None else ()):
        yield EntryCoverage(entry.text, policy.entry_span(entry).line, bool(bits >> place & 1))
