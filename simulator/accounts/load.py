"""Account files become accounts: every reference is checked, every fault is found in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from simulator.accounts.context import read_context
from simulator.accounts.files import Files
from simulator.accounts.model import Account, Group, Organization, Principal
from simulator.accounts.policies import Shelf
from simulator.accounts.shape import ACCOUNT
from simulator.errors import InputError
from simulator.policy.model import PolicyKind
from simulator.text.shape import unknown_name
from simulator.text.source import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.accounts.model import PrincipalKind
    from simulator.accounts.policies import LoadedPolicy
    from simulator.catalogue import Catalogue
    from simulator.errors import Collector
    from simulator.text.source import Node

__all__ = [
    "SHORTHAND_ID",
    "SHORTHAND_ROLE",
    "declared_places",
    "load_account",
    "read_account",
    "read_tags",
    "shorthand_account",
]

SHORTHAND_ID = "111111111111"  #: the account of a suite that names only policies
SHORTHAND_ROLE = "principal"  #: its one role

_Named = TypeVar("_Named")


def load_account(
    path: Path, *, root: Path | None = None, allow_external: bool = False, catalogue: Catalogue | None = None
) -> Account:
    """Read an account file; raise `InputError` with all its faults.

    Files that it names must lie under *root* (the current folder by default) unless *allow_external*.
    """
    files = Files(root=None if allow_external else root or Path.cwd(), catalogue=catalogue)
    node = files.open(path)
    account = None if node is None else read_account(node, files, Shelf(files))
    files.faults.finish()
    if account is None:
        raise InputError(files.faults)
    return account


def read_account(node: Node, files: Files, shelf: Shelf, *, inline: bool = False) -> Account | None:
    """Read the account at *node*; faults go to *files*, and None is what is no account at all."""
    ACCOUNT.check(node, files.faults)
    if node.kind is not Kind.MAPPING:
        return None
    source = files.source_of(node)
    return _Reader(node, files, shelf).account(str(node.span) if inline else source.name, source.sha256)


def declared_places(node: Node) -> dict[str, Node]:
    """Return where each policy declared under `policies:` of the account at *node* is to be found."""
    return {key.text: value for key, value in _pairs(node, "policies")}


def shorthand_account(places: Node, files: Files, shelf: Shelf) -> Account:
    """Make the account of a suite that names only policies: one role that has them."""
    policies = _loaded(places, PolicyKind.IDENTITY, shelf, SHORTHAND_ROLE, {})
    role = Principal(SHORTHAND_ROLE, "role", SHORTHAND_ROLE, SHORTHAND_ID, "aws", policies=policies)
    source = files.source_of(places)
    return Account(
        id=SHORTHAND_ID,
        partition="aws",
        context={},
        policies={},
        groups={},
        users={},
        roles={SHORTHAND_ROLE: role},
        organization=Organization(),
        allow_users_to_change_password=False,
        path=str(places.span),
        sha256=source.sha256,
    )


def _pairs(node: Node | None, key: str) -> tuple[tuple[Node, Node], ...]:
    value = node.get(key) if node is not None else None
    return () if value is None else value.pairs


def _text(node: Node, key: str) -> str | None:
    value = node.get(key)
    return None if value is None else value.text or None


def _loaded(
    places: Node | None, kind: PolicyKind, shelf: Shelf, owner: str, declared: Mapping[str, Node]
) -> tuple[LoadedPolicy, ...]:
    """Read a list of places for policies; inline ones are called after their owner."""
    items = places.items if places is not None else ()
    found = (shelf.take(item, kind, name=f"{owner} policy {n}", declared=declared) for n, item in enumerate(items, 1))
    return tuple(dict.fromkeys(policy for policy in found if policy is not None))


def read_tags(node: Node | None, faults: Collector) -> tuple[tuple[str, str], ...]:
    """Read a mapping of tags; AWS's keys of tags are compared without letter case."""
    tags: dict[str, tuple[str, str]] = {}
    for key, value in node.pairs if node is not None else ():
        if key.text.lower() in tags:
            faults.add(
                key.fault(
                    "duplicate-name",
                    f"the tag `{key.text}` stands twice: letter case makes no difference",
                    help="keep one of them",
                )
            )
        tags[key.text.lower()] = (key.text, value.text)
    return tuple(tags.values())


