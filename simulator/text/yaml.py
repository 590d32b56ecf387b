"""YAML 1.2 with the core schema, as the same nodes that JSON gives.

PyYAML's parser (the C one where it is there) tells the structure; what a plain scalar means is
decided here, since PyYAML follows YAML 1.1, where an account id is an octal number, ``on`` is a
boolean and ``2012-10-17`` a date.  Numbers keep their text.  Aliases give the node that they name,
so a tree costs no more memory than its text; how much it would be written out is bounded, since
everyone who walks it does that work.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any, NoReturn

from simulator.errors import Collector, InputError
from simulator.text import yaml_faults as faults
from simulator.text.keys import repeated_keys
from simulator.text.source import Kind, Node, Source
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import yaml

    from simulator.errors import Diagnostic
    from simulator.text.source import Value

__all__ = ["parse_yaml"]

_DEPTH = 64
_EXPANSION = 100_000  # values that aliases may add
_MOST_VALUES = 500_000
_MOST_FAULTS = 1000  # more of them help nobody, and a hostile file has millions

_BLOCK_STYLES = frozenset("|>")

_WORDS: dict[str, tuple[Kind, Value]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (Kind.NULL, None)),
    **dict.fromkeys(("true", "True", "TRUE"), (Kind.BOOLEAN, True)),
    **dict.fromkeys(("false", "False", "FALSE"), (Kind.BOOLEAN, False)),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(
    _INTEGER.pattern + r"|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_CODE = re.compile(r"\\[uU](?:0000)?([0-9a-fA-F]{4})")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMBER_STARTS = frozenset("-+.0123456789")

_TAGS = "tag:yaml.org,2002:"
_ANY = re.compile(".*", re.DOTALL)
_TEXT_TAGS = frozenset({"!", f"{_TAGS}str"})
_SEQUENCE_TAGS = frozenset({None, "!", f"{_TAGS}seq"})
_MAPPING_TAGS = frozenset({None, "!", f"{_TAGS}map"})
_SCALAR_TAGS = {
    f"{_TAGS}null": (Kind.NULL, _ANY),
    f"{_TAGS}bool": (Kind.BOOLEAN, _ANY),
    f"{_TAGS}int": (Kind.NUMBER, _INTEGER),
    f"{_TAGS}float": (Kind.NUMBER, _ANY),
}


def parse_yaml(source: Source, *, depth: int = _DEPTH, expansion: int = _EXPANSION) -> Node:
    """Read the one document of *source*, or raise `InputError`; an empty one is a null at 1:1.

    Lists and mappings stand at most *depth* deep in each other, and aliases add at most *expansion*
    values.  A byte order mark at the start belongs to the file, not to the text: the nodes' own
    source is without it, so that columns are those that an editor shows.
    """
    if source.text.startswith("\ufeff"):
        source = Source(source.name, source.text[1:], source.sha256)
    composer = _Composer(source, depth, expansion)
    try:
        node = composer.document()
    except InputError as stop:
        composer.found.extend(stop.diagnostics)
        raise InputError(composer.found) from None
    composer.found.finish()
    return node


def resolve(text: str) -> tuple[Kind, Value]:
    """Return what the plain scalar *text* means in the core schema."""
    found = _WORDS.get(text)
    if found:
        return found
    if text[0] in _NUMBER_STARTS and _NUMBER.fullmatch(text):
        return Kind.NUMBER, text
    return Kind.STRING, text


@dataclasses.dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not reached yet; the document itself is the outermost."""

    start: int
    is_mapping: bool
    anchor: str | None
    before: int  # values counted before it
    children: list[Node]  # of a mapping key, value, key, value …
    height: int = 0  # how deep lists and mappings stand in it


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    size: int  # values in it, aliases written out
    height: int


