"""Conditions that can't mean what they say: keys, operators and values that don't go together.

Rules: C5, C6, C9, C10, C16, C20, G51, K7, Z5, Z6 of ``docs/semantics.md``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.analyse.lint.model import Finding
from simulator.catalogue.global_keys import LONGEST, global_keys
from simulator.catalogue.spelling import CUTOFF
from simulator.errors import Severity, nearest
from simulator.policy.model import StatementEffect
from simulator.policy.operators import COMPARISONS
from simulator.policy.pattern import Pattern
from simulator.policy.variables import Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.lint.facts import Facts
    from simulator.analyse.lint.model import Place, StatementSubject
    from simulator.catalogue.model import ContextKey, ValueType
    from simulator.policy.conditions import Condition

__all__ = [
    "json_boolean",
    "key_uncatalogued",
    "key_unknown",
    "literal_wildcard",
    "needless_set_operator",
    "needs_set_operator",
    "never_sent",
    "no_values",
    "operator_type",
    "value_type",
]

_BOOLEANS = ("true", "false")
_QUOTES = ('"', "'")
_PER_ACTION = ("aws:requesttag/", "aws:tagkeys", "aws:resourcetag/")  # global by name only
_ELSEWHERE = ("principal", "session", "network")  # where keys come from that no list of a service has
_READS: dict[str, tuple[ValueType, ...]] = {
    "Numeric": ("numeric", "date"),  # epoch seconds are numbers
    "Date": ("date", "numeric"),
    "IpAddress": ("ip",),
    "Bool": ("boolean",),
    "Binary": ("binary",),
}
"""What the keys of an operator's family are; text operators read every key."""

_TEXT = ("String", "Arn")
_WORDS: dict[ValueType, str] = {
    "ip": "`IpAddress`",
    "date": "a Date operator",
    "numeric": "a Numeric operator",
    "boolean": "`Bool`",
    "binary": "`BinaryEquals`",
}
_FORMS = {
    "Numeric": "write a number",
    "Date": "write it as 2026-12-31T23:59:59Z or as seconds since 1970",
    "IpAddress": "write an address or a range, such as 203.0.113.0/24",
    "Binary": "write it in base64",
    "Arn": "write an ARN of six parts, such as arn:aws:sns:*:*:topic",
}
"""How the values of an operator's family are written."""

_SHOWN = 3


def key_unknown(subject: StatementSubject) -> Iterator[Finding]:
    """A condition key that is nearly a known one."""
    for place, name in _keys(subject):
        near = _near_key(name, subject.facts)
        if near is not None:
            yield Finding(place, f"unknown condition key `{name}`", f"did you mean `{near}`?")


def key_uncatalogued(subject: StatementSubject) -> Iterator[Finding]:
    """A condition key that the catalogue does not have, and nothing near it."""
    for place, name in _keys(subject):
        if _near_key(name, subject.facts) is None:
            message = f"the condition key `{name}` is not in the catalogue of {subject.facts.catalogue.date}"
            yield Finding(place, message, "if AWS has it, declare it under `extra_keys` of a catalogue overlay")


def _keys(subject: StatementSubject) -> Iterator[tuple[Place, str]]:
    """Yield the unknown keys of conditions and variables."""
    statement = subject.statement
    named: list[tuple[Place, str]] = [(condition, condition.key) for condition in statement.conditions]
    if statement.variables:
        texts = [*(statement.resources.entries if statement.resources is not None else ())]
        named += [(entry, v.key) for entry in texts for v in Template.parse(entry.text).variables if v.key]
        named += [
            (value, variable.key)
            for condition in statement.conditions
            for value in condition.values
            if "${" in value.text and _substitutes(condition)
            for variable in Template.parse(value.text).variables
            if variable.key
        ]
    for place, name in named:
        if subject.facts.key(name) is None:
            yield place, name


def _near_key(name: str, facts: Facts) -> str | None:
    service = facts.catalogue.service(name.partition(":")[0])
    own = tuple(key.name for key in service.keys) if service is not None else ()
    bare, slash, tag = name.partition("/")
    known = dict.fromkeys(key.partition("/")[0] for key in (*own, *_global_names()))
    found = facts.near(lambda: nearest(bare, known, cutoff=CUTOFF)) if len(bare) <= LONGEST else None
    return None if found is None or found.lower() == bare.lower() else f"{found}{slash}{tag}"


def _global_names() -> tuple[str, ...]:
    return tuple(key.name for key in global_keys())


def never_sent(subject: StatementSubject) -> Iterator[Finding]:
    """A service's key that no action of the statement carries."""
    actions = subject.statement.actions
    if actions is None or actions.negated or not all(named.known for named in subject.named):
        return
    for condition in subject.statement.conditions:
        key = subject.facts.key(condition.key)
        if key is None or key.provider in _ELSEWHERE or not _of_services(key):
            continue
        if not any(named.carries(key.name) for named in subject.named):
            outcome = "always holds" if condition.holds(lambda _: None) else "never holds"
            message = f"AWS sends `{key.name}` with no action of the statement: the condition {outcome}"
            advice = (
                f"name what carries it: {carried}" if (carried := _carried(key.name, subject.facts)) else "remove it"
            )
            yield Finding(condition, message, f"{advice}; `iamproof catalogue` shows the keys of an action")


