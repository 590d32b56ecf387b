"""The document as a whole: its Version, its size, what its Sids promise.

Rules: G3 to G5, G20 of ``docs/semantics.md``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.analyse.lint.model import Finding
from simulator.analyse.lint.variables import has_old_variable
from simulator.policy.model import PolicyKind, StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.lint.model import PolicySubject, StatementSubject

__all__ = ["allow_all_but", "misleading_sid", "old_version", "size"]

_CURRENT = "2012-10-17"
_MANAGED, _ROLE_INLINE = 6144, 10240
_LIMITS = {
    PolicyKind.IDENTITY: (_MANAGED, "a managed policy"),
    PolicyKind.BOUNDARY: (_MANAGED, "a managed policy"),
    PolicyKind.SESSION: (2048, "a session policy"),
    PolicyKind.SCP: (5120, "a service control policy"),
    PolicyKind.RCP: (5120, "a resource control policy"),
    PolicyKind.TRUST: (2048, "a trust policy"),
}
_KEPT_BLANKS = (PolicyKind.SCP, PolicyKind.RCP, PolicyKind.SESSION)  # where AWS counts blanks too
_PROMISES = {
    StatementEffect.ALLOW: re.compile(r"(?:Deny|Block|Forbid)", re.IGNORECASE),
    # `AllowOnlyWithMFA` is a fair name for a Deny.
    StatementEffect.DENY: re.compile(
        r"(?:Allow|Grant|Permit)(?!.*(?:only|unless|except|without|not|if))", re.IGNORECASE
    ),
}


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int


def old_version(subject: PolicySubject) -> Iterator[Finding]:
    """A missing or old Version: AWS stores no such policy any more (G5)."""
    policy = subject.policy
    if policy.version == _CURRENT or not policy.statements or any(map(has_old_variable, subject.statements)):
        return  # a variable without effect is told by itself, and says more
    found = re.search(r'"Version"\s*:\s*"[^"]*"', policy.source.text) if policy.version else None
    place = _Span(*found.span()) if found else _Span(policy.statements[0].start, policy.statements[0].start + 1)
    message = f"Version `{policy.version}` is the old one" if policy.version else "the policy has no Version"
    advice = f'write `"Version": "{_CURRENT}"`; AWS stores no other, and older ones know no variables'
    yield Finding(place, message, advice)


def size(subject: PolicySubject) -> Iterator[Finding]:
    """A document longer than AWS stores (G20); for identity policies blanks don't count."""
    policy = subject.policy
    limit, what = _LIMITS.get(policy.kind, (0, ""))
    text = policy.source.text
    long = len(text) if policy.kind in _KEPT_BLANKS else len(re.sub(r"\s", "", text))
    if not limit or long <= limit or not policy.statements:
        return
    first = policy.statements[0]
    if not re.fullmatch(r"\s*\{[^{]*", text[: first.start]):
        return  # it stands inside something larger, whose size says nothing
    advice = "split it, or join actions by wildcards"
    if policy.kind is PolicyKind.IDENTITY and long <= _ROLE_INLINE:
        advice += f"; inline in a role {_ROLE_INLINE} fit, in a group 5120, in a user 2048"
    message = f"the policy has {long} characters, and {what} may have {limit}"
    yield Finding(_Span(first.start, first.start + 1), message, advice)


def misleading_sid(subject: StatementSubject) -> Iterator[Finding]:
    """A Sid that promises the opposite of what the statement does."""
    statement = subject.statement
    if statement.sid and _PROMISES[statement.effect].match(statement.sid):
        message = f"the statement is called `{statement.sid}` and has the effect {statement.effect.value}"
        yield Finding(statement, message, "change the one or the other")


def allow_all_but(subject: StatementSubject) -> Iterator[Finding]:
    """An Allow with NotAction and no condition: whatever AWS adds tomorrow is allowed too."""
    statement = subject.statement
    actions = statement.actions
    if actions is None or not actions.negated or statement.effect is StatementEffect.DENY:
        return
    if subject.policy.kind in (PolicyKind.IDENTITY, PolicyKind.RESOURCE) and actions.entries:
        message = "the statement allows every action but these, also those that AWS adds later"
        yield Finding(actions.entries[0], message, "name what is allowed with `Action`")
