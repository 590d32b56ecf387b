"""Resources that an action does not take, and resource texts that mean more or less than they seem to.

AWS evaluates a known action only on ARNs of its own resource types, and one without resource types
only on ``*``.  Rules: R3, R4, R10, V2, V4, Z1 of ``docs/semantics.md``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.analyse.lint.model import Finding
from simulator.policy.model import PolicyKind, StatementEffect
from simulator.policy.pattern import ARN_COLONS
from simulator.policy.texts import resource_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.lint.facts import Named
    from simulator.analyse.lint.model import StatementSubject
    from simulator.policy.model import Entry

__all__ = [
    "account_id",
    "any_service",
    "colon_crossing",
    "never_taken",
    "not_resource_variable",
    "takes_none",
    "wrong_type",
]

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SHOWN = 3
_REGION = 3  #: of an ARN's parts the fourth


def takes_none(subject: StatementSubject) -> Iterator[Finding]:
    """An action without resource types in a statement that names only ARNs."""
    for entry, named in _judged(subject):
        if named.bare:
            verb = "grants" if subject.statement.effect is StatementEffect.ALLOW else "denies"
            subjects = f"`{entry.text}` takes" if not named.wild else f"what `{entry.text}` names takes"
            message = f"{subjects} no resource: with ARNs as `Resource` the statement {verb} nothing for it"
            yield Finding(entry, message, 'put it into a statement with `"Resource": "*"`')


def wrong_type(subject: StatementSubject) -> Iterator[Finding]:
    """An action none of whose resource types is among the statement's ARNs."""
    for entry, named in _judged(subject):
        if not named.bare and not any(_fits(subject, named, resource) for resource in _resources(subject)):
            verb = "grants" if subject.statement.effect is StatementEffect.ALLOW else "denies"
            message = f"`{entry.text}` takes no resource of the statement, which {verb} nothing for it"
            yield Finding(entry, message, _types(named))


def never_taken(subject: StatementSubject) -> Iterator[Finding]:
    """A resource that no action of the statement takes, beside others that one does."""
    judged = [named for _, named in _judged(subject)]
    if not judged or len(judged) < len(subject.named):
        return
    taken = {entry: any(_fits(subject, named, entry) for named in judged) for entry in _resources(subject)}
    if not any(taken.values()):
        return  # then each action is reported by itself
    for entry, fits in taken.items():
        if not fits:
            advice = next(filter(None, map(_types, judged)), "remove it")
            yield Finding(entry, f"no action of the statement takes `{entry.text}`", advice)


def _judged(subject: StatementSubject) -> Iterator[tuple[Entry, Named]]:
    """Yield the entries of Action whose resources are known, where the statement names nothing but ARNs."""
    actions, resources = subject.statement.actions, subject.statement.resources
    if actions is None or resources is None or actions.negated or resources.negated:
        return
    if subject.policy.kind is PolicyKind.TRUST or any(not text.strip("*") for text in resources.texts):
        return
    for entry, named in zip(actions.entries, subject.named, strict=True):
        if named.known:
            yield entry, named


def _resources(subject: StatementSubject) -> tuple[Entry, ...]:
    resources = subject.statement.resources
    return resources.entries if resources is not None else ()


def _fits(subject: StatementSubject, named: Named, resource: Entry) -> bool:
    kinds = (*named.kinds, *subject.facts.untaken(named.service))
    return subject.facts.can_be(resource.text, kinds, variables=subject.statement.variables)


def _types(named: Named) -> str:
    formats = tuple(dict.fromkeys(f"{kind.name} ({kind.arns[0]})" for kind in named.kinds))
    if not formats:
        return ""
    more = f" and {len(formats) - _SHOWN} more" if len(formats) > _SHOWN else ""
    name = named.text if not named.wild else f"what `{named.text}` names"
    return f"{name} takes {', '.join(formats[:_SHOWN])}{more}"


def any_service(subject: StatementSubject) -> Iterator[Finding]:
    """A wildcard in the service of an ARN (R10)."""
    for entry in _resources(subject):
        parts = resource_parts(entry.text)
        if len(parts) > 2 and re.search(r"[*?]", parts[2]) and len(parts) > _REGION:
            advice = "AWS documents that the service can't hold wildcards; name the service"
            yield Finding(entry, f"`{entry.text}` has a wildcard in its service", advice)


def colon_crossing(subject: StatementSubject) -> Iterator[Finding]:
    """An ARN with too few colons, whose ``*`` must stand for several parts (R3)."""
    for entry in _resources(subject):
        parts = resource_parts(entry.text)
        if _REGION + 1 < len(parts) <= ARN_COLONS and any(part.endswith("*") for part in parts[_REGION:-1]):
            advice = "write all five colons; AWS recommends not to rely on a `*` that crosses one"
            yield Finding(entry, f"`{entry.text}` means an ARN only if its `*` crosses a colon", advice)


def account_id(subject: StatementSubject) -> Iterator[Finding]:
    """An account id in the ARN of a resource."""
    for entry in _resources(subject):
        parts = resource_parts(entry.text)
        if len(parts) > _REGION + 1 and _ACCOUNT.fullmatch(parts[_REGION + 1]):
            advice = "`*` in its place works in every account, if that is meant"
            yield Finding(entry, f"the account {parts[_REGION + 1]} stands in `{entry.text}`", advice)


def not_resource_variable(subject: StatementSubject) -> Iterator[Finding]:
    """An Allow with a variable in NotResource: without its value nothing is left out (V4)."""
    resources = subject.statement.resources
    if resources is None or not resources.negated or subject.statement.effect is StatementEffect.DENY:
        return
    for entry in resources.entries if subject.statement.variables else ():
        found = re.search(r"\$\{(aws:username|aws:PrincipalTag/[^},]+)\}", entry.text, re.IGNORECASE)
        if found is not None:
            message = f"whoever has no `{found[1]}`, as roles have no user name, is allowed every resource"
            yield Finding(entry, message, "name what is allowed with `Resource`")
