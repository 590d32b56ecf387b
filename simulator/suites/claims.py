"""Invariants: claims about all requests, read and kept as data; the prover decides them.

Format: ``docs/scenario-format.md``, "Invariants".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.accounts.context import read_context
from simulator.accounts.load import SHORTHAND_ROLE
from simulator.policy.model import PolicyKind
from simulator.suites.extend import texts
from simulator.suites.model import AnyBut, AnyPrincipal, Invariant
from simulator.suites.names import choices
from simulator.suites.resources import OTHERS, OWN
from simulator.suites.scenarios import label
from simulator.suites.shape import INVARIANT
from simulator.text.record import opening
from simulator.text.shape import unknown_name
from simulator.text.source import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy, Shelf
    from simulator.suites.names import Names
    from simulator.text.source import Node

__all__ = ["ANY_RESOURCE", "ClaimReader"]

ANY_RESOURCE = "any resource"
_ANYBODY = re.compile(r"any (user|role)(?: like (.+))?", re.DOTALL)


class ClaimReader:
    """Reads the invariants of one suite; *shorthand* and *fits* as of `ScenarioReader`."""

    def __init__(
        self, names: Names, shelf: Shelf, declared: Mapping[str, Node], *, shorthand: bool, fits: bool
    ) -> None:
        self.names = names
        self.shelf = shelf
        self.declared = declared
        self.shorthand = shorthand
        self.fits = fits

    def invariant(self, node: Node) -> Invariant | None:
        """Read the invariant at *node*; its shape was checked, and None is one with a fault."""
        before = self.names.faults.errors
        pair = node.get("policies")
        principals = self.acting(node, pair)
        session = node.get("session")
        on = self.resources(node.get("on"))
        for name in texts(node.get("requirement")):
            self.names.requirement(name)
        sessions = tuple(name.text for name in texts(session) if self.names.session(name))
        context = read_context(node.get("context"), self.names.faults, self.names.catalogue)
        new, old = (self.policies(node, pair, side) for side in ("new", "old"))
        if self.names.faults.errors > before or not (self.fits or INVARIANT.accepts(node)):
            return None
        return Invariant(
            name=label(node, "name"),
            id=label(node, "id") or None,
            description=label(node, "description"),
            requirements=tuple(name.text for name in texts(node.get("requirement"))),
            why=label(node, "why"),
            controls=tuple(name.text for name in texts(node.get("controls"))),
            tags=tuple(tag.text for tag in texts(node.get("tags"))),
            context=context,
            principals=tuple(principals),
            sessions=None if session is None else tuple(dict.fromkeys(sessions)),
            actions=choices(node.get("actions")),
            excepted=choices(node.get("except")),
            on=on,
            expect=label(node, "expect"),
            new=new,
            old=old,
            node=node,
        )

    def acting(self, node: Node, pair: Node | None) -> dict[Principal | AnyPrincipal, None]:
        """Return who acts: lists of policies need nobody, and beside `policies:` there is one role."""
        stated = node.get("as")
        if stated is not None:
            return dict.fromkeys(one for name in texts(stated) for one in self.principals(name))
        if pair is not None:
            return {}
        if self.shorthand:
            return {self.names.account.roles[SHORTHAND_ROLE]: None}
        self.names.faults.add(
            opening(node).fault(
                "missing-key", "an invariant needs the key `as`, or `policies`", help="write `as: USER`"
            )
        )
        return {}

    def principals(self, node: Node) -> tuple[Principal | AnyPrincipal, ...]:
        """Return whom a name of `as:` stands for."""
        anybody = _ANYBODY.fullmatch(node.text)
        if anybody is None:
            return tuple(self.names.principals(node))
        kind, like = anybody.groups()
        if like is None and not (self.names.account.users if kind == "user" else self.names.account.roles):
            message = f"the account declares no {kind}, so nobody's policies are known"
            self.names.faults.add(node.fault("unknown-name", message, help=f"declare one under `{kind}s:`"))
        model = self.names.account.principals.get(like) if like is not None else None
        if like is not None and (model is None or model.kind != kind):
            known = [one.label for one in self.names.account.principals.values() if one.kind == kind]
            self.names.faults.add(unknown_name(node, f"there is no {kind} `{like}`", known))
        return (AnyPrincipal("user" if kind == "user" else "role", model),)

    def resources(self, node: Node | None) -> tuple[Node, ...] | AnyBut | None:
        """Read `on:`."""
        if node is None:
            return None
        if node.kind is not Kind.MAPPING:
            found = texts(node)
            for name in found:
                self.names.resource(name, also=(ANY_RESOURCE,))
            return found
        kind, excepted = node.get("any"), texts(node.get("except"))
        resource = self.names.resources.get(kind.text) if kind is not None else None
        if resource is None:
            if kind is not None:
                message = f"there is no resource `{kind.text}`"
                self.names.faults.add(unknown_name(kind, message, list(self.names.resources)))
            return None
        known = [OWN, OTHERS] if resource.built_in else [target.name for target in resource.targets if target.name]
        for name in excepted:
            if name.text not in known:
                message = f"`{resource.name}` has no target `{name.text}`"
                self.names.faults.add(unknown_name(name, message, known))
        return AnyBut(resource.name, tuple(name.text for name in excepted))

    def policies(self, node: Node, pair: Node | None, side: str) -> tuple[LoadedPolicy, ...] | None:
        """Read one side of a comparison."""
        value = pair.get(side) if pair is not None else None
        if value is None:
            return None
        places = value.items if value.kind is Kind.SEQUENCE else (value,)
        owner = f"{label(node, 'name')} {side} policy"
        loaded = (
            self.shelf.take(place, PolicyKind.IDENTITY, name=f"{owner} {number}", declared=self.declared)
            for number, place in enumerate(places, 1)
        )
        return tuple(policy for policy in loaded if policy is not None)
