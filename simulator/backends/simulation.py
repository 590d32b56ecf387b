"""From the parameters of a call to what the evaluator is asked.

`read_custom` and `read_principal` check what the service checks, in one order, and raise the `Fault`
that it answers.  Which of two faults comes first was recorded in one place only: known beside unknown
actions before ``*`` beside ARNs.

Rules: A9 to A18, Z2, Z11, Z12 in ``docs/semantics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from simulator.backends.documents import read_boundary, read_identity, read_organization, read_resource_policy
from simulator.backends.entries import read_entries
from simulator.backends.exclusions import Exclusions
from simulator.backends.faults import Fault
from simulator.decide.context import Context
from simulator.decide.request import Caller, Stack
from simulator.policy.arn import Arn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.backends.directory import Directory, HolderKind, PolicySource
    from simulator.backends.shapes import SimulateCustomPolicyParams, SimulatePrincipalPolicyParams
    from simulator.catalogue.load import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.policy.model import Policy

__all__ = ["ANY", "STUB_USER_ID", "Simulation", "read_custom", "read_principal", "source_of"]

ANY = "*"
STUB_USER_ID = "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"  #: what ``aws:userid`` is while nobody calls (A16)

_HOLDERS = ("user", "group", "role")
_HANDLED_ACTIONS = frozenset({"ec2:runinstances"})
_HANDLING_FAMILIES = ("EC2-", "CloudWatch", "DeviceFarm")


@dataclass(frozen=True, slots=True)
class Simulation:
    """A checked request; `resources` is ``*`` alone unless ARNs were given (`explicit`).

    `stated` holds the request's own context, `context` also what the simulator fills in.
    `organization` tells whether answers say what the organization allows.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    explicit: bool
    stack: Stack
    caller: Caller
    stated: Context
    context: Context
    owner: str | None
    organization: bool


def read_custom(params: SimulateCustomPolicyParams, directory: Directory, catalogue: Catalogue) -> Simulation:
    """Read the parameters of ``SimulateCustomPolicy``."""
    identity = read_identity(params["PolicyInputList"])
    boundary = read_boundary(params.get("PermissionsBoundaryPolicyInputList") or ())
    levels = read_organization(params.get("OrderedOrganizationPolicyInputList") or ())
    stack = Stack(identity=identity, boundary=boundary, scps=levels)
    call = _Call("SimulateCustomPolicy", params.get("CallerArn"), organization=bool(levels))
    return _read(params, stack, call, directory, catalogue)


def read_principal(params: SimulatePrincipalPolicyParams, directory: Directory, catalogue: Catalogue) -> Simulation:
    """Read the parameters of ``SimulatePrincipalPolicy``; the caller is the principal unless one is named."""
    source = source_of(params["PolicySourceArn"], directory)
    left_out = Exclusions.read(params.get("PolicyExclusionList") or ())
    attached = tuple(item.policy for item in source.attachments if not left_out.drops(item))
    given = read_boundary(params.get("PermissionsBoundaryPolicyInputList") or ())
    own = None if left_out.boundary else source.boundary
    levels = directory.organization
    stack = Stack(
        identity=attached + read_identity(params.get("PolicyInputList") or ()),
        boundary=given or own,
        scps=() if left_out.organization else levels or (),
    )
    caller = params.get("CallerArn") or params["PolicySourceArn"]
    call = _Call("SimulatePrincipalPolicy", caller, organization=levels is not None)
    return _read(params, stack, call, directory, catalogue)


def source_of(text: str, directory: Directory) -> PolicySource:
    """Return the principal that ``PolicySourceArn`` names; its path is ignored."""
    arn = Arn.parse(text)
    kind, _, rest = arn.resource.partition("/") if arn is not None else ("", "", "")
    name = rest.rpartition("/")[2]
    if arn is None or arn.service != "iam" or kind not in _HOLDERS or not name:
        raise Fault.bad_source(text)
    if arn.account != directory.account:
        raise Fault.foreign_source(directory.account, arn.account)
    found = directory.find(cast("HolderKind", kind), name)
    if found is None:
        raise Fault.no_such_entity()
    return found


