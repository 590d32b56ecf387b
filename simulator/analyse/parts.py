"""What each part of a statement made of a request, in words: what matched, and what exactly missed.

Whether a part held is read from `simulator.decide.trace`, and the words of a miss are those of
`simulator.decide.words`, which failures of a run show too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from simulator.analyse.samples import single_in
from simulator.decide.index import ResourceMatcher
from simulator.decide.principals import Naming, naming_of
from simulator.decide.words import condition_words, missed_words
from simulator.policy.model import Element
from simulator.policy.variables import Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.question import Request
    from simulator.decide.evaluate import Evaluator
    from simulator.decide.trace import Part, StatementTrace
    from simulator.policy.model import Statement

__all__ = ["PartTrace", "element_hits", "parts_of"]

_NAMED = {
    Naming.DIRECT: "its Principal names the caller",
    Naming.ROLE: "its Principal names the caller's role",
    Naming.ACCOUNT: "its Principal names the caller's account",
    Naming.NONE: "its Principal does not name the caller",
}


@dataclass(frozen=True, slots=True)
class PartTrace:
    """One part of a statement: whether the request lies in it, and why."""

    part: Part
    held: bool
    words: str


def parts_of(step: StatementTrace, evaluator: Evaluator, request: Request) -> tuple[PartTrace, ...]:
    """Return the parts of a statement in the order action, resource, principal, conditions."""
    return tuple(_parts(step, evaluator, request))


def _parts(step: StatementTrace, evaluator: Evaluator, request: Request) -> Iterator[PartTrace]:
    statement = step.ref.statement
    names: list[Part] = ["action", "resource"]
    if statement.principals is not None:
        names.append("principal")
    for part in names:
        held = part not in step.missed
        words = _held_words(part, statement, evaluator, request) if held else _missed(step, part, request)
        yield PartTrace(part, held, words)
    for condition, held in step.conditions:
        yield PartTrace("condition", held, condition_words(condition, request.context))


def _missed(step: StatementTrace, part: Part, request: Request) -> str:
    alone = replace(step, missed=(part,))
    words = missed_words(alone, request.action, request.resource, request.context)
    return words + _values(step.ref.statement, request) if part == "resource" else words


def _held_words(part: Part, statement: Statement, evaluator: Evaluator, request: Request) -> str:
    match part:
        case "action":
            return _element("Action", statement.actions, _naming(statement, evaluator, request))
        case "resource":
            hits = element_hits(statement, request.resource, request)
            return _element("Resource", statement.resources, hits) + _values(statement, request)
        case "principal":
            bounded = request.stack.boundary is not None
            return _NAMED[naming_of(statement, request.caller, bounded=bounded)]
        case "condition":
            return ""
        case _:
            assert_never(part)


def _naming(statement: Statement, evaluator: Evaluator, request: Request) -> list[str]:
    bit = evaluator.table.bit(request.action)
    texts = statement.actions.texts if statement.actions is not None else ()
    return [text for text in texts if evaluator.table.mask(text) & bit]


def element_hits(statement: Statement, resource: str, request: Request) -> list[str]:
    """Return the entries of Resource or NotResource that match *resource* in the request's context."""
    entries = statement.resources.entries if statement.resources is not None else ()
    return [
        entry.text
        for entry in entries
        if ResourceMatcher(Element((entry,)), variables=statement.variables).matches(resource, request.context)
    ]


def _element(name: str, element: Element | None, hits: Iterable[str]) -> str:
    if element is None:
        return f"it has no {name}, which names everything"
    if element.negated:
        return f"its Not{name} does not take it out"
    return f"its {name} `{next(iter(hits), '')}` names it"


def _values(statement: Statement, request: Request) -> str:
    """Say what the variables of the resources stand for, or that they have no value."""
    texts = statement.resources.texts if statement.resources is not None else ()
    value_of = single_in(request.context)
    found: dict[str, None] = {}
    for text in texts if statement.variables else ():
        for variable in Template.parse(text).variables:
            value = None if variable.key is None else value_of(variable.key)
            if value is not None:
                found[f"`{variable.text}` is `{value}`"] = None
            elif variable.default is None and statement.resources is not None and statement.resources.negated:
                found[f"`{variable.text}` has no value, so that entry takes nothing out"] = None
    return f" ({', '.join(found)})" if found else ""
