"""Questions that no suite asks: policies and a request given by hand, or a principal of an account file.

With policies alone nothing is stated but what AWS's simulator fills in by itself (A16): it is the API's
question.  With an account it is a suite's, with what the runner states.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.accounts.context import merge, read_context
from simulator.accounts.files import Files
from simulator.accounts.load import load_account
from simulator.accounts.policies import LoadedPolicy, Shelf
from simulator.analyse.question import Question, Request
from simulator.backends.directory import DEFAULT_ACCOUNT
from simulator.backends.simulation import STUB_USER_ID
from simulator.catalogue.managed import managed_policy, nearest_managed
from simulator.decide.context import Context
from simulator.decide.layers import LIVE, SIMULATOR
from simulator.decide.request import Caller, Stack
from simulator.errors import Collector, Diagnostic, InputError, Severity, nearest
from simulator.policy.arn import Arn
from simulator.policy.model import PolicyKind
from simulator.suites.sessions import read_sessions
from simulator.suites.situations import Situations
from simulator.suites.targets import Bound
from simulator.suites.types import TypeTable
from simulator.text.json import parse_json
from simulator.text.source import Kind, Node, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.accounts.context import Layer
    from simulator.accounts.model import Account, Principal
    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.policy.model import Policy

__all__ = ["Given", "load_policy", "question_of_given"]


@dataclass(frozen=True, slots=True)
class Given:
    """A question as the options of a command have it; texts are files, ARNs and ``KEY=VALUE``."""

    action: str
    resource: str = "*"
    who: str | None = None  #: an ARN, or a name of the account
    policies: tuple[str, ...] = ()
    boundary: str | None = None
    session_policies: tuple[str, ...] = ()
    resource_policy: str | None = None
    scps: tuple[str, ...] = ()  #: a policy a level, the root first
    owner: str | None = None
    context: tuple[str, ...] = ()
    account: str | None = None
    session: str | None = None
    live: bool = False


def question_of_given(given: Given, catalogue: Catalogue) -> Question:
    """Return the question; raise `InputError` with all that is wrong with it."""
    reader = _Reader(given, catalogue)
    question = reader.of_account() if given.account is not None else reader.of_policies()
    return replace(question, rules=LIVE if given.live else SIMULATOR)


def load_policy(text: str) -> LoadedPolicy:
    """Read an identity policy, a file or an AWS managed policy's ARN; raise `InputError` with its faults."""
    files = Files(root=None)
    found = Shelf(files).take(_place("POLICY", text), PolicyKind.IDENTITY, name=text, declared={})
    _finish(files, "POLICY")
    assert found is not None, "what can't be loaded has a fault"
    return found


def _finish(files: Files, option: str) -> None:
    """Raise the faults found; an option has no lines and columns."""
    found = [
        replace(fault, span=None, quote="") if fault.span is not None and fault.span.file.startswith(option) else fault
        for fault in files.faults
    ]
    if any(fault.severity is Severity.ERROR for fault in found):
        raise InputError(found)


def _fault(message: str, advice: str) -> InputError:
    return InputError([Diagnostic("option", message, help=advice)])


