"""A suite as read: names resolved, ARNs and wildcards not yet.

Cells (`simulator.suites.cells`) come from it.  Nodes are kept where a later fault has to point at the
text that caused it.  Format: ``docs/scenario-format.md``.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.accounts.context import Layer
    from simulator.accounts.model import Account, Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.catalogue.model import Level
    from simulator.text.source import Node

__all__ = [
    "ACCESS_KEY",
    "ANY_SIGN_IN",
    "EACH_TYPE",
    "WITHOUT_MFA",
    "WITH_MFA",
    "ActionChoice",
    "AnyBut",
    "AnyPrincipal",
    "Branch",
    "Expectation",
    "Expected",
    "Invariant",
    "KnownGap",
    "Leaf",
    "Mode",
    "Resource",
    "Scenario",
    "Semantics",
    "Session",
    "Suite",
    "Target",
    "Verdict",
]

Mode: TypeAlias = Literal["single", "together", "each"]
"""One ARN; several of one operation, allowed only if each is; several that must all give the verdict."""

Semantics: TypeAlias = Literal["simulator", "live"]

WITH_MFA = "with MFA"
CONSOLE = "console without MFA"
ACCESS_KEY = "access key"
WITHOUT_MFA = "without MFA"  #: stands for the two above
ANY_SIGN_IN = "any sign-in"
EACH_TYPE = "each type"


class Verdict(Enum):
    """What a scenario demands; `accepts` are AWS's words for the decisions that meet it."""

    ALLOW = "allow"
    DENY = "deny"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"
    NO_EXPLICIT_DENY = "noExplicitDeny"

    @property
    def accepts(self) -> frozenset[str]:
        """The decisions that meet the verdict."""
        return _ACCEPTS[self]

    def opposes(self, other: Verdict) -> bool:
        """Tell whether no decision meets both."""
        return not (self.accepts & other.accepts)


_ACCEPTS = {
    Verdict.ALLOW: frozenset({"allowed"}),
    Verdict.DENY: frozenset({"implicitDeny", "explicitDeny"}),
    Verdict.IMPLICIT_DENY: frozenset({"implicitDeny"}),
    Verdict.EXPLICIT_DENY: frozenset({"explicitDeny"}),
    Verdict.NO_EXPLICIT_DENY: frozenset({"allowed", "implicitDeny"}),
}


@dataclass(frozen=True, slots=True)
class Expected:
    """A verdict, and the statement that must be among the deciding ones (SID, POLICY#SID or POLICY#3)."""

    verdict: Verdict
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """An expectation for all that reaches it."""

    expected: Expected
    node: Node


@dataclass(frozen=True, slots=True)
class Branch:
    """Expectations by name of session, target, principal or action."""

    entries: tuple[tuple[Node, Expectation], ...]
    node: Node


Expectation: TypeAlias = "Leaf | Branch"


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """A sign-in state; one that `stands_for` others is only a name for them."""

    name: str
    context: Layer
    for_roles: bool = True
    stands_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What an operation is asked on, variables not yet resolved.

    `label` is ``RESOURCE/TARGET``, the resource's name, an ARN or ``*``; `name` the target's own name,
    where the resource is a mapping of targets.  `arns` are nodes, so that faults point at the text.
    """

    label: str
    name: str | None
    mode: Mode
    arns: tuple[Node, ...]
    owner: str | None = None
    policy: LoadedPolicy | None = None
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A named resource with its targets; a built-in one has none of its own: they come from the account."""

    name: str
    targets: tuple[Target, ...] = ()
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class ActionChoice:
    """An action as written, perhaps with wildcards, perhaps only those of some access levels."""

    text: str
    pattern: str
    levels: tuple[Level, ...]
    node: Node

    @property
    def wild(self) -> bool:
        """Tell whether it stands for all that matches in the catalogue."""
        return bool(self.levels) or "*" in self.pattern or "?" in self.pattern


@dataclass(frozen=True, slots=True)
class KnownGap:
    """A scenario that fails today; `until` is an ISO date, the last day on which it may."""

    reason: str
    until: str
    owner: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """One claim of a suite; its cells are the product of principals, sessions, actions and targets.

    `sessions` None means that the format's default holds, and `on` None that each action runs on the
    resources of its types.  `groups` maps each principal's label to the groups that `as:` names it by.
    """

    name: str
    id: str | None
    description: str
    requirements: tuple[str, ...]
    why: str
    controls: tuple[str, ...]
    tags: tuple[str, ...]
    context: Layer
    principals: tuple[Principal, ...]
    groups: Mapping[str, tuple[str, ...]]
    sessions: tuple[tuple[str, Node], ...] | None
    actions: tuple[ActionChoice, ...]
    excepted: tuple[ActionChoice, ...]
    on: tuple[Node, ...] | None
    expect: Expectation
    skip: str | None
    known_gap: KnownGap | None
    node: Node

    @property
    def identity(self) -> str:
        """The id, else the name: unique in the suite."""
        return self.id or self.name

    @property
    def line(self) -> int:
        """Where it stands in its file."""
        return self.node.span.line


@dataclass(frozen=True, slots=True)
class AnyPrincipal:
    """Any user or role, declared or not; with `like`, one with the policies of that principal."""

    kind: Literal["user", "role"]
    like: Principal | None = None


@dataclass(frozen=True, slots=True)
class AnyBut:
    """Any resource of a kind that is none of these targets."""

    resource: str
    excepted: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Invariant:
    """A claim about all requests, kept as data for the prover.

    `on` are names of resources, ARNs, ``*``, ``any resource``, or `AnyBut`; None means any resource.
    `new` and `old` are the two lists of policies of a comparison.
    """

    name: str
    id: str | None
    description: str
    requirements: tuple[str, ...]
    why: str
    controls: tuple[str, ...]
    tags: tuple[str, ...]
    context: Layer
    principals: tuple[Principal | AnyPrincipal, ...]
    sessions: tuple[str, ...] | None
    actions: tuple[ActionChoice, ...]
    excepted: tuple[ActionChoice, ...]
    on: tuple[Node, ...] | AnyBut | None
    expect: str
    new: tuple[LoadedPolicy, ...] | None
    old: tuple[LoadedPolicy, ...] | None
    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Suite:
    """A suite and its account; equal only to itself."""

    name: str
    file: str
    sha256: str
    description: str
    account: Account
    tags: tuple[str, ...]
    context: Layer
    requirements: Mapping[str, str]
    sessions: Mapping[str, Session]  #: the built-in ones too
    resources: Mapping[str, Resource]  #: the built-in ones too
    scenarios: tuple[Scenario, ...]
    invariants: tuple[Invariant, ...]
    semantics: Semantics
    closed: bool
    bases: tuple[tuple[str, str], ...]  #: path and digest of each file that it extends, the farthest first
    node: Node

    @property
    def loaded_policies(self) -> tuple[LoadedPolicy, ...]:
        """Every policy that the suite can decide by, each once."""
        of_targets = (target.policy for resource in self.resources.values() for target in resource.targets)
        of_invariants = (policy for claim in self.invariants for policy in (*(claim.new or ()), *(claim.old or ())))
        found = (*self.account.loaded_policies, *of_targets, *of_invariants)
        return tuple(dict.fromkeys(policy for policy in found if policy is not None))
