"""Cells as requests of the API ``SimulateCustomPolicy``: what every backend but the evaluator is asked.

Everything that a request needs is stated in it, so that the same can be asked of AWS: the documents, the
caller, the typed context.  What requests have in common they share.  A cell that the API can't express
is `Wording.unsupported`, with the reason.

Rules: ``docs/scenario-format.md``, "Semantics"; A1 to A18 in ``docs/semantics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from simulator.decide.keys import statement_keys
from simulator.decide.reach import tells_targets_apart
from simulator.policy.arn import Arn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.backends.batch import SimulationRequest
    from simulator.decide.request import Stack
    from simulator.policy.model import Policy
    from simulator.suites.cells import Cell
    from simulator.suites.situations import Situation

__all__ = ["Operation", "Wording"]

_LEVELS = 7
_ACTION_LENGTHS = range(3, 129)
_RESOURCE_LENGTHS = range(1, 2049)
_KEY_LENGTHS = range(5, 257)
_FILLED_IN = ("aws:PrincipalAccount", "aws:PrincipalArn", "aws:userid", "aws:username")


@dataclass(frozen=True, slots=True)
class Operation:
    """An action on one resource, or on several that it touches together, and how to ask for it.

    There is one request, unless the contexts of the resources differ in keys that policies refer to: a
    request has one context, so there is one for each resource then.
    """

    action: str
    resources: tuple[str, ...]
    requests: tuple[SimulationRequest, ...]


class Wording:
    """Words cells as requests; one for a whole run, so that equal parts are made once."""

    def __init__(self) -> None:
        self._shared: dict[tuple[Principal, LoadedPolicy | None, str | None], dict[str, Any]] = {}
        self._entries: dict[Situation, list[dict[str, Any]]] = {}
        self._reasons: dict[tuple[Principal, LoadedPolicy | None], str | None] = {}
        self._apart: dict[tuple[Principal, LoadedPolicy | None], bool] = {}

    def unsupported(self, cell: Cell) -> str | None:
        """Say why the API can't be asked for *cell*; None when it can."""
        if cell.suite.semantics == "live":
            return "AWS's simulator does not decide as the live services do (`semantics: live`)"
        key = (cell.principal, cell.resource_policy)
        if key not in self._reasons:
            self._reasons[key] = _first(reason(*key) for reason in _REASONS)
        return self._reasons[key] or _first(reason(cell) for reason in _CELL_REASONS)

    def operations(self, cell: Cell) -> Iterator[Operation]:
        """Yield the operations of *cell*, action by action."""
        shared = self._of_principal(cell)
        for actions, resources in cell.asks:
            for touched, parts in self._parts(cell, resources):
                for action in actions:
                    requests = (_request(shared, action, arns, entries) for arns, entries in parts)
                    yield Operation(action, touched, tuple(requests))

    def _parts(
        self, cell: Cell, resources: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], list[tuple[tuple[str, ...], list[dict[str, Any]]]]]]:
        """Yield the resources of each operation, and those of each of its requests with their context."""
        if cell.mode != "together":
            for arn in resources:
                yield (arn,), [((arn,), self._context(cell.situation_of(arn)))]
        elif self._tells_apart(cell) and len({id(cell.situation_of(arn)) for arn in resources}) > 1:
            yield resources, [((arn,), self._context(cell.situation_of(arn))) for arn in resources]
        else:
            yield resources, [(resources, self._context(cell.where.common))]

    def _tells_apart(self, cell: Cell) -> bool:
        key = (cell.principal, cell.resource_policy)
        if key not in self._apart:
            self._apart[key] = tells_targets_apart(cell.principal.stack(cell.resource_policy).policies)
        return self._apart[key]

    def _of_principal(self, cell: Cell) -> dict[str, Any]:
        key = (cell.principal, cell.resource_policy, cell.owner)
        if key not in self._shared:
            self._shared[key] = _policies(*key)
        return self._shared[key]

    def _context(self, situation: Situation) -> list[dict[str, Any]]:
        """Return what is stated and derived, typed; a key without a value is absent."""
        if situation not in self._entries:
            self._entries[situation] = [
                {
                    "ContextKeyName": name,
                    "ContextKeyType": situation.types[name],
                    "ContextKeyValues": [value] if isinstance(value, str) else list(value),
                }
                for name, value in sorted(situation.context.items())
                if value != ()
            ]
        return self._entries[situation]


