"""Overlays: private actions, and actions newer than the catalogue, declared in a file of the user's.

::

    extra_actions:
      acme:Launch:                       # all fields may be left out
        level: Write                     # List, Read, Write, Permissions management, Tagging; default Write
        resources:                       # type: ARN format, or a list of formats
          rocket: arn:${Partition}:acme:${Region}:${Account}:rocket/${RocketId}
        required: [rocket]               # the types that AWS would star
        keys: [acme:Fuel]                # context keys, declared below or in the catalogue
      acme:Abort: {resources: {}}        # takes no resource: only `*` grants it
      iam:NewUserAction:
        resources: [user]                # types that the catalogue has for that service
      payments:GetAccountBalance:        # known, nothing more: any ARN may be asked of it
    extra_keys:
      acme:Fuel: numeric                 # the simulator API's types, and arn: string, stringList, numeric …

``extra_actions`` may also be a plain list of names.  An action that the catalogue has too is taken
from the overlay; a type declared anew counts for the overlay's actions alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.catalogue.facts import ServiceFacts
from simulator.catalogue.model import LEVELS, Action, ResourceType
from simulator.catalogue.rows import TYPE_WORDS
from simulator.errors import Collector, nearest
from simulator.policy.arn import Arn
from simulator.text.source import Kind, Node

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.catalogue.load import Catalogue
    from simulator.catalogue.model import Level

__all__ = ["KEY_TYPES", "SECTIONS", "read_overlay"]

SECTIONS = ("extra_actions", "extra_keys")
_FORMAT = "as `arn:${Partition}:svc:${Region}:${Account}:thing/${ThingId}`"
_SECTIONS = f"the sections are {', '.join(SECTIONS)}"
_FIELDS = ("level", "resources", "required", "keys")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9_-]+")
_LONGEST = 128  # what the API takes for an action's name
_MOST = 20_000  # names in one overlay; the whole catalogue has 22,000


def _api_type(kind: str, *, listed: bool) -> str:
    return f"{kind}List" if listed else kind


KEY_TYPES = {_api_type(kind, listed=listed): word for word, (kind, listed) in TYPE_WORDS.items()}
"""The words for a key's type, and AWS's word for each."""


def read_overlay(node: Node, catalogue: Catalogue, *, alone: bool = False) -> dict[str, ServiceFacts]:
    """Read an overlay for `Catalogue.with_overlay`; raise `InputError` with every fault of it.

    *node* is a mapping with `SECTIONS`; unless it stands *alone* in a file, others may read further keys.
    """
    reader = _Reader(catalogue)
    if alone:
        reader.check_sections(node)
    reader.read_keys(node.get("extra_keys"))
    actions = reader.read_actions(node.get("extra_actions"))
    reader.faults.finish()
    return {
        service: reader.service(service, actions)
        for service in sorted({a.service for a in actions} | reader.key_services())
    }


class _Reader:
    """Reads one overlay; `faults` gathers what is wrong with it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.faults = Collector()
        self._catalogue = catalogue
        self._keys: dict[str, tuple[str, str]] = {}  # lower-case name -> name and AWS's word for the type

    def check_sections(self, node: Node) -> None:
        """Refuse what is no mapping, and keys that nobody reads."""
        if node.kind not in (Kind.MAPPING, Kind.NULL):
            self.faults.add(
                node.fault("overlay-shape", f"an overlay is a mapping, not a {node.kind.value}", help=_SECTIONS)
            )
        for key, value in node.pairs:
            if key.text == "format" and value.text != "1":
                self.faults.add(value.fault("overlay-shape", f"format `{value.text}` is not known", help="write 1"))
            elif key.text not in (*SECTIONS, "format"):
                near = nearest(key.text, SECTIONS)
                advice = f"did you mean `{near}`?" if near else f"the sections are {', '.join(SECTIONS)}"
                self.faults.add(key.fault("overlay-shape", f"an overlay has no section `{key.text}`", help=advice))

    # -- keys ----------------------------------------------------------------------------------

    def read_keys(self, node: Node | None) -> None:
        for name, value in self._pairs(node, "`extra_keys` is a mapping of names to types"):
            if value.text not in KEY_TYPES:
                self._unknown(value, f"unknown type of key `{value.text}`", KEY_TYPES)
            elif ":" not in name.text:
                self.faults.add(
                    name.fault(
                        "overlay-key",
                        f"the key `{name.text}` has no service before a colon",
                        help=f"as `acme:{name.text}`",
                    )
                )
            else:
                self._keys[name.text.lower()] = (name.text, KEY_TYPES[value.text])

    def key_services(self) -> set[str]:
        """The services of the declared keys."""
        return {lower.partition(":")[0] for lower in self._keys}

    # -- actions -------------------------------------------------------------------------------

    def read_actions(self, node: Node | None) -> tuple[Action, ...]:
        if node is not None and node.kind is Kind.SEQUENCE:
            named: list[tuple[Node, Node | None]] = [(item, None) for item in node.items]
        else:
            named = list(self._pairs(node, "`extra_actions` is a list of names or a mapping"))
        if len(named) > _MOST and node is not None:
            self.faults.add(
                node.fault(
                    "overlay-size",
                    f"{len(named)} actions are more than the {_MOST} that an overlay may have",
                    help="name the services' actions that suites ask",
                )
            )
            return ()
        found: dict[str, Action] = {}
        for name, value in named:
            if not _ACTION.fullmatch(name.text) or len(name.text) > _LONGEST:
                self.faults.add(
                    name.fault(
                        "overlay-action",
                        f"`{name.text}` is not the name of an action",
                        help="write it as `service:Name`",
                    )
                )
            elif name.text.lower() in found:
                self.faults.add(
                    name.fault("overlay-action", f"the action `{name.text}` is declared twice", help="keep one of them")
                )
            else:
                found[name.text.lower()] = self._action(name.text, value)
        return tuple(found.values())

    def _action(self, name: str, node: Node | None) -> Action:
        if node is None or node.kind is Kind.NULL:
            return Action(name, "Write", ungated=True)
        fields = {key.text: value for key, value in self._pairs(node, f"the action `{name}` is a mapping", _FIELDS)}
        types = self._types(name.partition(":")[0], fields.get("resources"))
        return Action(
            name,
            self._level(fields.get("level")),
            types,
            self._required(fields.get("required"), types),
            tuple(self._key(item) for item in self._items(fields.get("keys"), "keys")),
            ungated="resources" not in fields,
        )

    def _level(self, node: Node | None) -> Level:
        if node is None:
            return "Write"
        if node.text not in LEVELS:
            self._unknown(node, f"unknown access level `{node.text}`", LEVELS)
            return "Write"
        return node.text

    def _types(self, service: str, node: Node | None) -> tuple[ResourceType, ...]:
        if node is None or node.kind is Kind.NULL:
            return ()
        if node.kind is Kind.SEQUENCE:
            return tuple(kind for item in node.items for kind in self._known_type(service, item))
        pairs = self._pairs(node, "`resources` is a mapping of types to ARN formats, or a list of known types")
        return tuple(ResourceType(service, name.text, self._formats(value)) for name, value in pairs)

    def _known_type(self, service: str, node: Node) -> tuple[ResourceType, ...]:
        known = self._catalogue.service(service)
        types = {kind.name: kind for kind in known.types} if known else {}
        if node.text not in types:
            self._unknown(node, f"`{service}` has no resource type `{node.text}`", types)
        return (types[node.text],) if node.text in types else ()

    def _formats(self, node: Node) -> tuple[str, ...]:
        formats = node.items if node.kind is Kind.SEQUENCE else (node,)
        for item in formats:
            if Arn.parse(item.text) is None or any(char.isspace() for char in item.text):
                self.faults.add(
                    item.fault(
                        "overlay-arn",
                        f"`{item.text}` is not the format of an ARN",
                        help=_FORMAT,
                    )
                )
        if not formats:
            self.faults.add(node.fault("overlay-arn", "a resource type has at least one ARN format", help=_FORMAT))
        return tuple(item.text for item in formats)

    def _required(self, node: Node | None, types: Iterable[ResourceType]) -> frozenset[str]:
        names = [kind.name for kind in types]
        items = self._items(node, "required")
        for item in items:
            if item.text not in names:
                self._unknown(item, f"the action takes no resource type `{item.text}`", names)
        return frozenset(item.text for item in items if item.text in names)

    def _key(self, node: Node) -> str:
        known = self._catalogue.key(node.text)
        if node.text.lower() not in self._keys and known is None:
            declared = (name for name, _ in self._keys.values())
            self._unknown(node, f"unknown context key `{node.text}`", declared, "declare it under `extra_keys`")
        return node.text

    # -- the result ----------------------------------------------------------------------------

    def service(self, name: str, actions: Iterable[Action]) -> ServiceFacts:
        """Put together what the overlay adds to one service."""
        own = tuple(action for action in actions if action.service == name)
        types = tuple(dict.fromkeys(kind for action in own for kind in action.resource_types))
        used = [key for action in own for key in action.condition_keys]
        used += [key for kind in types for key in kind.condition_keys]
        keys = {key.lower(): self._word(key) for key in used}
        keys |= {lower: row for lower, row in self._keys.items() if lower.partition(":")[0] == name}
        return ServiceFacts(name, name, own, types, tuple(keys.values()))

    def _word(self, name: str) -> tuple[str, str]:
        declared, known = self._keys.get(name.lower()), self._catalogue.key(name)
        if declared is not None or known is None:
            return declared or (name, "String")
        return known.name, KEY_TYPES[_api_type(known.type, listed=known.multivalued)]

    # -- shapes --------------------------------------------------------------------------------

    def _pairs(
        self, node: Node | None, expected: str, fields: Iterable[str] | None = None
    ) -> tuple[tuple[Node, Node], ...]:
        if node is None or node.kind is Kind.NULL:
            return ()
        if node.kind is not Kind.MAPPING:
            self.faults.add(
                node.fault("overlay-shape", f"{expected}, not a {node.kind.value}", help="the lines are `NAME: …`")
            )
        allowed = tuple(fields) if fields is not None else ()
        for name, _ in node.pairs:
            if allowed and name.text not in allowed:
                self._unknown(name, f"unknown field `{name.text}`", allowed)
        return node.pairs

    def _items(self, node: Node | None, field: str) -> tuple[Node, ...]:
        if node is not None and node.kind is not Kind.SEQUENCE:
            self.faults.add(
                node.fault("overlay-shape", f"`{field}` is a list, not a {node.kind.value}", help="as `[…]`")
            )
        return () if node is None else node.items

    def _unknown(self, node: Node, message: str, known: Iterable[str], otherwise: str = "") -> None:
        near = nearest(node.text, known)
        help_ = f"did you mean `{near}`?" if near else otherwise
        self.faults.add(node.fault("overlay-name", message, help=help_))
