"""What a rebuilt catalogue must pass before it replaces the old one (``docs/catalogue.md``, guards).

A `Refusal` that a maintainer has looked into is lifted by its name: ``--accept codestar``.  Those
without a name mean broken data and are never lifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.catalogue.model import LEVELS
from simulator.catalogue.refresh.sentinels import broken_sentinels
from simulator.catalogue.rows import TYPE_WORDS
from simulator.policy.actions import ActionTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from simulator.catalogue.refresh.facts import Facts, PolicyFacts

__all__ = ["Refusal", "check_catalogue", "check_policies", "unmatched"]

_TOTAL_KEPT = 0.98
_SERVICE_KEPT = 0.80
_UNMATCHED_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the new data are not taken; `accept` is the word that lifts it, None when nothing does."""

    message: str
    accept: str | None = None


def check_catalogue(new: Facts, old: Facts | None, patterns: Collection[str]) -> tuple[Refusal, ...]:
    """Return every reason against *new*; *patterns* are the action patterns of AWS's managed policies."""
    refusals = [*_form(new), *(Refusal(text) for text in broken_sentinels(new)), *_patterns(new, patterns)]
    return (*refusals, *(_losses(new, old) if old is not None else ()))


def _form(facts: Facts) -> Iterator[Refusal]:
    """Look for rows that can't be right by themselves."""
    for service in facts.services:
        for action in service.actions:
            if action.level not in LEVELS:
                yield Refusal(f"`{action.name}` has the level `{action.level}`")
        for kind in service.types:
            shown = f"`{kind.service}:{kind.name}`"
            if not kind.arns:
                yield Refusal(f"{shown} has no ARN")
            yield from (Refusal(f"{shown} has the ARN `{arn}`") for arn in kind.arns if not _is_arn(arn))
        yield from (Refusal(f"`{name}` has the type `{word}`") for name, word in service.keys if word not in TYPE_WORDS)


def _is_arn(text: str) -> bool:
    return text.startswith("arn:") and text.count(":") >= 5 and not any(char.isspace() or char == "," for char in text)


def _losses(new: Facts, old: Facts) -> Iterator[Refusal]:
    """Compare the number of actions, in all and by service."""
    if len(new.actions) < _TOTAL_KEPT * len(old.actions):
        yield Refusal(f"{len(new.actions)} actions in all, {len(old.actions)} before", "total")
    for service in old.services:
        found = new.by_name.get(service.name)
        before, now = len(service.actions), len(found.actions) if found else 0
        if found is None:
            yield Refusal(f"the service `{service.name}` is gone", service.name)
        elif now < _SERVICE_KEPT * before:
            yield Refusal(f"the service `{service.name}` has {now} actions, {before} before", service.name)


def _patterns(facts: Facts, patterns: Collection[str]) -> Iterator[Refusal]:
    missed = len(unmatched(facts, patterns))
    if missed > _UNMATCHED_SHARE * len(patterns):
        share = missed / len(patterns)
        yield Refusal(
            f"{missed} of {len(patterns)} patterns in AWS's own policies match no action ({share:.1%})", "patterns"
        )


def unmatched(facts: Facts, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns that match no action, sorted."""
    names = ActionTable(action.name for action in facts.actions.values())
    return tuple(sorted(pattern for pattern in patterns if not names.mask(pattern)))


def check_policies(new: Collection[PolicyFacts], old: Collection[PolicyFacts]) -> Iterator[Refusal]:
    """Return every reason against the new managed policies."""
    if len(new) < _TOTAL_KEPT * len(old):
        yield Refusal(f"{len(new)} managed policies, {len(old)} before", "policies")
    names = {policy.name for policy in new}
    yield from (
        Refusal(f"the managed policy `{n}` is missing")
        for n in ("AdministratorAccess", "AmazonEC2FullAccess")
        if n not in names
    )
    yield from (Refusal(f"`{policy.name}` has no document") for policy in new if '"Statement"' not in policy.text)
