"""Reading the Condition block of a statement.

Rules: ``docs/semantics.md``, G50 to G55.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import nearest
from simulator.policy.conditions import OPERATORS, Condition, ConditionValue, Operator
from simulator.policy.operators import parse_date
from simulator.text.source import Kind, Node

if TYPE_CHECKING:
    from simulator.errors import Collector, Diagnostic

__all__ = ["in_words", "read_conditions"]

_EXAMPLE = 'as "Condition": {"StringEquals": {"aws:username": ["ann", "bob"]}}'
_SCALARS = (Kind.STRING, Kind.NUMBER, Kind.BOOLEAN)


def read_conditions(
    block: Node | None, faults: Collector, *, variables: bool, lenient: bool = False
) -> tuple[Condition, ...]:
    """Read ``{operator: {key: values}}``; an empty block or operator holds no condition (G53).

    Read leniently, a key may stand twice in two spellings: GetContextKeys reports both (K9).
    """
    if block is None:
        return ()
    if block.kind is not Kind.MAPPING:
        faults.add(block.fault("policy-type", f"`Condition` must be an object, not {in_words(block)}", help=_EXAMPLE))
        return ()
    conditions: list[Condition] = []
    for name, body in block.pairs:
        if body.kind is not Kind.MAPPING:
            faults.add(
                body.fault("policy-type", f"`{name.text}` must hold an object of keys and values", help=_EXAMPLE)
            )
            continue
        operator = Operator.parse(name.text)
        if operator is None:
            if body.pairs:  # AWS takes an unknown operator without a body (G52)
                faults.add(_unknown_operator(name))
            continue
        conditions.extend(_keys(operator, body, faults, variables=variables, lenient=lenient))
    return tuple(conditions)


def _unknown_operator(name: Node) -> Diagnostic:
    prefix, colon, rest = name.text.rpartition(":")
    suffix = "IfExists" if rest.endswith("IfExists") else ""
    near = nearest(rest.removesuffix("IfExists"), OPERATORS)
    advice = f"did you mean `{prefix}{colon}{near}{suffix}`?" if near else ""
    return name.fault("policy-operator", f"unknown condition operator `{name.text}`", help=advice)


def _keys(operator: Operator, body: Node, faults: Collector, *, variables: bool, lenient: bool) -> list[Condition]:
    conditions: list[Condition] = []
    seen: dict[str, str] = {}
    for key, value in body.pairs:
        first = seen.setdefault(key.text.lower(), key.text)
        if first != key.text and not lenient:
            faults.add(
                key.fault(
                    "policy-condition-key",
                    f"`{key.text}` stands here already as `{first}`: case does not matter",
                    help=f"put the values into one list, under `{first}`",
                )
            )
        values = _values(value, faults)
        if operator.base.startswith("Date"):
            _check_dates(values, value, faults)
        conditions.append(Condition(operator, key.text, values, variables, key.start, value.end))
    return conditions


def in_words(node: Node) -> str:
    """Return what stands at *node*, as JSON calls it."""
    return _JSON_WORDS[node.kind]


_JSON_WORDS = {
    Kind.STRING: "text",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "a boolean",
    Kind.NULL: "null",
    Kind.SEQUENCE: "a list",
    Kind.MAPPING: "an object",
}


def _values(node: Node, faults: Collector) -> tuple[ConditionValue, ...]:
    values: list[ConditionValue] = []
    for item in node.items if node.kind is Kind.SEQUENCE else (node,):
        if item.kind in _SCALARS:
            values.append(ConditionValue(item.text, item.start, item.end))
        else:
            faults.add(
                item.fault(
                    "policy-type",
                    f"a condition value must be text, number or boolean, not {in_words(item)}",
                    help=_EXAMPLE,
                )
            )
    return tuple(values)


def _check_dates(values: tuple[ConditionValue, ...], node: Node, faults: Collector) -> None:
    for value in values:
        if parse_date(value.text) is None:
            faults.add(
                node.source.fault(
                    "policy-date",
                    f"`{value.text}` is no date",
                    value.start,
                    value.end,
                    help="write it as 2026-12-31T23:59:59Z or as seconds since 1970",
                )
            )
