"""Expectations: which verdict each cell of a scenario must have.

The leaves of the tree are bits.  Each name of a principal, session, action and target has the bits of
the leaves that it may reach; what is left when the four are laid over each other must be one bit.
Format: ``docs/scenario-format.md``, "Expectations".
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from simulator.errors import nearest
from simulator.policy.pattern import Pattern, Wildcard
from simulator.suites.model import Branch, Leaf
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.errors import Collector, Diagnostic
    from simulator.suites.model import Expectation, Expected
    from simulator.text.source import Node

__all__ = ["Dimension", "Expectations", "keys_of"]

_SHOWN = 3
_MOST = 10_000  # leaves of one scenario: each is a bit in every table
_ALL = "*"


@dataclass(frozen=True)
class Dimension:
    """One way in which cells differ; place *i* of `names` holds what the *i*-th is called.

    `aliases` are further names that serve only as they stand, never by a wildcard; `clashes` are names
    that mean two things here, with the ways to write them.
    """

    word: str
    names: tuple[tuple[str, ...], ...]
    aliases: Mapping[str, int]
    clashes: Mapping[str, tuple[str, ...]]
    folded: bool = False  #: letter case makes no difference

    @cached_property
    def _places(self) -> dict[str, int]:
        places = dict(self.aliases)
        for place, names in enumerate(self.names):
            for name in names:
                key = name.lower() if self.folded else name
                places[key] = places.get(key, 0) | 1 << place
        return places

    def exact(self, key: str) -> int:
        """Return the places called *key*, as bits."""
        return self._places.get(key.lower() if self.folded else key, 0)

    def wild(self, key: str) -> int:
        """Return the places with a name that the wildcard *key* matches, as bits."""
        pieces = (key.lower() if self.folded else key).split("*")
        pattern = Pattern.of(e for piece in pieces for e in (Wildcard.RUN, piece))
        matches = Pattern(pattern.elements[1:]).matches  # the first run stands before the first piece
        bits = 0
        for place, names in enumerate(self.names):
            bits |= any(matches(name.lower() if self.folded else name) for name in names) << place
        return bits


def keys_of(tree: Expectation) -> Iterable[str]:
    """Yield all keys of *tree*."""
    if isinstance(tree, Branch):
        for key, inner in tree.entries:
            yield key.text
            yield from keys_of(inner)


@dataclass(frozen=True, slots=True)
class _Path:
    """A leaf, the key before it, and the places of each dimension that reach it (None: all)."""

    leaf: Leaf
    key: Node | None
    places: tuple[int | None, ...]


class Expectations:
    """The expectations of one scenario over its dimensions."""

    def __init__(self, tree: Expectation, dimensions: tuple[Dimension, ...], faults: Collector) -> None:
        self._dimensions = dimensions
        self._faults = faults
        self._node = tree.node
        before = len(tuple(faults))
        self._paths = list(islice(self._walk(tree, None, (None,) * len(dimensions)), _MOST))
        if len(self._paths) == _MOST:
            faults.add(tree.node.fault("too-many", f"a scenario can't hold {_MOST} expectations", help="split it"))
        self._sound = len(tuple(faults)) == before
        self.tables = tuple(self._table(number) for number in range(len(dimensions)))
        self.expected: dict[int, Expected] = {1 << i: path.leaf.expected for i, path in enumerate(self._paths)}
        self._reached = 0
        self._none: list[str] = []
        self._twice: dict[int, str] = {}
        self.missed = 0  #: cells without a verdict

    def _table(self, number: int) -> tuple[int, ...]:
        """Return, for each place of a dimension, the leaves that it may reach."""
        free = sum(1 << bit for bit, path in enumerate(self._paths) if path.places[number] is None)
        table = [free] * len(self._dimensions[number].names)
        for bit, path in enumerate(self._paths):
            for place in _bits(path.places[number] or 0):
                table[place] |= 1 << bit
        return tuple(table)

    def _walk(self, tree: Expectation, key: Node | None, places: tuple[int | None, ...]) -> Iterable[_Path]:
        if isinstance(tree, Leaf):
            yield _Path(tree, key, places)
            return
        for name, inner in tree.entries:
            found = self._find(name)
            if found is None:
                continue
            number, bits = found
            narrowed = list(places)
            if number is not None:
                before = places[number]
                narrowed[number] = bits if before is None else before & bits
            yield from self._walk(inner, name, tuple(narrowed))

    def _find(self, key: Node) -> tuple[int | None, int] | None:
        """Return the dimension and the places that *key* names; no dimension means everything."""
        for dimension in self._dimensions:
            if key.text in dimension.clashes:
                ways = " or ".join(f"`{way}`" for way in dimension.clashes[key.text])
                message = f"`{key.text}` means several {dimension.word}s here"
                self._faults.add(key.fault("ambiguous-name", message, help=f"write {ways}"))
                return None
        found = [(n, bits) for n, one in enumerate(self._dimensions) if (bits := one.exact(key.text))]
        if "*" in key.text and len(found) != 1:
            if key.text == _ALL:
                return None, 0
            found = [(n, bits) for n, one in enumerate(self._dimensions) if (bits := one.wild(key.text))]
        if len(found) == 1:
            return found[0]
        self._faults.add(self._two_things(key, [n for n, _ in found]) if found else self._nothing(key))
        return None

    def _two_things(self, key: Node, found: list[int]) -> Diagnostic:
        words = " and ".join(f"a {self._dimensions[number].word}" for number in found)
        return key.fault("ambiguous-name", f"`{key.text}` is {words} of this scenario", help="rename one of them")

    def _nothing(self, key: Node) -> Diagnostic:
        known = list(dict.fromkeys(name for one in self._dimensions for names in one.names for name in names))
        inside = [name for name in known if name.startswith(f"{key.text}/")]
        near = nearest(key.text, known)
        if inside:
            help_ = f"a resource's own name is no key: write `{inside[0]}` or `{key.text}/*`"
        elif near:
            help_ = f"did you mean `{near}`?"
        else:
            help_ = f"its names are {', '.join(f'`{name}`' for name in known[:12])}"
        return key.fault("unknown-name", f"`{key.text}` names nothing of this scenario", help=help_)

    def meet(self, leaves: int, words: tuple[str, ...]) -> None:
        """Note a cell that *leaves* reach, which are not exactly one."""
        self.missed += not leaves
        if leaves:
            self._reached |= leaves
            if len(self._twice) < _SHOWN:
                self._twice.setdefault(leaves, _cell_words(words))
        elif len(self._none) < _SHOWN:
            self._none.append(_cell_words(words))

    def finish(self, reached: int) -> None:
        """Report cells without a verdict or with two, and entries that reach no cell (*reached*: those that do)."""
        if not self._sound:
            return
        if self.missed:
            more = f" and {self.missed - 1} more cells" if self.missed > 1 else ""
            message = f"no verdict for {self._none[0]}{more}"
            self._faults.add(
                self._node.fault("expect-none", message, help="every cell must end in exactly one verdict")
            )
        for leaves, words in self._twice.items():
            self._faults.add(self._double(leaves, words))
        reached |= self._reached
        for bit, path in enumerate(self._paths):
            if not reached >> bit & 1 and path.key is not None:
                message = f"`{path.key.text}` reaches no cell here"
                help_ = "there is no cell with this name and the ones around it"
                self._faults.add(path.key.fault("expect-unreached", message, help=help_))

    def _double(self, leaves: int, words: str) -> Diagnostic:
        first, second = [path for bit, path in enumerate(self._paths) if leaves >> bit & 1][:2]
        where = (second.key or self._node).fault
        line = (first.key or self._node).span.line
        other = f"`{first.key.text}` in line {line}" if first.key is not None else f"line {line}"
        help_ = "every cell must end in exactly one verdict"
        return where("expect-twice", f"a second verdict for {words}: {other} gives one too", help=help_)


def _bits(mask: int) -> Iterator[int]:
    """Yield the places of the bits set in *mask*."""
    text = bin(mask)[:1:-1]
    place = text.find("1")
    while place >= 0:
        yield place
        place = text.find("1", place + 1)


def _cell_words(words: tuple[str, ...]) -> str:
    principal, session, action, target = words
    return f"`{principal}` [{session}] `{action}` on `{target}`"
