"""Invariants ready to be decided: whom they speak of, in which states, of which actions and resources.

Names have become patterns here, of actions and of ARNs, so that what is wrong with them is told before
anything is decided.  What the prover makes of it is none of this module's business.
Format: ``docs/scenario-format.md``, "Invariants".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.suites.actions import ActionTable
from simulator.suites.claims import ANY_RESOURCE
from simulator.suites.model import ACCESS_KEY, ANY_SIGN_IN, CONSOLE, WITH_MFA, AnyBut, AnyPrincipal
from simulator.suites.resources import MFA_DEVICE, OTHERS, OWN, USER
from simulator.suites.result import InvariantResult
from simulator.suites.sessions import concrete
from simulator.suites.types import type_table
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.catalogue import Catalogue
    from simulator.errors import Collector
    from simulator.suites.actions import Asked
    from simulator.suites.model import Invariant, Session, Suite, Target
    from simulator.suites.result import InvariantOutcome, Refutation
    from simulator.suites.types import TypeTable
    from simulator.text.source import Node

__all__ = ["NO_RESOURCE", "Asserted", "Of", "Part", "assert_into", "invariant_result"]

NO_RESOURCE = "${*}"  #: as a pattern: the request that names no resource, and only that
SIGN_INS = (WITH_MFA, CONSOLE, ACCESS_KEY)

_VARIABLE = re.compile(r"\$\{[^}]*\}")
_NAME = "${aws:username}"
_PATHS = {USER: ("user/{}", "user/*/{}"), MFA_DEVICE: ("mfa/{}", "mfa/{}/*")}


@dataclass(frozen=True, slots=True, eq=False)
class Of:
    """Whom a claim is about: a principal, or with `anyone` all who are like it; None is nobody in particular."""

    label: str
    principal: Principal | None = None
    anyone: bool = False
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Resources as patterns (None: any resource), but those that are `spared`, and what is declared of them."""

    resources: tuple[str, ...] | None = None
    spared: tuple[str, ...] = ()
    target: Target | None = None  #: one with a policy, an owner or tags


@dataclass(frozen=True, slots=True, eq=False)
class Asserted:
    """An invariant and what its names stand for; equal only to itself."""

    suite: Suite
    invariant: Invariant
    subjects: tuple[tuple[Of, tuple[Part, ...]], ...]
    actions: tuple[str, ...]
    excepted: tuple[str, ...]
    uncatalogued: bool  #: an action is among them that the catalogue does not know

    @property
    def id(self) -> str:
        """``FILE::NAME``, with the invariant's id where it has one."""
        return f"{self.suite.file}::{self.invariant.id or self.invariant.name}"

    @property
    def tags(self) -> tuple[str, ...]:
        """The suite's tags and the invariant's."""
        return tuple(dict.fromkeys((*self.suite.tags, *self.invariant.tags)))

    @property
    def sessions(self) -> tuple[str, ...]:
        """The names of the sign-in states."""
        return tuple(dict.fromkeys(one.name for who, _ in self.subjects for one in who.sessions))

    def on_resources(self) -> Iterator[tuple[Principal, LoadedPolicy]]:
        """Yield the policies on the resources, and of whom each is asked."""
        for who, parts in self.subjects:
            for part in parts:
                if who.principal is not None and part.target is not None and part.target.policy is not None:
                    yield who.principal, part.target.policy

    @property
    def resources(self) -> str:
        """The resources as the invariant has them."""
        on = self.invariant.on
        if isinstance(on, AnyBut):
            return f"any {on.resource}" + (f" but {' and '.join(on.excepted)}" if on.excepted else "")
        return ANY_RESOURCE if on is None else ", ".join(node.text for node in on)

    @property
    def words(self) -> str:
        """The actions as the invariant has them."""
        named = ", ".join(one.text for one in self.invariant.actions) or "*"
        spared = ", ".join(one.text for one in self.invariant.excepted)
        return f"{named} except {spared}" if spared else named


def assert_into(suite: Suite, faults: Collector, catalogue: Catalogue) -> tuple[Asserted, ...]:
    """Return the invariants of *suite* ready to be decided; what is wrong goes to *faults*."""
    reader = _Reader(suite, faults, catalogue)
    return tuple(found for one in suite.invariants if (found := reader.asserted(one)) is not None)


