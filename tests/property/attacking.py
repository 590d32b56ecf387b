"""Requests that attack what was proved: drawn from what the policies can tell apart, and some noise.

Texts are the policies' patterns filled in, cut and met with each other, and so are the values of variables; numbers,
dates and addresses lie at the policies' own and beside them.  Nothing here reads the prover but its axioms: the values
that a key may have, and the resources that there are.

Requests are made in rounds: a round fixes what is drawn from, then draws quickly.
"""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from simulator.analyse.prove.arns import admits
from simulator.analyse.prove.domains import default_domain
from simulator.catalogue import load
from simulator.decide.context import Context
from simulator.policy.operators import parse_date

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from simulator.analyse.prove.domains import Domain
    from simulator.decide.context import ContextValue
    from simulator.policy.model import Policy

__all__ = ["Values", "attacks", "drawn_from"]

_FIRST, _LAST = 500, 8_000  # requests of a round
_TOGETHER, _LATER = 8, 16  # requests of one context, in small rounds and in large ones
_KEPT = 48  # texts of a key, or of resources, in a round
_TOKENS = 0xE000  # variables are written in these
_RUN, _ONE = "\uf000", "\uf001"
_STEPS = 2_000
_SPECIAL = re.compile(r"\$\{([*?$])\}|\$\{([^\s,'{}]+)(?:, '([^']*)')?\}|\*|\?")
_MODIFIERS = re.compile(r"^(?:ForAnyValue:|ForAllValues:)|IfExists$")
_PARTITION = re.compile(f"^arn:{_RUN}(?=:)")
_PARTITIONS = ("arn:aws", "arn:aws", "arn:aws", "arn:aws-cn", "arn:aws:s3", f"arn:{_RUN}", f"arn:{_RUN}")

_ACCOUNT = re.compile("(?<=:)[^:]*(?=:(?:user|role|mfa|group|policy)/)")
_LETTERS = "abx:/*1A"
_PIECES = (
    "a",
    "b",
    "adm",
    "x",
    "b/a",
    "a/b",
    "",
    "A",
    "*",
    "x:y",
    "12",
    "user/",
    "iam::",
    ":",
    "/",
    "accesspoint/x/object/",
)
_NUMBERS = ("0", "1", "-1", "2.5", "1e0", "x", "43200")
_DATES = ("2025-12-31T23:59:59.999Z", "2026-02-01", "x", "1767225601")
_ADDRESSES = ("10.1.2.3", "203.0.113.8", "2001:db8::1", "::1", "x", "10.0.0.0/8", "")
_ARNS = (
    "arn:aws:iam::123456789012:user/adm",
    "arn:aws:iam::1:user/a",
    "arn:aws:s3:::x",
    "arn:x",
    "arn:::::",
    "arn:aws::",
)
_FLAGS = ("true", "false", "TRUE", "x", "")
_BYTES = ("QQ==", "Qg==", "QUI=", "%", "")

Values: TypeAlias = "dict[str, ContextValue]"

Template: TypeAlias = tuple[str, bool]
"""A text, and whether variables in it are still to be filled in."""


def attacks(
    rng: random.Random,
    documents: Sequence[dict[str, Any]],
    count: int,
    *,
    arns: Iterable[str] = (),
    account: str | None = None,
    given: Callable[[Values], Values] = lambda values: values,
) -> Iterator[tuple[str, Context]]:
    """Yield *count* resources, each with a context, that have much to do with *documents* and the formats *arns*.

    With *account* resources are its own or AWS's.  *given* has the last word on the values of a context; their keys
    are in lower case.
    """
    facts = _Facts.of(documents, arns, account)
    size = _FIRST
    while count > 0:
        size = min(count, 2 * size, _LAST)
        count -= size
        yield from _Round(rng, facts).requests(size, given)


