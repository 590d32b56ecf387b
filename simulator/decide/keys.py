"""Which context keys policies refer to.

Rules: ``docs/semantics.md``, Z3, K8, K9, A8, Z16.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from simulator.policy.variables import variables_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.decide.context import Context
    from simulator.policy.model import Policy, Statement

__all__ = ["condition_keys", "missing_keys", "referenced_keys", "statement_keys", "variable_keys"]

_SPECIALS = frozenset("*?$")


def condition_keys(statement: Statement) -> Iterator[str]:
    """Yield the keys of the statement's conditions, spelled as written."""
    return (condition.key for condition in statement.conditions)


def variable_keys(statement: Statement) -> Iterator[str]:
    """Yield what stands in the ``${…}`` of resources and condition values, ``*``, ``?`` and ``$`` too."""
    if not statement.variables:
        return
    for entry in statement.resources.entries if statement.resources is not None else ():
        yield from variables_in(entry.text)
    for condition in statement.conditions:
        for value in condition.values:
            yield from variables_in(value.text)


@lru_cache(maxsize=16384)
def statement_keys(statement: Statement) -> frozenset[str]:
    """Return the keys that the statement refers to, in lower case."""
    names = (*condition_keys(statement), *variable_keys(statement))
    return frozenset(name.lower() for name in names if name and name not in _SPECIALS)


@lru_cache(maxsize=4096)
def referenced_keys(policy: Policy) -> tuple[str, ...]:
    """Return what GetContextKeys reports for one document: spellings apart, each once (K9)."""
    found: dict[str, None] = {}
    for statement in policy.statements:
        found.update(dict.fromkeys(condition_keys(statement)))
        found.update(dict.fromkeys(name for name in variable_keys(statement) if name))
    return tuple(found)


def missing_keys(policies: Iterable[Policy], stated: Context) -> tuple[str, ...]:
    """Return the keys that *policies* refer to and the request did not state (Z3, A8).

    *stated* holds the request's own entries only, not what the simulator fills in.
    """
    found: dict[str, None] = {}
    for policy in policies:
        found.update(dict.fromkeys(referenced_keys(policy)))
    return tuple(name for name in found if name not in _SPECIALS and name not in stated)