def _of_services(key: ContextKey) -> bool:
    """Tell whether a service's list decides which actions carry a key; of the global keys that is so for some."""
    name = key.name.lower()
    return not name.startswith("aws:") or name.startswith(_PER_ACTION)


def _carried(key: str, facts: Facts) -> str:
    """Name some actions that carry *key*."""
    service = facts.catalogue.service(key.partition(":")[0])
    actions = map(service.action, range(len(service.action_names))) if service is not None else ()
    found = [f"`{action.name}`" for action in actions if facts.named(action.name).carries(key)]
    return ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")


def needs_set_operator(subject: StatementSubject) -> Iterator[Finding]:
    """A list-typed key under an operator without ForAnyValue or ForAllValues: it never holds (C5)."""
    for condition, key in _known(subject):
        operator = condition.operator
        if key.multivalued and operator.qualifier is None and operator.base != "Null":
            message = f"`{key.name}` is a list: `{operator}` never holds for one"
            yield Finding(condition, message, f"write `ForAnyValue:{operator}` or `ForAllValues:{operator}`")


def needless_set_operator(subject: StatementSubject) -> Iterator[Finding]:
    """ForAnyValue or ForAllValues on a single-valued key; the latter also holds for a missing key (C4)."""
    for condition, key in _known(subject):
        operator = condition.operator
        if key.multivalued or operator.qualifier is None:
            continue
        plain = str(operator).partition(":")[2]
        open_ = operator.qualifier == "ForAllValues" and subject.statement.effect is StatementEffect.ALLOW
        consequence = "; it holds for a missing key too" if operator.qualifier == "ForAllValues" else ""
        message = f"`{key.name}` is a single value and needs no `{operator.qualifier}`{consequence}"
        yield Finding(condition, message, f"write `{plain}`", None if open_ else Severity.NOTE)


def operator_type(subject: StatementSubject) -> Iterator[Finding]:
    """An operator that can't read what the key holds."""
    for condition, key in _known(subject):
        base = condition.operator.base
        family = next((name for name in _READS if base.startswith(name)), None)
        if family is not None and key.type not in _READS[family]:
            advice = f"write {_WORDS.get(key.type, 'a String or Arn operator')}"
            yield Finding(condition, f"`{key.name}` holds {_article(key.type)}, which `{base}` can't read", advice)
        elif base.startswith(_TEXT) and key.type == "ip":
            message = f"`{key.name}` holds an address, and `{base}` compares it as text"
            yield Finding(condition, message, f"write {_WORDS[key.type]} and a range such as 203.0.113.0/24")


def _article(kind: ValueType) -> str:
    words = {"ip": "an address", "arn": "an ARN", "string": "text", "binary": "bytes", "boolean": "true or false"}
    return words.get(kind, f"a {'number' if kind == 'numeric' else kind}")


def value_type(subject: StatementSubject) -> Iterator[Finding]:
    """A value that its operator can't read: a number, an address, true or false, base64, an ARN."""
    for condition in subject.statement.conditions:
        row = COMPARISONS.get(condition.operator.base)
        for value in condition.values:
            if condition.variables and "${" in value.text:
                continue
            if row is None or row.name == "Bool":
                if value.text.lower() not in _BOOLEANS:
                    message = f"`{value.text}` is neither true nor false, and counts as false"
                    yield Finding(value, message, "write `true` or `false`")
            elif row.read_policy(Pattern.parse(value.text) if row.wildcards else Pattern.literal(value.text)) is None:
                advice = next((text for name, text in _FORMS.items() if row.name.startswith(name)), "write it anew")
                yield Finding(value, f"`{condition.operator}` can't read `{value.text}`: it matches nothing", advice)


def json_boolean(subject: StatementSubject) -> Iterator[Finding]:
    """A JSON boolean as a value: AWS takes it, and reads it as text (G51)."""
    text = subject.policy.source.text
    for condition in subject.statement.conditions:
        for value in condition.values:
            if value.text in _BOOLEANS and not text.startswith(_QUOTES, value.start):
                message = f"`{value.text}` stands without quotes: AWS takes it and reads it as text"
                yield Finding(value, message, f'write `"{value.text}"`, as AWS documents it')


def literal_wildcard(subject: StatementSubject) -> Iterator[Finding]:
    """``*`` or ``?`` under StringEquals, where they are plain characters (C10)."""
    for condition in subject.statement.conditions:
        if not condition.operator.base.startswith("StringEquals"):
            continue
        for value in condition.values:
            plain = re.sub(r"\$\{[^}]*\}", "", value.text) if condition.variables else value.text
            if "*" in plain or "?" in plain:
                like = "StringNotLike" if condition.operator.negated else "StringLike"
                message = f"the wildcard in `{value.text}` is a plain character to `{condition.operator.name}`"
                yield Finding(value, message, f"write `{like}`, or `${{*}}` for the character itself")


def no_values(subject: StatementSubject) -> Iterator[Finding]:
    """A condition with an empty list of values (C9)."""
    for condition in subject.statement.conditions:
        if not condition.values:
            yield Finding(condition, f"`{condition.key}` has no values to compare with", "name one, or remove the key")


def _known(subject: StatementSubject) -> Iterator[tuple[Condition, ContextKey]]:
    for condition in subject.statement.conditions:
        key = subject.facts.key(condition.key)
        if key is not None:
            yield condition, key


def _substitutes(condition: Condition) -> bool:
    row = COMPARISONS.get(condition.operator.base)
    return condition.variables and row is not None and row.variables
