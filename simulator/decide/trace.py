"""What each statement made of a request: which of its sets it lies in, which it missed.

Read from the same masks that decide.  A near miss is a statement that could have changed the
decision and missed by one set, or, failing that, by two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.decide.decision import Effect
from simulator.policy.model import StatementEffect
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.decide.context import Context
    from simulator.decide.decision import StatementRef
    from simulator.decide.evaluate import Evaluator
    from simulator.policy.conditions import Condition

__all__ = ["Part", "StatementTrace", "near_misses", "trace"]

Part: TypeAlias = Literal["action", "resource", "principal", "condition"]


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """One statement against one request; `missed` is empty when it applied.

    `conditions` pairs each condition with whether it held.
    """

    layer: str
    ref: StatementRef
    missed: tuple[Part, ...]
    conditions: tuple[tuple[Condition, bool], ...]

    @property
    def applied(self) -> bool:
        """Tell whether the statement applied to the request."""
        return not self.missed


def trace(evaluator: Evaluator, action: str, resource: str, context: Context) -> tuple[StatementTrace, ...]:
    """Return what every statement of every layer made of the request, in order."""
    bit = evaluator.table.bit(action)
    found: list[StatementTrace] = []
    for name, layer in evaluator.layer_sets:
        sets: dict[Part, int] = {
            "action": layer.naming(bit),
            "resource": layer.covering(resource, context),
            "principal": evaluator.named if name == "resource" else layer.all,
            "condition": layer.holding(context),
        }
        for i, ref in enumerate(layer.refs):
            missed = tuple(part for part, mask in sets.items() if not mask >> i & 1)
            conditions = tuple((c, c.holds(context.get)) for c in ref.statement.conditions)
            found.append(StatementTrace(name, ref, missed, conditions))
    return tuple(found)


def near_misses(
    evaluator: Evaluator,
    action: str,
    resource: str,
    context: Context,
    *,
    actual: Effect,
    wanted: StatementEffect | None = None,
    named: Callable[[StatementRef], bool] = lambda _: False,
    limit: int = 3,
) -> tuple[StatementTrace, ...]:
    """Return the statements that nearly changed the decision *actual*, the nearest first.

    For a denial those are Allows that did not apply, for an allow Denies, unless it is said what is *wanted*: a Deny,
    where a denial by default was to be an explicit one.  What is *named* comes first, then statements that name the
    action; another one that names neither action nor resource is not near.
    """
    wanted = wanted or (StatementEffect.DENY if actual is Effect.ALLOWED else StatementEffect.ALLOW)
    candidates = [
        step
        for step in trace(evaluator, action, resource, context)
        if not step.applied
        and step.ref.statement.effect is wanted
        and (named(step.ref) or not {"action", "resource"} <= set(step.missed))
    ]
    candidates.sort(key=lambda step: (not named(step.ref), len(step.missed), "action" in step.missed))
    return tuple(candidates[:limit])