def _request(
    shared: dict[str, Any], action: str, arns: tuple[str, ...], entries: list[dict[str, Any]]
) -> SimulationRequest:
    resources = {} if arns == ("*",) else {"ResourceArns": arns}
    return cast("SimulationRequest", {**shared, "ActionNames": (action,), **resources, "ContextEntries": entries})


def _policies(principal: Principal, policy: LoadedPolicy | None, owner: str | None) -> dict[str, Any]:
    """Return the parameters that do not depend on action, resource and context."""
    documents = {loaded.policy: loaded.document for loaded in principal.loaded_policies}

    def texts(policies: Iterable[Policy]) -> list[str]:
        return [documents[one] for one in policies]

    stack = principal.stack()
    found: dict[str, Any] = {"CallerArn": principal.arn, "PolicyInputList": texts(stack.identity)}
    if stack.boundary is not None:
        found["PermissionsBoundaryPolicyInputList"] = texts([stack.boundary])
    if stack.scps:
        levels = [{"ServiceControlPolicyInputList": texts(level)} for level in stack.scps]
        found["OrderedOrganizationPolicyInputList"] = levels
    if policy is not None:
        found["ResourcePolicy"] = policy.document
    if owner is not None:
        found["ResourceOwner"] = f"arn:{principal.partition}:iam::{owner}:root"
    return found


# --- what can't be asked --------------------------------------------------------------------------


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)


def _session_policies(principal: Principal, _: LoadedPolicy | None) -> str | None:
    return "the API takes no session policies" if principal.session_policies else None


def _resource_control(principal: Principal, _: LoadedPolicy | None) -> str | None:
    return "the API takes no resource control policies" if principal.organization.rcps else None


def _levels(principal: Principal, _: LoadedPolicy | None) -> str | None:
    count = len(principal.organization.scps)
    return f"the API takes {_LEVELS} levels of service control policies, not {count}" if count > _LEVELS else None


def _resources_named(_: Principal, policy: LoadedPolicy | None) -> str | None:
    if policy is None:
        return None
    elements = (statement.resources for statement in policy.policy.statements)
    named = chain.from_iterable(element.texts for element in elements if element is not None)
    odd = next((text for text in named if Arn.parse(text) is None), None)
    return None if odd is None else f"the API takes resource policies whose resources are ARNs, not `{odd}`"


def _session_named(principal: Principal, policy: LoadedPolicy | None) -> str | None:
    """Only a role's own ARN can call: an Allow for the session by name would be lost."""
    if policy is None or principal.session_name is None:
        return None
    principals = (statement.principals for statement in policy.policy.statements)
    named = (entry.text for found in principals if found is not None for _, entry in found.entries)
    if principal.caller_arn not in named:
        return None
    return f"the API takes no session as caller, and the resource policy names `{principal.caller_arn}`"


_REASONS: tuple[Callable[[Principal, LoadedPolicy | None], str | None], ...] = (
    _session_policies,
    _resource_control,
    _levels,
    _resources_named,
    _session_named,
)


def _no_arn(cell: Cell) -> str | None:
    if cell.resource_policy is None or "*" not in cell.where.bound.resources:
        return None
    return "the API takes a resource policy only with the ARN of a resource"


def _filled_in(cell: Cell) -> str | None:
    """AWS fills these keys in by itself: where a policy asks for one, it can't be made absent."""
    absent = [name for name in _FILLED_IN if name in cell.context and cell.context.get(name) is None]
    if not absent:
        return None
    asked = _asked_keys(cell.principal.stack(cell.resource_policy))
    found = next((name for name in absent if name.lower() in asked and _fills(cell.principal, name)), None)
    return None if found is None else f"AWS fills in `{found}`, which is stated as absent"


def _fills(principal: Principal, name: str) -> bool:
    return name != "aws:username" or principal.kind == "user"


def _asked_keys(stack: Stack) -> frozenset[str]:
    statements = (statement for policy in stack.policies for statement in policy.statements)
    return frozenset(chain.from_iterable(map(statement_keys, statements)))


def _lengths(cell: Cell) -> str | None:
    literal = cell.asked.literal
    if literal is not None and len(literal) not in _ACTION_LENGTHS:
        return "the API takes actions of 3 to 128 characters"
    if any(len(arn) not in _RESOURCE_LENGTHS for arn in cell.where.bound.resources):
        return "the API takes resources of up to 2,048 characters"
    odd = next((name for name in cell.context if len(name) not in _KEY_LENGTHS), None)
    return None if odd is None else "the API takes context keys of 5 to 256 characters"


_CELL_REASONS: tuple[Callable[[Cell], str | None], ...] = (_no_arn, _filled_in, _lengths)
