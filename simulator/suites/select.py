"""Which cells to run: by words, tags, controls and dimensions.

Contract: ``docs/cli.md``, "test options".
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from simulator.errors import Diagnostic, InputError, nearest
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.suites.asserted import Asserted, Of
    from simulator.suites.cells import Cell

__all__ = ["DIMENSIONS", "Choice", "expression"]

_LISTED = 8  # names, where none is near
_TOKEN = re.compile(r"\s*(?:([()])|\"([^\"]*)\"|([^\s()]+))")

DIMENSIONS: dict[str, Callable[[Cell], str]] = {
    "principal": lambda cell: cell.principal.label,
    "session": lambda cell: cell.session,
    "action": lambda cell: cell.action,
    "resource": lambda cell: cell.target,
    "suite": lambda cell: cell.suite.name,
    "scenario": lambda cell: cell.scenario.name,
}
"""The names that ``--only NAME=GLOB`` takes."""

# A comma is also a character of names: it parts dimensions only before the name of one.
_BETWEEN = re.compile(rf",(?=(?:{'|'.join(DIMENSIONS)})=)")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for; an empty choice is everything."""

    words: str = ""  #: ``-k``
    tags: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    only: tuple[str, ...] = ()  #: ``NAME=GLOB,NAME=GLOB``; several of one name are alternatives
    ids: tuple[str, ...] = ()  #: exact ids, as of ``--last-failed``

    @property
    def text(self) -> str:
        """The choice in words, for reports; empty when everything is chosen."""
        parts = [f"-k {self.words}"] if self.words else []
        parts += [f"--tag {tag}" for tag in self.tags]
        parts += [f"--control {control}" for control in self.controls]
        parts += [f"--only {only}" for only in self.only]
        parts += [f"{len(self.ids)} cells by id"] if self.ids else []
        return " ".join(parts)

    def test(self) -> Callable[[Cell], bool]:
        """Return the predicate; raise `InputError` for what can't be read."""
        tests: list[Callable[[Cell], bool]] = []
        if self.words:
            spoken = expression(self.words)
            tests.append(lambda cell: spoken(_said(cell)))
        if self.tags:
            tests.append(lambda cell: any(tag in cell.tags for tag in self.tags))
        if self.controls:
            tests.append(lambda cell: any(_globs(c, cell.scenario.controls) for c in self.controls))
        if self.ids:
            wanted = frozenset(self.ids)
            tests.append(lambda cell: cell.id in wanted)
        tests += _dimension_tests(self.only)
        return lambda cell: all(test(cell) for test in tests)

    def advice(self, cells: Sequence[Cell]) -> Iterator[str]:
        """Say of each name of the choice that no cell has what may be meant."""
        yield from _near("--tag", self.tags, {tag for cell in cells for tag in cell.tags})
        yield from _near("--control", self.controls, {one for cell in cells for one in cell.scenario.controls})
        for name, globs in _by_dimension(self.only).items():
            yield from _near(f"--only {name}=", globs, set(map(DIMENSIONS[name], cells)))
        if self.words:
            yield "`--list` lists the cells"

    def test_of_invariants(self) -> Callable[[Asserted], bool]:
        """Return the predicate for invariants, which are chosen by the same words."""
        tests: list[Callable[[Asserted], bool]] = []
        if self.words:
            spoken = expression(self.words)
            tests.append(lambda one: spoken(_said_by(one)))
        if self.tags:
            tests.append(lambda one: any(tag in one.tags for tag in self.tags))
        if self.controls:
            tests.append(lambda one: any(_globs(c, one.invariant.controls) for c in self.controls))
        if self.ids:
            wanted = frozenset(self.ids)
            tests.append(lambda one: one.id in wanted)
        for name, globs in _by_dimension(self.only).items():
            tests.append(_any_of(_OF_INVARIANTS[name], globs))
        return lambda one: all(test(one) for test in tests)


def _near(option: str, asked: Sequence[str], known: set[str]) -> Iterator[str]:
    """Yield what may be meant by those of *asked* that match nothing *known*, or a few of what is known."""
    for glob in asked:
        if any(_globs(glob, (name,)) for name in known):
            continue
        near, space = nearest(glob, known), "" if option.endswith("=") else " "
        if near:
            yield f"did you mean `{option}{space}{near}`?"
        elif known:
            some = ", ".join(f"`{name}`" for name in sorted(known)[:_LISTED])
            yield f"known for `{option.removesuffix('=')}`: {some}{', …' if len(known) > _LISTED else ''}"
        else:
            yield f"no scenario has anything for `{option}`"


