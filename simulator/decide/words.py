"""What a statement missed, in words: the pattern, the key with its value or absence, the variable.

Read from the traces of `simulator.decide.trace`; nothing is matched anew but single conditions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.decide.index import single
from simulator.policy.variables import Template

if TYPE_CHECKING:
    from simulator.decide.context import Context
    from simulator.decide.trace import StatementTrace
    from simulator.policy.conditions import Condition
    from simulator.policy.model import Element, Statement

__all__ = ["condition_words", "missed_words"]

_SHOWN = 4


def missed_words(step: StatementTrace, action: str, resource: str, context: Context) -> str:
    """Say what the statement missed of the request; empty when it applied."""
    statement = step.ref.statement
    words: list[str] = []
    for part in step.missed:
        match part:
            case "action":
                words.append(_element_words("Action", statement.actions, action))
            case "resource":
                words.append(_resource_words(statement, resource, context))
            case "principal":
                words.append("its Principal does not name the caller")
            case "condition":
                words += [condition_words(c, context) for c, held in step.conditions if not held]
    return "; ".join(words)


def condition_words(condition: Condition, context: Context) -> str:
    """Say what a condition wants and what the request has."""
    wanted = _listed([value.text for value in condition.values])
    value = context.get(condition.key)
    if value is None:
        given = "is absent"
    elif isinstance(value, tuple):
        given = f"is the list {_listed(value)}"
    else:
        given = f"is `{value}`"
    unresolved = [
        v for value in condition.values for v in _unresolved(value.text, context, variables=condition.variables)
    ]
    note = f" ({_listed(unresolved)} has no value)" if unresolved else ""
    return f"{condition.operator} {condition.key} wants {wanted}, it {given}{note}"


def _element_words(name: str, element: Element | None, asked: str) -> str:
    if element is None:
        return f"it has no {name}"
    if element.negated:
        return f"its Not{name} takes out `{asked}`"
    return f"its {name} {_listed(element.texts)} does not name `{asked}`"


def _resource_words(statement: Statement, resource: str, context: Context) -> str:
    words = _element_words("Resource", statement.resources, resource)
    texts = statement.resources.texts if statement.resources is not None else ()
    unresolved = [v for text in texts for v in _unresolved(text, context, variables=statement.variables)]
    return f"{words} ({_listed(unresolved)} has no value)" if unresolved else words


def _unresolved(text: str, context: Context, *, variables: bool) -> list[str]:
    """Return the variables of *text* that have neither value nor default."""
    value_of = single(context)
    found = Template.parse(text, variables=variables).variables
    return [v.text for v in found if v.default is None and (v.key is None or value_of(v.key) is None)]


def _listed(texts: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(f"`{text}`" for text in texts[:_SHOWN])
    more = len(texts) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown or "nothing"
