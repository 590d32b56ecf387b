"""Policies in their places: by name, file, AWS managed ARN, inline, or at a JSON pointer.

A document is read once for each kind it is used as, and its faults are its own file's, shown once
however many places use it.  ``FullAWSAccess`` and ``RCPFullAWSAccess``, which AWS attaches to every
level by itself, may be named without a declaration; nothing is added that isn't named.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from simulator.accounts.files import YAML_ENDINGS
from simulator.accounts.shape import MANAGED_KEYS, POINTER_KEYS
from simulator.catalogue.managed import managed_policy, nearest_managed
from simulator.errors import InputError, nearest
from simulator.policy.arn import Arn
from simulator.policy.model import PolicyKind
from simulator.policy.parse import charset_fault, parse_policy
from simulator.text.files import POLICY_LIMIT, SUITE_LIMIT
from simulator.text.json import parse_json
from simulator.text.shape import MOST_COMPARED
from simulator.text.source import Kind, Node, Source
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulator.accounts.files import Files
    from simulator.catalogue.managed import ManagedPolicy
    from simulator.errors import Diagnostic
    from simulator.policy.model import Policy

__all__ = ["LoadedPolicy", "Shelf", "as_json"]


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPolicy:
    """A policy as the run uses it; equal only to itself.

    `path` is the file, the managed policy's ARN, or where it stands inline; `document` its JSON text,
    as AWS would be sent; `version` and `date` are of an AWS managed policy.
    """

    name: str
    path: str
    sha256: str
    policy: Policy = field(repr=False)
    document: str = field(repr=False)
    version: str | None = None
    date: str | None = None
    node: Node | None = field(default=None, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """What `by: NAME#SID` may call it: its name in the account, its file's or the managed policy's name."""
        return tuple(dict.fromkeys((self.name, self.path.rpartition("/")[2])))

    @property
    def is_part(self) -> bool:
        """Whether it stands in a file that holds more: inline, or at a pointer."""
        return self.path.startswith((f"{self.policy.source.name}:", f"{self.policy.source.name}#"))

    @property
    def excerpt(self) -> tuple[str, int]:
        """Its lines, and which line of its file is the first: the whole text, but for one that stands with others."""
        text = self.policy.source.text
        if self.node is None or not self.is_part:
            return text, 1
        # Statements that stand elsewhere, by an alias, are quoted too.
        spans = [(self.node.start, self.node.end), *((one.start, one.end) for one in self.policy.statements)]
        start, end = min(start for start, _ in spans), max(end for _, end in spans)
        first = text.rfind("\n", 0, start) + 1
        last = start + len(text[start:end].rstrip())  # a block of YAML ends where the next begins
        return text[first : text.find("\n", last) + 1 or len(text)], self.policy.source.span(start, end).line

    @property
    def role(self) -> str:
        """What it is used as: ``identity``, ``boundary``, ``scp`` …."""
        return self.policy.kind.value


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A document before it is read as a policy of some kind."""

    node: Node
    name: str
    path: str
    sha256: str
    document: str
    version: str | None = None
    date: str | None = None


_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?", re.ASCII)
_TELLING = ("Principal", "NotPrincipal", "Resource", "NotResource")
_ALLOW_ALL: dict[str, object] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_BUILT_IN: dict[tuple[PolicyKind | None, str], dict[str, object]] = {
    (PolicyKind.SCP, "FullAWSAccess"): {"Version": "2012-10-17", "Statement": _ALLOW_ALL},
    (PolicyKind.RCP, "RCPFullAWSAccess"): {"Version": "2012-10-17", "Statement": _ALLOW_ALL | {"Principal": "*"}},
}


