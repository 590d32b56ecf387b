"""Policies that ask for MFA, and in which sign-in states they do.

``aws:MultiFactorAuthPresent`` has three states, not two: absent for access keys, false for a sign-in
without MFA, true with it.  Each statement that names an MFA key is asked in all of them; what it
answers is its profile, and each trap is one profile.  Rules: F1 to F4 of ``docs/semantics.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.analyse.lint.model import Finding
from simulator.decide.context import Context
from simulator.policy.model import StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.lint.model import PolicySubject, StatementSubject
    from simulator.policy.conditions import Condition
    from simulator.policy.model import Statement

__all__ = [
    "allow_if_exists",
    "allow_without",
    "deny_misses",
    "deny_stale",
    "deny_with",
    "exempts_too_much",
    "no_deny",
    "presence",
]

_PRESENT, _AGE = "aws:multifactorauthpresent", "aws:multifactorauthage"
_KEY = Context.of({})
_CONSOLE = Context.of({_PRESENT: "false"})
_FRESH = Context.of({_PRESENT: "true", _AGE: "0"})
_STALE = Context.of({_PRESENT: "true", _AGE: "1000000000"})

_ENROL = ("iam:EnableMFADevice", "iam:CreateVirtualMFADevice")
_SETUP = frozenset(
    name.lower()
    for name in (
        *_ENROL,
        "iam:ChangePassword",
        "iam:ResyncMFADevice",
        "iam:TagMFADevice",  # a tag may be asked for when a device is created
    )
)
"""The writing IAM actions without which nobody can set up MFA."""

_REMOVES = ("iam:DeactivateMFADevice", "iam:DeleteVirtualMFADevice")
_READS = ("List", "Read")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Profile:
    """In which states the MFA conditions of a statement hold."""

    key: bool
    console: bool
    fresh: bool
    stale: bool

    @property
    def without(self) -> bool:
        """Tell whether they hold in any state without MFA."""
        return self.key or self.console

    @property
    def constant(self) -> bool:
        """Tell whether they hold always or never."""
        return len({self.key, self.console, self.fresh, self.stale}) == 1


def _conditions(statement: Statement) -> tuple[Condition, ...]:
    return tuple(condition for condition in statement.conditions if condition.key.lower() in (_PRESENT, _AGE))


def _profile(statement: Statement) -> _Profile | None:
    """Return the profile of a statement, None when it names no MFA key."""
    conditions = _conditions(statement)
    if not conditions:
        return None
    return _Profile(*(all(c.holds(state.get) for c in conditions) for state in (_KEY, _CONSOLE, _FRESH, _STALE)))


def _of(subject: StatementSubject, effect: StatementEffect) -> _Profile | None:
    """Return the statement's profile if it has that effect and MFA matters to it."""
    profile = _profile(subject.statement) if subject.statement.effect is effect else None
    return None if profile is None or profile.constant else profile


def allow_without(subject: StatementSubject) -> Iterator[Finding]:
    """An Allow that holds without MFA and not with it."""
    profile = _of(subject, StatementEffect.ALLOW)
    if profile is not None and profile.without and not (profile.fresh or profile.stale):
        who = "without MFA" if profile.console else "with an access key"
        message = f"the statement allows {who} what it does not allow with MFA"
        yield Finding(
            _first(subject), message, 'allow with `"Bool": {"aws:MultiFactorAuthPresent": "true"}`, or deny without MFA'
        )


def allow_if_exists(subject: StatementSubject) -> Iterator[Finding]:
    """An Allow meant for MFA that also holds for access keys, which carry no MFA key."""
    profile = _of(subject, StatementEffect.ALLOW)
    if profile is not None and profile.key and profile.fresh:
        message = "access keys carry no MFA key, so the condition holds for them too"
        yield Finding(_first(subject), message, "write the operator without `IfExists` in an Allow")


def presence(subject: StatementSubject) -> Iterator[Finding]:
    """A test for the presence of an MFA key, which a sign-in without MFA carries as well."""
    allow, deny = (_of(subject, effect) for effect in StatementEffect)
    only_keys = deny is not None and deny.key and not (deny.console or deny.fresh)
    if allow == _Profile(key=False, console=True, fresh=True, stale=True) or (
        only_keys and not _filled(subject, console=True)
    ):
        message = "a sign-in without MFA carries the key too, as `false`: its presence proves no MFA"
        yield Finding(_first(subject), message, "test the value: `Bool` in an Allow, `BoolIfExists` in a Deny")


