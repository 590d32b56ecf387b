"""Records: mappings with known keys, and things that can be written in several ways.

The second half of `simulator.text.shape`, which says what a shape is.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from simulator.errors import Collector, nearest
from simulator.text.shape import SCHEMA_TYPES, in_form, unknown_name, wrong_type
from simulator.text.source import Kind
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.errors import Diagnostic
    from simulator.text.shape import JsonSchema, Shape
    from simulator.text.source import Node

__all__ = ["AnyOf", "AtLeastOne", "Case", "Field", "NotBoth", "Record", "Ref", "Rule", "lacks", "opening", "schema_of"]


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record; `about` is what editors show."""

    name: str
    shape: Shape
    about: str = ""
    required: bool = False


class Rule(Protocol):
    """What the keys of a record owe to each other."""

    def faults(self, node: Node) -> Iterable[Diagnostic]:
        """Return what is wrong with *node*."""
        ...

    def schema(self) -> JsonSchema:
        """Return the same as JSON Schema."""
        ...


@dataclass(frozen=True, slots=True)
class NotBoth:
    """Two keys that exclude each other."""

    first: str
    second: str

    def faults(self, node: Node) -> Iterable[Diagnostic]:
        if node.get(self.first) is None or node.get(self.second) is None:
            return
        later = max((key for key, _ in node.pairs if key.text in (self.first, self.second)), key=lambda key: key.start)
        yield later.fault("wrong-value", f"`{self.first}` and `{self.second}` exclude each other", help="keep one")

    def schema(self) -> JsonSchema:
        return {"not": {"required": [self.first, self.second]}}


@dataclass(frozen=True, slots=True)
class AtLeastOne:
    """Keys of which one must stand."""

    keys: tuple[str, ...]
    message: str

    def faults(self, node: Node) -> Iterable[Diagnostic]:
        if all(node.get(key) is None for key in self.keys):
            yield opening(node).fault("missing-key", self.message, help=f"write `{self.keys[0]}: …`")

    def schema(self) -> JsonSchema:
        return {"anyOf": [{"required": [key]} for key in self.keys]}


def lacks(node: Node, words: str, name: str, *, example: str = "…") -> Diagnostic:
    """Make the fault of a mapping without the key *name*."""
    return opening(node).fault("missing-key", f"{words} needs the key `{name}`", help=f"write `{name}: {example}`")


def opening(node: Node) -> Node:
    """Return where to point when something is missing in a mapping: its first key."""
    return node.pairs[0][0] if node.pairs else node


@dataclass(frozen=True)
class Record:
    """A mapping with the keys of `fields` and no others; with `blank` nothing at all is an empty one."""

    words: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    blank: bool = False
    name: str = ""  #: under which the schema defines it

    @cached_property
    def _shapes(self) -> dict[str, Shape]:
        return {field.name: field.shape for field in self.fields}

    def check(self, node: Node, faults: Collector) -> None:
        if node.kind is Kind.NULL and self.blank:
            return
        if node.kind is not Kind.MAPPING:
            named = [f.name for f in self.fields if f.required] or [self.fields[0].name]
            written = ", ".join(f"{name}: …" for name in named)
            faults.add(wrong_type(node, self.words, f"it is written {{{written}}}"))
            return
        missing = [f.name for f in self.fields if f.required and node.get(f.name) is None]
        for key, value in node.pairs:
            shape = self._shapes.get(key.text) if key.kind is Kind.STRING else None
            if shape is None:
                message = f"{self.words} has no key `{key.text}`"
                faults.add(unknown_name(key, message, list(self._shapes), code="unknown-key"))
                # What was meant is told there; that it is missing would be told twice.
                missing = [name for name in missing if name != nearest(key.text, self._shapes)]
            else:
                shape.check(value, faults)
        for name in missing:
            faults.add(lacks(node, self.words, name))
        for rule in self.rules:
            faults.extend(rule.faults(node))

    def accepts(self, node: Node) -> bool:
        """Tell whether nothing is wrong at *node*."""
        faults = Collector()
        self.check(node, faults)
        return not faults.failed

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        if not self.name:
            return self._own_schema(defs)
        if self.name not in defs:
            defs[self.name] = {}  # stands while the fields are asked, which may ask for it again
            defs[self.name] = self._own_schema(defs)
        return {"$ref": f"#/$defs/{self.name}"}

    def _own_schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        properties = {f.name: f.shape.schema(defs) | ({"description": f.about} if f.about else {}) for f in self.fields}
        found: JsonSchema = {
            "type": ["object", "null"] if self.blank else "object",
            "properties": properties,
            "additionalProperties": False,
        }
        if required := [f.name for f in self.fields if f.required]:
            found["required"] = required
        if self.rules:
            found["allOf"] = [rule.schema() for rule in self.rules]
        return found


@dataclass(frozen=True, slots=True)
class Case:
    """One way to write something: nodes of these kinds, mappings only with one of `keys` (if any are given)."""

    kinds: tuple[Kind, ...]
    shape: Shape
    keys: tuple[str, ...] = ()

    def fits(self, node: Node) -> bool:
        return node.kind in self.kinds and (not self.keys or any(node.get(key) is not None for key in self.keys))

    def guard(self) -> JsonSchema:
        types: JsonSchema = {"type": [SCHEMA_TYPES[kind] for kind in self.kinds]}
        return types | ({"anyOf": [{"required": [key]} for key in self.keys]} if self.keys else {})


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Something that can be written in several ways; the first case that fits is the one that is meant."""

    words: str
    cases: tuple[Case, ...]
    name: str = ""

    def check(self, node: Node, faults: Collector) -> None:
        for case in self.cases:
            if case.fits(node):
                case.shape.check(node, faults)
                return
        keys = [key for case in self.cases for key in case.keys]
        if node.kind is Kind.MAPPING and keys:
            advice = f"a mapping here has one of {', '.join(f'`{key}`' for key in dict.fromkeys(keys))}"
        else:
            advice = in_form(kind for case in self.cases for kind in case.kinds)
        faults.add(wrong_type(node, self.words, advice))

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        if not self.name:
            return self._own_schema(defs)
        if self.name not in defs:
            defs[self.name] = {}  # stands while the cases are asked, which may ask for it again
            defs[self.name] = self._own_schema(defs)
        return {"$ref": f"#/$defs/{self.name}"}

    def _own_schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        # `else: false` would be anyOf's own strictness; a chain keeps one message for the case meant.
        found: JsonSchema | bool = False
        for case in reversed(self.cases):
            found = {"if": case.guard(), "then": case.shape.schema(defs), "else": found}
        assert isinstance(found, dict)
        # Editors offer an enum only where a case fits already, and nothing fits an empty value.
        offered = [{"label": word, "body": word} for case in self.cases for word in getattr(case.shape, "choices", ())]
        return found | ({"defaultSnippets": offered} if offered else {})


@dataclass(frozen=True, slots=True)
class Ref:
    """A shape that is defined later, so that shapes may hold themselves."""

    words: str
    target: Callable[[], Shape]

    def check(self, node: Node, faults: Collector) -> None:
        self.target().check(node, faults)

    def schema(self, defs: dict[str, JsonSchema]) -> JsonSchema:
        return self.target().schema(defs)


def schema_of(shape: Shape, *, title: str) -> JsonSchema:
    """Return the whole schema document of *shape*."""
    defs: dict[str, JsonSchema] = {}
    body = shape.schema(defs)
    head: JsonSchema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return head | body | ({"$defs": dict(sorted(defs.items()))} if defs else {})
