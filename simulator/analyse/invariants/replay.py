"""Counterexamples decided again and told: with the statements that decided, as a command line, as a scenario.

The command line is tried before it is told: of what it can't say (a suite's own layers, an inline document)
there is none, and the scenario says it.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.analyse.invariants.pose import domains_of
from simulator.catalogue.gate import Gate
from simulator.decide.decision import Effect
from simulator.decide.evaluate import Evaluator, Workspace
from simulator.decide.keys import statement_keys
from simulator.errors import DefectError, IamproofError
from simulator.suites.model import Verdict
from simulator.suites.result import Refutation
from simulator.suites.results import deciding_of, misses_of
from simulator.suites.sessions import built_in
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.adhoc import Given
    from simulator.analyse.invariants.pose import Posed
    from simulator.analyse.prove import Counterexample
    from simulator.catalogue import Catalogue
    from simulator.decide.context import Context, ContextValue
    from simulator.decide.decision import Decision, Word
    from simulator.decide.request import Stack
    from simulator.suites.asserted import Asserted
    from simulator.suites.model import Session

__all__ = ["confirmed", "replayed"]


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """A counterexample decided again: the session it is of, the whole context, and what each stack says."""

    session: Session
    context: Context
    evaluators: Mapping[Stack, Evaluator]
    decisions: Mapping[Stack, Decision]


def replayed(asserted: Asserted, one: Posed, found: Counterexample, catalogue: Catalogue) -> Refutation:
    """Decide a counterexample again, and tell it; raise `DefectError` when it is none."""
    again = confirmed(asserted, one, found, catalogue)
    first, decision = next(iter(again.decisions.items()))
    near = misses_of(
        again.evaluators[first],
        found.action,
        found.resource,
        again.context,
        actual=decision.effect,
        expected=asserted.invariant.expect,
    )
    return Refutation(
        principal=one.who.principal.label if one.who.principal is not None else one.who.label,
        session=again.session.name,
        action=found.action,
        resource=found.resource,
        context=dict(found.context),
        actual=decision.effect.word,
        deciding=tuple(map(deciding_of, decision.deciding)),
        near=tuple(near),
        replay=tuple(_Lines(asserted, one, found, again.session, catalogue).lines(again.decisions)),
        scenario="" if one.side else _scenario(asserted, one, found, again.session),
    )


def confirmed(asserted: Asserted, one: Posed, found: Counterexample, catalogue: Catalogue) -> _Confirmed:
    """Decide a counterexample again; raise `DefectError` when it is none."""
    workspace = Workspace((found.action,), gate=lambda names: Gate(catalogue, names).mask)
    said = (*one.claim.has, *one.claim.lacks)
    evaluators = {each.stack: Evaluator(each.stack, one.claim.caller, workspace) for each in said}
    for session in one.who.sessions:
        context = _whole(asserted, one, found, session, catalogue)
        if context is None:
            continue
        decisions = {s: e.decide(found.action, found.resource, context) for s, e in evaluators.items()}
        if _breaks(asserted, one, decisions):
            return _Confirmed(session, context, evaluators, decisions)
    raise DefectError(f"a counterexample to `{asserted.id}` is none: {found}")


def _whole(
    asserted: Asserted, one: Posed, found: Counterexample, session: Session, catalogue: Catalogue
) -> Context | None:
    """Return the context with what else is the same for every request of the session; None where it can't be of it."""
    domains = domains_of(asserted, one.who, session, one.part.target, catalogue)
    context = found.as_context()
    if not all(domains.of_key(key.lower(), catalogue).admits(value) for key, value in found.context):
        return None
    bearing = frozenset().union(*map(statement_keys, one.claim.statements))
    of_keys = {key: domains.of_key(key, catalogue) for key in bearing if key not in context}
    fixed = {
        key: domain.values[0]
        for key, domain in of_keys.items()
        if not domain.absent and domain.values is not None and len(domain.values) == 1
    }
    return context.with_values(fixed)


def _breaks(asserted: Asserted, one: Posed, decisions: Mapping[Stack, Decision]) -> bool:
    """Tell whether what was decided breaks the claim, and is not what the invariant expects."""
    for said in (*one.claim.has, *one.claim.lacks):
        effect = Effect.ALLOWED if said.verdict == "allowed" else Effect.EXPLICIT_DENY
        if (decisions[said.stack].effect is effect) is not (said in one.claim.has):
            return False
    return bool(one.side) or not any(
        decision.effect.value in Verdict(asserted.invariant.expect).accepts for decision in decisions.values()
    )


def _stated(asserted: Asserted, one: Posed, session: Session, *, suite: bool) -> dict[str, ContextValue | None]:
    """Return what needs not be said of the context: it follows from subject, session and files."""
    found: dict[str, ContextValue | None] = {}
    if one.who.principal is not None:
        found = {key.lower(): value for key, value in one.who.principal.derived_context().items()}
    layers = (asserted.suite.account.context, *((asserted.suite.context,) if suite else ()), session.context)
    for layer in layers:
        found |= {key: stated.value for key, stated in layer.items()}
    return found


