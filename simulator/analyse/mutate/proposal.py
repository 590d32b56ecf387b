"""A scenario that is missing, with the verdict that its request gets today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.analyse.draft.text import scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.accounts.model import Principal
    from simulator.decide.context import Context, ContextValue
    from simulator.decide.decision import Word
    from simulator.suites.model import Session, Suite
    from simulator.suites.targets import Bound

__all__ = ["Proposal"]

_VERDICTS: dict[Word, str] = {"allowed": "allow", "implicitDeny": "implicitDeny", "explicitDeny": "explicitDeny"}


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A request of somebody in a suite, what is decided of it today, and what under the mutant."""

    suite: Suite
    principal: Principal
    session: Session
    action: str
    target: str  #: as `on:` names it
    bound: Bound  #: the resource asked, with the policy on it
    stated: Mapping[str, ContextValue | None]  #: under `context:`
    context: Context
    before: Word
    after: Word

    @property
    def resource(self) -> str:
        """The resource asked."""
        return self.bound.resources[0]

    def words(self) -> str:
        """Say what the scenario asks, on one line; with the verdict it is its name."""
        stated = "".join(f", {name} {_words(value)}" for name, value in self.stated.items())
        return f"{self.principal.label}, {self.session.name}{stated}: {self.action} on {self.target}"

    def yaml(self) -> str:
        """Return the scenario, to be pasted under `scenarios:`."""
        verdict = _VERDICTS[self.before]
        lines = [
            f"  - name: {scalar(f'{self.words()} is {verdict}')}",
            f"    as: {scalar(self.principal.label)}",
            f"    session: {scalar(self.session.name)}",
            f"    actions: {scalar(self.action)}",
            f"    on: {scalar(self.target)}",
        ]
        if self.stated:
            pairs = ", ".join(f"{scalar(name)}: {_value(value)}" for name, value in self.stated.items())
            lines.append(f"    context: {{{pairs}}}")
        return "\n".join([*lines, f"    expect: {verdict}"]) + "\n"


def _words(value: ContextValue | None) -> str:
    if value is None:
        return "absent"
    return (value or '""') if isinstance(value, str) else " and ".join(value)


def _value(value: ContextValue | None) -> str:
    if value is None:
        return "null"
    return scalar(value) if isinstance(value, str) else f"[{', '.join(map(scalar, value))}]"
