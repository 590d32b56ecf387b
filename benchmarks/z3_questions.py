"""The questions of `benchmarks.prove` as formulas of strings for z3, in the encoding that served it best.

Literal text is a prefix, a suffix or an equality; regular expressions stand only where wildcards are.  A variable at
the end of a pattern is a suffix of the text, one in its middle is looked for where its literal surroundings first stand.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import z3

from simulator.analyse.prove.claim import Said
from simulator.policy.model import StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from simulator.analyse.prove import Claim, Domains
    from simulator.policy.model import Element, Policy, Statement

__all__ = ["ask"]

_ACTION, _RESOURCE, _USER = z3.String("action"), z3.String("resource"), z3.String("user")
_MFA, _HAS_MFA = z3.Bool("mfa"), z3.Bool("mfa there")
_SERVICE, _HAS_SERVICE = z3.String("service"), z3.Bool("service there")
_ALL = z3.Full(z3.ReSort(z3.StringSort()))
_ONE = z3.AllChar(z3.ReSort(z3.StringSort()))
_VARIABLE = "${aws:username}"
_PRESENT = "aws:multifactorauthpresent"


def ask(policies: Sequence[Policy], claim: Claim, seconds: int) -> tuple[str, float]:
    """Return what z3 says of a claim that no request is allowed, and the processor time that it took."""
    assert claim.lacks == ()
    assert [type(said) for said in claim.has] == [Said]
    start = time.process_time()
    answers = [_check(policies, claim, domains, seconds) for domains in claim.domains]
    took = time.process_time() - start
    if z3.sat in answers:
        return "refuted", took
    if z3.unknown in answers:
        return "unknown", max(took, float(seconds))
    return "proved", took


def _check(policies: Sequence[Policy], claim: Claim, domains: Domains, seconds: int) -> Any:
    solver = z3.Solver()
    solver.set("timeout", seconds * 1000)
    statements = [one for policy in policies for one in policy.statements]
    allows = [_applies(one) for one in statements if one.effect is StatementEffect.ALLOW]
    denies = [_applies(one) for one in statements if one.effect is StatementEffect.DENY]
    solver.add(*_domains(domains), z3.Or(*allows), z3.Not(z3.Or(*denies)))
    solver.add(*map(_applies, claim.guards), *(z3.Not(_applies(one)) for one in claim.outside))
    return solver.check()


def _domains(domains: Domains) -> Iterable[Any]:
    letters = z3.Union(z3.Range("a", "z"), z3.Range("0", "9"))
    yield z3.InRe(_USER, z3.Plus(letters))
    name = z3.Plus(z3.Union(letters, z3.Re("-"), z3.Re("*")))
    yield z3.InRe(_ACTION, z3.Concat(name, z3.Re(":"), name))
    no_colon = z3.Star(z3.Diff(_ONE, z3.Re(":")))
    parts = (no_colon, z3.Re(":"), z3.Plus(z3.Diff(_ONE, z3.Re(":"))), z3.Re(":"), no_colon, z3.Re(":"), no_colon)
    arn = z3.Concat(z3.Re("arn:aws"), *parts, z3.Re(":"), z3.Plus(_ONE))
    yield z3.Or(_RESOURCE == "*", z3.InRe(_RESOURCE, arn))
    state = domains.fixed.get(_PRESENT)
    if state is not None:
        yield _HAS_MFA if not state.absent and state.values else z3.Not(_HAS_MFA)
        if state.values:
            yield _MFA if state.values[0] == "true" else z3.Not(_MFA)


def _applies(statement: Statement) -> Any:
    parts = [_named(statement.actions, _ACTION), _named(statement.resources, _RESOURCE)]
    for condition in statement.conditions:
        key, values = condition.key.lower(), [value.text for value in condition.values]
        if key == _PRESENT:
            equal = z3.Or(*(_MFA if value == "true" else z3.Not(_MFA) for value in values))
            exists = str(condition.operator).endswith("IfExists")
            parts.append(z3.Or(z3.Not(_HAS_MFA), equal) if exists else z3.And(_HAS_MFA, equal))
        else:  # AmazonEC2FullAccess has one more key
            assert key == "iam:awsservicename", key
            parts.append(z3.And(_HAS_SERVICE, z3.Or(*(value == _SERVICE for value in values))))
    return z3.And(*parts)


def _named(element: Element | None, text: Any) -> Any:
    assert element is not None
    lower = text is _ACTION
    found = z3.Or(*(_like(text, one.lower() if lower else one) for one in element.texts))
    return z3.Not(found) if element.negated else found


def _like(text: Any, pattern: str) -> Any:
    if _VARIABLE in pattern:
        return _with_variable(text, *pattern.split(_VARIABLE))
    if pattern == "*":
        return z3.BoolVal(val=True)
    if "*" not in pattern and "?" not in pattern:
        return text == pattern
    if pattern.endswith("*") and not set("*?") & set(pattern[:-1]):
        return z3.PrefixOf(z3.StringVal(pattern[:-1]), text)
    return z3.InRe(text, _regex(pattern))


def _with_variable(text: Any, head: str, tail: str) -> Any:
    """Say that *text* is *head*, the user's name, *tail*; the last literal text of *head* finds the place."""
    literal = head.rpartition("*")[2]
    before = head.removesuffix(literal)
    if not tail:
        whole = z3.Concat(z3.StringVal(literal), _USER)
        rest = z3.SubString(text, 0, z3.Length(text) - z3.Length(whole))
        return z3.And(z3.SuffixOf(whole, text), z3.InRe(rest, _regex(before)))
    fixed, rest_of = tail.rstrip("*"), tail.endswith("*")
    assert rest_of or not fixed
    whole = (
        z3.Concat(z3.StringVal(literal), _USER, z3.StringVal(fixed))
        if fixed
        else z3.Concat(z3.StringVal(literal), _USER)
    )
    place = z3.IndexOf(text, whole, 0)
    return z3.And(z3.Contains(text, whole), z3.InRe(z3.SubString(text, 0, place), _regex(before)))


def _regex(pattern: str) -> Any:
    parts = [_ALL if c == "*" else _ONE if c == "?" else z3.Re(c) for c in pattern]
    return z3.Concat(z3.Re(""), z3.Re(""), *parts)
