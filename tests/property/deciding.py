"""Putting generated stacks to the evaluator; texts are parsed as a user's would be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from simulator.decide.request import Caller, Stack
from simulator.policy.model import Policy, PolicyKind
from simulator.policy.parse import parse_policy_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.oracles import layers
    from tests.oracles.statements import Document

__all__ = ["caller_of", "identity", "stack_of"]


def identity(documents: Iterable[Document]) -> tuple[Policy, ...]:
    """Parse identity policies, named as the oracle names them."""
    return _parse("identity", documents, PolicyKind.IDENTITY)


def stack_of(stack: layers.Stack) -> Stack:
    """Parse all layers."""
    return Stack(
        identity=identity(stack.identity),
        boundary=next(iter(_parse("boundary", _one(stack.boundary), PolicyKind.BOUNDARY)), None),
        session=_parse("session", stack.session or [], PolicyKind.SESSION),
        resource=next(iter(_parse("resource", _one(stack.resource), PolicyKind.RESOURCE)), None),
        scps=tuple(_parse(f"scp {n}", level, PolicyKind.SCP) for n, level in enumerate(stack.scps, 1)),
        rcps=tuple(_parse(f"rcp {n}", level, PolicyKind.RCP) for n, level in enumerate(stack.rcps, 1)),
    )


def caller_of(caller: layers.Caller | None) -> Caller:
    """The evaluator's caller."""
    found = Caller() if caller is None else Caller.of_arn(caller.arn, role_arn=caller.role)
    assert found is not None
    return found


def _one(document: Document | None) -> Sequence[Document]:
    return [] if document is None else [document]


def _parse(name: str, documents: Iterable[Document], kind: PolicyKind) -> tuple[Policy, ...]:
    return tuple(
        parse_policy_text(json.dumps(document), name=f"{name} {number}", kind=kind)
        for number, document in enumerate(documents, 1)
    )
