"""Where variables stand: the texts of a request, and the patterns with and without variables on each.

A request has one text for its resource and one for each context key.  A variable whose value is open is
written as its *mark*, a private character, so that a pattern with variables is an ordinary word with
marks in it.  A pattern is wanted (1), unwanted (-1), or either (0).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.analyse.prove.languages import TEXTS
from simulator.analyse.prove.words import Word, folded_word, word
from simulator.policy.operators import COMPARISONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from simulator.analyse.prove.automaton import Sign
    from simulator.analyse.prove.clause import Atom, Clause
    from simulator.policy.pattern import Pattern
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


@dataclass(slots=True)
class Texts:
    """All words on the texts of a request; *fixed* gives the values that are not open."""

    marks: Mapping[str, str]  #: by key
    fixed: Callable[[str], str | None]
    found: dict[str, list[Occurrence]] = field(default_factory=dict)
    defaulted: set[str] = field(default_factory=set)  #: marks of variables with a default somewhere
    flags: dict[str, bool] = field(default_factory=dict)  #: marks in values of Bool, and whether alone there

    def add(self, clauses: Iterable[Clause], sign: Sign) -> None:
        """Note the words of *clauses*, wanted or unwanted ones."""
        for clause in clauses:
            shape = clause.shape
            if not shape.everything:
                patterns = (p.for_resource() for t in shape.templates for p in self._variants(t, arn=True))
                words = (*shape.words, *map(word, patterns))
                self.note(RESOURCE, words, -sign if shape.negated else sign, clause)
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
        wildcards = COMPARISONS[atom.base].wildcards
        patterns = (p for t in atom.templates for p in self._variants(t, literal_wildcards=not wildcards))
        words = (found for pattern in patterns if (found := make(pattern)) is not None)
        self.note(atom.key, words, -sign if atom.negated else sign, atom)

    def _add_flags(self, atom: Atom) -> None:
        for template in atom.templates:
            for variable in template.variables:
                mark = self.marks.get((variable.key or "").lower())
                if mark is not None:
                    self.flags[mark] = self.flags.get(mark, True) and len(template.parts) == 1
        true = folded_word("true")
        self.note(atom.key, () if true is None else (true,), 0, atom)

    def _variants(self, template: Template, *, arn: bool = False, literal_wildcards: bool = False) -> Iterator[Pattern]:
        """Resolve *template* with marks; a variable with a default is tried without its value too (V6)."""
        optional = sorted(
            {v.key.lower() for v in template.variables if v.key and v.default is not None} & set(self.marks)
        )
        self.defaulted.update(self.marks[key] for key in optional)
        for size in range(len(optional) + 1):
            for missing in itertools.combinations(optional, size):
                found = template.resolve(
                    lambda key, missing=missing: self._value(key.lower(), missing),  # type: ignore[misc]  # bound here
                    arn=arn,
                    literal_wildcards=literal_wildcards,
                )
                if found is not None:
                    yield found

    def _value(self, key: str, missing: tuple[str, ...]) -> str | None:
        if key in self.marks:
            return None if key in missing else self.marks[key]
        return self.fixed(key)
