"""The three answers to a claim about all requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from simulator.decide.context import Context
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.decide.context import ContextValue

__all__ = ["Answer", "Counterexample", "Proved", "Unknown"]


@dataclass(frozen=True, slots=True)
class Proved:
    """The claim holds for every request, taken that the *assumptions* hold (in words, one a line)."""

    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A request for which the claim fails: the evaluator itself decided so.

    No key can be left out of `context`; the other assumptions of the proof hold for it.
    """

    action: str
    resource: str
    context: tuple[tuple[str, ContextValue], ...]

    def as_context(self) -> Context:
        """Return the context as the evaluator takes it."""
        return Context.of(dict(self.context))


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither a proof nor a counterexample was found; `reason` says what stood in the way."""

    reason: str


Answer: TypeAlias = Proved | Counterexample | Unknown
