"""Scenarios: one claim each, its names resolved.

A scenario with a fault gives None, so that what is sound is still expanded and checked.
Format: ``docs/scenario-format.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.accounts.context import read_context
from simulator.accounts.load import SHORTHAND_ROLE
from simulator.suites.extend import texts
from simulator.suites.model import Branch, Expected, KnownGap, Leaf, Scenario, Verdict
from simulator.suites.names import choices
from simulator.suites.sessions import concrete
from simulator.suites.shape import SCENARIO
from simulator.text.record import lacks
from simulator.text.source import Kind

if TYPE_CHECKING:
    from simulator.accounts.model import Principal
    from simulator.suites.model import Expectation
    from simulator.suites.names import Names
    from simulator.text.source import Node

__all__ = ["ScenarioReader", "label"]


def label(node: Node, key: str) -> str:
    """Return the text under *key*, empty when there is none."""
    value = node.get(key)
    return "" if value is None else value.text if value.kind is not Kind.NULL else ""


class ScenarioReader:
    """Reads the scenarios of one suite; *shorthand* ones need not say who acts, the shape of *fits* ones has no fault."""

    def __init__(self, names: Names, tags: tuple[str, ...], *, shorthand: bool, fits: bool) -> None:
        self.names = names
        self.tags = tags
        self.shorthand = shorthand
        self.fits = fits

    def scenario(self, node: Node) -> Scenario | None:
        """Read the scenario at *node*; its shape was checked."""
        before = self.names.faults.errors
        principals = self.principals(node)
        sessions = self.sessions(node, tuple(principals))
        on = node.get("on")
        for name in texts(on):
            self.names.resource(name)
        for name in texts(node.get("requirement")):
            self.names.requirement(name)
        context = read_context(node.get("context"), self.names.faults, self.names.catalogue)
        expect = _expectation(node.get("expect"))
        if self.names.faults.errors > before or expect is None or not principals:
            return None
        if not (self.fits or SCENARIO.accepts(node)):
            return None
        skip = node.get("skip")
        return Scenario(
            name=label(node, "name"),
            id=label(node, "id") or None,
            description=label(node, "description"),
            requirements=tuple(name.text for name in texts(node.get("requirement"))),
            why=label(node, "why"),
            controls=tuple(dict.fromkeys(name.text for name in texts(node.get("controls")))),
            tags=tuple(dict.fromkeys((*self.tags, *(tag.text for tag in texts(node.get("tags")))))),
            context=context,
            principals=tuple(principals),
            groups={principal.label: groups for principal, groups in principals.items() if groups},
            sessions=sessions,
            actions=choices(node.get("actions")),
            excepted=choices(node.get("except")),
            on=None if on is None else tuple({name.text: name for name in texts(on)}.values()),
            expect=expect,
            skip=None if skip is None else label(skip, "reason"),
            known_gap=_known_gap(node.get("known_gap")),
            node=node,
        )

    def principals(self, node: Node) -> dict[Principal, tuple[str, ...]]:
        """Return who acts, each once, with the groups by which `as:` names them."""
        named = node.get("as")
        if named is None and self.shorthand:
            return {self.names.account.roles[SHORTHAND_ROLE]: ()}
        if named is None:
            self.names.faults.add(lacks(node, "a scenario", "as", example="USER"))
        found: dict[Principal, tuple[str, ...]] = {}
        for name in texts(named):
            for principal, group in self.names.principals(name).items():
                found[principal] = (*found.get(principal, ()), *(() if group is None else (group,)))
        return found

    def sessions(self, node: Node, principals: tuple[Principal, ...]) -> tuple[tuple[str, Node], ...] | None:
        """Return the sessions that the scenario names; one that a role can't have is an error."""
        if node.get("session") is None:
            return None
        named = tuple((name.text, name) for name in texts(node.get("session")) if self.names.session(name))
        role = next((principal for principal in principals if principal.kind == "role"), None)
        for text, name in named:
            if role is not None and not any(one.for_roles for one in concrete((text,), self.names.sessions)):
                message = f"`{role.label}` is a role, and roles have no session `{text}`"
                self.names.faults.add(
                    name.fault("session-of-role", message, help="roles have temporary credentials only")
                )
        return named


def _known_gap(node: Node | None) -> KnownGap | None:
    if node is None:
        return None
    return KnownGap(
        label(node, "reason"), label(node, "until"), label(node, "owner") or None, label(node, "ticket") or None
    )


def _expectation(node: Node | None) -> Expectation | None:
    """Read the tree of expectations; None is one that is malformed, which its shape has said."""
    if node is None:
        return None
    if node.kind is not Kind.MAPPING:
        return _leaf(node, node, None)
    verdict, by = node.get("verdict"), node.get("by")
    if verdict is not None or by is not None:
        return _leaf(node, verdict, by)
    read = [(key, _expectation(value)) for key, value in node.pairs]
    entries = tuple((key, one) for key, one in read if one is not None)
    return Branch(entries, node) if len(entries) == len(read) else None


def _leaf(node: Node, verdict: Node | None, by: Node | None) -> Leaf | None:
    found = next((one for one in Verdict if verdict is not None and one.value == verdict.text), None)
    return None if found is None else Leaf(Expected(found, None if by is None else by.text), node)
