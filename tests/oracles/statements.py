"""Identity policies alone: which statements match a request, and what they decide (E1, E2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.oracles.conditions import holds, listed
from tests.oracles.patterns import arn_readings, elements, matches
from tests.oracles.variables import Value, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["ALLOWED", "EXPLICIT_DENY", "IMPLICIT_DENY", "Document", "Request", "Verdict", "decide", "matching", "read"]

ALLOWED, IMPLICIT_DENY, EXPLICIT_DENY = "allowed", "implicitDeny", "explicitDeny"

Document = dict[str, Any]  #: a policy as parsed JSON


class Request(NamedTuple):
    """What is asked; a list in the context is a list-typed entry."""

    action: str
    resource: str
    context: Mapping[str, Value]


class Verdict(NamedTuple):
    """AWS's word and the statements that led to it, as (document, statement), both counted from 1."""

    effect: str
    because: list[tuple[int, int]]


def read(text: str) -> Document:
    """Parse a policy; numbers keep their text (G51)."""
    document: Document = json.loads(text, parse_int=str, parse_float=str)
    return document


def decide(documents: Sequence[Document], request: Request) -> Verdict:
    """E2: a matching Deny wins, else a matching Allow, else it is denied by default."""
    found = {"Allow": [], "Deny": []}  # type: dict[str, list[tuple[int, int]]]
    for number, document in enumerate(documents, 1):
        for index, statement in matching(document, request):
            found[statement["Effect"]].append((number, index))
    if found["Deny"]:
        return Verdict(EXPLICIT_DENY, found["Deny"])
    return Verdict(ALLOWED, found["Allow"]) if found["Allow"] else Verdict(IMPLICIT_DENY, [])


def matching(document: Document, request: Request) -> Iterator[tuple[int, Document]]:
    """The statements that apply to the request (E1, without the principal), with their numbers."""
    variables = document.get("Version") == "2012-10-17"  # G4
    statements = document["Statement"]
    for index, statement in enumerate(statements if isinstance(statements, list) else [statements], 1):
        if (
            _names_action(statement, request.action)
            and _names_resource(statement, request, variables=variables)
            and holds(statement.get("Condition", {}), request.context, variables=variables)
        ):
            yield index, statement


def _names_action(statement: Document, action: str) -> bool:
    """M1-M7: without regard to case; NotAction is the complement (M6)."""
    patterns = listed(statement.get("Action", statement.get("NotAction")))
    hit = any(matches(elements([(pattern.lower(), False)]), action.lower()) for pattern in patterns)
    return hit == ("Action" in statement)


def _names_resource(statement: Document, request: Request, *, variables: bool) -> bool:
    """R1-R10: case counts; NotResource is the complement (R9), also of an entry without value (V4)."""
    patterns = listed(statement.get("Resource", statement.get("NotResource")))
    return any(_covers(pattern, request, variables=variables) for pattern in patterns) == ("Resource" in statement)


def _covers(pattern: str, request: Request, *, variables: bool) -> bool:
    if pattern == "*":
        return True  # R5
    pieces = resolve(pattern, request.context, variables=variables)
    readings = [] if pieces is None else arn_readings(pieces)  # V4: without its value it covers nothing
    return any(matches(reading, request.resource) for reading in readings)  # R6: the request `*` is a text like others
