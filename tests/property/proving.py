"""Random pairs of small policies that nearly say the same.

Patterns and values come from the same few texts, and half of the pairs are one edit apart.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from simulator.decide.request import Stack
from simulator.policy.model import PolicyKind
from simulator.policy.parse import parse_policy_text

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from simulator.policy.model import Policy

__all__ = ["ACTIONS", "Document", "document", "edited", "parsed", "stack"]

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
