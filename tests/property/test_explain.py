"""Laws of explanations and drafts: nothing is told that does not hold, whatever the policies are."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from simulator.accounts.policies import LoadedPolicy
from simulator.analyse.changes import ContextChange, TargetChange
from simulator.analyse.draft import write_draft
from simulator.analyse.draft.text import scalar
from simulator.analyse.explain import explain
from simulator.analyse.question import Lab, Question, Request
from simulator.catalogue import load
from simulator.decide.context import Context
from simulator.errors import InputError
from simulator.policy.parse import parse_policy_text
from simulator.text.source import Source
from simulator.text.yaml import parse_yaml
from tests.property import strategies
from tests.property.deciding import caller_of, stack_of
from tests.property.profile import law

if TYPE_CHECKING:
    from simulator.analyse.flips import Flip
    from tests.oracles import layers
    from tests.oracles.statements import Document
    from tests.oracles.statements import Request as Asked

ANYBODY = st.sampled_from(strategies.CALLERS)


def question(stack: layers.Stack, asked: Asked, caller: layers.Caller | None) -> Question:
    """Return the question that the strategies mean."""
    context = {name: tuple(value) if isinstance(value, list) else value for name, value in asked.context.items()}
    request = Request(stack_of(stack), caller_of(caller), asked.action, asked.resource, Context.of(context))
    return Question(request, "somebody", context, {}, {}, (), derives=False)


@law
@given(strategies.layered, strategies.requests, ANYBODY)
def test_every_change_that_is_told_turns_the_decision(
    stack: layers.Stack, asked: Asked, caller: layers.Caller | None
) -> None:
    found = explain(question(stack, asked, caller), load())
    lab = Lab(found.question, load())
    for flip in found.flips:
        assert (flip.decision.effect.value == "allowed") is not (found.decision.effect.value == "allowed")
        assert lab.decide(changed(lab, flip)).effect is flip.decision.effect


def changed(lab: Lab, flip: Flip) -> Request:
    """Make the changes one after the other."""
    from simulator.analyse.changes import applied  # beside its use
    from simulator.analyse.edits import with_edits  # beside its use

    request = lab.request
    for change in flip.changes:
        match change:
            case ContextChange():
                request = applied(request, change)
            case TargetChange(resource):
                request = lab.on(resource)
            case _:
                stack = with_edits(request.stack, (change,))
                request = Request(
                    stack, request.caller, request.action, request.resource, request.context, request.owner
                )
    return request


@law
@given(strategies.layered, strategies.requests, ANYBODY)
def test_a_statement_applies_where_none_of_its_parts_missed(
    stack: layers.Stack, asked: Asked, caller: layers.Caller | None
) -> None:
    found = explain(question(stack, asked, caller), load())
    for layer in found.layers:
        for line in layer.statements:
            assert line.applied is all(part.held for part in line.parts)
            assert all(part.words for part in line.parts)
            assert not line.decides or line.applied


@law
@given(strategies.policies())
def test_a_drafted_suite_holds(document: Document) -> None:
    text = json.dumps(document)
    policy = parse_policy_text(text, name="p")
    loaded = LoadedPolicy("p", "p.json", "", policy, text)
    # `write_draft` runs the suite, and raises unless every cell is as expected.
    with suppress(InputError):  # an action with a blank in it is none that a suite asks
        assert write_draft(loaded, name="p", shown="p", place=document, found_at=document, catalogue=load()).cells


@law
@given(st.text())
def test_a_scalar_is_read_as_it_was_meant(text: str) -> None:
    written = scalar(text)
    node = parse_yaml(Source.of_text(f"{written}: {written}\nlist: [{written}, {written}]\nmap: {{a: {written}}}\n"))
    assert next((key.text, value.text) for key, value in node.pairs) == (text, text)
    assert [item.text for item in node.pairs[1][1].items] == [text, text]
    assert node.pairs[2][1].pairs[0][1].text == text
