"""Which statements of a policy are new or changed against an earlier text of the same file.

A statement is unchanged when it stands in the earlier text too, word for word but for indentation, wherever; so
moving one, or another comma behind it, is no change.  Another `Version` changes what every statement means.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.errors import InputError
from simulator.text.json import parse_json
from simulator.text.source import Source

if TYPE_CHECKING:
    from simulator.policy.model import Policy

__all__ = ["changed_statements"]


def changed_statements(policy: Policy, earlier: str | None) -> frozenset[int]:
    """Return the indices of the statements of *policy* that the file's text *earlier* lacks; without one all."""
    if earlier is None or _version(policy.source.text) != _version(earlier):
        return frozenset(statement.index for statement in policy.statements)
    old = _stripped(earlier)
    seen: Counter[str] = Counter()
    found: set[int] = set()
    for statement in policy.statements:
        text = _stripped(policy.quote(statement))
        seen[text] += 1
        if old.count(text) < seen[text]:
            found.add(statement.index)
    return frozenset(found)


def _stripped(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines())


def _version(text: str) -> str | None:
    """Return the `Version` of a policy file; None for what is no JSON, as a suite around an inline policy."""
    try:
        node = parse_json(Source.of_text(text, name=""))
    except InputError:
        return None
    version = node.get("Version")
    return None if version is None else version.text
