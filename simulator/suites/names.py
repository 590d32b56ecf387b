"""The names that a suite's scenarios may use, and what each stands for.

A name that stands for nothing is reported with the nearest one; a name that stands for two things,
as a user and a role of one name, has to be written ``user/x`` or ``role/x``.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.policy.arn import Arn
from simulator.suites.model import EACH_TYPE, ActionChoice
from simulator.suites.resources import OTHERS, OWN, without_variables
from simulator.text.shape import unknown_name
from simulator.text.source import Kind
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.files import Faults
    from simulator.accounts.model import Account, Principal
    from simulator.catalogue import Catalogue
    from simulator.catalogue.model import Level
    from simulator.suites.model import Resource, Session
    from simulator.text.source import Node

__all__ = ["Names", "choices"]

_UNQUALIFIED = re.compile(r"(user|role|group)/", re.ASCII)


@dataclass(frozen=True)
class Names:
    """Looks names up; what is wrong goes to `faults`."""

    account: Account
    sessions: Mapping[str, Session]
    resources: Mapping[str, Resource]
    requirements: Mapping[str, str]
    faults: Faults
    catalogue: Catalogue | None = None  #: None is the shipped one

    def unique(self, items: Iterable[Node]) -> bool:
        """Tell whether names and ids are unique: each identifies one scenario."""
        before = self.faults.errors
        taken: dict[str, Node] = {}
        names: set[str] = set()
        for item in items:
            name, id_ = item.get("name"), item.get("id")
            identity = id_ or name
            if name is not None and name.text in names and identity is not name:
                self.faults.add(
                    name.fault(
                        "duplicate-name", f"the name `{name.text}` is taken", help="names and ids are unique in a suite"
                    )
                )
            if name is not None:
                names.add(name.text)
            if identity is None:
                continue
            first = taken.setdefault(identity.text, identity)
            if first is not identity:
                message = f"`{identity.text}` is taken by line {first.span.line}"
                self.faults.add(identity.fault("duplicate-name", message, help="names and ids are unique in a suite"))
        return self.faults.errors == before

    def principals(self, node: Node) -> dict[Principal, str | None]:
        """Return whom a name of `as:` stands for, and the group that it is, if it is one."""
        users, roles, groups = self.account.users, self.account.roles, self.account.groups
        kind, _, bare = node.text.partition("/") if _UNQUALIFIED.match(node.text) else ("", "", node.text)
        found = [word for word, table in (("user", users), ("role", roles), ("group", groups)) if bare in table]
        found = [word for word in found if kind in ("", word)]
        if len(found) > 1:
            ways = " or ".join(f"`{word}/{bare}`" for word in found)
            message = f"`{node.text}` is a {' and a '.join(found)}"
            self.faults.add(node.fault("ambiguous-name", message, help=f"write {ways}"))
            return {}
        match found:
            case ["user"]:
                return {users[bare]: None}
            case ["role"]:
                return {roles[bare]: None}
            case ["group"]:
                return self._members(node, bare)
        known = [*self.account.principals, *groups]
        self.faults.add(unknown_name(node, f"there is no user, role or group `{node.text}`", known))
        return {}

    def _members(self, node: Node, group: str) -> dict[Principal, str | None]:
        members = self.account.members(self.account.groups[group])
        if not members:
            self.faults.add(node.fault("empty-group", f"the group `{group}` has no users", help="put a user into it"))
        return dict.fromkeys(members, node.text)

    def session(self, node: Node) -> bool:
        """Check the name of a session."""
        if node.text in self.sessions:
            return True
        self.faults.add(unknown_name(node, f"there is no session `{node.text}`", list(self.sessions)))
        return False

    def requirement(self, node: Node) -> None:
        """Check the name of a requirement."""
        if node.text not in self.requirements:
            message = f"there is no requirement `{node.text}`"
            self.faults.add(unknown_name(node, message, list(self.requirements)))

    def resource(self, node: Node, *, also: tuple[str, ...] = (EACH_TYPE,)) -> None:
        """Check a name of `on:`: a resource, RESOURCE/TARGET, an ARN, ``*``, or one of *also*."""
        text = node.text
        if text in self.resources or text == "*" or text in also or text in self.targets:
            return
        if text.startswith("arn:"):
            if Arn.parse(without_variables(text)) is None:
                help_ = "an ARN is arn:partition:service:region:account:resource"
                self.faults.add(node.fault("wrong-value", f"`{text}` is not an ARN", help=help_))
            return
        known = [*self.resources, *also, *self.targets]
        self.faults.add(unknown_name(node, f"there is no resource `{text}`", known))

    @cached_property
    def targets(self) -> dict[str, None]:
        """The targets of resources that have several, as RESOURCE/TARGET."""
        return dict.fromkeys(
            f"{resource.name}/{name}"
            for resource in self.resources.values()
            for name in ((OWN, OTHERS) if resource.built_in else (target.name for target in resource.targets))
            if name is not None
        )


def choices(node: Node | None) -> tuple[ActionChoice, ...]:
    """Read `actions:` or `except:`; each action once, letter case ignored."""
    items = () if node is None else node.items if node.kind is Kind.SEQUENCE else (node,)
    found = (_choice(item) for item in items)
    return tuple({one.text.lower(): one for one in found if one is not None}.values())


def _choice(node: Node) -> ActionChoice | None:
    if node.kind is Kind.STRING:
        return ActionChoice(node.text, node.text, (), node)
    match, level = node.get("match"), node.get("access-level")
    if match is None and level is None:
        return None
    pattern = "*" if match is None else match.text
    items = () if level is None else level.items if level.kind is Kind.SEQUENCE else (level,)
    levels: tuple[Level, ...] = tuple(item.text for item in items)  # type: ignore[misc]  # the shape fixes the words
    return ActionChoice(f"{pattern} ({', '.join(levels)})" if levels else pattern, pattern, levels, node)
