"""Values of one key that conditions can tell apart: at least one of every kind that a request may have.

Texts come from the classes of the values' words, ordered values from the points where a comparison
changes its answer, lists from closing the single values under union.  What a value makes of a condition
is always asked of the condition itself, so a value too many does no harm, and one too few is a gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.prove.arns import ARN
from simulator.analyse.prove.automaton import Group, machine
from simulator.analyse.prove.budget import Undecided
from simulator.analyse.prove.languages import ARN_SHAPE, POINTS, TEXTS
from simulator.analyse.prove.words import Word, word
from simulator.policy.pattern import Pattern, Wildcard
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.analyse.prove.automaton import Sign
    from simulator.analyse.prove.budget import Budget
    from simulator.analyse.prove.clause import Atom, ValueOf
    from simulator.analyse.prove.domains import Domain
    from simulator.decide.context import ContextValue

__all__ = ["Wish", "candidates", "domain_words", "text_groups"]

_SOME = word(Pattern((Wildcard.ONE, Wildcard.RUN)))  # empty texts are legal, but no good examples
_LISTS = 512

Answers: TypeAlias = tuple[bool, ...]
"""Whether a value makes each of several conditions hold."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A condition on the key, and whether it is to hold (1), to fail (-1) or either."""

    atom: Atom
    sign: Sign


def candidates(
    wishes: Sequence[Wish],
    domain: Domain,
    value_of: ValueOf,
    *,
    marks: str,
    budget: Budget,
) -> tuple[ContextValue | None, ...]:
    """Return values of every kind that *domain* allows and *wishes* can tell apart; None is a missing key.

    *marks* are the characters that stand for fresh values of variables: a text that holds one is let in
    whatever the domain, since it is only spelled out in the end.
    """
    absent: list[ContextValue | None] = [None] if domain.absent else []
    if domain.values is not None:
        whole = [value for value in domain.values if isinstance(value, tuple)]
        texts = [value for value in domain.values if isinstance(value, str)]
    else:
        whole = []
        texts = list(dict.fromkeys(_texts(wishes, domain, value_of, marks, budget)))
    singles = texts if domain.lists != "always" else []
    lists = _lists(wishes, texts, value_of, budget, empty=domain.admits_text("")) if domain.lists != "never" else []
    return (*absent, *singles, *whole, *lists)


def _texts(wishes: Sequence[Wish], domain: Domain, value_of: ValueOf, marks: str, budget: Budget) -> Iterator[str]:
    points: dict[Callable[..., Iterator[str]], list[Pattern]] = {}
    for wish in wishes:
        base = wish.atom.base
        if base in POINTS:
            points.setdefault(POINTS[base], []).extend(wish.atom.patterns(value_of))
    groups = text_groups(wishes, value_of)
    if len(points) + bool(groups) > 1:
        raise Undecided(f"`{wishes[0].atom.condition.key}` is compared in several ways, as text and as number")
    found: Iterable[str]
    if points:
        found = (text for kind, values in points.items() for text in kind(values))
    else:
        special = any(wish.atom.condition.operator.qualifier is not None for wish in wishes)
        found = _class_texts(groups, domain, marks, budget, special=special)
    for text in found:
        if domain.admits_text(text) or any(mark in text for mark in marks):
            yield text


def _class_texts(groups: list[Group], domain: Domain, marks: str, budget: Budget, *, special: bool) -> Iterator[str]:
    if domain.kind in ("numeric", "date", "ip"):
        if groups:
            raise Undecided(f"a key of type {domain.kind} is compared as text")
        yield {"numeric": "1", "date": "2026-01-01T00:00:00Z", "ip": "203.0.113.1"}[domain.kind]
        return
    # Under a set operator an empty text counts as no value at all (C4), so it is a kind of its own.
    groups = [*groups, Group((_SOME,), 0 if special else 1)]
    needed = domain_words(domain, marks)
    if needed:
        groups.append(Group(needed, need=True))
    alphabet = None if domain.alphabet is None else domain.alphabet + marks
    for found in machine(tuple(groups), alphabet=alphabet).classes(budget):
        yield found.text


def text_groups(wishes: Iterable[Wish], value_of: ValueOf) -> list[Group]:
    """Return the words of each condition on texts as a group."""
    groups: list[Group] = []
    arns = False
    for wish in wishes:
        base = wish.atom.base
        if base not in TEXTS:
            if base != "Null" and base not in POINTS:
                raise Undecided(f"the operator {wish.atom.condition.operator} is not modelled")
            continue
        arns = arns or base.startswith("Arn")
        words = [TEXTS[base](pattern) for pattern in wish.atom.patterns(value_of)]
        if None in words and not base.startswith("Arn"):
            raise Undecided(f"a value of {wish.atom.condition.operator} has letters whose case depends on others")
        # `Bool` may ask for false, which is not to match the word.
        sign = 0 if base == "Bool" else -wish.sign if wish.atom.negated else wish.sign
        groups.append(Group(tuple(found for found in words if found is not None), sign))
    # A text that is no ARN fails negated operators too (Z4), so it is a kind of its own.
    return [*groups, Group((ARN_SHAPE,))] if arns else groups


def domain_words(domain: Domain, marks: str) -> tuple[Word, ...]:
    """Return the words of which a text of *domain* matches one; none when any text will do."""
    if domain.kind == "arn":
        return (ARN,)
    if not domain.shortest:
        return ()
    run = () if domain.longest == domain.shortest else (Wildcard.RUN,)
    fixed = word(Pattern((*(Wildcard.ONE,) * domain.shortest, *run)))
    marked = (word(Pattern((Wildcard.RUN, mark, Wildcard.RUN))) for mark in marks)
    return (fixed, *marked)


def _lists(
    wishes: Sequence[Wish],
    texts: Sequence[str],
    value_of: ValueOf,
    budget: Budget,
    *,
    empty: bool,
) -> list[ContextValue]:
    """Return lists of *texts*: for each list there is one that answers no wish worse."""
    key = wishes[0].atom.key

    def answers(value: tuple[str, ...]) -> Answers:
        budget.spend()

        def lookup(name: str) -> ContextValue | None:
            return value if name.lower() == key else value_of(name.lower())

        return tuple(wish.atom.condition.holds(lookup) for wish in wishes)

    singles: dict[Answers, str] = {}
    for text in texts:
        singles.setdefault(answers((text, text)), text)
    # A list of one empty text counts as empty (C4), one of two does not.
    queue: list[tuple[str, ...]] = [(text,) if text else ("", "") for text in singles.values()]
    found: dict[Answers, tuple[str, ...]] = {}
    for value in queue:
        own = answers(value)
        if any(_no_worse(wishes, other, own) for other in found):
            continue
        longer = [(*value, text) for text in singles.values() if text not in value]
        # What a longer list answers better, its own longer lists answer better, too.
        better = next((one for one in longer if (said := answers(one)) != own and _no_worse(wishes, said, own)), None)
        if better is not None:
            queue.append(better)
            continue
        if len(found) >= _LISTS:
            raise Undecided(f"more than {_LISTS:,} kinds of lists")
        found[own] = value
        queue.extend(longer)
    return [*found.values(), *([("",)] if empty else [])]


def _no_worse(wishes: Sequence[Wish], one: Answers, other: Answers) -> bool:
    """Tell whether *one* answers each wish as *other* does, or as wished."""
    return all(a == b or wish.sign == (1 if a else -1) for wish, a, b in zip(wishes, one, other, strict=True))
