"""What is known of a statement's coverage, as one integer; the union of two is ``|``.

The low bits are flags, then come three for each condition (true, false, absent), then one for each action entry,
then one for each resource entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.accounts.policies import LoadedPolicy
    from simulator.policy.model import Element, Statement
    from simulator.suites.coverage import Missed, Seen

__all__ = [
    "ALONE",
    "DECISIVE",
    "MATCHED",
    "MISSED",
    "SEEN",
    "Hits",
    "Layout",
    "key_of",
]

Hits: TypeAlias = "dict[str, tuple[int, ...]]"
"""For each policy (see `key_of`) an integer a statement, in order."""

DECISIVE: Final = 1
MATCHED: Final = 2
ALONE: Final = 4
MISSED: Final[Mapping[Missed, int]] = {"action": 8, "resource": 16, "condition": 32, "principal": 64, "gate": 128}
SEEN: Final[Mapping[Seen, int]] = {"true": 1, "false": 2, "absent": 4}

_FLAGS = 8
_A_CONDITION = len(SEEN)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the bits of a statement's parts begin."""

    actions: int
    resources: int

    @classmethod
    def of(cls, statement: Statement) -> Layout:
        """Lay out the bits of *statement*."""
        actions = _FLAGS + _A_CONDITION * len(statement.conditions)
        return cls(actions, actions + _length(statement.actions))

    def condition(self, place: int) -> int:
        """Return where the bits of a condition begin."""
        return _FLAGS + _A_CONDITION * place


def _length(element: Element | None) -> int:
    return len(element.entries) if element is not None else 0


def key_of(policy: LoadedPolicy) -> str:
    """Name a policy: one text at one place is one policy, in whatever suite."""
    return f"{policy.path}\n{policy.sha256}"