def drawn_from(policy: Policy) -> dict[str, Any]:
    """Return what attacks need of a policy, wherever it was written, as a document."""
    statements: list[dict[str, Any]] = []
    for one in policy.statements:
        block: dict[str, dict[str, list[str]]] = {}
        for condition in one.conditions:
            block.setdefault(str(condition.operator), {})[condition.key] = [value.text for value in condition.values]
        texts = one.resources.texts if one.resources is not None else ("*",)
        statements.append({"Resource": list(texts), "Condition": block})
    return {"Version": policy.version, "Statement": statements}


# --- what policies say --------------------------------------------------------------------------------


@dataclass
class _Facts:
    """What some policies name: resources, and for each key what its operators, by their kind, compare it with.

    Texts have their wildcards and variables as single characters.
    """

    resources: dict[str, None] = field(default_factory=dict)
    arns: tuple[str, ...] = ()
    account: str | None = None
    texts: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)  #: of a variable's key and default
    domains: dict[str, Domain] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Sequence[dict[str, Any]], arns: Iterable[str], account: str | None) -> _Facts:
        found = cls(account=account, arns=tuple(re.sub(r"\$\{[^}]*\}", _RUN, text) for text in arns))
        for document in documents:
            for statement in _listed(document["Statement"]):
                found._read(statement, variables=document.get("Version") == "2012-10-17")
        for key, _ in found.tokens:
            found.texts.setdefault(key, {})
        found.domains = {key: default_domain(load(), key) for key in found.texts}
        return found

    def _read(self, statement: dict[str, Any], *, variables: bool) -> None:
        for text in _listed(statement.get("Resource", statement.get("NotResource", []))):
            if text != "*":
                self.resources[_PARTITION.sub("", self._elements(text, variables=variables))] = None
        for name, keys in statement.get("Condition", {}).items():
            base = _MODIFIERS.sub("", name).replace("Not", "")
            for key, values in keys.items():
                held = self.texts.setdefault(key.lower(), {}).setdefault(_kind(base), {})
                for text in map(str, _listed(values)):
                    held[self._elements(text, variables=variables)] = None
                    if base.startswith("StringEquals") and not set(text).isdisjoint("*?"):
                        held[text] = None

    @property
    def keys(self) -> list[str]:
        """The keys: first those that others may refer to."""
        return list(dict.fromkeys((*(key for key, _ in self.tokens), *self.texts)))

    def _elements(self, text: str, *, variables: bool) -> str:

        def one(found: re.Match[str]) -> str:
            if found[0] in "*?":
                return _RUN if found[0] == "*" else _ONE
            if not variables:
                return found[0]
            if found[1] is not None:
                return found[1]
            return self.tokens.setdefault((found[2].lower(), found[3] or ""), chr(_TOKENS + len(self.tokens)))

        return _SPECIAL.sub(one, text)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _kind(base: str) -> str:
    kinds = ("String", "Numeric", "Date", "Ip", "Arn", "Bool", "Binary", "Null")
    return next(kind for kind in kinds if base.startswith(kind))


# --- texts ------------------------------------------------------------------------------------------


def _meeting(rng: random.Random, patterns: Sequence[str], pieces: Sequence[str]) -> str | None:
    """Return a text that matches all *patterns*; None when none is found soon.

    A walk through all of them at once: a run is left behind or takes what the others read.
    """
    start = (0,) * len(patterns)
    stack = [(start, "")]
    dead: set[tuple[int, ...]] = set()
    for _ in range(_STEPS):
        if not stack:
            return None
        places, text = stack.pop()
        if places in dead:
            continue
        dead.add(places)
        heads = [pattern[place : place + 1] for pattern, place in zip(patterns, places, strict=True)]
        if not any(heads):
            return text
        moves = [(_moved(places, (i,)), text) for i, head in enumerate(heads) if head == _RUN]
        if all(head == _RUN for head in heads if head) and all(heads):
            moves = [(places, text + piece) for places, _ in moves[:1] for piece in (rng.choice(pieces),)] + moves
        literal = {head for head in heads if head not in (_RUN, _ONE)}
        if all(heads) and len(literal) <= 1 and not all(head == _RUN for head in heads):
            moving = tuple(i for i, head in enumerate(heads) if head != _RUN)
            moves.append((_moved(places, moving), text + (literal.pop() if literal else rng.choice(_LETTERS))))
        rng.shuffle(moves)
        stack += moves
    return None