def invariant_result(
    asserted: Asserted,
    outcome: InvariantOutcome,
    message: str | None = None,
    *,
    assumptions: tuple[str, ...] = (),
    vacuous: str | None = None,
    refutation: Refutation | None = None,
) -> InvariantResult:
    """Return the result of an invariant."""
    invariant = asserted.invariant
    return InvariantResult(
        id=asserted.id,
        suite=asserted.suite.name,
        file=asserted.suite.file,
        line=invariant.node.span.line,
        name=invariant.name,
        invariant_id=invariant.id,
        requirement=invariant.requirements,
        controls=invariant.controls,
        tags=asserted.tags,
        principals=tuple(dict.fromkeys(who.label for who, _ in asserted.subjects)),
        sessions=asserted.sessions,
        actions=asserted.words,
        resources=asserted.resources,
        expected=invariant.expect,
        outcome=outcome,
        message=message,
        assumptions=assumptions,
        vacuous=vacuous,
        refutation=refutation,
        why=invariant.why,
    )


class _Reader:
    """Reads the invariants of one suite."""

    def __init__(self, suite: Suite, faults: Collector, catalogue: Catalogue) -> None:
        self.suite = suite
        self.faults = faults
        self.catalogue = catalogue
        self.table = ActionTable(catalogue, faults)

    def asserted(self, invariant: Invariant) -> Asserted | None:
        asked = self.table.of(invariant)
        if len(asked) != len(invariant.actions):
            return None
        subjects = []
        for who in self.subjects(invariant):
            parts = tuple(_Targets(self.suite, who, self.faults, type_table(self.catalogue)).parts(invariant))
            if not who.sessions and who.principal is not None:
                message = f"`{who.label}` is a role, and roles have none of these sessions"
                self.faults.add(
                    (invariant.node.get("session") or invariant.node).fault(
                        "no-session", message, help="roles have temporary credentials only"
                    )
                )
            subjects.append((who, parts))
        names, uncatalogued = self.patterns(asked)
        excepted = (name for one in invariant.excepted for name in self.excepted(one.pattern, levels=bool(one.levels)))
        return Asserted(
            self.suite, invariant, tuple(subjects), names or ("*",), tuple(dict.fromkeys(excepted)), uncatalogued
        )

    def patterns(self, asked: Iterable[Asked]) -> tuple[tuple[str, ...], bool]:
        """Return the actions as patterns; the wildcards of a choice by access level are spelled out."""
        found: dict[str, None] = {}
        uncatalogued = False
        for one in asked:
            if one.literal is not None:
                uncatalogued = uncatalogued or self.catalogue.place(one.literal) is None
                found[one.literal] = None
            elif "(" in one.text:
                found.update(dict.fromkeys(one.actions))
            else:
                found[one.text] = None
        return tuple(found), uncatalogued

    def excepted(self, pattern: str, *, levels: bool) -> tuple[str, ...]:
        """Return what an exception takes out."""
        return self.catalogue.match(pattern) if levels else (pattern,)

    # --- whom -----------------------------------------------------------------------------------

    def subjects(self, invariant: Invariant) -> Iterator[Of]:
        if not invariant.principals:
            yield Of("whoever has them", sessions=self.sessions(invariant, None))
        seen: set[object] = set()
        for one in invariant.principals:
            if not isinstance(one, AnyPrincipal):
                yield Of(one.label, one, sessions=self.sessions(invariant, one))
                continue
            table = self.suite.account.users if one.kind == "user" else self.suite.account.roles
            for like in (one.like,) if one.like is not None else table.values():
                # Who has the same policies is the same anybody.
                if (key := (one.kind, like.stack())) not in seen:
                    seen.add(key)
                    label = f"any {one.kind} like {like.label}"
                    yield Of(label, like, anyone=True, sessions=self.sessions(invariant, like))

    def sessions(self, invariant: Invariant, who: Principal | None) -> tuple[Session, ...]:
        """Return the sign-in states: the three of MFA where none is named."""
        names = invariant.sessions or (ANY_SIGN_IN,)
        spelled = [name for one in names for name in (SIGN_INS if one == ANY_SIGN_IN else (one,))]
        found = concrete(spelled, self.suite.sessions)
        return found if who is None or who.kind == "user" else tuple(one for one in found if one.for_roles)