class _Reader:
    """Reads what was given; faults are collected."""

    def __init__(self, given: Given, catalogue: Catalogue) -> None:
        self.given = given
        self.catalogue = catalogue
        self.files = Files(root=None)
        self.shelf = Shelf(self.files)
        self.check()

    def check(self) -> None:
        given = self.given
        if ":" not in given.action:
            raise _fault(
                f"the action `{given.action}` names no service", "write it as `service:Name`, as `iam:GetUser`"
            )
        if given.resource != "*" and Arn.parse(given.resource) is None:
            raise _fault(
                f"the resource `{given.resource}` is neither an ARN nor `*`",
                "an ARN is arn:partition:service:region:account:resource",
            )
        if given.owner is not None and not (given.owner.isdecimal() and len(given.owner) == 12):
            raise _fault(f"the owner `{given.owner}` is no account id", "an account id has 12 digits")

    # --- by policies ------------------------------------------------------------------------------

    def of_policies(self) -> Question:
        given = self.given
        caller = self.caller()
        identity = self.policies("--policy", given.policies, PolicyKind.IDENTITY)
        boundary = self.policies("--boundary", _listed(given.boundary), PolicyKind.BOUNDARY)
        session = self.policies("--session-policy", given.session_policies, PolicyKind.SESSION)
        levels = [self.policies("--scp", (text,), PolicyKind.SCP) for text in given.scps]
        resource = self.resource_policy()
        layer = merge((self.session_layer(), self.context()))
        _finish(self.files, "--")
        stated = {one.name: one.value for one in layer.values() if one.value is not None}
        absent: dict[str, ContextValue] = {one.name: () for one in layer.values() if one.value is None}
        filled = {name: value for name, value in _filled_in(caller).items() if name.lower() not in layer}
        stack = Stack(
            identity=_read(identity),
            boundary=boundary[0].policy if boundary else None,
            session=_read(session),
            resource=resource[0].policy if resource else None,
            scps=tuple(_read(level) for level in levels),
        )
        return Question(
            request=Request(
                stack,
                caller,
                self.action(),
                given.resource,
                Context.of({**filled, **stated, **absent}),
                given.owner,
            ),
            who=caller.arn or "somebody with these policies",
            stated=stated,
            derived=filled,
            types={one.name: one.type for one in layer.values()},
            loaded=(*identity, *boundary, *session, *(one for level in levels for one in level), *resource),
            derives=False,
        )

    def caller(self) -> Caller:
        text = self.given.who
        if text is None:
            return Caller()
        arn = Arn.parse(text)
        role = None
        if arn is not None and arn.service == "sts" and arn.resource.startswith("assumed-role/"):
            role = f"arn:{arn.partition}:iam::{arn.account}:role/{arn.resource.split('/')[1]}"
        caller = Caller.of_arn(text, role_arn=role)
        if caller is None:
            advice = "as arn:aws:iam::123456789012:user/NAME; a name alone needs `--account FILE`"
            raise _fault(f"`{text}` is not the ARN of a user, group, role or session", advice)
        return caller

    def policies(self, option: str, texts: Iterable[str], kind: PolicyKind) -> tuple[LoadedPolicy, ...]:
        found = (self.shelf.take(_place(option, text), kind, name=text, declared={}) for text in texts)
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def resource_policy(self) -> tuple[LoadedPolicy, ...]:
        kind = PolicyKind.TRUST if self.given.action.lower().startswith("sts:assume") else PolicyKind.RESOURCE
        return self.policies("--resource-policy", _listed(self.given.resource_policy), kind)

    # --- by an account ----------------------------------------------------------------------------

    def of_account(self) -> Question:
        given = self.given
        assert given.account is not None, "asked for only with an account"
        account = load_account(Path(given.account), allow_external=True, catalogue=self.catalogue)
        principal = self.principal(account)
        resource = self.resource_policy()
        layer = merge((account.context, self.session_layer(principal), self.context()))
        _finish(self.files, "--")
        situations = Situations()
        base = situations.of_caller(principal, layer)
        bound = Bound(given.resource, None, "single", (given.resource,), given.owner)
        situation = situations.on_target(base, bound.derived(given.resource, TypeTable(self.catalogue)))
        stack = principal.stack(resource[0] if resource else None)
        return Question(
            request=Request(stack, principal.caller(), self.action(), given.resource, situation.context, given.owner),
            who=principal.label + (f", {given.session}" if given.session else ""),
            stated=situation.stated,
            derived=situation.derived,
            types=situation.types,
            loaded=(*principal.loaded_policies, *resource),
            users_change_password=account.allow_users_to_change_password,
        )

    def principal(self, account: Account) -> Principal:
        name = self.given.who
        if name is None:
            raise _fault("`--account` needs `--as NAME`", f"it has {', '.join(account.principals) or 'nobody'}")
        for one in account.principals.values():
            if name in (one.label, f"{one.kind}/{one.name}", one.arn, one.caller_arn):
                return one
        near = nearest(name, account.principals)
        advice = f"did you mean `{near}`?" if near else f"it has {', '.join(account.principals) or 'nobody'}"
        raise _fault(f"there is no user or role `{name}` in `{self.given.account}`", advice)

    # --- shared -----------------------------------------------------------------------------------

    def action(self) -> str:
        known = self.catalogue.action(self.given.action)
        return self.given.action if known is None else known.name

    def session_layer(self, principal: Principal | None = None) -> Layer:
        name = self.given.session
        sessions = read_sessions({}, Collector())
        if name is None:
            return {}
        session = sessions.get(name)
        if session is None or session.stands_for:
            known = [one.name for one in sessions.values() if not one.stands_for]
            near = nearest(name, known)
            advice = f"did you mean `{near}`?" if near else f"the sessions are {', '.join(known)}"
            raise _fault(f"there is no session `{name}`", advice)
        if principal is not None and principal.kind == "role" and not session.for_roles:
            message = f"`{principal.label}` is a role, and roles have no session `{name}`"
            raise _fault(message, "roles have temporary credentials only")
        return session.context

    def context(self) -> Layer:
        """Read ``KEY=VALUE``; a list-typed key, or one that is given twice, is a list."""
        values: dict[str, list[str]] = {}
        for text in self.given.context:
            name, equals, value = text.partition("=")
            if not equals or ":" not in name:
                raise _fault(f"`--context {text}` is not KEY=VALUE", "as `--context aws:SourceIp=203.0.113.7`")
            values.setdefault(name, []).append(value)
        plain = {
            name: texts if len(texts) > 1 or self._listed_key(name) else texts[0] for name, texts in values.items()
        }
        node = parse_json(Source.of_text(json.dumps(plain), name="--context"))
        return read_context(node, self.files.faults, self.catalogue)

    def _listed_key(self, name: str) -> bool:
        known = self.catalogue.key(name)
        return known is not None and known.multivalued


