"""Nearly right names: which known action or service was meant.

An unknown action is no proof of a slip: AWS's own policies name actions that no list has.  So the
bar is high (`CUTOFF`), the service is settled first, and only its own actions are looked at.
Measured: 0.85 finds every one-letter slip in iam, ec2, sts and s3 (``docs/catalogue.md``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.policy.actions import ActionTable

__all__ = ["CUTOFF", "like_action", "like_service"]

CUTOFF = 0.85
_SERVICE_CUTOFF = 0.66  # two letters of three: `imm` for `iam`
_SERVICES_TRIED = 5
_LONGEST = 128  # what the API takes for an action's name
_WORD = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+"


def like_service(name: str, services: Sequence[str]) -> tuple[str, ...]:
    """Return the prefixes that *name* may stand for, best first; only itself when it is one."""
    name = name.lower()
    if name in services:
        return (name,)
    if len(name) > _LONGEST:
        return ()
    import difflib  # noqa: PLC0415  # only for a name that is wrong

    return tuple(difflib.get_close_matches(name, services, _SERVICES_TRIED, _SERVICE_CUTOFF))


def like_action(name: str, names: ActionTable, services: Sequence[str]) -> str | None:
    """Return the known action that *name* was meant to be, or None when none is near enough."""
    service, colon, action = name.partition(":")
    if not colon or len(name) > _LONGEST:
        return None
    found = like_service(service, services)
    for candidate in found:
        place = names.place(f"{candidate}:{action}")
        if place is not None:
            return names.names[place]
    return _in_service(action, names, found[0]) if found else None


def _in_service(action: str, names: ActionTable, service: str) -> str | None:
    places = names.service_range(service)
    known = {names.names[place].partition(":")[2]: names.names[place] for place in places}
    folded = {short.lower(): full for short, full in known.items()}
    import difflib  # noqa: PLC0415  # only for a name that is wrong

    close = difflib.get_close_matches(action.lower(), folded, 1, CUTOFF)
    if close:
        return folded[close[0]]
    # Words in another order score low by letters: `MFADeviceEnable` for `EnableMFADevice`.
    words = _words(action)
    return next((full for short, full in known.items() if _words(short) == words), None) if len(words) > 1 else None


def _words(action: str) -> list[str]:
    return sorted(word.lower() for word in re.findall(_WORD, action))
