"""Why a request is decided as it is: every statement, every layer, and what would turn the decision.

The same masks that decide tell what each statement missed, and the same evaluator tries each change.
The result is plain data that `iamproof.explanation` renders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.accounts.context import nearest_key
from simulator.analyse.aws_line import AwsLine, aws_line
from simulator.analyse.flips import Flip, find_flips
from simulator.analyse.parts import PartTrace, parts_of
from simulator.analyse.question import Lab
from simulator.catalogue.global_keys import global_keys
from simulator.decide.decision import Effect
from simulator.decide.layers import LIVE, SIMULATOR, LiveRule
from simulator.decide.trace import trace
from simulator.decide.unknown import open_keys, undetermined
from simulator.policy.model import StatementEffect

if TYPE_CHECKING:
    from simulator.analyse.question import Question
    from simulator.catalogue import Catalogue
    from simulator.decide.decision import Decision, StatementRef, Word
    from simulator.decide.trace import StatementTrace

__all__ = ["Explanation", "LayerTrace", "LiveAnswer", "StatementLine", "explain"]

_IGNORED = "does not count: AWS's simulator leaves trust policies aside"
_LIVE_WORDS = {
    "L1": "sts:GetCallerIdentity is always allowed",
    "L2": "sts:GetSessionToken heeds no policy",
    "L3": "the account can't change what AWS owns",
    "L4": "the account's password setting allows it",
    "L5": "an account principal in a resource policy delegates, it does not grant",
    "L6": "the trust policy, or the key policy, must allow by itself",
    "L7": "an explicit deny outranks a silent service control policy",
    "L8": "a live call carries a fitting ARN, so there is no resource-type gate",
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One statement: what each of its parts made of the request, and what became of it.

    `role` says in words what an applying statement did; `decides` whether it is among the deciding ones.
    """

    ref: StatementRef
    parts: tuple[PartTrace, ...]
    applied: bool
    decides: bool
    role: str


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """One layer: what it says by itself, whether it decided, and its statements in order."""

    name: str
    says: Word
    decides: bool
    role: str
    statements: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """The decision of the other semantics where it differs, the rule, and the rule in words."""

    effect: Effect
    rule: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Everything there is to tell about one request.

    `gate` says why the resource-type gate stopped the request, None when it did not.  `absent` are keys
    that statements near the request ask for and the request lacks; `open_keys` those of them with whose
    values the decision would change though AWS always sends them.
    """

    question: Question
    decision: Decision
    layers: tuple[LayerTrace, ...]
    gate: str | None
    live: LiveAnswer | None
    absent: tuple[str, ...]
    open_keys: tuple[str, ...]
    notes: tuple[str, ...]
    flips: tuple[Flip, ...]
    aws: AwsLine


def explain(question: Question, catalogue: Catalogue) -> Explanation:
    """Explain the decision on one request."""
    lab = Lab(question, catalogue)
    decision = lab.decide()
    steps = trace(lab.evaluator(), question.request.action, question.request.resource, question.request.context)
    flips = find_flips(lab, decision)
    return Explanation(
        question=question,
        decision=decision,
        layers=tuple(_layers(lab, decision, steps)),
        gate=_gate(lab),
        live=_live(lab),
        absent=_absent(lab, steps),
        open_keys=_open_keys(lab),
        notes=tuple(_notes(lab)),
        flips=flips,
        aws=aws_line(question),
    )


# --- layers ---------------------------------------------------------------------------------------


def _layers(lab: Lab, decision: Decision, steps: tuple[StatementTrace, ...]) -> list[LayerTrace]:
    """Return the layers in the order in which AWS documents their evaluation."""
    request, evaluator = lab.request, lab.evaluator()
    deciding = {id(ref.statement) for ref in decision.deciding}
    ignored = _ignores_trust(lab)
    found: list[LayerTrace] = []
    for layer in decision.layers:
        decides = layer.layer == decision.layer
        lines = tuple(
            StatementLine(
                step.ref,
                parts_of(step, evaluator, request),
                step.applied,
                id(step.ref.statement) in deciding,
                _IGNORED
                if step.applied and step.layer == "resource" and ignored
                else _statement_role(step, decision, decides=id(step.ref.statement) in deciding),
            )
            for step in steps
            if step.layer == layer.layer
        )
        role = "decides" if decides else _layer_role(layer.layer, layer.effect, decision)
        found.append(LayerTrace(layer.layer, layer.effect.word, decides, role, lines))
    return found


def _layer_role(name: str, says: Effect, decision: Decision) -> str:
    """Say what a layer that did not decide would have done."""
    match decision.effect, says:
        case Effect.ALLOWED, Effect.ALLOWED:
            return "allows too"
        case Effect.ALLOWED, _:
            return "is silent; another layer allows without it"
        case _, Effect.ALLOWED:
            return "would have allowed it"
        case Effect.EXPLICIT_DENY, Effect.EXPLICIT_DENY:
            return "would have denied it too"
        case _, Effect.EXPLICIT_DENY:
            return "would have denied it explicitly, but was not asked"
    if decision.layer == "gate":
        return "is not asked behind the gate"
    if name == "resource" and decision.sides is None:
        return "is silent; in the caller's own account that denies nothing"
    return "would not have allowed it either"


def _statement_role(step: StatementTrace, decision: Decision, *, decides: bool) -> str:
    if not step.applied:
        return ""
    if decides:
        return "decides"
    if decision.layer == "gate":
        return "would apply, but behind the gate no statement counts"
    if decision.layer in _LIVE_WORDS:
        return f"applies, but {_LIVE_WORDS[decision.layer]}"
    deny = step.ref.statement.effect is StatementEffect.DENY
    if deny:
        return "would deny it too" if decision.effect is not Effect.ALLOWED else "does not count here"
    return {
        Effect.ALLOWED: "lets it through",
        Effect.EXPLICIT_DENY: "allows it, but an explicit deny outranks it",
        Effect.IMPLICIT_DENY: f"allows it, but the {decision.layer} layer does not",
    }[decision.effect]


# --- beside the statements ------------------------------------------------------------------------


def _gate(lab: Lab) -> str | None:
    """Say why the resource-type gate (Z1) stops the request."""
    request = lab.request
    known = lab.catalogue.action(request.action)
    asked = lab.evaluator(rules=SIMULATOR)
    planes = asked.planes(request.resource, request.context, owner=request.owner)
    if known is None or planes.gate & asked.table.bit(request.action):
        return None
    kinds = ", ".join(kind.name for kind in known.resource_types)
    takes = f"takes resources of type {kinds}" if kinds else "takes no resource, so only `*` can be asked of it"
    return f"{known.name} {takes}; `{request.resource}` is none of these, so no statement counts, a Deny neither"


def _live(lab: Lab) -> LiveAnswer | None:
    """Return the answer of the semantics that is not judged, where it differs."""
    rule = lab.live_rule()
    if rule is None:
        return None
    other = SIMULATOR if lab.question.rules else LIVE
    words = "; ".join(_LIVE_WORDS[one] for one in rule.split("+") if one in _LIVE_WORDS)
    return LiveAnswer(lab.decide(rules=other).effect, rule, words)


def _absent(lab: Lab, steps: tuple[StatementTrace, ...]) -> tuple[str, ...]:
    """Return the keys that statements naming the action ask for and the request lacks."""
    context = lab.request.context
    found = {
        condition.key: None
        for step in steps
        if "action" not in step.missed
        for condition, _ in step.conditions
        if context.get(condition.key) is None
    }
    return tuple({name.lower(): name for name in found}.values())


def _open_keys(lab: Lab) -> tuple[str, ...]:
    request, evaluator = lab.request, lab.evaluator()
    always = frozenset(key.name.lower() for key in global_keys() if key.always)
    unknown = open_keys(evaluator, request.context, always)
    found = undetermined(evaluator, request.action, request.resource, request.context, unknown, owner=request.owner)
    spelled = {key.name.lower(): key.name for key in global_keys()}
    return tuple(spelled.get(name, name) for name in found)


def _notes(lab: Lab) -> list[str]:
    request = lab.request
    known = lab.catalogue.action(request.action)
    notes: list[str] = []
    if known is None:
        near = lab.catalogue.nearest_action(request.action)
        advice = f"; did you mean `{near}`?" if near else ""
        notes.append(f"the catalogue knows no action `{request.action}`: it is evaluated literally{advice}")
    elif request.resource == "*" and known.resource_types:
        notes.append(f"`*` is the literal text: {known.name} takes resources, and statements that name ARNs miss it")
    for name in lab.question.stated:
        if lab.catalogue.key(name) is None:
            near = nearest_key(name, lab.catalogue)
            notes.append(f"the catalogue knows no context key `{name}`" + (f"; did you mean `{near}`?" if near else ""))
    if lab.exhausted:
        notes.append("the policies are large: not every change was tried")
    if _ignores_trust(lab):
        notes.append("AWS's simulator leaves trust policies aside: the resource policy does not count for sts:Assume*")
    return notes


def _ignores_trust(lab: Lab) -> bool:
    """Tell whether the resource policy counts for nothing, as the simulator has it for sts:Assume* (A18)."""
    evaluator = lab.evaluator()
    assumes = evaluator.table.bit(lab.request.action) & evaluator.workspace.assume
    return bool(assumes) and evaluator.resource is not None and LiveRule.TRUST_MUST_ALLOW not in lab.question.rules