class Shelf:
    """Finds policies; faults go to the files' collector."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._found: dict[tuple[str, ...], _Found | None] = {}
        self._loaded: dict[tuple[_Found, PolicyKind], LoadedPolicy | None] = {}

    def declare(self, node: Node, name: str) -> LoadedPolicy | None:
        """Read a declared policy as what it seems to be: only resource-based ones name principals, trust no resource."""
        found = self._find(node, name, {name: node}, None)
        if found is None:
            return None
        statements = found.node.get("Statement")
        items = () if statements is None else statements.items or (statements,)
        keys = {key for item in items for key in _TELLING if item.get(key) is not None}
        named, trust = keys & {"Principal", "NotPrincipal"}, not keys & {"Resource", "NotResource"}
        return self._as(found, PolicyKind.IDENTITY if not named else PolicyKind.TRUST if trust else PolicyKind.RESOURCE)

    def take(self, node: Node, kind: PolicyKind, *, name: str, declared: Mapping[str, Node]) -> LoadedPolicy | None:
        """Return the policy that stands or is named at *node*; an inline one is called *name*."""
        found = self._find(node, name, declared, kind)
        return None if found is None else self._as(found, kind)

    def _as(self, found: _Found, kind: PolicyKind) -> LoadedPolicy | None:
        if (found, kind) not in self._loaded:
            self._loaded[found, kind] = self._load(found, kind)
        return self._loaded[found, kind]

    def _load(self, found: _Found, kind: PolicyKind) -> LoadedPolicy | None:
        try:
            policy = parse_policy(found.node, name=found.name, kind=kind)
        except InputError as error:
            self._files.faults.extend(error.diagnostics)
            return None
        parts = found.name, found.path, found.sha256, policy, found.document, found.version, found.date
        return LoadedPolicy(*parts, found.node)

    def _find(self, node: Node, name: str, declared: Mapping[str, Node], kind: PolicyKind | None) -> _Found | None:
        """Return the document at *node*, looked for once; *kind* None reads a declaration itself."""
        place = declared.get(node.text) if kind is not None and node.kind is not Kind.MAPPING else None
        if place is not None:
            return self._find(place, node.text, declared, None)
        key = (node.source.name, str(node.start), name if kind is None else "")
        if key not in self._found:
            found = self._search(node, name, declared, kind)
            self._found[key] = replace(found, name=name) if found is not None and kind is None else found
        return self._found[key]

    def _once(self, key: tuple[str, ...], make: Callable[[], _Found | None]) -> _Found | None:
        if key not in self._found:
            self._found[key] = make()
        return self._found[key]

    def _search(self, node: Node, name: str, declared: Mapping[str, Node], kind: PolicyKind | None) -> _Found | None:
        if node.kind is Kind.MAPPING:
            if any(node.get(key) is not None for key in POINTER_KEYS):
                return self._in_file(node.get("file"), node.get("at"))
            if any(node.get(key) is not None for key in MANAGED_KEYS):
                return self._pinned(node)
            document = as_json(node)
            return _Found(node, name, str(node.span), _digest(document), document)
        if node.kind not in (Kind.STRING, Kind.NUMBER):
            return None  # reported with the shape
        if (built_in := _BUILT_IN.get((kind, node.text))) is not None:
            return self._once(("built in", node.text), lambda: _built_in(node.text, built_in))
        if node.text.startswith("arn:"):
            return self._managed(node)
        if _looks_like_file(node.text):
            return self._in_file(node, None)
        self._unknown(node, declared)
        return None

    def _in_file(self, file: Node | None, at: Node | None) -> _Found | None:
        # A plan or a template is larger than a policy.
        limit = POLICY_LIMIT if at is None else SUITE_LIMIT
        tree = self._files.named(file, limit=limit) if file is not None and file.text else None
        if tree is None:
            return None
        if at is None or not at.text:
            return self._once(("file", tree.source.name), lambda: self._whole_file(tree))
        return self._once(("file", tree.source.name, at.text), lambda: self._part_of_file(tree, at))

    def _whole_file(self, tree: Node) -> _Found:
        source = self._files.source_of(tree)
        is_json = not source.name.lower().endswith(YAML_ENDINGS)
        fault = charset_fault(source) if is_json else None
        self._files.faults.extend(fault for fault in (fault,) if fault is not None)
        document = source.text if is_json else as_json(tree)
        return _Found(tree, source.name.rpartition("/")[2], source.name, source.sha256, document)

    def _part_of_file(self, tree: Node, at: Node) -> _Found | None:
        path = f"{tree.source.name}#{at.text}"
        node = self._files.follow(tree, at)
        if node is None:
            return None
        document = node.text if node.kind is Kind.STRING else as_json(node)
        inner = self._files.text_in(node, path) if node.kind is Kind.STRING else node
        return (
            None
            if inner is None
            else _Found(inner, f"{tree.source.name.rpartition('/')[2]}#{at.text}", path, _digest(document), document)
        )

    def _pinned(self, node: Node) -> _Found | None:
        arn, version, sha256 = (node.get(key) for key in MANAGED_KEYS)
        found = self._managed(arn) if arn is not None else None
        if found is None or self._files.standing_in(found.path) is not None:
            return found
        for pin, actual in ((version, found.version), (sha256, found.sha256)):
            if pin is not None and pin.text.lower() != (actual or "").lower():
                message = f"`{found.path}` is not `{pin.text}` but `{actual}` in the catalogue"
                self._files.faults.add(pin.fault("policy-pin", message, help="review the policy, then change the pin"))
        return found

    def _managed(self, node: Node) -> _Found | None:
        managed = managed_policy(node.text)
        if managed is None:
            self._files.faults.add(_no_managed(node))
            return None
        return self._once(("managed", managed.arn), lambda: _of_managed(managed, self._files.standing_in(managed.arn)))

    def _unknown(self, node: Node, declared: Mapping[str, Node]) -> None:
        near = nearest(node.text, islice(declared, MOST_COMPARED))
        managed = None if near else nearest_managed(node.text)
        if near:
            help_ = f"did you mean `{near}`?"
        elif managed:
            help_ = f"an AWS managed policy is named by its ARN: `{managed}`"
        else:
            help_ = "declare it under `policies:` of the account, or name a file"
        self._files.faults.add(node.fault("unknown-name", f"there is no policy `{node.text}`", help=help_))


def _no_managed(node: Node) -> Diagnostic:
    arn = Arn.parse(node.text)
    if arn is not None and arn.service == "iam" and arn.account == "aws":
        near = nearest_managed(node.text)
        help_ = f"did you mean `{near}`?" if near else "it may be newer than the catalogue: declare its document"
        return node.fault("unknown-name", f"there is no AWS managed policy `{node.text}`", help=help_)
    help_ = "only AWS managed policies are known by ARN; declare others under `policies:`"
    return node.fault("unknown-name", f"`{node.text}` is no AWS managed policy", help=help_)


def _looks_like_file(text: str) -> bool:
    return "/" in text or text.lower().endswith((".json", *YAML_ENDINGS))


def _built_in(name: str, document: dict[str, object]) -> _Found:
    text = json.dumps(document)
    tree = parse_json(Source(name, text, _digest(text)))
    return _Found(tree, name, f"AWS's own {name}", _digest(text), text)


def _of_managed(managed: ManagedPolicy, stand_in: Source | None) -> _Found:
    if stand_in is not None:
        tree = parse_json(stand_in)
        return _Found(tree, managed.name, managed.arn, stand_in.sha256, stand_in.text)
    tree = parse_json(Source(managed.arn, managed.text, managed.sha256))
    date = managed.updated.partition("T")[0]
    return _Found(tree, managed.name, managed.arn, managed.sha256, managed.text, managed.version, date)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def as_json(node: Node) -> str:
    """Write a tree as JSON text."""
    return json.dumps(_plain(node), indent=2, ensure_ascii=True)


def _plain(node: Node) -> Any:
    match node.kind:
        case Kind.MAPPING:
            return {key.text: _plain(value) for key, value in node.pairs}
        case Kind.SEQUENCE:
            return [_plain(item) for item in node.items]
        case Kind.NUMBER:
            return _number(node.text)
        case _:
            return node.value


def _number(text: str) -> int | float | str:
    """Return a number as JSON has it, else its text: policies read numbers as text anyway."""
    if not _JSON_NUMBER.fullmatch(text):
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)
