"""Random pairs of small policies that nearly say the same, and random requests that attack what was proved.

Patterns, values and requests come from the same few texts, and half of the pairs are one edit apart.  Keys get the
values that their domains admit: the domains are axioms of a proof (`simulator.analyse.prove.domains`), so prover and
fuzzer share them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from simulator.analyse.prove.arns import admits
from simulator.analyse.prove.domains import default_domain
from simulator.catalogue import load
from simulator.decide.context import Context
from simulator.decide.request import Stack
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from simulator.decide.context import ContextValue
    from simulator.policy.model import Policy

__all__ = ["ACTIONS", "Document", "attacks", "document", "edited", "parsed", "stack"]

Document = dict[str, Any]

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:GetUser", "iam:CreateUser", "x:Foo", "x:GetBar")
_ACTION_PATTERNS = (
    *ACTIONS,
    "*",
    "s3:*",
    "s3:Get*",
    "s3:*Object",
    "s3:?etObject",
    "iam:*User",
    "x:*",
    "x:*a*",
    "*:Foo",
)
_USER = "${aws:username}"
_TAILS = (
    "",
    "*",
    "a",
    "adm",
    "adm*",
    "adm?",
    "ad??",
    "*a*",
    "b/*",
    "a/b",
    "*/b",
    "?",
    "??*",
    "x:y",
    "${*}",
    "${k:u, 'adm'}",
)
_VARIABLES = (
    _USER,
    _USER,
    f"{_USER}/*",
    f"{_USER}*",
    f"b/{_USER}",
    f"b/{_USER}/*",
    "${k:u}",
    f"${{k:u}}/{_USER}",
    f"*/{_USER}",
    "a${k:u}",
)
_HEADS = ("arn:aws:s3:::", "arn:aws:iam::*:user/", "arn:aws:iam::123456789012:user/", "arn:*:iam::*:user/")
_WORDS = ("a", "b", "adm", "admx", "a*", "*a", "ad?", "*", "", "b/a", "A", "*b*", _USER, "${k:u}", f"{_USER}/a", "x*")
_NUMBERS = ("1", "2", "3.5", "10", "x", "0")
_DATES = ("2026-01-01T00:00:00Z", "2026-06-01", "1767225600")
_RANGES = ("10.0.0.0/8", "10.1.0.0/16", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0", "junk")
_ARNS = (
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::123456789012:user/adm*",
    f"arn:aws:iam::*:user/{_USER}",
    "*",
    "arn:aws:*:*:*:x*",
    "junk",
)
_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    # operators by the kind of values, and the keys that they ask for
    "text": ("String", ("k:s", "k:u", "aws:username", "s3:prefix", "aws:TagKeys", "aws:PrincipalArn")),
    "number": ("Numeric", ("k:n", "aws:MultiFactorAuthAge")),
    "date": ("Date", ("k:d", "aws:CurrentTime")),
    "address": ("Ip", ("k:i", "aws:SourceIp")),
    "arn": ("Arn", ("k:r", "aws:PrincipalArn", "k:s")),
    "flag": ("Bool", ("aws:MultiFactorAuthPresent", "k:f", "k:s")),
    "bytes": ("BinaryEquals", ("k:b",)),
    "absence": ("Null", ("k:s", "k:u", "aws:username", "aws:TagKeys", "aws:MultiFactorAuthPresent")),
}
_OPERATORS = {
    "text": (
        "StringEquals",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
    ),
    "number": tuple(
        f"Numeric{name}" for name in ("Equals", "NotEquals", "LessThan", "GreaterThanEquals", "LessThanEquals")
    ),
    "date": ("DateEquals", "DateNotEquals", "DateLessThan", "DateGreaterThanEquals"),
    "address": ("IpAddress", "NotIpAddress"),
    "arn": ("ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals"),
    "flag": ("Bool",),
    "bytes": ("BinaryEquals",),
    "absence": ("Null",),
}
_VALUES = {
    "text": _WORDS,
    "number": _NUMBERS,
    "date": _DATES,
    "address": _RANGES,
    "arn": _ARNS,
    "flag": ("true", "false", "TRUE"),
    "bytes": ("QQ==", "Qg==", "%"),
    "absence": ("true", "false"),
}


# --- policies -----------------------------------------------------------------------------------


def parsed(document: Document, kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """Parse a document."""
    return parse_policy_text(json.dumps(document), name="p", kind=kind)


def stack(*documents: Document) -> Stack:
    """Parse documents as the identity policies of somebody."""
    return Stack(identity=tuple(map(parsed, documents)))


def document(rng: random.Random, *, most: int = 3) -> Document:
    """Make a policy of one to *most* statements."""
    statements = [_statement(rng) for _ in range(rng.randint(1, most))]
    return {"Version": "2012-10-17" if rng.random() < 0.95 else "2008-10-17", "Statement": statements}


def _statement(rng: random.Random) -> Document:
    found: Document = {"Effect": rng.choice(("Allow", "Allow", "Deny"))}
    found[rng.choice(("Action", "Action", "Action", "NotAction"))] = _some(rng, _ACTION_PATTERNS)
    found[rng.choice(("Resource", "Resource", "Resource", "NotResource"))] = _resources(rng)
    if rng.random() < 0.6:
        found["Condition"] = _conditions(rng)
    return found


def _some(rng: random.Random, texts: Sequence[str], most: int = 2) -> list[str]:
    return [rng.choice(texts) for _ in range(rng.randint(1, most))]


def _resources(rng: random.Random) -> list[str]:
    if rng.random() < 0.25:
        return ["*"]
    tails = _TAILS + _VARIABLES * 2
    return [rng.choice(_HEADS) + rng.choice(tails) for _ in range(rng.randint(1, 2))]


def _conditions(rng: random.Random) -> Document:
    block: Document = {}
    for _ in range(rng.choice((1, 1, 2))):
        kind = rng.choice(("text", "text", "text", *_KINDS))
        keys = _KINDS[kind][1]
        name = rng.choice(_OPERATORS[kind])
        if name != "Null":
            name += rng.choice(("", "", "IfExists"))
        name = rng.choice(("", "", "", "ForAnyValue:", "ForAllValues:")) + name
        block.setdefault(name, {})[rng.choice(keys)] = _some(rng, _VALUES[kind])
    return block


def edited(rng: random.Random, original: Document) -> Document:
    """Change one thing in a policy."""
    copy: Document = json.loads(json.dumps(original))
    statements = copy["Statement"]
    match rng.randrange(6):
        case 0 if len(statements) > 1:
            statements.pop(rng.randrange(len(statements)))
        case 1:
            statements.insert(rng.randrange(len(statements) + 1), _statement(rng))
        case 2:
            _refill(rng, rng.choice(statements), "Action", _some(rng, _ACTION_PATTERNS))
        case 3:
            _refill(rng, rng.choice(statements), "Resource", _resources(rng))
        case 4:
            rng.choice(statements).pop("Condition", None)
        case _:
            rng.choice(statements)["Condition"] = _conditions(rng)
    return copy


def _refill(rng: random.Random, statement: Document, name: str, texts: list[str]) -> None:
    held = name if name in statement else f"Not{name}"
    if rng.random() < 0.5 and len(statement[held]) > 1:
        statement[held].pop()
    elif rng.random() < 0.3:
        statement[f"Not{name}" if held == name else name] = statement.pop(held)
    else:
        statement[held] = texts


# --- requests -----------------------------------------------------------------------------------

_PIECES = (
    "a",
    "b",
    "adm",
    "admx",
    "x",
    "b/a",
    "a/b",
    "",
    "A",
    "*",
    "x:y",
    "aa",
    "adma",
    "b/adm/x",
    "12",
    "${k:u}",
    "ab",
)
_BY_KIND: dict[str, tuple[str, ...]] = {
    "k:n": ("1", "2", "3.5", "3", "10", "11", "0", "-1", "x", "1.0", "1e0"),
    "k:d": (*_DATES, "2025-12-31T23:59:59.999Z", "2026-02-01", "2026-06-01T00:00:00.001Z", "x", "1767225601"),
    "k:i": ("10.0.0.1", "10.1.2.3", "203.0.113.7", "203.0.113.8", "2001:db8::1", "::1", "x", "10.0.0.0/8", ""),
    "k:r": ("arn:aws:iam::123456789012:user/adm", "arn:aws:iam::1:user/a", "arn:aws:s3:::x", "arn:x", "x", "arn:::::"),
    "k:f": ("true", "false", "TRUE", "x", ""),
    "k:b": ("QQ==", "Qg==", "QUI=", "%", ""),
}
_LIKE = {
    "aws:multifactorauthage": "k:n",
    "aws:currenttime": "k:d",
    "aws:sourceip": "k:i",
    "aws:principalarn": "k:r",
    "aws:multifactorauthpresent": "k:f",
}
_KEYS = tuple(dict.fromkeys(key for _, keys in _KINDS.values() for key in keys))
_WILD = re.compile(r"\$\{([^}]*)\}|\*|\?")


def attacks(rng: random.Random, documents: Sequence[Document], count: int) -> list[tuple[str, str, Context]]:
    """Make requests that have much to do with *documents*; contexts are used several times each."""
    texts = json.dumps(documents)
    named = [key for key in _KEYS if key in texts]
    resources = re.findall(r'"(arn:[^"]*)"', texts) or ["arn:aws:s3:::a"]
    found: list[tuple[str, str, Context]] = []
    while len(found) < count:
        values = _context(rng, named)
        context = Context.of(values)
        for _ in range(8):
            resource = _filled(rng, rng.choice(resources), values) if rng.random() < 0.9 else "*"
            action = rng.choice(ACTIONS)
            found.append((action, resource, context))
    return found


def _context(rng: random.Random, keys: Sequence[str]) -> dict[str, ContextValue]:
    found: dict[str, ContextValue] = {}
    for key in keys:
        domain = default_domain(load(), key.lower())
        value = _value(rng, _LIKE.get(key.lower(), key))
        for _ in range(20):
            if domain.admits(value):
                break
            value = _value(rng, _LIKE.get(key.lower(), key))
        if domain.admits(value) and value is not None:
            found[key] = value
        elif not domain.absent:
            found[key] = {"aws:CurrentTime": "2026-01-01T00:00:00Z"}.get(key, "arn:aws:iam::123456789012:user/a")
    return found


def _value(rng: random.Random, key: str) -> ContextValue | None:
    pool = _BY_KIND.get(key, _PIECES)
    shape = rng.random()
    if shape < 0.15:
        return None
    if shape < 0.7:
        return rng.choice(pool)
    return tuple(rng.choice(pool) for _ in range(rng.randint(0, 3)))


def _filled(rng: random.Random, pattern: str, values: dict[str, ContextValue]) -> str:
    """Fill in a pattern's wildcards and variables; now and then something is added or lost."""

    def fill(found: re.Match[str]) -> str:
        if found[1] is None:
            return rng.choice(_PIECES)[: 1 if found[0] == "?" else None] or ("x" if found[0] == "?" else "")
        key = found[1].partition(",")[0]
        value = values.get(key, "adm" if "," in found[1] else key[:1])
        return value if isinstance(value, str) else rng.choice(_PIECES)

    text = _WILD.sub(fill, pattern)
    if rng.random() < 0.15:
        text += rng.choice(_PIECES)
    if rng.random() < 0.05:
        text = text[:-1]
    return text if admits(text) else "arn:aws:s3:::x"
