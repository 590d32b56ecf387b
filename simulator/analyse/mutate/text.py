"""A mutant as text: the policy file with just the change made, as an author would type it.

The change is made at the offsets of what changed; all else, layout included, stays.  Statements say what
they are to be, the tree of the file says where their parts stand.
"""

from __future__ import annotations

import difflib
import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from simulator.text.json import parse_json
from simulator.text.source import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.analyse.mutate.model import Mutant
    from simulator.policy.conditions import Condition, ConditionValue
    from simulator.policy.model import Element, Entry, Policy, Principals, Statement
    from simulator.text.source import Node, Source

__all__ = ["diff_of", "text_of"]

_Edit: TypeAlias = "tuple[int, int, str]"  # start, end, what stands there instead
_LINE_END = re.compile(r"\r\n|\r|\n")
_INDENT = re.compile(r"(?:^|\n)([ \t]*)$")


def text_of(mutant: Mutant) -> str:
    """Return the text of the policy's file with the change made."""
    text = mutant.policy.source.text
    for start, end, new in sorted(_edits(mutant), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def diff_of(mutant: Mutant, *, context: int = 2) -> tuple[str, ...]:
    """Return the change as the lines of a unified diff, without its two headings."""
    source = mutant.policy.source
    old, new = (_LINE_END.split(text.rstrip("\r\n")) for text in (source.text, text_of(mutant)))
    lines = difflib.unified_diff(old, new, n=context, lineterm="")
    return tuple(lines)[2:]


def _edits(mutant: Mutant) -> Iterator[_Edit]:
    document = _tree(mutant.policy.source)
    if mutant.version is not None:
        version = document.get("Version")
        assert version is not None, "only a policy that states its Version has variables"
        yield version.start, version.end, json.dumps(mutant.version)
        return
    listed = document.get("Statement")
    assert listed is not None, "there is a statement to change"
    for place, new in mutant.changes.items():
        old = mutant.policy.statements[place]
        if new is None:
            yield _dropped_statement(listed, place)
        else:
            node = next(item for item in (*listed.items, listed) if item.start == old.start)
            yield from _statement(mutant.policy, node, old, new)


@lru_cache(maxsize=8)
def _tree(source: Source) -> Node:
    """Read a policy's file once for all its mutants."""
    return parse_json(source)


def _dropped_statement(listed: Node, place: int) -> _Edit:
    if listed.kind is Kind.MAPPING or len(listed.items) == 1:
        return listed.start, listed.end, "[]"
    return _without([(item.start, item.end) for item in listed.items], place)


def _without(spans: Sequence[tuple[int, int]], place: int) -> _Edit:
    """Take out one of several items, with the comma and the blanks that go with it."""
    start, end = spans[place]
    return (start, spans[place + 1][0], "") if place + 1 < len(spans) else (spans[place - 1][1], end, "")


def _statement(policy: Policy, node: Node, old: Statement, new: Statement) -> Iterator[_Edit]:
    if old.effect is not new.effect:
        effect = node.get("Effect")
        assert effect is not None, "every statement has an effect"
        yield effect.start, effect.end, json.dumps(new.effect.value)
    yield from _element(node, "Action", old.actions, new.actions)
    yield from _element(node, "Resource", old.resources, new.resources)
    yield from _principals(node, old.principals, new.principals)
    yield from _Conditions(policy, node, old.conditions, new.conditions).edits()


def _pair(node: Node, name: str) -> tuple[Node, Node]:
    return next((key, value) for key, value in node.pairs if key.text == name)


# --- actions, resources, principals -----------------------------------------------------------------


def _element(node: Node, name: str, old: Element | None, new: Element | None) -> Iterator[_Edit]:
    if old == new or old is None or new is None:
        return
    key, value = _pair(node, f"Not{name}" if old.negated else name)
    if old.negated != new.negated:
        yield key.start, key.end, json.dumps(f"Not{name}" if new.negated else name)
    yield from _texts(value, old.entries, new.entries)


def _texts(
    value: Node, old: Sequence[Entry | ConditionValue], new: Sequence[Entry | ConditionValue]
) -> Iterator[_Edit]:
    """Change one text or a list of texts: each that is otherwise, and the one that is gone."""
    left = {one.start: one for one in new}
    gone = [place for place, one in enumerate(old) if one.start not in left]
    if len(gone) > 1 or (gone and value.kind is not Kind.SEQUENCE):
        yield value.start, value.end, _listed([one.text for one in new])
        return
    for place, one in enumerate(old):
        if place in gone:
            yield _without([(item.start, item.end) for item in value.items], place)
        elif left[one.start].text != one.text:
            yield one.start, one.end, json.dumps(left[one.start].text)


def _listed(texts: Sequence[str]) -> str:
    return json.dumps(texts[0] if len(texts) == 1 else list(texts))


def _principals(node: Node, old: Principals | None, new: Principals | None) -> Iterator[_Edit]:
    if old == new or old is None or new is None:
        return
    key, value = _pair(node, "NotPrincipal" if old.negated else "Principal")
    if old.negated != new.negated:
        yield key.start, key.end, json.dumps("NotPrincipal" if new.negated else "Principal")
    if old.entries != new.entries:
        yield value.start, value.end, _principals_text(new)


def _principals_text(principals: Principals) -> str:
    if [(kind, entry.text) for kind, entry in principals.entries] == [("AWS", "*")]:
        return '"*"'
    found: dict[str, list[str]] = {}
    for kind, entry in principals.entries:
        found.setdefault(kind, []).append(entry.text)
    return json.dumps({kind: texts[0] if len(texts) == 1 else texts for kind, texts in found.items()})


# --- conditions -------------------------------------------------------------------------------------


class _Conditions:
    """The edits of a statement's conditions."""

    def __init__(self, policy: Policy, node: Node, old: Iterable[Condition], new: Iterable[Condition]) -> None:
        self.text = policy.source.text
        self.node = node
        self.old = tuple(old)
        self.new = {condition.start: condition for condition in new}
        block = node.get("Condition")
        self.blocks = () if block is None else block.pairs

    def edits(self) -> Iterator[_Edit]:
        added = self.new.get(0)
        if added is not None:
            yield self.addition(added)
        left = [one for one in self.old if one.start in self.new]
        if self.old and not left:
            yield self.drop_all()
            return
        for one in self.old:
            new = self.new.get(one.start)
            if new is None:
                yield self.drop(one)
            elif new != one:
                yield from self.change(one, new)

    def block(self, condition: Condition) -> tuple[Node, Node]:
        """Return the operator's name and its keys."""
        return next((name, body) for name, body in self.blocks if name.start < condition.start < body.end)

    def value(self, condition: Condition) -> Node:
        return next(value for key, value in self.block(condition)[1].pairs if key.start == condition.start)

    def drop_all(self) -> _Edit:
        places = [key.text for key, _ in self.node.pairs]
        return _without([(key.start, value.end) for key, value in self.node.pairs], places.index("Condition"))

    def drop(self, condition: Condition) -> _Edit:
        name, body = self.block(condition)
        if len(body.pairs) > 1:
            places = [key.start for key, _ in body.pairs]
            return _without([(key.start, value.end) for key, value in body.pairs], places.index(condition.start))
        places = [other.start for other, _ in self.blocks]
        return _without([(other.start, inner.end) for other, inner in self.blocks], places.index(name.start))

    def change(self, old: Condition, new: Condition) -> Iterator[_Edit]:
        name, body = self.block(old)
        values = [] if old.values == new.values else list(_texts(self.value(old), old.values, new.values))
        if old.operator == new.operator:
            yield from values
            return
        there = next((inner for other, inner in self.blocks if other.text == str(new.operator)), None)
        if there is None and len(body.pairs) == 1:
            yield name.start, name.end, json.dumps(str(new.operator))
            yield from values
            return
        # The key moves: out of its block, and into that of the other operator.
        moved = self.text[old.start : old.end]
        for start, end, text in sorted(values, reverse=True):
            moved = moved[: start - old.start] + text + moved[end - old.start :]
        yield self.drop(old)
        if there is None:
            yield name.start, name.start, f"{json.dumps(str(new.operator))}: {{{moved}}}, "
        elif there.pairs:
            yield there.pairs[0][0].start, there.pairs[0][0].start, f"{moved}, "
        else:
            yield there.start + 1, there.start + 1, moved

    def addition(self, condition: Condition) -> _Edit:
        pair = f"{json.dumps(condition.key)}: {_listed([value.text for value in condition.values])}"
        block = f"{json.dumps(str(condition.operator))}: {{{pair}}}"
        there = next((body for name, body in self.blocks if name.text == str(condition.operator)), None)
        if there is not None and there.pairs:
            return there.pairs[0][0].start, there.pairs[0][0].start, f"{pair}, "
        if there is not None:
            return there.start + 1, there.start + 1, pair
        if self.blocks:
            return self.blocks[0][0].start, self.blocks[0][0].start, f"{block}, "
        empty = self.node.get("Condition")
        if empty is not None:
            return empty.start, empty.end, f"{{{block}}}"
        key, value = self.node.pairs[-1]
        indent = _INDENT.search(self.text[: key.start])
        separator = f",\n{indent[1]}" if indent is not None else ", "
        return value.end, value.end, f'{separator}"Condition": {{{block}}}'
