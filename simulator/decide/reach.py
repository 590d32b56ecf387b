"""What policies can tell apart: the services that their resources name, the keys that targets bring.

A resource of a service that no policy names matches the same elements as any other such resource, so a
sweep over thousands of them decides one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.decide.keys import statement_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.policy.model import Policy, Statement

__all__ = ["named_services", "tells_targets_apart"]

_OPEN = re.compile(r"[*?$]")
_OF_TARGET = re.compile(r"aws:(?:requestedregion|resourceaccount|resourceorgid|resourceorgpaths)|.*tag/.*", re.DOTALL)


def named_services(policies: Iterable[Policy]) -> frozenset[str] | None:
    """Return the services of the ARNs that *policies* name; None when one of them is open.

    INVARIANT: every text that such a resource pattern matches, ``*`` apart, holds ``:SERVICE:``.
    """
    found: set[str] = set()
    for policy in policies:
        for statement in policy.statements:
            for text in _texts(statement):
                parts = text.split(":")
                if len(parts) < 3 or _OPEN.search(parts[2]) or "$" in parts[1]:  # noqa: PLR2004, RUF100  # an ARN's third part
                    return None
                found.add(parts[2])
    return frozenset(found)


def _texts(statement: Statement) -> list[str]:
    """Return the resource texts that don't match everything."""
    texts = statement.resources.texts if statement.resources is not None else ()
    return [text for text in texts if text.strip("*")]


def tells_targets_apart(policies: Iterable[Policy]) -> bool:
    """Tell whether *policies* refer to a key whose value follows from the target."""
    statements = (statement for policy in policies for statement in policy.statements)
    return any(_OF_TARGET.fullmatch(key) for statement in statements for key in statement_keys(statement))