class _Targets:
    """Turns `on:` into patterns for one subject."""

    def __init__(self, suite: Suite, who: Of, faults: Collector, types: TypeTable) -> None:
        self.suite = suite
        self.who = who
        self.faults = faults
        self.types = types

    def parts(self, invariant: Invariant) -> Iterator[Part]:
        """Yield the parts of `on:`; those of which nothing is declared are one."""
        on = invariant.on
        if isinstance(on, AnyBut):
            yield self.any_but(on, invariant.node.get("on") or invariant.node)
            return
        if on is None or any(node.text == ANY_RESOURCE for node in on):
            yield Part()
            return
        plain: dict[str, None] = {}
        for node in on:
            for part in self.of_name(node.text):
                if part.target is not None or part.spared or part.resources is None:
                    yield part
                else:
                    plain.update(dict.fromkeys(part.resources))
        if plain:
            yield Part(tuple(plain))

    def of_name(self, text: str) -> Iterator[Part]:
        resources = self.suite.resources
        if text == "*":
            yield Part((NO_RESOURCE,))
        elif text.startswith("arn:"):
            yield Part((text,))
        elif text in resources:
            found = resources[text]
            yield from (Part(self.kind(text)),) if found.built_in else map(_of_target, found.targets)
        else:
            name, _, target = text.rpartition("/")
            found = resources[name]
            if found.built_in:
                yield Part(self.own(name)) if target == OWN else Part(self.kind(name), self.anybody_s_own(name))
            else:
                yield from (_of_target(one) for one in found.targets if one.name == target)

    def any_but(self, on: AnyBut, node: Node) -> Part:
        found = self.suite.resources[on.resource]
        if not found.built_in:
            arns = [(one.name, arn) for one in found.targets for arn in one.arns]
            spared = tuple(arn.text for name, arn in arns if name in on.excepted)
            return Part(tuple(dict.fromkeys(kind for _, arn in arns for kind in self.kinds(arn, node))), spared)
        own = self.anybody_s_own(on.resource)
        return Part(own if OTHERS in on.excepted else self.kind(on.resource), own if OWN in on.excepted else ())

    def kinds(self, arn: Node, node: Node) -> Iterator[str]:
        """Yield all ARNs of the types that *arn* is of."""
        account = self.suite.account
        kinds = self.types.of_arn(arn.text)
        if not kinds:
            message = f"the catalogue knows no type of resource for `{arn.text}`"
            self.faults.add(node.fault("no-type", message, help="write the ARN of all that is meant, with wildcards"))
        for kind in kinds:
            for text in kind.arns:
                known = text.replace("${Partition}", account.partition).replace("${Account}", account.id)
                yield _VARIABLE.sub("*", known)

    # --- users and their devices ----------------------------------------------------------------

    def kind(self, name: str) -> tuple[str, ...]:
        """Return all users, or all devices, of the account."""
        return (self.arn(_PATHS[name][0].format("*")),)

    def own(self, name: str) -> tuple[str, ...]:
        """Return what is the caller's own: of one that is declared, the very ARN; a role has none."""
        who = self.who.principal
        if who is None or who.kind == "role":
            return ()
        if self.who.anyone:
            return self.anybody_s_own(name) if name == USER else (self.arn(_PATHS[name][0].format(_NAME)),)
        path = f"user{who.path}{who.name}" if name == USER else f"mfa/{who.name}"
        return (self.arn(_escaped(path)),)

    def anybody_s_own(self, name: str) -> tuple[str, ...]:
        """Return what nobody else can own: names of users are unique, whatever their path."""
        who = self.who.principal
        if who is None or who.kind == "role":
            return ()
        spelled = _NAME if self.who.anyone else _escaped(who.name)
        return tuple(self.arn(path.format(spelled)) for path in _PATHS[name])

    def arn(self, resource: str) -> str:
        account = self.suite.account
        return f"arn:{account.partition}:iam::{account.id}:{resource}"


def _of_target(target: Target) -> Part:
    """Return a target of the suite's own; several ARNs, of one operation too, are meant one by one."""
    declared = target.policy is not None or target.owner is not None or bool(target.tags)
    return Part(
        tuple(NO_RESOURCE if arn.text == "*" else arn.text for arn in target.arns), target=target if declared else None
    )


def _escaped(text: str) -> str:
    """Spell *text* so that nothing in it is a wildcard or begins a variable."""
    return "".join(f"${{{char}}}" if char in "*?$" else char for char in text)
