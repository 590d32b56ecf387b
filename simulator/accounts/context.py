"""Context keys as files state them: ``aws:SourceIp: 203.0.113.7``.

A layer is what one place states; nearer layers win, key by key, letter case ignored.  A key that is
stated as absent (``null``, or no values for a list-typed key) hides farther layers and what the
runner would add.  Types are the catalogue's, else those of the YAML values.
Rules: C2, C5, Z5 to Z7; format: ``docs/scenario-format.md``, "What the runner states for you".
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, TypeAlias

from simulator.catalogue.keys import key as catalogue_key
from simulator.errors import Severity, nearest
from simulator.policy.operators import parse_date, parse_ip, parse_number
from simulator.text.source import Kind
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.errors import Collector
    from simulator.text.source import Node

__all__ = ["Layer", "Stated", "api_type", "merge", "read_context"]

_LIST = "List"
_WORDS = {Kind.BOOLEAN: "boolean", Kind.NUMBER: "numeric"}


@dataclass(frozen=True, slots=True)
class Stated:
    """A key as stated: `value` None is stated as absent; `name` is the catalogue's spelling."""

    name: str
    value: ContextValue | None
    type: str  #: ``ContextKeyType`` of the simulator API


Layer: TypeAlias = "dict[str, Stated]"
"""What one place states, by lower-case name."""


def merge(layers: Iterable[Layer]) -> Layer:
    """Lay *layers* over each other; the later wins."""
    merged: Layer = {}
    for layer in layers:
        merged |= layer
    return merged


def api_type(name: str, value: ContextValue) -> str:
    """Return the API's type of a key that no file states."""
    known = catalogue_key(name)
    if known is not None:
        return known.api_type
    return "string" if isinstance(value, str) else "stringList"


def read_context(node: Node | None, faults: Collector, catalogue: Catalogue | None = None) -> Layer:
    """Read a context mapping whose shape was checked; what is wrong in it goes to *faults*.

    Keys are those of *catalogue*, by default of the shipped one.
    """
    layer: Layer = {}
    for key, value in node.pairs if node is not None else ():
        stated = _read(key, value, faults, catalogue)
        if stated is None:
            continue
        first = layer.setdefault(stated.name.lower(), stated)
        if first is not stated:
            faults.add(
                key.fault(
                    "duplicate-name",
                    f"`{key.text}` is stated twice: letter case makes no difference",
                    help="keep one of them",
                )
            )
    return layer


def _read(key: Node, node: Node, faults: Collector, catalogue: Catalogue | None) -> Stated | None:
    known = catalogue_key(key.text) if catalogue is None else catalogue.key(key.text)
    name = key.text if known is None else known.name
    if known is None:
        _unknown(key, faults, catalogue)
    declared, values = node.get("type"), node.get("values")
    if node.kind is Kind.MAPPING and (declared is None or values is None):
        return None
    value = node if values is None else values
    kind = declared.text if declared is not None else known.api_type if known is not None else _yaml_type(value)
    if value.kind is Kind.NULL:
        return Stated(name, None, kind)
    items = value.items if value.kind is Kind.SEQUENCE else (value,)
    if any(item.kind in (Kind.MAPPING, Kind.SEQUENCE, Kind.NULL) for item in items):
        return None
    for item in items:
        _check(item, kind, faults)
    if kind.endswith(_LIST):
        return Stated(name, tuple(item.text for item in items) or None, kind)
    if len(items) != 1:
        message = f"`{key.text}` takes a single value, found {len(items)}"
        faults.add(value.fault("context-value", message, help="write one value, or null for an absent key"))
        return None
    return Stated(name, items[0].text, kind)


def _unknown(key: Node, faults: Collector, catalogue: Catalogue | None) -> None:
    """Warn of a key that nobody declares: it may be a slip, or newer than the catalogue."""
    near = nearest_key(key.text, catalogue)
    faults.add(
        key.fault(
            "context-unknown-key",
            f"the catalogue does not know the context key `{key.text}`",
            help=f"did you mean `{near}`?" if near else "its type is taken from the value",
            severity=Severity.WARNING,
        )
    )


def nearest_key(name: str, catalogue: Catalogue | None = None) -> str | None:
    """Return the known context key most like *name*, or None when none is near enough."""
    return nearest(name, _known_keys(name, catalogue), cutoff=0.8)


def _known_keys(name: str, catalogue: Catalogue | None) -> tuple[str, ...]:
    from simulator.catalogue import load  # noqa: PLC0415  # only for a slip
    from simulator.catalogue.global_keys import global_keys  # noqa: PLC0415  # only for a slip

    service = (catalogue or load()).service(name.partition(":")[0])
    return tuple(key.name for key in (*global_keys(), *(service.keys if service is not None else ())))


def _yaml_type(value: Node) -> str:
    items = value.items
    kinds = {item.kind for item in items} if value.kind is Kind.SEQUENCE else {value.kind}
    word = _WORDS.get(kinds.pop(), "string") if len(kinds) == 1 else "string"
    return word + (_LIST if value.kind is Kind.SEQUENCE else "")


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


_FORMATS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    # The API takes any text for a boolean and reads all but `true` as false: a trap for `yes`.
    "boolean": (lambda text: text.lower() in ("true", "false"), "true or false", "`true` or `false`"),
    "numeric": (lambda text: parse_number(text) is not None, "a number", "a number, as 3600"),
    "date": (
        lambda text: parse_date(text) is not None,
        "an ISO 8601 date or epoch seconds",
        "a moment, as 2026-12-31T23:59:59Z",
    ),
    "ip": (
        lambda text: parse_ip(text) is not None,
        "an IP address",
        "one address, as 203.0.113.7; ranges are for policies",
    ),
    "binary": (_is_base64, "base64", "bytes in base64"),
}


def _check(item: Node, kind: str, faults: Collector) -> None:
    fits, words, example = _FORMATS.get(kind.removesuffix(_LIST), (lambda _: True, "", ""))
    if not fits(item.text):
        help_ = f"the key is of type {kind}: write {example}"
        faults.add(item.fault("context-value", f"`{item.text}` is not {words}", help=help_))
