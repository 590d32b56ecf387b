"""Two answers to one request: alike, or in which aspect they differ.

Orders are not compared, since AWS's are not stable (A5), nor is the wording of refusals.  An aspect that
follows from a coarser one is not told apart: where decisions differ, so do the statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, assert_never

from simulator.backends.batch import Failure, SimulationAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.backends.batch import Outcome
    from simulator.backends.shapes import EvaluationResult, MatchedStatement, ResourceSpecificResult
    from simulator.suites.answers import Statements

__all__ = ["Answer", "Aspect", "differing"]

_FLAGS = ("OrganizationsDecisionDetail", "PermissionsBoundaryDecisionDetail")


class Aspect(Enum):
    """What of two answers differs, the coarsest first."""

    REFUSAL = "refusal"  #: one is refused, or with another code
    DECISION = "decision"
    STATEMENTS = "deciding statements"
    MISSING = "missing keys"
    DETAILS = "details"  #: what a boundary, the organization, or a side of a cross-account request says


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is compared; number 0 is the whole operation, 1 its first resource."""

    refusal: str
    decisions: tuple[str, ...] = ()
    statements: frozenset[tuple[int, str]] = frozenset()
    missing: frozenset[tuple[int, str]] = frozenset()
    details: frozenset[tuple[int, str]] = frozenset()

    @classmethod
    def of(cls, outcome: Outcome, names: Statements) -> Answer:
        """Read an outcome; *names* finds the statements of our files."""
        match outcome:
            case Failure():
                return cls(f"{outcome.code}: {outcome.message}")
            case SimulationAnswer(result):
                return _read(result, names)
            case _:
                assert_never(outcome)

    def words(self, aspect: Aspect) -> str:
        """Say what stands in the answer, up to *aspect*."""
        if self.refusal:
            return f"refused: {self.refusal}"
        found = [self.decisions[0]]
        found += [f"resource {n}: {word}" for n, word in enumerate(self.decisions[1:], 1) if word != self.decisions[0]]
        if self.statements:
            found.append("by " + _listed(self.statements))
        if aspect is Aspect.MISSING:
            found.append("missing " + (_listed(self.missing) or "nothing"))
        if aspect is Aspect.DETAILS:
            found.append(_listed(self.details) or "no details")
        return "; ".join(found)


def differing(one: Answer, other: Answer) -> Aspect | None:
    """Return the coarsest aspect in which two answers differ; None when they are alike."""
    pairs = (
        (Aspect.REFUSAL, one.refusal.partition(":")[0], other.refusal.partition(":")[0]),
        (Aspect.DECISION, one.decisions, other.decisions),
        (Aspect.STATEMENTS, one.statements, other.statements),
        (Aspect.MISSING, one.missing, other.missing),
        (Aspect.DETAILS, one.details, other.details),
    )
    return next((aspect for aspect, mine, yours in pairs if mine != yours), None)


def _listed(pairs: frozenset[tuple[int, str]]) -> str:
    return ", ".join(dict.fromkeys(text for _, text in sorted(pairs)))


def _read(result: EvaluationResult, names: Statements) -> Answer:
    parts = result.get("ResourceSpecificResults", [])
    numbered: list[tuple[int, EvaluationResult | ResourceSpecificResult]] = [(0, result), *enumerate(parts, 1)]
    return Answer(
        refusal="",
        decisions=(result["EvalDecision"], *(part["EvalResourceDecision"] for part in parts)),
        statements=frozenset(
            (n, _name(one, names)) for n, part in numbered for one in part.get("MatchedStatements", [])
        ),
        missing=frozenset((n, key) for n, part in numbered for key in part.get("MissingContextValues", [])),
        details=frozenset((n, text) for n, part in numbered for text in _details(part)),
    )


def _details(part: EvaluationResult | ResourceSpecificResult) -> Iterator[str]:
    plain: dict[str, Any] = dict(part)
    yield from (f"{side} {effect}" for side, effect in plain.get("EvalDecisionDetails", {}).items())
    yield from (f"{name} {str(value).lower()}" for flag in _FLAGS for name, value in plain.get(flag, {}).items())


def _name(matched: MatchedStatement, names: Statements) -> str:
    ref = names.find(matched)
    if ref is not None:
        return f"{ref.policy.name}#{ref.statement.label}"
    end = matched["EndPosition"]
    return f"{matched['SourcePolicyId']} until {end['Line']}:{end['Column']}"
