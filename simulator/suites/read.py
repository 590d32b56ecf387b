"""A suite's tree becomes a `Suite`: sections first, then each scenario by itself.

A scenario with a fault is left out and reading goes on, so that one run shows all faults.
"""

from __future__ import annotations

import dataclasses
from dataclasses import field
from typing import TYPE_CHECKING

from simulator.accounts.files import Faults
from simulator.accounts.load import declared_places, read_account, shorthand_account
from simulator.suites.claims import ClaimReader
from simulator.suites.extend import merged
from simulator.suites.model import Suite
from simulator.suites.names import Names
from simulator.suites.resources import read_resources
from simulator.suites.scenarios import ScenarioReader
from simulator.suites.sessions import read_sessions
from simulator.suites.shape import SUITE
from simulator.text.files import SUITE_LIMIT
from simulator.text.source import Kind
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.accounts.files import Files
    from simulator.accounts.model import Account
    from simulator.accounts.policies import Shelf
    from simulator.suites.extend import Merged
    from simulator.suites.model import Invariant, Scenario, Semantics
    from simulator.text.source import Node

__all__ = ["Loading", "ReadSuite", "read_suite"]


@dataclass(frozen=True, slots=True)
class ReadSuite:
    """A suite as far as it could be read; `sound` when the account and the shared sections have no fault."""

    suite: Suite
    sound: bool
    complete: bool  #: no scenario was left out, and no two have one name


@dataclasses.dataclass(slots=True)
class Loading:
    """What the suites of one run share while they are read."""

    files: Files
    shelf: Shelf
    accounts: dict[tuple[str, int], tuple[Account | None, bool]] = field(default_factory=dict)
    extended: set[str] = field(default_factory=set)

    def account(self, node: Node, *, inline: bool) -> tuple[Account | None, bool]:
        """Read an account once; the flag tells whether it has no fault."""
        key = (node.source.name, node.start)
        if key not in self.accounts:
            before = self.files.faults.errors
            account = read_account(node, self.files, self.shelf, inline=inline)
            self.accounts[key] = (account, self.files.faults.errors == before)
        return self.accounts[key]


def read_suite(node: Node, loading: Loading) -> ReadSuite | None:
    """Read the suite at *node*; faults go to the files' collector, None is a suite without an account."""
    faults = loading.files.faults
    fits, inside = _check_shape(node, faults)
    before = loading.files.faults.errors + inside
    parts = merged(node, loading.files)
    loading.extended.update(base.source.name for base in parts.extended)
    account, places, sound = _account(node, parts, loading)
    if account is None:
        return None
    sessions = read_sessions(parts.sessions, faults, loading.files.catalogue)
    resources = read_resources(parts.resources, loading.files, loading.shelf, places)
    sound = sound and loading.files.faults.errors == before
    requirements = {name: value.text for name, (_, value) in parts.requirements.items()}
    names = Names(account, sessions, resources, requirements, faults, loading.files.catalogue)
    shorthand = parts.policies is not None
    scenarios, complete = _scenarios(node, ScenarioReader(names, parts.tags, shorthand=shorthand, fits=fits))
    invariants = _invariants(node, ClaimReader(names, loading.shelf, places, shorthand=shorthand, fits=fits))
    source = loading.files.source_of(node)
    description = node.get("description")
    suite = Suite(
        name=_text(node, "suite"),
        file=source.name,
        sha256=source.sha256,
        description="" if description is None else description.text,
        account=account,
        tags=parts.tags,
        context=parts.context,
        requirements=requirements,
        sessions=sessions,
        resources=resources,
        scenarios=scenarios,
        invariants=invariants,
        semantics=_semantics(node),
        bases=tuple((base.source.name, loading.files.source_of(base).sha256) for base in parts.extended),
        closed=(closed := node.get("closed")) is not None and closed.value is True,
        node=node,
    )
    return ReadSuite(suite, sound, complete)


def _check_shape(node: Node, faults: Faults) -> tuple[bool, int]:
    """Check the whole suite; return whether it has no fault, and how many stand in a scenario or an invariant alone."""
    found = Faults()
    SUITE.check(node, found)
    faults.extend(found)
    sections = [section for key in ("scenarios", "invariants") if (section := node.get(key)) is not None]
    inside = [(section.source.position(section.start), section.source.position(section.end)) for section in sections]
    places = [(fault.span.line, fault.span.column) for fault in found if fault.span is not None]
    return not found.failed, sum(any(start <= place < end for start, end in inside) for place in places)


def _account(node: Node, parts: Merged, loading: Loading) -> tuple[Account | None, dict[str, Node], bool]:
    """Return the account, where its declared policies are, and whether it has no fault."""
    if parts.account is not None:
        if parts.account.kind is Kind.MAPPING:
            return (*_with_places(parts.account, loading, inline=True),)
        tree = loading.files.named(parts.account, limit=SUITE_LIMIT) if parts.account.text else None
        return (None, {}, False) if tree is None else _with_places(tree, loading, inline=False)
    if parts.policies is not None:
        before = loading.files.faults.errors
        account = shorthand_account(parts.policies, loading.files, loading.shelf)
        return account, {}, loading.files.faults.errors == before
    key = next((key for key, _ in node.pairs if key.text == "suite"), node)
    message = "the suite has neither `account` nor `policies`"
    loading.files.faults.add(key.fault("missing-key", message, help="name the account's file: `account: account.yaml`"))
    return None, {}, False


def _with_places(node: Node, loading: Loading, *, inline: bool) -> tuple[Account | None, dict[str, Node], bool]:
    account, sound = loading.account(node, inline=inline)
    return account, declared_places(node), sound


def _scenarios(node: Node, reader: ScenarioReader) -> tuple[tuple[Scenario, ...], bool]:
    section = node.get("scenarios")
    items = [item for item in (section.items if section is not None else ()) if item.kind is Kind.MAPPING]
    unique = reader.names.unique(items)
    found = [reader.scenario(item) for item in items]
    return tuple(one for one in found if one is not None), unique and None not in found


def _invariants(node: Node, reader: ClaimReader) -> tuple[Invariant, ...]:
    section = node.get("invariants")
    items = [item for item in (section.items if section is not None else ()) if item.kind is Kind.MAPPING]
    reader.names.unique(items)
    return tuple(claim for claim in map(reader.invariant, items) if claim is not None)


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return "" if value is None else value.text


def _semantics(node: Node) -> Semantics:
    return "live" if _text(node, "semantics") == "live" else "simulator"
