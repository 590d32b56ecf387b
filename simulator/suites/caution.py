"""What makes a passing cell worth less than it looks: vacuity, default deny, partial targets.

Contract: ``docs/cli.md``, "A vacuous pass is not a pass"; ``docs/scenario-format.md``, "Resources and
targets".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.catalogue.gate import takes
from simulator.decide.decision import Effect
from simulator.decide.trace import trace
from simulator.errors import nearest
from simulator.policy.arn import Arn
from simulator.policy.model import StatementEffect
from simulator.suites.judge import named_by
from simulator.suites.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.catalogue import Catalogue
    from simulator.catalogue.model import Action
    from simulator.decide.decision import StatementRef
    from simulator.decide.evaluate import Evaluator
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Ground
    from simulator.suites.findings import Ask, Finding

__all__ = ["by_default_only", "by_words", "cautions", "gate_words", "hangs_on_target", "lacking_types", "vacuity"]


_OF_CREDENTIALS = ("principal", "session", "network")  # such keys come with any action


def vacuity(cell: Cell, finding: Finding, ground: Ground, catalogue: Catalogue) -> str | None:
    """Say why a denial proves nothing; None when it does, or when the cell expects an allow."""
    if cell.expected.verdict is Verdict.ALLOW or finding.effect is Effect.ALLOWED:
        return None
    reasons = [_ask_vacuity(cell, ask, ground, catalogue) for ask in finding.asks]
    return reasons[0] if reasons and None not in reasons else None


def _ask_vacuity(cell: Cell, ask: Ask, ground: Ground, catalogue: Catalogue) -> str | None:
    """Say why nothing could have matched, when that holds for every action of the ask."""
    table = ground.evaluator.table
    if not ask.wanted & (ask.wanted - 1):
        action = table.members(ask.wanted)[0]
        known = catalogue.action(action)
        if known is None:
            return _unknown(action, catalogue)
    if ask.split.explicit:
        return None
    if _gated(cell, ask):
        return f"{_resources(ask)} is of no type that {cell.action} takes, so no statement could match"
    return None if ask.wanted & (ask.wanted - 1) else _impossible_key(ask, ground, catalogue)


def _gated(cell: Cell, ask: Ask) -> bool:
    """Tell whether the simulator's resource-type gate decides, before any statement is looked at."""
    return cell.suite.semantics == "simulator" and not any(ask.wanted & spot.simulated.gate for spot in ask.spots)


def gate_words(cell: Cell, finding: Finding, catalogue: Catalogue) -> str:
    """Say of a denial that surprises that it is the gate's, and where the action can be asked; empty where it is not."""
    known = catalogue.action(cell.asked.literal or "")
    if known is None or not all(_gated(cell, ask) for ask in finding.asks):
        return ""
    kinds = ", ".join(f"`{kind.name}`" for kind in known.resource_types)
    advice = f"it takes {kinds}" if kinds else 'it takes none: ask it on `"*"`'
    return f": {_resources(finding.asks[0])} is of no type that `{known.name}` takes; {advice}"


def by_words(cell: Cell, ground: Ground) -> str:
    """Say of ``by:`` that no statement here has the name, and which is near; empty where one has it."""
    by = cell.expected.by
    refs = [ref for _, layer in ground.evaluator.layer_sets for ref in layer.refs]
    if by is None or any(named_by(by, ref) for ref in refs):
        return ""
    labels = [ref.statement.sid or str(ref.statement.index) for ref in refs]
    if "#" in by:
        labels = [f"{ref.policy.name}#{label}" for ref, label in zip(refs, labels, strict=True)]
    near = nearest(by, labels)
    return f"; no statement here is called `{by}`" + (f": did you mean `{near}`?" if near else "")


def _unknown(action: str, catalogue: Catalogue) -> str:
    near = catalogue.nearest_action(action)
    advice = f"; did you mean {near}?" if near else ""
    return f"the catalogue of {catalogue.date} knows no action {action}{advice}"


def _resources(ask: Ask) -> str:
    first = ask.spots[0].resources[0]
    more = ask.resources - 1
    return f"{first} (and {more} more)" if more else first