def _listed(text: str | None) -> tuple[str, ...]:
    return () if text is None else (text,)


def _place(option: str, text: str) -> Node:
    """Return a node for a place given by hand: an ARN, a file whatever its ending, or an AWS managed policy's name."""
    bare = "/" not in text and not text.startswith("arn:") and not Path(text).exists()
    managed = managed_policy(text) if bare else None
    near = nearest_managed(text) if bare and managed is None else None
    if near is not None:
        advice = f"did you mean `{near.rpartition('/')[2]}`?"
        raise _fault(f"there is neither a file nor an AWS managed policy `{text}`", advice)
    path = managed.arn if managed is not None else text if text.startswith("arn:") or "/" in text else f"./{text}"
    # INVARIANT: each place is a source of its own, since a shelf knows documents by where they are named.
    return Node(Kind.STRING, path, Source.of_text(path, name=f"{option} {text}"), 0, len(path))


def _read(loaded: Iterable[LoadedPolicy]) -> tuple[Policy, ...]:
    return tuple(one.policy for one in loaded)


def _filled_in(caller: Caller) -> dict[str, ContextValue]:
    """Return what AWS's simulator fills in by itself (A16); a session's is its role's."""
    if caller.arn is None:
        return {"aws:PrincipalAccount": DEFAULT_ACCOUNT, "aws:userid": STUB_USER_ID}
    arn = caller.role_arn or caller.arn
    found: dict[str, ContextValue] = {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": caller.account or DEFAULT_ACCOUNT,
        "aws:userid": arn,
    }
    return found | ({"aws:username": caller.name} if caller.kind == "user" else {})