def _any_of(texts: Callable[[Asserted], Iterable[str]], globs: Sequence[str]) -> Callable[[Asserted], bool]:
    return lambda one: any(_globs_any(globs, text.lower()) for text in texts(one))


_OF_INVARIANTS: dict[str, Callable[[Asserted], Iterable[str]]] = {
    "principal": lambda one: (name for who, _ in one.subjects for name in (who.label, _name(who))),
    "session": lambda one: one.sessions,
    "action": lambda one: one.actions,
    "resource": lambda one: (one.resources,),
    "suite": lambda one: (one.suite.name,),
    "scenario": lambda one: (one.invariant.name,),
}


def _name(who: Of) -> str:
    return "" if who.principal is None else who.principal.label


def _said_by(one: Asserted) -> str:
    return " ".join((one.id, one.suite.name, one.invariant.name, *one.tags)).lower()


def _said(cell: Cell) -> str:
    """Return what ``-k`` looks in: the id, the suite's name and the tags."""
    return " ".join((cell.id, cell.suite.name, cell.scenario.name, *cell.tags)).lower()


def _globs(pattern: str, texts: Sequence[str]) -> bool:
    return any(fnmatchcase(text.lower(), pattern.lower()) for text in texts)


def _dimension_tests(only: Sequence[str]) -> list[Callable[[Cell], bool]]:
    return [_dimension_test(DIMENSIONS[name], wanted) for name, wanted in _by_dimension(only).items()]


def _by_dimension(only: Sequence[str]) -> dict[str, list[str]]:
    globs: dict[str, list[str]] = {}
    for text in (part for several in only for part in _BETWEEN.split(several)):
        name, equals, glob = text.partition("=")
        if not equals or name not in DIMENSIONS:
            near = nearest(name, DIMENSIONS)
            advice = f"did you mean `{near}=…`?" if near else f"the names are {', '.join(DIMENSIONS)}"
            raise InputError([Diagnostic("option", f"`--only {text}` names no dimension", help=advice)])
        globs.setdefault(name, []).append(glob.lower())
    return globs


def _dimension_test(said: Callable[[Cell], str], globs: Sequence[str]) -> Callable[[Cell], bool]:
    return lambda cell: _globs_any(globs, said(cell).lower())


def _globs_any(globs: Sequence[str], text: str) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs)


def expression(text: str) -> Callable[[str], bool]:
    """Read ``a and not (b or "c d")``: each word must be a part of the text asked, case ignored."""
    tokens = [
        (bracket, word if bracket == "" and word in ("and", "or", "not") else "", (quoted or word).lower())
        for bracket, quoted, word in _TOKEN.findall(text)
    ]
    reader = _Reader(tokens, text)
    test = reader.either()
    reader.end()
    return test


class _Reader:
    """Reads an expression: either := both ("or" both)*, both := one ("and" one)*."""

    def __init__(self, tokens: list[tuple[str, str, str]], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._place = 0

    def either(self) -> Callable[[str], bool]:
        left = self._both()
        while self._take("or"):
            left = self._any(left, self._both())
        return left

    def _both(self) -> Callable[[str], bool]:
        left = self._one()
        while self._take("and"):
            left = self._all(left, self._one())
        return left

    def _one(self) -> Callable[[str], bool]:
        if self._take("not"):
            test = self._one()
            return lambda said: not test(said)
        if self._take("("):
            test = self.either()
            if not self._take(")"):
                self._refuse("a `)` is missing")
            return test
        if self._place >= len(self._tokens) or any(self._tokens[self._place][:2]):
            self._refuse("a word is missing")
        word = self._tokens[self._place][2]
        self._place += 1
        return lambda said: word in said

    def end(self) -> None:
        """Refuse what is left over."""
        if self._place < len(self._tokens):
            self._refuse("two words stand side by side", "say `and` or `or` between them, or quote them")

    def _take(self, symbol: str) -> bool:
        if self._place < len(self._tokens) and symbol in self._tokens[self._place][:2]:
            self._place += 1
            return True
        return False

    def _refuse(self, why: str, advice: str = "words, with `and`, `or`, `not` and brackets") -> None:
        raise InputError([Diagnostic("option", f"`-k {self._text}` can't be read: {why}", help=advice)])

    @staticmethod
    def _any(left: Callable[[str], bool], right: Callable[[str], bool]) -> Callable[[str], bool]:
        return lambda said: left(said) or right(said)

    @staticmethod
    def _all(left: Callable[[str], bool], right: Callable[[str], bool]) -> Callable[[str], bool]:
        return lambda said: left(said) and right(said)
