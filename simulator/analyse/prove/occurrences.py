"""Where variables stand: the texts of a request, and the patterns with and without variables on each.

A request has one text for its resource and one for each context key.  A variable whose value is open is
written as its *mark*, a private character, so that a pattern with variables is an ordinary word with
marks in it.  A pattern is wanted (1), unwanted (-1), or either (0).
"""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import field
from typing import TYPE_CHECKING

from simulator.analyse.prove.clause import defaulted
from simulator.analyse.prove.languages import TEXTS, TRUE
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from simulator.analyse.prove.automaton import Sign
    from simulator.analyse.prove.clause import Atom, Shape, ValueOf
    from simulator.analyse.prove.words import Word
    from simulator.policy.variables import Template

__all__ = ["RESOURCE", "Occurrence", "Texts"]

RESOURCE = ""  #: the name of the resource's text; keys have their own names


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A word on one of the request's texts; those of one `group` are alternatives."""

    word: Word
    sign: Sign
    group: object
    holes: tuple[tuple[int, str], ...]  #: where marks stand, and which


@dataclasses.dataclass(slots=True)
class Texts:
    """All words on the texts of a request; *fixed* gives the values that are not open."""

    marks: Mapping[str, str]  #: by key
    fixed: ValueOf
    found: dict[str, list[Occurrence]] = field(default_factory=dict)
    defaulted: set[str] = field(default_factory=set)  #: marks of variables with a default somewhere
    flags: dict[str, bool] = field(default_factory=dict)  #: marks in values of Bool, and whether alone there

    def add(self, shapes: Iterable[Shape], sign: Sign) -> None:
        """Note the words of statements, wanted or unwanted ones."""
        for shape in shapes:
            if not shape.everything:
                words = (one for value_of in self._cases(shape.templates) for one in shape.grounded(value_of))
                self.note(RESOURCE, dict.fromkeys(words), -sign if shape.negated else sign, shape)
            for atom in shape.atoms:
                self._add_atom(atom, sign)

    def note(self, text: str, words: Iterable[Word], sign: Sign, group: object) -> None:
        """Note words on one text."""
        marks = self.marks.values()
        for one in words:
            holes = tuple((i, step) for i, step in enumerate(one.steps) if isinstance(step, str) and step in marks)
            self.found.setdefault(text, []).append(Occurrence(one, sign, group, holes))

    def on(self, text: str) -> list[Occurrence]:
        """Return the words on a text."""
        return self.found.get(text, [])

    def with_mark(self, mark: str) -> Iterator[tuple[str, Occurrence, int]]:
        """Yield each place where a mark stands, with the text's name."""
        for text, occurrences in self.found.items():
            for occurrence in occurrences:
                for place, found in occurrence.holes:
                    if found == mark:
                        yield text, occurrence, place

    def _add_atom(self, atom: Atom, sign: Sign) -> None:
        make = TEXTS.get(atom.base)
        if make is None:
            return
        if atom.base == "Bool":
            self._add_flags(atom)
            return
        patterns = (pattern for value_of in self._cases(atom.templates) for pattern in atom.patterns(value_of))
        words = (found for pattern in patterns if (found := make(pattern)) is not None)
        self.note(atom.key, dict.fromkeys(words), -sign if atom.negated else sign, atom)

    def _add_flags(self, atom: Atom) -> None:
        for template in atom.templates:
            for variable in template.variables:
                mark = self.marks.get((variable.key or "").lower())
                if mark is not None:
                    self.flags[mark] = self.flags.get(mark, True) and len(template.parts) == 1
        self.note(atom.key, (TRUE,), 0, atom)

    def _cases(self, templates: Iterable[Template]) -> Iterator[ValueOf]:
        """Yield ways to resolve *templates* with marks: variables with a default also without their value (V6)."""
        optional = [key for key in defaulted(templates) if key in self.marks]
        self.defaulted.update(self.marks[key] for key in optional)
        for size in range(len(optional) + 1):
            for missing in itertools.combinations(optional, size):
                known = {**self.marks, **dict.fromkeys(missing)}
                yield lambda key, known=known: known[key] if key in known else self.fixed(key)  # type: ignore[misc]  # bound here
