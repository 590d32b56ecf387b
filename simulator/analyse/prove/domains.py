"""Which values a context key may have: the one table that proofs and fuzzers share.

A domain is an axiom of the proof, so each is told with the answer ("aws:MultiFactorAuthPresent in
{absent, false, true}").  It comes from the claim itself (a fixed principal, a session), else from the
table here, else from the catalogue's type of the key; a key that nobody knows may have any value, be a
list or be missing.

Rules: ``docs/semantics.md``, F1, K3 to K6, Z7.
"""

from __future__ import annotations

import string
from dataclasses import field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.policy.arn import Arn
from simulator.policy.operators import parse_date, parse_ip, parse_number
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue

__all__ = ["ABSENT", "ACCESS_KEY", "ANY", "CONSOLE", "SESSIONS", "WITH_MFA", "Domain", "Domains", "default_domain"]

Kind: TypeAlias = Literal["text", "numeric", "date", "ip", "arn"]
Lists: TypeAlias = Literal["never", "maybe", "always"]

_ALWAYS = "always"
_PRESENT, _AGE = "aws:multifactorauthpresent", "aws:multifactorauthage"
_USER_CHARACTERS = string.ascii_letters + string.digits + "+=,.@_-"
_TAGS = "aws:principaltag/"


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that a key may have.

    `values` lists them when they are few (a tuple among them is a whole list); else they are of a `kind`,
    made of the characters `alphabet` (None: any) and of `shortest` to `longest` of them.  `lists` tells
    whether the key is a list; `whole` numbers are not below zero.
    """

    absent: bool = True
    values: tuple[ContextValue, ...] | None = None
    kind: Kind = "text"
    alphabet: str | None = None
    shortest: int = 0
    longest: int | None = None
    lists: Lists = "never"
    whole: bool = False

    def admits(self, value: ContextValue | None) -> bool:
        """Tell whether a request may have *value*; None is a missing key, and so is an empty list (Z6)."""
        if value is None or value == ():
            return self.absent
        if isinstance(value, tuple):
            listed = self.values is not None and value in self.values
            return listed or (self.lists != "never" and all(map(self.admits_text, value)))
        return self.lists != "always" and self.admits_text(value)

    def admits_text(self, text: str) -> bool:
        """Tell whether *text* may be the value, or one of a list."""
        if self.values is not None:
            return text in self.values
        if len(text) < self.shortest or (self.longest is not None and len(text) > self.longest):
            return False
        if self.alphabet is not None and not set(text) <= set(self.alphabet):
            return False
        return self._readable(text)

    def _readable(self, text: str) -> bool:
        match self.kind:
            case "numeric":
                number = parse_number(text)
                return number is not None and (not self.whole or (number >= 0 and number == number.to_integral_value()))
            case "date":
                return parse_date(text) is not None
            case "ip":
                return parse_ip(text) is not None
            case "arn":
                arn = Arn.parse(text)
                return arn is not None and arn.partition.startswith("aws")
            case _:
                return True

    def some(self) -> ContextValue | None:
        """Return a value that a request may have; None where none is at hand."""
        if self.values:
            return self.values[0]
        alphabet = self.alphabet or "x"
        letter = next((char for char in "x1" if char in alphabet), alphabet[0])
        texts = {
            "numeric": "0",
            "date": "2026-01-01T00:00:00Z",
            "ip": "203.0.113.7",
            "arn": "arn:aws:iam::123456789012:user/x",
        }
        text = texts.get(self.kind, letter * max(1, self.shortest))
        value: ContextValue = (text,) if self.lists == "always" else text
        return value if self.admits(value) else None

    @property
    def free(self) -> bool:
        """Tell whether nothing is assumed."""
        return self == ANY

    def words(self) -> str:
        """Say what is assumed, as ``in {absent, true}``."""
        shown = ["absent"] if self.absent else []
        if self.values is not None:
            shown += [value or '""' if isinstance(value, str) else f"[{', '.join(value)}]" for value in self.values]
        else:
            shown.append(self._kind_words())
        return f"in {{{', '.join(shown)}}}"

    def _kind_words(self) -> str:
        kind = {"text": "any text", "numeric": "any number", "date": "any date", "ip": "any address", "arn": "any ARN"}
        words = "any whole number" if self.whole else kind[self.kind]
        if self.alphabet is not None:
            words = f"any text of {_characters(self.alphabet)}"
        if self.longest is not None:
            words += f" with {self.shortest} to {self.longest} characters".replace(f"{self.longest} to ", "")
        return {"never": words, "maybe": f"{words} or list", "always": f"any list of {words}"}[self.lists]


def _characters(alphabet: str) -> str:
    for run, name in ((string.ascii_lowercase, "a-z"), (string.ascii_uppercase, "A-Z"), (string.digits, "0-9")):
        if set(run) <= set(alphabet):
            alphabet = name + alphabet.translate(dict.fromkeys(map(ord, run)))
    return f"[{alphabet}]"


ANY = Domain(lists="maybe")
ABSENT = Domain(values=())

_MFA_PRESENT = Domain(values=("false", "true"))
_MFA_AGE = Domain(kind="numeric", whole=True)
_ACCOUNT = Domain(alphabet=string.digits, shortest=12, longest=12)
_TABLE: dict[str, Domain] = {
    _PRESENT: _MFA_PRESENT,
    _AGE: _MFA_AGE,
    "aws:username": Domain(alphabet=_USER_CHARACTERS, shortest=1, longest=64),
    "aws:userid": Domain(absent=False, alphabet=_USER_CHARACTERS + ":", shortest=1),
    "aws:principalaccount": replace(_ACCOUNT, absent=False),
    "aws:resourceaccount": _ACCOUNT,
    "aws:sourceaccount": _ACCOUNT,
    "s3:resourceaccount": _ACCOUNT,
    "aws:requestedregion": Domain(absent=False, alphabet=string.ascii_lowercase + string.digits + "-", shortest=1),
}
"""What is known of a key beyond its type in the catalogue."""


@lru_cache(maxsize=65536)
def default_domain(catalogue: Catalogue, key: str) -> Domain:
    """Return the domain of the key *key* (lower case), from the table, else by its type in *catalogue*."""
    if key in _TABLE:
        return _TABLE[key]
    known = catalogue.key(key)
    if known is None:
        return ANY
    absent = known.availability != _ALWAYS
    lists: Lists = "always" if known.multivalued else "never"
    if known.type == "boolean":
        return Domain(absent, ("false", "true"), lists=lists)
    kind: Kind = known.type if known.type in ("numeric", "date", "ip", "arn") else "text"
    return Domain(absent, kind=kind, lists=lists)


@dataclass(frozen=True, slots=True)
class Domains:
    """The domains that a claim fixes by key (lower case); `only_tags` gives a principal no other tags."""

    fixed: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    only_tags: bool = False

    @classmethod
    def of(cls, values: Mapping[str, ContextValue | Domain | None], *, only_tags: bool = False) -> Domains:
        """Fix keys to a value each; None fixes the key to be missing."""
        return cls(MappingProxyType({key.lower(): _domain(value) for key, value in values.items()}), only_tags)

    def of_key(self, key: str, catalogue: Catalogue) -> Domain:
        """Return the domain of the key *key* (lower case)."""
        found = self.fixed.get(key)
        if found is None and self.only_tags and key.startswith(_TAGS):
            return ABSENT
        return default_domain(catalogue, key) if found is None else found

    def joined(self, other: Domains) -> Domains:
        """Return these domains with those of *other*, which win."""
        return Domains(MappingProxyType({**self.fixed, **other.fixed}), self.only_tags or other.only_tags)


def _domain(value: ContextValue | Domain | None) -> Domain:
    if isinstance(value, Domain):
        return value
    if value is None or value == ():
        return ABSENT
    return Domain(absent=False, values=(value,), lists="never" if isinstance(value, str) else "always")


WITH_MFA = Domains.of({_PRESENT: "true", _AGE: replace(_MFA_AGE, absent=False)})
CONSOLE = Domains.of({_PRESENT: "false", _AGE: None})
ACCESS_KEY = Domains.of({_PRESENT: None, _AGE: None})
SESSIONS: dict[str, tuple[Domains, ...]] = {
    "with MFA": (WITH_MFA,),
    "console without MFA": (CONSOLE,),
    "access key": (ACCESS_KEY,),
    "without MFA": (CONSOLE, ACCESS_KEY),
    "any sign-in": (WITH_MFA, CONSOLE, ACCESS_KEY),
}
"""The states of MFA by the names that suites use (F1): each a set of domains, all of which a claim must hold in."""
