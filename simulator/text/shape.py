"""Shapes: what a tree must look like, declared once and used twice.

A shape checks nodes, all faults at once and with the nearest name, and gives the JSON Schema (draft
2020-12) that editors use, so that the two can't drift.  Only what one file shows by itself is a
shape; names that refer to something else are checked by whoever knows that something.

This module has texts, lists and free mappings; `simulator.text.record` has mappings with known keys.
A text may be written as a number where no pattern asks for more: names and ids keep their digits.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from simulator.errors import nearest
from simulator.text.source import Kind
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.errors import Collector, Diagnostic
    from simulator.text.source import Node

__all__ = [
    "MOST_COMPARED",
    "SCHEMA_TYPES",
    "Digits",
    "Flag",
    "Free",
    "JsonSchema",
    "ListOf",
    "MapOf",
    "Number",
    "OneOrMany",
    "Shape",
    "Text",
    "in_form",
    "unknown_name",
    "wrong_type",
]

JsonSchema: TypeAlias = dict[str, Any]

SCHEMA_TYPES = {
    Kind.MAPPING: "object",
    Kind.SEQUENCE: "array",
    Kind.STRING: "string",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.NULL: "null",
}
_SHOWN_CHOICES = 12
MOST_COMPARED = 1000  #: names among which the nearest is looked for: a file may hold many more, and many slips


class Shape(Protocol):
    """What every shape can do."""

    @property
    def words(self) -> str:
        """What stands here, for messages: ``a list of actions``."""
        ...

    def check(self, node: Node, faults: Collector) -> None:
        """Note what is wrong at *node* and below."""
        ...

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        """Return the JSON Schema; shapes with a name go to *defs*."""
        ...


def unknown_name(node: Node, message: str, known: list[str], *, code: str = "unknown-name") -> Diagnostic:
    """Make the fault of a name that is none of *known*, with the nearest or all of them as help."""
    near = nearest(node.text, known[:MOST_COMPARED])
    if near is not None:
        return node.fault(code, message, help=f"did you mean `{near}`?")
    listed = ", ".join(f"`{name}`" for name in known[:_SHOWN_CHOICES])
    more = ", …" if len(known) > _SHOWN_CHOICES else ""
    return node.fault(code, message, help=f"known here: {listed}{more}" if known else "none is declared here")


def wrong_type(node: Node, words: str, advice: str) -> Diagnostic:
    found = "nothing" if node.kind is Kind.NULL else f"a {node.kind.value}" if node.kind is not Kind.STRING else "text"
    return node.fault("wrong-type", f"expected {words}, found {found}", help=_form(words, node.kind) or advice)


def _form(words: str, found: Kind) -> str:
    """Say how it is written what *words* ask for, where something of another form stands."""
    if found is Kind.MAPPING and words.startswith("a list of"):
        return "each item of a list starts with `- `"
    if found is Kind.SEQUENCE and words.startswith("a mapping of"):
        return "the lines of a mapping are `NAME: …`, without `- `"
    if found is Kind.NULL:
        return "write it behind the colon, or leave the key out"
    return ""


def in_form(kinds: Iterable[Kind]) -> str:
    """Say how values of these kinds are written."""
    taken = set(kinds)
    taken -= {Kind.NUMBER} if Kind.STRING in taken else set()  # ids may stand without quotes; nobody has to know
    return f"write it as {', or '.join(words for kind, words in _FORMS.items() if kind in taken)}"


_FORMS = {
    Kind.STRING: "text",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "`true` or `false`",
    Kind.SEQUENCE: "a list, `[…]`",
    Kind.MAPPING: "a mapping, `{NAME: …}`",
}
_INSTEAD = {
    Kind.SEQUENCE: "write one value, without `- ` and without brackets",
    Kind.MAPPING: "write one value; text that holds `: ` stands in quotes",
    Kind.NUMBER: "write text; one that looks like a number stands in quotes",
    Kind.BOOLEAN: "write text; one that looks like `true` or `false` stands in quotes",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text; `pattern` must match from the start (end it with `END`), `choices` are all there are.

    With `digits` what looks like a number is text too, as it is written, where there is a pattern.
    """

    words: str = "text"
    pattern: str = ""
    choices: tuple[str, ...] = ()
    empty: bool = False
    booleans: bool = False
    digits: bool = False
    help: str = ""

    def _kinds(self) -> tuple[Kind, ...]:
        if self.choices or (self.pattern and not self.digits):
            return (Kind.STRING,)
        return (Kind.STRING, Kind.NUMBER, Kind.BOOLEAN) if self.booleans else (Kind.STRING, Kind.NUMBER)

    def check(self, node: Node, faults: Collector) -> None:
        if node.kind not in self._kinds():
            faults.add(wrong_type(node, self.words, _INSTEAD.get(node.kind, "")))
        elif self.choices and node.text not in self.choices:
            faults.add(unknown_name(node, f"`{node.text}` is not {self.words}", list(self.choices), code="wrong-value"))
        elif (not node.text and not self.empty) or (self.pattern and not re.match(self.pattern, node.text)):
            advice = self.help or (
                f"write {self.words}" if node.text else "write it in the quotes, or leave the key out"
            )
            faults.add(node.fault("wrong-value", f"`{node.text}` is not {self.words}", help=advice))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        del defs
        if self.choices:
            return {"enum": list(self.choices)}
        kinds = [SCHEMA_TYPES[kind] for kind in self._kinds()]
        found: JsonSchema = {"type": kinds if len(kinds) > 1 else kinds[0]}
        if not self.empty:
            found["minLength"] = 1
        if self.pattern:
            found["pattern"] = self.pattern
        return found


