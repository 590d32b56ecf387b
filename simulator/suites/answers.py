"""Answers of the API as decisions on cells: effects, statements of our own files, missing keys.

AWS names a statement by the place of its document in the request and by its braces; `Statements` finds
ours.  Where a service control policy denies, AWS names no statement at all.

Rules: A4 to A10 in ``docs/semantics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from simulator.backends.batch import Failure, SimulationAnswer
from simulator.decide.decision import Effect, StatementRef
from simulator.policy.model import StatementEffect
from simulator.policy.parse import parse_policy_text
from simulator.suites.judge import named_by, strictest
from simulator.suites.result import Difference
from simulator.suites.results import KEPT, Evidence, deciding_of, many_differ, one_differs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.backends.batch import Outcome
    from simulator.backends.shapes import EvaluationResult, MatchedStatement
    from simulator.suites.asking import Operation
    from simulator.suites.cells import Cell

__all__ = ["Decided", "Statements", "decided", "judged", "untold"]

_Place: TypeAlias = tuple[int, int]
_DECIDE = {Effect.ALLOWED: StatementEffect.ALLOW, Effect.EXPLICIT_DENY: StatementEffect.DENY}


@dataclass(frozen=True, slots=True)
class Decided:
    """What was answered to an operation.

    `strays` name statements that are none of ours; `ended` tells that the organization denied, of which
    AWS shows no statement.
    """

    operation: Operation
    effect: Effect
    deciding: tuple[StatementRef, ...]
    missing: tuple[str, ...]
    strays: tuple[str, ...]
    ended: bool

    def holds(self, cell: Cell) -> bool:
        """Tell whether it is what *cell* expects."""
        accepted = self.effect.value in cell.expected.verdict.accepts
        by = cell.expected.by
        return accepted and (by is None or any(named_by(by, ref) for ref in self.deciding))


class Statements:
    """The statements of a principal's policies by the names that answers give them."""

    def __init__(self, principal: Principal, policy: LoadedPolicy | None) -> None:
        documents = {loaded.policy: loaded for loaded in principal.loaded_policies}
        stack = principal.stack()
        named = [(f"PolicyInputList.{n}", documents[one]) for n, one in enumerate(stack.identity, 1)]
        if policy is not None:
            named.append(("ResourcePolicy", policy))
        if stack.boundary is not None:
            named.append(("PermissionsBoundaryPolicyInputList.1", documents[stack.boundary]))
        self._found = {(name, place): ref for name, loaded in named for place, ref in _places(loaded)}
        self._order = {ref: number for number, ref in enumerate(self._found.values())}

    def find(self, matched: MatchedStatement) -> StatementRef | None:
        """Return our statement; None when there is none at that place."""
        end = matched["EndPosition"]
        return self._found.get((matched["SourcePolicyId"], (end["Line"], end["Column"])))

    def ordered(self, refs: Iterable[StatementRef]) -> tuple[StatementRef, ...]:
        """Return *refs* in the order of policies and statements: that of answers is not stable (A5)."""
        return tuple(sorted(refs, key=self._order.__getitem__))


def _places(loaded: LoadedPolicy) -> Iterator[tuple[_Place, StatementRef]]:
    """Yield the end of each statement in the document as it is sent, and the statement.

    No two statements end at one place, whatever stands before them.
    """
    policy = loaded.policy
    sent = policy
    if loaded.document != policy.source.text:
        # Inline policies stand in YAML and are sent as JSON.
        sent = parse_policy_text(loaded.document, name=policy.name, kind=policy.kind)
    for there, ours in zip(sent.statements, policy.statements, strict=True):
        yield there.aws_end, StatementRef(policy, ours)


def decided(operation: Operation, outcomes: Sequence[Outcome], statements: Statements) -> Decided | Failure:
    """Read the answers to the requests of *operation*; a request without an answer leaves none."""
    results: list[EvaluationResult] = []
    for outcome in outcomes:
        match outcome:
            case Failure():
                return outcome
            case SimulationAnswer(result):
                results.append(result)
    effect = strictest(Effect(result["EvalDecision"]) for result in results)
    refs: set[StatementRef] = set()
    strays: dict[str, None] = {}
    for matched in (one for result in results for one in result["MatchedStatements"]):
        ref = statements.find(matched)
        if ref is None:
            strays[_stray(matched)] = None
        elif ref.statement.effect is _DECIDE.get(effect):  # of several resources all statements are listed (A4)
            refs.add(ref)
    missing = {key for result in results for key in result["MissingContextValues"]}
    return Decided(
        operation,
        effect,
        statements.ordered(refs),
        tuple(sorted(missing)) if effect is Effect.IMPLICIT_DENY else (),
        tuple(strays),
        any(not _allowed_by_organization(result) for result in results),
    )


def _allowed_by_organization(result: EvaluationResult) -> bool:
    detail = result.get("OrganizationsDecisionDetail")
    return detail is None or detail["AllowedByOrganizations"]


def _stray(matched: MatchedStatement) -> str:
    start, end = matched["StartPosition"], matched["EndPosition"]
    place = f"{start['Line']}:{start['Column']}-{end['Line']}:{end['Column']}"
    return f"the answer names a statement at {place} of {matched['SourcePolicyId']}, where none of ours ends"


def untold(cell: Cell, found: Iterable[Decided]) -> str | None:
    """Say why an expectation can't be judged by these answers; None when it can."""
    by = cell.expected.by
    if by is None:
        return None
    levels = cell.principal.stack().scps
    refs = [StatementRef(policy, one) for level in levels for policy in level for one in policy.statements]
    if not any(named_by(by, ref) for ref in refs):
        return None
    ended = any(one.ended and not one.deciding and not one.holds(cell) for one in found)
    return f"AWS does not tell which service control policy decides, and `{by}` is one" if ended else None


def judged(cell: Cell, found: Sequence[Decided]) -> tuple[Evidence, str | None]:
    """Return what stands behind the answers to *cell*, and how they differ from what it expects."""
    differing = [one for one in found if not one.holds(cell)]
    effect = differing[0].effect if differing else strictest(one.effect for one in found)
    requests = sum(len(one.operation.resources) for one in found)
    refs = dict.fromkeys(ref for one in sorted(found, key=lambda one: one.holds(cell)) for ref in one.deciding)
    # A key that is stated as absent is missing to AWS, but nobody forgot it.
    missing = {key for one in found for key in one.missing if key not in cell.context}
    evidence = Evidence(
        actual=effect,
        deciding=tuple(map(deciding_of, refs)),
        missing_context=tuple(sorted(missing)) if effect is Effect.IMPLICIT_DENY else (),
        differing=() if requests == 1 else tuple(_differences(differing)),
        requests=requests,
        warnings=tuple(dict.fromkeys(stray for one in found for stray in one.strays)),
    )
    return evidence, _words(cell, found, differing, requests) if differing else None


def _differences(differing: Iterable[Decided]) -> list[Difference]:
    pairs = ((one, resource) for one in differing for resource in one.operation.resources)
    return [
        Difference(one.operation.action, resource, one.effect.word)
        for (one, resource), _ in zip(pairs, range(KEPT), strict=False)
    ]


def _words(cell: Cell, found: Sequence[Decided], differing: Sequence[Decided], requests: int) -> str:
    if requests == 1 or cell.mode == "together":
        return one_differs(cell, differing[0].effect)
    return many_differ(
        cell,
        (one.operation.action for one in differing),
        asked=len({one.operation.action for one in found}),
        requests=sum(len(one.operation.resources) for one in differing),
        of=requests,
    )
