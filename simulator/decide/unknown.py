"""Decisions that hang on a value which AWS always sends and nobody stated.

`undetermined` asks whether a decision would change with the values of such keys.  A statement that
depends on one of them *may* apply; deciding is monotone in the statements that apply (more Allows
never deny, more Denies never allow), so the four corners of "may" cover every value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.decide.evaluate import LayerMasks
from simulator.decide.keys import statement_keys
from simulator.policy.variables import variables_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.decide.context import Context
    from simulator.decide.evaluate import Evaluator
    from simulator.decide.index import StatementSet
    from simulator.policy.conditions import Condition

__all__ = ["open_keys", "undetermined"]


def open_keys(evaluator: Evaluator, context: Context, always: Iterable[str]) -> frozenset[str]:
    """Return those of the keys *always* sent (lower case) that policies refer to and *context* lacks."""
    used = frozenset(
        key for _, layer in evaluator.layer_sets for ref in layer.refs for key in statement_keys(ref.statement)
    )
    return frozenset(key for key in used.intersection(always) if key not in context)


def undetermined(
    evaluator: Evaluator,
    action: str,
    resource: str,
    context: Context,
    unknown: frozenset[str],
    *,
    owner: str | None = None,
) -> tuple[str, ...]:
    """Return the keys of *unknown* with whose values the decision would change; empty when it would not."""
    if not unknown:
        return ()
    bit = evaluator.table.bit(action)
    bounds = {name: _bounds(layer, resource, context, unknown) for name, layer in evaluator.layer_sets}
    effects = {
        evaluator.effect(evaluator.planes_of(_corner(evaluator, bounds, allow, deny), resource, owner=owner), bit)
        for allow in (0, 1)
        for deny in (0, 1)
    }
    if len(effects) == 1:
        return ()
    return tuple(sorted(_suspects(evaluator, bounds, bit) & unknown))


def _corner(evaluator: Evaluator, bounds: dict[str, tuple[int, int]], allow: int, deny: int) -> LayerMasks:
    """Take the Allows of bound *allow* and the Denies of bound *deny* (0: surely apply, 1: may apply)."""
    sets = dict(evaluator.layer_sets)

    def mask(name: str) -> int:
        if name not in sets:
            return 0
        return (bounds[name][allow] & ~sets[name].deny) | (bounds[name][deny] & sets[name].deny)

    return LayerMasks(
        mask("identity"),
        mask("boundary"),
        mask("session"),
        mask("resource") & evaluator.named,
        tuple(mask(f"scp.{number}") for number in range(1, len(evaluator.scps) + 1)),
        tuple(mask(f"rcp.{number}") for number in range(1, len(evaluator.rcps) + 1)),
    )


def _bounds(layer: StatementSet, resource: str, context: Context, unknown: frozenset[str]) -> tuple[int, int]:
    """Return the statements that surely apply, and those that may."""
    covering = layer.covering(resource, context)
    surely = possibly = 0
    for i, ref in enumerate(layer.refs):
        statement = ref.statement
        states = [_state(condition, context.get, unknown) for condition in statement.conditions]
        if any(_depends(entry.text, unknown) for entry in (statement.resources.entries if statement.resources else ())):
            states.append(None)
        else:
            states.append(bool(covering >> i & 1))
        if False not in states:
            possibly |= 1 << i
            surely |= 0 if None in states else 1 << i
    return surely, possibly


def _state(
    condition: Condition, lookup: Callable[[str], str | tuple[str, ...] | None], unknown: frozenset[str]
) -> bool | None:
    """Tell whether *condition* holds; None when it depends on a key of *unknown*."""
    if condition.key.lower() in unknown:
        if condition.operator.base == "Null" and condition.operator.qualifier is None:
            return any(value.text.lower() != "true" for value in condition.values)  # the key is always sent
        return None
    if condition.variables and any(_depends(value.text, unknown) for value in condition.values):
        return None
    return condition.holds(lookup)


def _depends(text: str, unknown: frozenset[str]) -> bool:
    return any(name.lower() in unknown for name in variables_in(text))


def _suspects(evaluator: Evaluator, bounds: dict[str, tuple[int, int]], bit: int) -> frozenset[str]:
    """Return the keys of the statements that may apply, name the action and don't surely apply."""
    found: set[str] = set()
    for name, layer in evaluator.layer_sets:
        surely, possibly = bounds[name]
        for i, ref in enumerate(layer.refs):
            if (possibly & ~surely) >> i & 1 and layer.actions[i] & bit:
                found |= statement_keys(ref.statement)
    return frozenset(found)