def _moved(places: tuple[int, ...], which: Iterable[int]) -> tuple[int, ...]:
    moved = list(places)
    for i in which:
        moved[i] += 1
    return tuple(moved)


def _numbers(text: str) -> Iterator[str]:
    with suppress(InvalidOperation):
        number = Decimal(text)
        yield from (text, f"{number + 1}", f"{number - 1}", f"{number + Decimal('0.5')}", f"{number:.1f}")


def _dates(text: str) -> Iterator[str]:
    moment = parse_date(text)
    if moment is not None and abs(moment) < 10**14:
        yield text
        for off in (-1000, -1, 0, 1, 1000):
            yield (
                f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment + off):%Y-%m-%dT%H:%M:%S.%f}"[:-3]
                + "Z"
            )


def _addresses(text: str) -> Iterator[str]:
    with suppress(ValueError):
        network = ipaddress.ip_network(text, strict=False)
        for number in (int(network[0]), int(network[-1]), int(network[0]) - 1, int(network[-1]) + 1):
            if 0 <= number < 2**network.max_prefixlen:
                yield str(type(network[0])(number))


# --- rounds -----------------------------------------------------------------------------------------


class _Round:
    """What is drawn from for a while."""

    def __init__(self, rng: random.Random, facts: _Facts) -> None:
        self._rng = rng
        self._facts = facts
        patterns = [rng.choice(_PARTITIONS) + text if text.startswith(":") else text for text in facts.resources]
        words = [text for kinds in facts.texts.values() for text in kinds.get("String", ())]
        segments = [part for text in patterns for part in re.split("[:/]", text) if part]
        self._pieces = [*_PIECES, *rng.sample(segments, min(8, len(segments))), *facts.tokens.values()]
        self._pieces += rng.sample(words, min(6, len(words)))
        self._pieces = [self._filled(piece) for piece in self._pieces]
        self._pools = {key: self._values(key, facts.texts[key], segments) for key in facts.keys}
        self._resources = self._arns(patterns)
        self._fills = [(token, key, default) for (key, default), token in facts.tokens.items()]

    def requests(self, count: int, given: Callable[[Values], Values]) -> Iterator[tuple[str, Context]]:
        """Yield requests."""
        rng = self._rng
        together = _LATER if count >= _LAST else _TOGETHER
        for done in range(0, count, together):
            values = given(self._context())
            context = Context.of(values)
            for text, open_ in rng.choices(self._resources, k=min(together, count - done)):
                resource = self._resolved(text, values) if open_ else text
                yield resource if _admits(resource, self._facts.account) else "*", context

    def _context(self) -> Values:
        found: Values = {}
        for key, pool in self._pools.items():
            domain = self._facts.domains[key]
            value = self._value(pool, domain, found)
            if value is None and not domain.absent:
                value = domain.some()
            if value is not None:
                found[key] = value
        return found

    def _value(self, pool: Sequence[Template], domain: Domain, known: Values) -> ContextValue | None:
        rng = self._rng
        shape = rng.random()
        if (shape < 0.15 and domain.absent) or not pool:
            return None
        if domain.lists == "always" or (domain.lists == "maybe" and shape > 0.8):
            some = rng.choices(pool, k=rng.randrange(4))
            texts = (self._resolved(text, known) if open_ else text for text, open_ in some)
            return tuple(text for text in texts if domain.admits_text(text))
        text, open_ = rng.choice(pool)
        if not open_:
            return text
        text = self._resolved(text, known)
        return text if domain.admits_text(text) else None

    def _resolved(self, text: str, known: Values) -> str:
        """Put the variables' values in their places; of one that has none, its default or some text."""
        for token, key, default in self._fills:
            if token in text:
                value = known.get(key)
                if not isinstance(value, str) or self._rng.random() < 0.03:
                    value = self._rng.choice((default, f"${{{key}}}", "x"))
                text = text.replace(token, value)
        return text

    # -- what there is to draw from ----------------------------------------------------------------

    def _filled(self, pattern: str) -> str:
        """Fill in the wildcards of a pattern."""
        rng = self._rng
        found = [
            rng.choice(self._pieces) if char == _RUN else rng.choice(_LETTERS) if char == _ONE else char
            for char in pattern
        ]
        return "".join(found).translate({ord(_RUN): "x", ord(_ONE): "y"})

    def _drawn(self, patterns: Sequence[str], others: Sequence[str] = ()) -> str:
        """Return a text that has to do with some of *patterns*, and some of *others*."""
        rng = self._rng
        one = rng.choice(patterns)
        text: str | None = None
        if rng.random() < 0.5:
            text = _meeting(rng, [one, *rng.choices([*patterns, *others], k=rng.choice((1, 1, 2)))], self._pieces)
        text = self._filled(one) if text is None else text
        chance = rng.random()
        if chance < 0.1:
            text += rng.choice(self._pieces)
        elif chance < 0.15:
            text = text[:-1]
        elif chance < 0.2:
            text = text.swapcase()
        return text

    def _values(self, key: str, kinds: dict[str, dict[str, None]], segments: Sequence[str]) -> list[Template]:
        """Return values of a key that its domain allows."""
        rng, facts = self._rng, self._facts
        domain = facts.domains[key]
        if domain.values is not None:
            return [(value, False) for value in domain.values if isinstance(value, str)]
        found = [rng.choice(self._pieces) for _ in range(8)] if domain.kind == "text" else []
        own = [text for kind in ("String", "Arn") for text in kinds.get(kind, ())]
        variable = any(name == key for name, _ in facts.tokens)
        sources = [*own, *(segments if variable else ())] * 2
        found += [self._drawn(sources, [*segments, *own]) for _ in range(_KEPT if sources else 0)]
        found += [text for text in own if text.isprintable()] * 6
        readers = {"Numeric": (_numbers, _NUMBERS), "Date": (_dates, _DATES), "Ip": (_addresses, _ADDRESSES)}
        for kind, (near, noise) in readers.items():
            if kind in kinds or kind.lower() == domain.kind:
                found += [text for one in kinds.get(kind, ()) for text in near(one)] * 2
                found += noise
        others = {"Arn": _ARNS, "Bool": _FLAGS, "Binary": _BYTES}
        for kind, noise in others.items():
            if kind in kinds or kind.lower() == domain.kind:
                found += [*noise, *(kinds.get(kind, ()) if kind == "Binary" else ())]
        tokens = tuple(facts.tokens.values())
        pool = [(text, any(token in text for token in tokens)) for text in found]
        kept = ((text if open_ else _spelled(text, domain), open_) for text, open_ in pool)
        return [(text, open_) for text, open_ in kept if open_ or domain.admits_text(text)]

    def _arns(self, patterns: Sequence[str]) -> list[Template]:
        """Return texts of resources."""
        rng, facts = self._rng, self._facts
        found = ["*", "arn:aws:s3:::x", "arn:aws:iam::123456789012:user/x"]
        others = facts.arns
        sources = [*patterns, *rng.sample(others, min(2, len(others)))]
        found += [self._drawn(sources, others) for _ in range(4 * _KEPT if sources else 0)]
        if facts.account is not None:
            found += [_ACCOUNT.sub(facts.account, text) for text in found]
        tokens = tuple(facts.tokens.values())
        pool = [(text, any(token in text for token in tokens)) for text in dict.fromkeys(found)]
        return [(text, open_) for text, open_ in pool if open_ or _admits(text, facts.account)]


def _spelled(text: str, domain: Domain) -> str:
    """Leave out the characters that values of *domain* don't have."""
    return text if domain.alphabet is None else "".join(char for char in text if char in domain.alphabet)


@lru_cache(maxsize=65536)
def _admits(resource: str, account: str | None) -> bool:
    return admits(resource, account)
