"""Reading policies that AWS stores, many at once: there is nothing to refuse, and nobody asks for positions.

Python's own JSON reader takes a tenth of the time of ours.  What it can't tell (two equal keys, where
something stands) matters to documents of users, never to AWS's own, and a test holds the two readings
equal over all that are shipped.  Offsets are 0 everywhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.policy.conditions import Condition, ConditionValue, Operator
from simulator.policy.model import Element, Entry, Policy, PolicyKind, Statement, StatementEffect
from simulator.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["StoredReader"]

_VARIABLES_SINCE = "2012-10-17"
_NOWHERE = (0, 0)


class StoredReader:
    """Reads identity policies; equal entries of all that it reads are one value."""

    def __init__(self) -> None:
        # A number's text is its value, as in the trees of `simulator.text`.
        self._decode = json.JSONDecoder(parse_int=str, parse_float=str).decode
        self._entries: dict[str, Entry] = {}
        self._operators: dict[str, Operator | None] = {}

    def read(self, text: str, *, name: str) -> Policy:
        """Read one document."""
        document = self._decode(text)
        version = document.get("Version")
        statements = document["Statement"]
        if isinstance(statements, dict):
            statements = [statements]
        variables = version == _VARIABLES_SINCE
        found = tuple([self._statement(one, i, variables=variables) for i, one in enumerate(statements, 1)])
        return Policy(name, PolicyKind.IDENTITY, version, found, Source(name, text))

    def _statement(self, node: dict[str, Any], index: int, *, variables: bool) -> Statement:
        condition = node.get("Condition")
        return Statement(
            index=index,
            sid=node.get("Sid") or None,
            effect=StatementEffect(node["Effect"]),
            actions=self._element(node, "Action", "NotAction"),
            resources=self._element(node, "Resource", "NotResource"),
            principals=None,
            conditions=tuple(self._conditions(condition, variables=variables)) if condition else (),
            variables=variables,
            start=0,
            end=0,
            aws_start=_NOWHERE,
            aws_end=_NOWHERE,
        )

    def _element(self, node: dict[str, Any], plain: str, negated: str) -> Element:
        found = node.get(plain)
        texts = node[negated] if found is None else found
        if isinstance(texts, str):
            texts = (texts,)
        return Element(tuple([self._entry(text) for text in texts]), found is None)

    def _entry(self, text: str) -> Entry:
        found = self._entries.get(text)
        if found is None:
            found = self._entries[text] = Entry(text)
        return found

    def _conditions(self, block: dict[str, Any], *, variables: bool) -> Iterator[Condition]:
        for word, body in block.items():
            operator = self._operators.get(word)
            if operator is None:
                operator = self._operators[word] = Operator.parse(word)
            assert operator is not None, "AWS stores no unknown operator"
            for key, value in body.items():
                values = tuple(ConditionValue(_text(one), 0, 0) for one in _listed(value))
                yield Condition(operator, key, values, variables, 0, 0)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: str | bool) -> str:  # noqa: FBT001  # a value of JSON
    return value if isinstance(value, str) else str(value).lower()