@dataclass(frozen=True, slots=True)
class _Call:
    """What differs between the two calls."""

    operation: str
    caller: str | None
    organization: bool


def _read(
    params: SimulateCustomPolicyParams | SimulatePrincipalPolicyParams,
    stack: Stack,
    call: _Call,
    directory: Directory,
    catalogue: Catalogue,
) -> Simulation:
    actions = tuple(params["ActionNames"])
    if not all(":" in action for action in actions):
        raise Fault.action_without_service()
    resources = tuple(params.get("ResourceArns") or (ANY,))
    explicit = any(resource != ANY for resource in resources)
    if explicit:
        _check_mixture(actions, call.operation, catalogue)
        _check_arns(resources)
        _check_handling(params.get("ResourceHandlingOption"), actions)
    caller = _caller(call.caller)
    if "ResourcePolicy" in params:
        stack = _with_resource_policy(stack, params["ResourcePolicy"], caller, explicit=explicit)
    stated = read_entries(params.get("ContextEntries") or ())
    return Simulation(
        actions=actions,
        resources=resources if explicit else (ANY,),
        explicit=explicit,
        stack=stack,
        caller=caller or Caller(),
        stated=Context.of(stated),
        context=Context.of(_filled_in(caller, directory.account)).with_values(stated),
        owner=_owner(params.get("ResourceOwner")),
        organization=call.organization,
    )


def _check_mixture(actions: Sequence[str], operation: str, catalogue: Catalogue) -> None:
    """Refuse known beside unknown actions: the service authorizes them in different ways."""
    known = [action for action in actions if catalogue.place(action) is not None]
    if known and len(known) < len(actions):
        raise Fault.mixed_actions(known, [action for action in actions if catalogue.place(action) is None], operation)


def _check_arns(resources: Sequence[str]) -> None:
    for resource in resources:
        if Arn.parse(resource) is None:
            raise Fault.not_an_arn(resource)


def _check_handling(option: str | None, actions: Sequence[str]) -> None:
    if option is None:
        return
    without = [action for action in actions if action.lower() not in _HANDLED_ACTIONS]
    if without:
        raise Fault.unsupported_handling(without)
    if not option.startswith(_HANDLING_FAMILIES):
        raise Fault.unknown_handling()


def _caller(text: str | None) -> Caller | None:
    if text is None:
        return None
    caller = Caller.of_arn(text)
    if caller is None or caller.kind not in _HOLDERS:
        raise Fault.bad_caller()
    return caller


def _with_resource_policy(stack: Stack, text: str, caller: Caller | None, *, explicit: bool) -> Stack:
    if not explicit:
        raise Fault.no_entity()
    if caller is None:
        raise Fault.no_caller()
    policy = read_resource_policy(text)
    _check_arns(_named_resources(policy))
    return Stack(stack.identity, stack.boundary, stack.session, policy, stack.scps, stack.rcps)


def _named_resources(policy: Policy) -> list[str]:
    """Return the resources that a resource policy names; the service takes ARNs only, not ``*``."""
    elements = (statement.resources for statement in policy.statements)
    return [text for element in elements if element is not None for text in element.texts]


def _owner(text: str | None) -> str | None:
    """Return the account of any ARN (Z11); one that shows none says nothing."""
    if text is None:
        return None
    arn = Arn.parse(text)
    if arn is None:
        raise Fault.bad_owner(text)
    return arn.account or None


def _filled_in(caller: Caller | None, account: str) -> dict[str, ContextValue]:
    """Return what the simulator fills in by itself (A16); nothing else ever is."""
    if caller is None or caller.arn is None:
        return {"aws:PrincipalAccount": account, "aws:userid": STUB_USER_ID}
    filled: dict[str, ContextValue] = {
        "aws:PrincipalArn": caller.arn,
        "aws:PrincipalAccount": caller.account or account,
        "aws:userid": caller.arn,
    }
    if caller.kind == "user":
        filled["aws:username"] = caller.name
    return filled
