"""A difference as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from simulator.decide.context import ContextValue

__all__ = ["EXPLICIT", "IMPLICIT", "Access", "CellChanges", "Diff", "Flip", "Outcome", "Proof", "Row"]

EXPLICIT, IMPLICIT = "explicitDeny", "implicitDeny"

Outcome: TypeAlias = Literal["proved", "counterexample", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """An action, and where it moved: sessions, each with its targets.

    `denied` is how, in the version that does not allow it: explicitly, implicitly, or here so and there so.
    """

    action: str
    level: str
    where: tuple[tuple[str, tuple[str, ...]], ...]
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A claim about all requests, and the answer: assumptions, the request that refutes it, or what stood in the way."""

    claim: str
    outcome: Outcome
    assumptions: tuple[str, ...] = ()
    action: str = ""
    resource: str = ""
    context: tuple[tuple[str, ContextValue], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """What changes for `who`, or for anybody who has the policies `who` *alone*: `lifted` and `forbidden` are explicit denials of what nobody allows.

    `proofs` are of NEW against OLD first: that it allows nothing new, and, where it is told of a policy by itself,
    that it lifts no denial.
    """

    who: tuple[str, ...]
    alone: bool
    gained: tuple[Row, ...]
    lost: tuple[Row, ...]
    lifted: tuple[Row, ...]
    forbidden: tuple[Row, ...]
    proofs: tuple[Proof, ...]
    unstated: tuple[str, ...] = ()  #: keys that policies ask for and not every session states
    sessions_left_out: int = 0

    @property
    def opens(self) -> bool:
        """Tell whether something may be open that was not, or whether nobody can tell."""
        return bool(self.gained or self.lifted) or any(
            one.outcome != "proved" for one in self.proofs if one.claim in OPENING
        )

    @property
    def moves(self) -> bool:
        """Tell whether anything is told."""
        refuted = any(one.outcome != "proved" for one in self.proofs)
        return bool(self.gained or self.lost or self.lifted or self.forbidden or refuted)


NEW_ALLOWS = "NEW allows nothing that OLD does not"
NEW_LIFTS = "NEW lifts no explicit denial of OLD"
OLD_ALLOWS = "OLD allows nothing that NEW does not"
OPENING = (NEW_ALLOWS, NEW_LIFTS)


@dataclass(frozen=True, slots=True)
class Flip:
    """A cell that is decided otherwise, or judged otherwise."""

    id: str
    file: str
    line: int
    expected: str
    before: str
    after: str
    holds: bool  #: it is as expected now
    was_expected: str = ""  #: where another verdict, or another statement to decide, was expected before

    @property
    def opened(self) -> bool:
        """Tell whether what was denied is allowed now."""
        return self.after == "allowed" != self.before


@dataclass(frozen=True, slots=True)
class CellChanges:
    """The cells of both versions: `compared` are in both; `note` says why there are none, or not all."""

    compared: int = 0
    flips: tuple[Flip, ...] = ()
    added: int = 0
    removed: int = 0
    note: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Diff:
    """Two versions, what of the policies changed, and what that changes."""

    old: str
    new: str
    changed: tuple[str, ...]
    cells: CellChanges
    access: tuple[Access, ...]
    left_out: int = 0  #: of those whose policies changed, beyond the most that are compared

    @property
    def complete(self) -> bool:
        """Tell that everything could be compared."""
        return self.cells.complete and not self.left_out and not any(one.sessions_left_out for one in self.access)

    @property
    def clean(self) -> bool:
        """Tell that no cell flips and that no access is new."""
        return self.complete and not self.cells.flips and not any(one.opens for one in self.access)
