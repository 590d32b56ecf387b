"""From decisions to the answer: one result an action, with what the service tells about each resource.

On top stands the most restrictive decision and the union of the evidence, so that an ``implicitDeny``
may list statements that allow one of the resources.

Rules: A1 to A10, Z3, Z12, Z13 in ``docs/semantics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.catalogue.gate import Gate
from simulator.catalogue.templates import template
from simulator.decide.decision import Effect
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.keys import missing_keys
from simulator.policy.arn import Arn
from simulator.policy.model import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.backends.shapes import AwsDecision, EvaluationResult, MatchedStatement, ResourceSpecificResult
    from simulator.backends.simulation import Simulation
    from simulator.catalogue.load import Catalogue
    from simulator.decide.decision import Decision, StatementRef

__all__ = ["evaluate"]

_RANK = (Effect.ALLOWED, Effect.IMPLICIT_DENY, Effect.EXPLICIT_DENY)
_SOURCE_TYPES = {
    PolicyKind.IDENTITY: "IAM Policy",
    PolicyKind.BOUNDARY: "Permissions Boundary Policy",
    PolicyKind.RESOURCE: "Resource Policy",
    PolicyKind.TRUST: "Resource Policy",
}


def evaluate(simulation: Simulation, actions: Sequence[str], catalogue: Catalogue) -> list[EvaluationResult]:
    """Decide *actions*, which are all or some of the simulation's, in their order."""
    workspace = Workspace(dict.fromkeys(actions), gate=lambda names: Gate(catalogue, names).mask)
    evaluator = Evaluator(simulation.stack, simulation.caller, workspace)
    stack = simulation.stack
    asked = [*stack.identity, *(policy for policy in (stack.boundary, stack.resource) if policy is not None)]
    missing = missing_keys(asked, simulation.stated)
    return [_result(action, simulation, evaluator, missing, catalogue) for action in actions]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A decision, and what of it the service shows: an SCP that denies ends the evaluation (A10)."""

    decision: Decision
    missing: tuple[str, ...]

    @property
    def effect(self) -> Effect:
        return self.decision.effect

    @property
    def ended(self) -> bool:
        return self.decision.allowed_by_organizations is False

    @property
    def statements(self) -> tuple[StatementRef, ...]:
        return () if self.ended else self.decision.deciding

    @property
    def missing_keys(self) -> tuple[str, ...]:
        return () if self.ended or self.effect is not Effect.IMPLICIT_DENY else self.missing

    @property
    def boundary(self) -> bool | None:
        return None if self.ended else self.decision.allowed_by_boundary

    @property
    def sides(self) -> dict[str, Effect]:
        return {} if self.ended else dict(self.decision.sides or ())


def _result(
    action: str, simulation: Simulation, evaluator: Evaluator, missing: tuple[str, ...], catalogue: Catalogue
) -> EvaluationResult:
    verdicts = [
        _Verdict(evaluator.decide(action, resource, simulation.context, owner=simulation.owner), missing)
        for resource in simulation.resources
    ]
    effect = _strictest(verdict.effect for verdict in verdicts)
    keys = {key for verdict in verdicts for key in verdict.missing_keys} if effect is Effect.IMPLICIT_DENY else ()
    result: EvaluationResult = {
        "EvalActionName": action,
        "EvalResourceName": _resource_name(action, simulation, catalogue),
        "EvalDecision": _word(effect),
        "MatchedStatements": _matched(ref for verdict in verdicts for ref in verdict.statements),
        "MissingContextValues": [key for key in missing if key in keys],
    }
    if simulation.organization:
        allowed = not any(verdict.ended for verdict in verdicts)
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": allowed}
    bounded = [verdict.boundary for verdict in verdicts if verdict.boundary is not None]
    if bounded:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": all(bounded)}
    if simulation.explicit:
        result["EvalDecisionDetails"] = _sides(verdicts)
        pairs = zip(simulation.resources, verdicts, strict=True)
        result["ResourceSpecificResults"] = [_resource_result(resource, verdict) for resource, verdict in pairs]
    return result


def _resource_result(resource: str, verdict: _Verdict) -> ResourceSpecificResult:
    """Describe one resource; what is empty is left out."""
    result: ResourceSpecificResult = {"EvalResourceName": resource, "EvalResourceDecision": _word(verdict.effect)}
    if verdict.statements:
        result["MatchedStatements"] = _matched(verdict.statements)
    if verdict.missing_keys:
        result["MissingContextValues"] = list(verdict.missing_keys)
    if verdict.sides:
        result["EvalDecisionDetails"] = _sides([verdict])
    if verdict.boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": verdict.boundary}
    return result


def _resource_name(action: str, simulation: Simulation, catalogue: Catalogue) -> str:
    """Return the ARN where there is one, the action's template where there are several (A2)."""
    if len(simulation.resources) == 1:
        return simulation.resources[0]
    first = Arn.parse(simulation.resources[0])
    assert first is not None, "several resources are ARNs"
    return template(action, first.partition, catalogue=catalogue)


def _sides(verdicts: Iterable[_Verdict]) -> dict[str, AwsDecision]:
    """Return the most restrictive decision of each type of policy, across accounts only (X5)."""
    effects: dict[str, list[Effect]] = {}
    for verdict in verdicts:
        for side, effect in verdict.sides.items():
            effects.setdefault(side, []).append(effect)
    return {side: _word(_strictest(found)) for side, found in effects.items()}


def _matched(refs: Iterable[StatementRef]) -> list[MatchedStatement]:
    """List each statement once."""
    once = {id(ref.statement): ref for ref in refs}
    return [_statement(ref) for ref in once.values()]


def _statement(ref: StatementRef) -> MatchedStatement:
    (line, column), (end_line, end_column) = ref.statement.aws_start, ref.statement.aws_end
    return {
        "SourcePolicyId": ref.policy.name,
        "SourcePolicyType": _SOURCE_TYPES[ref.policy.kind],
        "StartPosition": {"Line": line, "Column": column},
        "EndPosition": {"Line": end_line, "Column": end_column},
    }


def _strictest(effects: Iterable[Effect]) -> Effect:
    return max(effects, key=_RANK.index)


def _word(effect: Effect) -> AwsDecision:
    return effect.value