def deny_misses(subject: StatementSubject) -> Iterator[Finding]:
    """A Deny without MFA that access keys walk past: they carry no MFA key."""
    profile = _of(subject, StatementEffect.DENY)
    if (
        profile is not None
        and profile.console
        and not (profile.key or profile.fresh)
        and not _filled(subject, key=True)
    ):
        message = "access keys carry no MFA key, so the Deny does not hold for them"
        yield Finding(_first(subject), message, "write `BoolIfExists`")


def deny_with(subject: StatementSubject) -> Iterator[Finding]:
    """A Deny that holds with MFA and not without."""
    profile = _of(subject, StatementEffect.DENY)
    if profile is not None and profile.fresh and not profile.without:
        message = "the statement denies those who signed in with MFA, and not the others"
        yield Finding(_first(subject), message, 'write `"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}`')


def deny_stale(subject: StatementSubject) -> Iterator[Finding]:
    """A Deny of old MFA sign-ins with nothing that denies those without any."""
    profile = _of(subject, StatementEffect.DENY)
    if profile is None or not profile.stale or profile.fresh or profile.without:
        return
    if not _filled(subject, key=True, console=True):
        message = "without MFA there is no age: only old sign-ins with MFA are denied"
        yield Finding(
            _first(subject),
            message,
            "add a Deny with `BoolIfExists` on aws:MultiFactorAuthPresent, or write `…IfExists` here",
        )


def _filled(subject: StatementSubject, *, key: bool = False, console: bool = False) -> bool:
    """Tell whether other Deny statements hold in the states asked for."""
    profiles = [
        _profile(statement)
        for statement in subject.policy.statements
        if statement.effect is StatementEffect.DENY and statement is not subject.statement
    ]
    found = [profile for profile in profiles if profile is not None and not profile.constant]
    return (not key or any(p.key for p in found)) and (not console or any(p.console for p in found))


def exempts_too_much(subject: StatementSubject) -> Iterator[Finding]:
    """Exemptions from a Deny without MFA by which somebody could do away with MFA, or get around it."""
    profile = _of(subject, StatementEffect.DENY)
    actions = subject.statement.actions
    if profile is None or not profile.without or actions is None or not actions.negated:
        return
    for entry, named in zip(actions.entries, subject.named, strict=True):
        iam = subject.facts.named("iam:*") if named.everything else named
        risky = [
            a.name for a in iam.actions if a.service == "iam" and a.level not in _READS and a.name.lower() not in _SETUP
        ]
        if risky:
            shown = [name for name in _REMOVES if name in risky] or risky[:_SHOWN]
            rest = len(risky) - len(shown)
            listed = ", ".join(f"`{name}`" for name in shown) + (
                f" and {rest} more that {'changes' if rest == 1 else 'change'} IAM" if rest else ""
            )
            message = f"`{entry.text}` is exempt from the Deny"
            verb = "needs" if len(risky) == 1 else "need"
            message += f", so {listed} {verb} no MFA" if named.wild else " and needs no MFA"
            advice = "exempt only what setting up MFA needs; a stolen password must not remove the second factor"
            yield Finding(entry, message, advice)


def no_deny(subject: PolicySubject) -> Iterator[Finding]:
    """A policy by which users set up their own MFA, and nothing that makes them do it."""
    statements = subject.policy.statements
    if any(s.effect is StatementEffect.DENY and _conditions(s) for s in statements):
        return
    for each in subject.statements:
        statement = each.statement
        if statement.effect is StatementEffect.DENY or statement.actions is None or statement.actions.negated:
            continue
        own = any("${aws:username}" in text for text in (statement.resources.texts if statement.resources else ()))
        for entry, named in zip(statement.actions.entries, each.named, strict=True):
            if own and not named.everything and any(name in named.names for name in _ENROL):
                message = "users may set up MFA, and no Deny makes them: without MFA nothing is refused"
                advice = "a Deny with `BoolIfExists` aws:MultiFactorAuthPresent `false` and NotAction does; ignore this if another policy has it"
                yield Finding(entry, message, advice)
                return


def _first(subject: StatementSubject) -> Condition:
    return _conditions(subject.statement)[0]