@dataclass(frozen=True, slots=True)
class Digits:
    """A number of exactly `count` digits, quoted or not; leading zeros count."""

    words: str
    count: int

    def check(self, node: Node, faults: Collector) -> None:
        text = node.text if node.kind in (Kind.STRING, Kind.NUMBER) else ""
        if not re.fullmatch(rf"[0-9]{{{self.count}}}", text, re.ASCII):
            faults.add(
                node.fault("wrong-value", f"`{node.text}` is not {self.words}", help=f"write {self.count} digits")
            )

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        del defs
        # A JSON number has lost its zeros, so any that is not too long may have been written in full.
        return {
            "type": ["string", "integer"],
            "pattern": rf"^[0-9]{{{self.count}}}(?![\s\S])",
            "minimum": 0,
            "maximum": 10**self.count - 1,
        }


@dataclass(frozen=True, slots=True)
class Number:
    """The number `value` and no other."""

    words: str
    value: int

    def check(self, node: Node, faults: Collector) -> None:
        if node.kind is not Kind.NUMBER or not re.fullmatch(rf"\+?{self.value}(\.0*)?", node.text):
            faults.add(node.fault("wrong-value", f"`{node.text}` is not {self.words}", help=f"write {self.value}"))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        del defs
        return {"const": self.value}


@dataclass(frozen=True, slots=True)
class Flag:
    """``true`` or ``false``."""

    words: str = "true or false"

    def check(self, node: Node, faults: Collector) -> None:
        if node.kind is not Kind.BOOLEAN:
            faults.add(wrong_type(node, self.words, "write `true` or `false`, without quotes"))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        del defs
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Free:
    """Anything of these kinds: somebody else reads it."""

    words: str
    kinds: tuple[Kind, ...]

    def check(self, node: Node, faults: Collector) -> None:
        if node.kind not in self.kinds:
            faults.add(wrong_type(node, self.words, in_form(self.kinds)))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        del defs
        return {"type": [SCHEMA_TYPES[kind] for kind in self.kinds]}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; with `blank` nothing at all is an empty one."""

    item: Shape
    words: str = "a list"
    least: int = 0
    blank: bool = False

    def check(self, node: Node, faults: Collector) -> None:
        if node.kind is Kind.NULL and self.blank:
            return
        if node.kind is not Kind.SEQUENCE:
            faults.add(wrong_type(node, self.words, in_form((Kind.SEQUENCE,))))
            return
        if len(node.items) < self.least:
            faults.add(node.fault("wrong-value", f"{self.words} can't be empty", help="name one at least"))
        for item in node.items:
            self.item.check(item, faults)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        found: JsonSchema = {"type": ["array", "null"] if self.blank else "array", "items": self.item.schema(defs)}
        return found | ({"minItems": self.least} if self.least else {})


@dataclass(frozen=True, slots=True)
class OneOrMany:
    """One item, or a list of at least `least`."""

    item: Shape
    words: str
    least: int = 1

    def check(self, node: Node, faults: Collector) -> None:
        (self._many() if node.kind is Kind.SEQUENCE else self.item).check(node, faults)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return {"if": {"type": "array"}, "then": self._many().schema(defs), "else": self.item.schema(defs)}

    def _many(self) -> ListOf:
        return ListOf(self.item, self.words, least=self.least)


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with free keys; with `blank` nothing at all is an empty one."""

    value: Shape
    words: str = "a mapping"
    key: Text = field(default_factory=lambda: Text("a name"))
    reserved: tuple[str, ...] = ()
    least: int = 0
    blank: bool = False

    def check(self, node: Node, faults: Collector) -> None:
        if node.kind is Kind.NULL and self.blank:
            return
        if node.kind is not Kind.MAPPING:
            faults.add(wrong_type(node, self.words, in_form((Kind.MAPPING,))))
            return
        if len(node.pairs) < self.least:
            faults.add(node.fault("wrong-value", f"{self.words} can't be empty", help="name one at least"))
        for key, value in node.pairs:
            self._check_key(key, faults)
            self.value.check(value, faults)

    def _check_key(self, key: Node, faults: Collector) -> None:
        if key.kind in (Kind.NULL, Kind.MAPPING, Kind.SEQUENCE):
            faults.add(wrong_type(key, self.key.words, f"write {self.key.words} before the colon"))
        elif key.text in self.reserved:
            faults.add(key.fault("reserved-name", f"`{key.text}` is a reserved word", help="choose another name"))
        elif not key.text or (self.key.pattern and not re.match(self.key.pattern, key.text)):
            advice = self.key.help or f"write {self.key.words} before the colon"
            faults.add(key.fault("wrong-value", f"`{key.text}` is not {self.key.words}", help=advice))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        names: JsonSchema = {"minLength": 1}
        if self.key.pattern:
            names["pattern"] = self.key.pattern
        if self.reserved:
            names["not"] = {"enum": list(self.reserved)}
        found: JsonSchema = {
            "type": ["object", "null"] if self.blank else "object",
            "propertyNames": names,
            "additionalProperties": self.value.schema(defs),
        }
        return found | ({"minProperties": self.least} if self.least else {})