class _Reader:
    """Reads one account whose shape was checked; what is malformed is passed over."""

    def __init__(self, node: Node, files: Files, shelf: Shelf) -> None:
        self.node = node
        self.files = files
        self.shelf = shelf
        self.faults = files.faults
        self.id = _text(node, "id") or ""
        self.partition = _text(node, "partition") or "aws"
        self.declared = declared_places(node)

    def account(self, path: str, sha256: str) -> Account:
        policies = {name: self.shelf.declare(place, name) for name, place in self.declared.items()}
        organization = self.organization()
        groups = self.named("groups", self.group)
        both = {key.text for key, _ in _pairs(self.node, "users")} & {key.text for key, _ in _pairs(self.node, "roles")}
        setting = self.node.get("allow_users_to_change_password")
        return Account(
            id=self.id,
            partition=self.partition,
            context=read_context(self.node.get("context"), self.faults, self.files.catalogue),
            policies={name: policy for name, policy in policies.items() if policy is not None},
            groups=groups,
            users=self.principals("users", "user", both, organization, groups),
            roles=self.principals("roles", "role", both, organization, groups),
            organization=organization,
            allow_users_to_change_password=setting is not None and setting.value is True,
            path=path,
            sha256=sha256,
        )

    def organization(self) -> Organization:
        node = self.node.get("organization")
        return Organization(self.levels(node, "scps", PolicyKind.SCP), self.levels(node, "rcps", PolicyKind.RCP))

    def levels(self, node: Node | None, key: str, kind: PolicyKind) -> tuple[tuple[LoadedPolicy, ...], ...]:
        levels = node.get(key) if node is not None else None
        return tuple(
            _loaded(level, kind, self.shelf, f"{key} level {number}", self.declared)
            for number, level in enumerate(levels.items if levels is not None else (), 1)
        )

    def named(self, key: str, make: Callable[[str, Node], _Named]) -> dict[str, _Named]:
        """Make one thing for each key; IAM's names are unique without letter case."""
        found: dict[str, _Named] = {}
        spelled: dict[str, str] = {}
        for name, node in _pairs(self.node, key):
            first = spelled.setdefault(name.text.lower(), name.text)
            if first != name.text:
                message = f"`{name.text}` is `{first}` to IAM: names are unique ignoring letter case"
                self.faults.add(name.fault("duplicate-name", message, help="choose another name"))
            found[name.text] = make(name.text, node)
        return found

    def group(self, name: str, node: Node) -> Group:
        policies = _loaded(node.get("policies"), PolicyKind.IDENTITY, self.shelf, f"group/{name}", self.declared)
        return Group(name, _text(node, "path") or "/", policies)

    def principals(
        self,
        key: str,
        kind: PrincipalKind,
        both: set[str],
        organization: Organization,
        groups: Mapping[str, Group],
    ) -> dict[str, Principal]:
        def make(name: str, node: Node) -> Principal:
            owner = f"{kind}/{name}"
            boundary = node.get("boundary")
            return Principal(
                name=name,
                kind=kind,
                label=owner if name in both else name,
                account_id=self.id,
                partition=self.partition,
                path=_text(node, "path") or "/",
                declared_id=_text(node, "id"),
                tags=self.tags(node),
                groups=self.groups_of(node, groups),
                policies=_loaded(node.get("policies"), PolicyKind.IDENTITY, self.shelf, owner, self.declared),
                boundary=None if boundary is None else self.boundary(boundary, owner),
                session_name=_text(node, "session_name"),
                session_policies=_loaded(
                    node.get("session_policies"), PolicyKind.SESSION, self.shelf, f"{owner} session", self.declared
                ),
                organization=organization,
            )

        return self.named(key, make)

    def boundary(self, node: Node, owner: str) -> LoadedPolicy | None:
        return self.shelf.take(node, PolicyKind.BOUNDARY, name=f"{owner} boundary", declared=self.declared)

    def tags(self, node: Node) -> tuple[tuple[str, str], ...]:
        return read_tags(node.get("tags"), self.faults)

    def groups_of(self, node: Node, groups: Mapping[str, Group]) -> tuple[Group, ...]:
        value = node.get("groups")
        items = () if value is None else value.items if value.kind is Kind.SEQUENCE else (value,)
        for item in items:
            if item.text not in groups:
                self.faults.add(unknown_name(item, f"there is no group `{item.text}`", list(groups)))
        return tuple(dict.fromkeys(groups[item.text] for item in items if item.text in groups))