class _Composer:
    """Builds the tree from the parser's events, which PyYAML leaves untyped."""

    def __init__(self, source: Source, depth: int, expansion: int) -> None:
        self.source = source
        self.depth = depth
        self.expansion = expansion
        self.found = Collector()
        self.faults = 0
        self.added = 0  # values that aliases stand for
        self.count = 0  # values, these included
        self.last = 0  # where the last scalar, alias or bracket ended
        self.stand_ins = _stand_ins(source.text)
        self.originals = {ord(stand_in): chr(code) for code, stand_in in self.stand_ins.items()}
        self.open = [_Open(0, is_mapping=False, anchor=None, before=0, children=[])]
        # An anchor of something still open leads to that; an alias to it would never end.
        self.anchors: dict[str, _Anchored | _Open] = {}

    def document(self) -> Node:
        handlers = self.handlers()
        text = self.source.text
        for event in _events(text.translate(self.stand_ins) if self.stand_ins else text, self.source):
            handlers[event.__class__](event)
        children = self.open[0].children
        return children[0] if children else Node(Kind.NULL, None, self.source, 0, 0)

    def handlers(self) -> Mapping[type[yaml.Event], Callable[[Any], None]]:
        import yaml  # noqa: PLC0415  # a command that reads no YAML does not wait for it

        return {
            yaml.StreamStartEvent: self.ignore,
            yaml.StreamEndEvent: self.ignore,
            yaml.DocumentStartEvent: self.begin,
            yaml.DocumentEndEvent: self.ignore,
            yaml.ScalarEvent: self.scalar,
            yaml.AliasEvent: self.alias,
            yaml.SequenceStartEvent: self.open_sequence,
            yaml.MappingStartEvent: self.open_mapping,
            yaml.SequenceEndEvent: self.close,
            yaml.MappingEndEvent: self.close,
        }

    def note(self, fault: Diagnostic) -> None:
        self.faults += 1
        if self.faults == _MOST_FAULTS:
            self.stop(fault)
        self.found.add(fault)

    def stop(self, fault: Diagnostic) -> NoReturn:
        raise InputError([fault])

    def is_key(self) -> bool:
        """Tell whether what comes next is a key."""
        inner = self.open[-1]
        return inner.is_mapping and len(inner.children) % 2 == 0

    def ignore(self, event: Any) -> None:
        """Pass over an event that says nothing about values."""

    def begin(self, event: Any) -> None:
        if self.open[0].children:
            self.stop(faults.second_document(self.source, event.start_mark.index))

    def scalar(self, event: Any) -> None:
        start, end, text = event.start_mark.index, event.end_mark.index, event.value
        if self.originals:
            text = text.translate(self.originals)
        if event.style == '"' and _SURROGATE.search(text):  # Python's parser lets them through
            self.stop(faults.bad_code(self.source, start))
        if event.style in _BLOCK_STYLES:  # its end is where the next line with text starts
            end = start + len(self.source.text[start:end].rstrip())
        if event.tag is not None:
            kind, value = self.tagged(event.tag, text, start, end)
        elif event.implicit[0]:
            kind, value = resolve(text)
            if text == "<<" and self.is_key():
                self.note(faults.merge_key(self.source, start, end))
        else:
            kind, value = Kind.STRING, text
        node = Node(kind, value, self.source, start, end)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(node, 1, 0)
        self.open[-1].children.append(node)
        self.last = end
        self.count += 1
        if self.count > _MOST_VALUES:
            self.stop(faults.too_many(self.source, _MOST_VALUES, start))

    def tagged(self, tag: str, text: str, start: int, end: int) -> tuple[Kind, Value]:
        """Return what *text* means under an explicit tag."""
        if tag in _TEXT_TAGS:
            return Kind.STRING, text
        kind, value = resolve(text)
        wanted = _SCALAR_TAGS.get(tag)
        if wanted is None:
            self.note(faults.tag(self.source, tag, start, end))
        elif kind is not wanted[0] or not wanted[1].fullmatch(text):
            self.note(faults.tag_mismatch(self.source, tag, text, start, end))
        return kind, value

    def alias(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        target = self.anchors.get(event.anchor)
        if isinstance(target, _Open):
            self.stop(faults.endless(self.source, event.anchor, start, end))
        if target is None:
            self.note(faults.no_anchor(self.source, event.anchor, self.anchors, start, end))
            target = _Anchored(Node(Kind.NULL, None, self.source, start, end), 1, 0)
        self.added += target.size
        self.count += target.size
        if self.added > self.expansion:
            self.stop(faults.bomb(self.source, self.expansion, start, end))
        if len(self.open) - 1 + target.height > self.depth:
            self.stop(faults.too_deep(self.source, self.depth, start, end))
        if target.height and self.is_key():
            self.note(faults.odd_key(self.source, start, end))
        node = target.node
        if not target.height:  # a fault of a single value is one of the place that uses it
            node = Node(node.kind, node.value, self.source, start, end)
        inner = self.open[-1]
        inner.children.append(node)
        inner.height = max(inner.height, target.height)
        self.last = end

    def open_sequence(self, event: Any) -> None:
        self.open_collection(event, is_mapping=False, tags=_SEQUENCE_TAGS)

    def open_mapping(self, event: Any) -> None:
        self.open_collection(event, is_mapping=True, tags=_MAPPING_TAGS)

    def open_collection(self, event: Any, *, is_mapping: bool, tags: frozenset[str | None]) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        if len(self.open) > self.depth:
            self.stop(faults.too_deep(self.source, self.depth, start, start + 1))
        if event.tag not in tags:
            self.note(faults.tag(self.source, event.tag, start, end))
        if self.is_key():
            self.note(faults.odd_key(self.source, start, max(end, start + 1)))
        opened = _Open(start, is_mapping, event.anchor, self.count, [])
        self.count += 1
        self.open.append(opened)
        if event.anchor is not None:
            self.anchors[event.anchor] = opened

    def close(self, event: Any) -> None:
        closed = self.open.pop()
        # Only brackets have an end of their own; without them the end is that of the last thing inside.
        if event.end_mark.index > event.start_mark.index:
            self.last = event.end_mark.index
        node = self.collected(closed)
        if closed.anchor is not None and self.anchors[closed.anchor] is closed:
            self.anchors[closed.anchor] = _Anchored(node, self.count - closed.before, closed.height + 1)
        inner = self.open[-1]
        inner.children.append(node)
        inner.height = max(inner.height, closed.height + 1)

    def collected(self, closed: _Open) -> Node:
        if not closed.is_mapping:
            return Node(Kind.SEQUENCE, tuple(closed.children), self.source, closed.start, self.last)
        children = iter(closed.children)
        pairs = tuple(zip(children, children, strict=True))
        for fault in repeated_keys(pairs, "yaml-duplicate-key"):
            self.note(fault)
        return Node(Kind.MAPPING, pairs, self.source, closed.start, self.last)


def _events(text: str, source: Source) -> Iterator[Any]:
    """Give the parser's events of *text*, its errors as `InputError` at the places in *source*."""
    import yaml  # noqa: PLC0415  # a command that reads no YAML does not wait for it

    if fault := faults.tag_directives(source):
        raise InputError([fault])
    loader: Any = None
    try:
        loader = yaml.CSafeLoader(text) if yaml.__with_libyaml__ else yaml.SafeLoader(text)
        while (event := loader.get_event()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        raise InputError([_syntax(error, source)]) from None
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        raise InputError([faults.unprintable(source)]) from None
    except (ValueError, OverflowError):  # Python's parser, at an escape beyond the last character
        raise InputError([faults.bad_code(source, loader.get_mark().index)]) from None


def _syntax(error: yaml.MarkedYAMLError, source: Source) -> Diagnostic:
    problem, context = error.problem_mark, error.context_mark
    place = problem.index if problem else 0
    return faults.syntax(source, place, context.index if context else place, f"{error.context or ''}: {error.problem}")


def _stand_ins(text: str) -> dict[int, str]:
    """Return for each line separator that YAML 1.2 takes as plain text, if it is in *text*, a character that is not.

    PyYAML reads YAML 1.1, where these end a line: what an editor shows as one line could be two keys.
    """
    separators = [ord(char) for char in "\x85\u2028\u2029" if char in text]
    if not separators:
        return {}
    used = {*text, *(chr(int(code, 16)) for code in _CODE.findall(text))}
    unused = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in used)
    return dict(zip(separators, unused, strict=False))
