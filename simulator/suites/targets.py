"""Targets for one caller: variables resolved, built-in ones made from the account.

``others`` of a built-in resource are all other declared users, and one whose name extends the
caller's: a policy that says ``${aws:username}*`` reaches that one.
Rules: V1 to V9; format: ``docs/scenario-format.md``, "Resources and targets".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.policy.arn import Arn
from simulator.policy.variables import Template
from simulator.suites.resources import MFA_DEVICE, OTHERS, OWN, USER
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.accounts.model import Account, Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.decide.context import Context
    from simulator.errors import Collector
    from simulator.suites.actions import Asked
    from simulator.suites.model import Mode, Resource, Target
    from simulator.suites.types import TypeTable
    from simulator.text.source import Node

__all__ = ["Binder", "Bound", "BuiltIn", "arns_of", "elsewhere"]


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A target as one caller means it; equal only to itself."""

    label: str
    name: str | None
    mode: Mode
    resources: tuple[str, ...]
    owner: str | None = None
    policy: LoadedPolicy | None = None
    tags: tuple[tuple[str, str], ...] = ()

    def requests(self, asked: Asked) -> int:
        """Return how many requests the cell of an entry of `actions:` stands for."""
        return len(self.resources) * (1 if asked.literal is not None else asked.mask.bit_count())

    def parts(self, asked: Asked) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Return which actions of a wildcard, as bits over the catalogue, are asked of which resources."""
        return ((asked.mask, self.resources),)

    def asks(self, asked: Asked) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
        """Return which actions are asked of which resources."""
        return ((asked.actions, self.resources),)

    def derived(self, arn: str, types: TypeTable) -> dict[str, str]:
        """Return the keys that follow from asking for *arn*."""
        found: dict[str, str] = {}
        parsed = Arn.parse(arn)
        if parsed is not None and parsed.region and not set("*?") & set(parsed.region):
            found["aws:RequestedRegion"] = parsed.region
        account = self.owner or ("" if parsed is None else parsed.account)
        if account.isdigit():
            found["aws:ResourceAccount"] = account
        for tag, value in self.tags:
            found |= dict.fromkeys(types.tag_keys(arn, tag), value)
        return found


class BuiltIn:
    """Makes the built-in targets of callers, each once."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._made: dict[tuple[str, int], tuple[Bound, ...]] = {}

    def of(self, resource: Resource, principal: Principal) -> tuple[Bound, ...]:
        """Return the targets of a built-in resource; a role has no `own`."""
        key = (resource.name, id(principal))
        if key not in self._made:
            own, others = self._people(principal)
            arn_of = {USER: _user_arn, MFA_DEVICE: _device_arn}[resource.name]
            arns: tuple[tuple[str, Mode, list[str]], ...] = (
                (OWN, "single", [arn_of(self._account, *one) for one in own]),
                (OTHERS, "each", [arn_of(self._account, *one) for one in others]),
            )
            self._made[key] = tuple(
                Bound(f"{resource.name}/{name}", name, mode, tuple(found)) for name, mode, found in arns if found
            )
        return self._made[key]

    def has(self, label: str, principal: Principal) -> bool:
        """Tell whether `of` has a target of this label, without making the ARNs of all the others."""
        if label.endswith(f"/{OWN}"):
            return principal.kind == "user"
        return principal.kind == "user" or bool(self._account.users)

    def _people(self, principal: Principal) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Return path and name of the caller, if it is a user, and of the others."""
        users = self._account.users.values()
        others = [(user.path, user.name) for user in users if user is not principal]
        if principal.kind == "role":
            return [], others
        taken = {user.name.lower() for user in users}
        extended = f"{principal.name}x"
        while extended.lower() in taken:
            extended += "x"
        return [(principal.path, principal.name)], [*others, (principal.path, extended)]


class Binder:
    """Binds targets to callers, each once; faults go to *faults*."""

    def __init__(self, account: Account, faults: Collector) -> None:
        self.account = account
        self._faults = faults
        self._bound: dict[tuple[int, int, int], Bound | None] = {}
        self._reported: set[tuple[str, int, str]] = set()

    def bind(self, target: Target, principal: Principal, values: Context) -> Bound | None:
        """Resolve the ARNs of *target* for a caller in a context; None where one can't be."""
        key = (id(target), id(principal), id(values))
        if key not in self._bound:
            resolved = [self._resolve(node, principal, values) for node in target.arns]
            arns = tuple(dict.fromkeys(arn for arn in resolved if arn is not None))
            whole = bool(arns) and None not in resolved
            self._bound[key] = (
                Bound(target.label, target.name, target.mode, arns, target.owner, target.policy, target.tags)
                if whole
                else None
            )
        return self._bound[key]

    def check_others(self, resource: Resource, bound: tuple[Bound, ...], principal: Principal) -> None:
        """`others` must not be the caller's own."""
        own = next((one for one in bound if one.name == OWN), None)
        others = next((one for one in bound if one.name == OTHERS), None)
        target = next((one for one in resource.targets if one.name == OTHERS), None)
        if others is None or target is None:
            return
        if principal.kind == "user":
            mine = {principal.arn, _device_arn(self.account, principal.path, principal.name)}
        else:
            mine = {principal.arn}
        if own is not None:
            mine.update(own.resources if others.mode != "together" else ())
            mine.update(others.resources if others.resources == own.resources else ())
        for arn in others.resources:
            if arn in mine:
                self._report(
                    target.arns[0],
                    "own-as-others",
                    f"`others` of `{resource.name}` is `{principal.label}`'s own: `{arn}`",
                    help_=f"name somebody else's, or leave `{principal.label}` out of `as:`",
                )
                return

    def _resolve(self, node: Node, principal: Principal, values: Context) -> str | None:
        def value_of(key: str) -> str | None:
            found = values.get(key)
            return found if isinstance(found, str) else None

        text = _resolved(node.text, value_of)
        if text is None:
            lacking = [
                v.text
                for v in Template.parse(node.text).variables
                if v.default is None and (v.key is None or value_of(v.key) is None)
            ]
            named = f"`{lacking[0]}` has" if lacking else "a variable has"
            help_ = "declare it (a tag, a context key), or give a default: ${key, 'default'}"
            self._report(node, "unresolved-variable", f"{named} no value for `{principal.label}`", help_)
        elif not _is_arn(text):
            self._report(node, "wrong-value", f"`{text}` is not an ARN")
        else:
            self._check_path(node, text)
            return text
        return None

    def _check_path(self, node: Node, text: str) -> None:
        """An ARN that names a declared user or role under another path names nobody."""
        found = elsewhere(self.account, text)
        if found is not None:
            help_ = f"its path is `{found.path}`: write `{found.arn}`"
            self._report(node, "wrong-path", f"`{text}` names {found.kind} `{found.name}` under another path", help_)

    def _report(self, node: Node, code: str, message: str, help_: str = "") -> None:
        """Report a fault of one place once, whoever calls."""
        key = (node.source.name, node.start, code)
        if key not in self._reported:
            self._reported.add(key)
            self._faults.add(node.fault(code, message, help=help_))