def _unsaid(context: Mapping[str, ContextValue], said: Mapping[str, ContextValue | None]) -> dict[str, ContextValue]:
    return {key: value for key, value in context.items() if said.get(key.lower()) != value}


class _Lines:
    """Makes the command lines that explain a counterexample."""

    def __init__(
        self, asserted: Asserted, one: Posed, found: Counterexample, session: Session, catalogue: Catalogue
    ) -> None:
        self.asserted, self.one, self.found = asserted, one, found
        self.session, self.catalogue = session, catalogue

    def lines(self, decisions: Mapping[Stack, Decision]) -> Iterator[str]:
        """Yield a line for each list of policies that the claim is about."""
        invariant = self.asserted.invariant
        if invariant.new is None or invariant.old is None:
            yield from self.line(None, next(iter(decisions.values())).effect.word)
            return
        for stack, decision in decisions.items():
            identity = next(
                side for side in (invariant.new, invariant.old) if tuple(p.policy for p in side) == stack.identity
            )
            yield from self.line(identity, decision.effect.word)

    def line(self, identity: tuple[LoadedPolicy, ...] | None, actual: Word) -> Iterator[str]:
        options = self.policies(identity)
        if options is None:
            return
        asked = [("--action", self.found.action), ("--resource", self.found.resource)]
        signed_in = [("--session", self.session.name)] if built_in(self.session) else []
        context = dict(self.found.context)
        said = _stated(self.asserted, self.one, self.session, suite=False) if options[0][0] == "--account" else {}
        for part in (_unsaid(context, said), context):
            for state in (signed_in, []) if not part else (signed_in,):
                whole = [*options, *state, *asked, *_context(part)]
                if self.decides(whole) == actual:
                    yield shlex.join(["iamproof", "explain", *(text for pair in whole for text in pair)])
                    return

    def policies(self, identity: tuple[LoadedPolicy, ...] | None) -> list[tuple[str, str]] | None:
        """Return the options that name the policies; None where no options can."""
        who, account = self.one.who.principal, self.asserted.suite.account
        if identity is None and who is not None and Path(account.path).is_file():
            return [("--account", account.path), ("--as", who.label)]
        layered = who is not None and (who.session_policies or who.organization.scps or who.organization.rcps)
        if layered:
            return None
        found = [("--policy", one.path) for one in (identity or (who.loaded_policies if who is not None else ()))]
        if who is not None and who.boundary is not None:
            found = [pair for pair in found if pair[1] != who.boundary.path]
            found.append(("--boundary", who.boundary.path))
        if not all(path.startswith("arn:") or Path(path).is_file() for _, path in found):
            return None
        return [*found, *([("--as", who.caller_arn)] if who is not None else [])]

    def decides(self, options: Iterable[tuple[str, str]]) -> Word | None:
        """Return what the command would say; None when it can't be asked so."""
        from simulator.analyse.adhoc import question_of_given  # noqa: PLC0415  # only for counterexamples
        from simulator.analyse.question import Lab  # noqa: PLC0415  # only for counterexamples

        try:
            return Lab(question_of_given(_given(options), self.catalogue), self.catalogue).decide().effect.word
        except IamproofError:
            return None


def _context(context: Mapping[str, ContextValue]) -> Iterator[tuple[str, str]]:
    for key, value in context.items():
        for text in (value,) if isinstance(value, str) else value:
            yield "--context", f"{key}={text}"


def _given(options: Iterable[tuple[str, str]]) -> Given:
    from simulator.analyse.adhoc import Given  # noqa: PLC0415  # only for counterexamples

    pairs = list(options)
    one = dict(pairs)
    return Given(
        action=one["--action"],
        resource=one["--resource"],
        who=one.get("--as"),
        policies=tuple(value for name, value in pairs if name == "--policy"),
        boundary=one.get("--boundary"),
        context=tuple(value for name, value in pairs if name == "--context"),
        account=one.get("--account"),
        session=one.get("--session"),
    )


def _scenario(asserted: Asserted, one: Posed, found: Counterexample, session: Session) -> str:
    """Return the request as a scenario of the same suite that expects what the invariant does."""
    from simulator.analyse.draft.text import scalar  # noqa: PLC0415  # only for counterexamples

    assert one.who.principal is not None, "who expects a verdict has a principal"
    context = _unsaid(dict(found.context), _stated(asserted, one, session, suite=True))
    rows = {
        "- name": f"Counterexample: {asserted.invariant.name}",
        "  as": one.who.principal.label,
        "  session": session.name,
        "  actions": found.action,
        "  on": found.resource,
    }
    lines = [f"{key}: {scalar(value)}" for key, value in rows.items()]
    if context:
        lines.append(f"  context: {{{', '.join(f'{scalar(key)}: {_value(value)}' for key, value in context.items())}}}")
    return "\n".join([*lines, f"  expect: {asserted.invariant.expect}"]) + "\n"


def _value(value: ContextValue) -> str:
    from simulator.analyse.draft.text import scalar  # noqa: PLC0415  # only for counterexamples

    return scalar(value) if isinstance(value, str) else f"[{', '.join(map(scalar, value))}]"