def _impossible_key(ask: Ask, ground: Ground, catalogue: Catalogue) -> str | None:
    """Say which key, that the service never sends, every Allow near the request waits for."""
    evaluator = ground.evaluator
    action = evaluator.table.members(ask.wanted)[0]
    known = catalogue.action(action)
    if known is None or not _waits_in_vain(evaluator, ask.wanted, known, catalogue):
        return None
    found: str | None = None
    for step in trace(evaluator, action, ask.spots[0].resources[0], ask.spots[0].context):
        near = step.ref.statement.effect is StatementEffect.ALLOW and not {"action", "resource"} & set(step.missed)
        if not near:
            continue
        never = [c.key for c, held in step.conditions if not held and _never_sent(c.key, known, catalogue)]
        if not never:
            return None
        found = found or f"{_place(step.ref)} waits for {never[0]}, which AWS never sends with {action}"
    return found


def _place(ref: StatementRef) -> str:
    return f"{ref.policy.name}#{ref.statement.label.removeprefix('#')}"


def _waits_in_vain(evaluator: Evaluator, bit: int, action: Action, catalogue: Catalogue) -> bool:
    """Tell whether an Allow that names the action asks for a key that is never sent with it, on whatever resource."""
    return any(
        _never_sent(condition.key, action, catalogue)
        for _, layer in evaluator.layer_sets
        for i, ref in enumerate(layer.refs)
        if layer.actions[i] & bit and not layer.deny >> i & 1
        for condition in ref.statement.conditions
    )


def hangs_on_target(cell: Cell, ground: Ground, catalogue: Catalogue) -> bool:
    """Tell whether what is to be said of a cell of one action may depend on its own ARNs and context."""
    known = catalogue.action(cell.asked.literal or "")
    if known is None:
        return False
    bit = ground.evaluator.table.bit(known.name)
    return len(known.required) > 1 or _waits_in_vain(ground.evaluator, bit, known, catalogue)


def _never_sent(key: str, action: Action, catalogue: Catalogue) -> bool:
    """Tell whether a key of a service is one that the action never carries.

    Of the action's own service that holds for keys that nobody knows, too.
    """
    service, colon, _ = key.partition(":")
    if not colon or service.lower() == "aws" or catalogue.service(service.lower()) is None:
        return False
    declared = catalogue.key(key)
    if declared is None and service.lower() != action.service.lower():
        return False
    if declared is not None and declared.provider in _OF_CREDENTIALS:
        return False
    carried = {name.partition("/")[0].lower() for name in catalogue.keys_of(action)}
    return key.partition("/")[0].lower() not in carried


def by_default_only(cell: Cell, finding: Finding, ground: Ground) -> bool:
    """Tell whether a plain ``deny`` holds though no statement names an action that was asked."""
    if cell.expected.verdict is not Verdict.DENY or finding.effect is not Effect.IMPLICIT_DENY:
        return False
    return not any(_named(ground.evaluator, ask.wanted) for ask in finding.asks)


def _named(evaluator: Evaluator, wanted: int) -> bool:
    return any(layer.naming(wanted) for _, layer in evaluator.layer_sets)


def cautions(cell: Cell, finding: Finding, catalogue: Catalogue) -> Iterator[str]:
    """Yield the warnings of a cell of one action: unknown, the literal ``*``, a partial target."""
    if cell.asked.literal is None:
        return
    known = catalogue.action(cell.asked.literal)
    if known is None:
        told = _unknown(cell.asked.literal, catalogue)
        yield f"{told}{' ' if told.endswith('?') else '; '}it is evaluated literally"
        return
    resources = [resource for _, resources in cell.asks for resource in resources]
    if "*" in resources and known.resource_types:
        yield f"`*` is the literal text: {known.name} takes resources, and policies that name ARNs don't match it"
    if finding.effect is Effect.ALLOWED and cell.expected.verdict is Verdict.ALLOW:
        yield from _partial(known, resources)


def _partial(action: Action, resources: list[str]) -> Iterator[str]:
    lacking = lacking_types(action, resources)
    if lacking:
        yield f"partial: {action.name} also needs a resource of type {', '.join(lacking)}"


def lacking_types(action: Action, resources: Iterable[str]) -> tuple[str, ...]:
    """Return which of several required types of an operation its target lacks; none where it has none of them."""
    if len(action.required) < 2:  # with one required type nothing can lack
        return ()
    arns = [arn for arn in map(Arn.parse, resources) if arn is not None]
    types = [kind for kind in action.resource_types if kind.name in action.required]
    lacking = sorted(kind.name for kind in types if not any(takes(kind, arn) for arn in arns))
    return tuple(lacking) if len(lacking) < len(types) else ()