def arns_of(target: Target, value_of: Callable[[str], str | None]) -> tuple[str, ...] | None:
    """Return what `Binder.bind` resolves the ARNs of *target* to, None where it can't, without a word on why."""
    found = dict.fromkeys(_resolved(node.text, value_of) for node in target.arns)
    whole = tuple(text for text in found if text is not None and _is_arn(text))
    return whole if whole and len(whole) == len(found) else None


def _resolved(text: str, value_of: Callable[[str], str | None]) -> str | None:
    """Return *text* with the values of its variables, None where one has none."""
    if "${" not in text:
        return text
    pattern = Template.parse(text).resolve(value_of, arn=True)
    return None if pattern is None else str(pattern)


def _is_arn(text: str) -> bool:
    return text == "*" or Arn.parse(text) is not None


def elsewhere(account: Account, text: str) -> Principal | None:
    """Return the declared user or role that the ARN *text* names under another path than its own."""
    arn = Arn.parse(text)
    if arn is None or (arn.service, arn.account) != ("iam", account.id):
        return None
    kind, _, rest = arn.resource.partition("/")
    table = {"user": account.users, "role": account.roles}.get(kind, {})
    found = table.get(rest.rpartition("/")[2])
    return found if found is not None and arn.partition == found.partition and text != found.arn else None


def _user_arn(account: Account, path: str, name: str) -> str:
    return f"arn:{account.partition}:iam::{account.id}:user{path}{name}"


def _device_arn(account: Account, path: str, name: str) -> str:
    del path  # devices are called after the user alone
    return f"arn:{account.partition}:iam::{account.id}:mfa/{name}"
