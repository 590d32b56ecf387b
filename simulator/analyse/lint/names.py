"""Actions and services that don't exist, and patterns that name nothing.

An unknown action is no proof of a slip: AWS's own policies name actions that no list has.  So it is
an error only where a known name is near (`simulator.catalogue.spelling`), else a warning.
Rules: M3 to M5 of ``docs/semantics.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.lint.model import Finding
from simulator.catalogue.spelling import CUTOFF
from simulator.errors import nearest
from simulator.policy.model import StatementEffect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.lint.facts import Facts, Named
    from simulator.analyse.lint.model import StatementSubject
    from simulator.policy.model import Entry

__all__ = [
    "action_uncatalogued",
    "action_unknown",
    "any_service",
    "matches_nothing",
    "service_uncatalogued",
    "service_unknown",
]


def action_unknown(subject: StatementSubject) -> Iterator[Finding]:
    """An action of a known service that is nearly one of its actions."""
    for entry, named, near in _nameless(subject, known_service=True):
        if near is not None and not named.wild:
            yield Finding(entry, f"unknown action `{entry.text}`", _told(f"did you mean `{near}`?", subject))


def action_uncatalogued(subject: StatementSubject) -> Iterator[Finding]:
    """An action that the catalogue does not have, and nothing near it."""
    catalogue = subject.facts.catalogue
    for entry, named, near in _nameless(subject, known_service=True):
        if near is None and not named.wild:
            message = f"`{entry.text}` is not in the catalogue of {catalogue.date}"
            yield Finding(entry, message, _told(_advice(named, subject.facts), subject))


def matches_nothing(subject: StatementSubject) -> Iterator[Finding]:
    """A wildcard pattern that no action matches."""
    catalogue = subject.facts.catalogue
    for entry, named, _ in _nameless(subject, known_service=True):
        if named.wild:
            message = f"`{entry.text}` matches no action of the catalogue of {catalogue.date}"
            near = _near_pattern(named, subject.facts)
            yield Finding(entry, message, _told(f"did you mean `{near}`?" if near else "", subject))


def service_unknown(subject: StatementSubject) -> Iterator[Finding]:
    """A service that does not exist, where the same action exists in one of nearly that name."""
    for entry, _, near in _nameless(subject, known_service=False):
        if near is not None:
            service = entry.text.partition(":")[0]
            yield Finding(entry, f"unknown service `{service}`", _told(f"did you mean `{near}`?", subject))


def service_uncatalogued(subject: StatementSubject) -> Iterator[Finding]:
    """A service that the catalogue does not have."""
    catalogue = subject.facts.catalogue
    for entry, named, near in _nameless(subject, known_service=False):
        if near is None:
            like = None if named.service in subject.facts.retired else _near_service(named, subject.facts)
            advice = f"did you mean `{like}`?" if like else _advice(named, subject.facts)
            message = f"the service `{named.service}` is not in the catalogue of {catalogue.date}"
            yield Finding(entry, message, _told(advice, subject))


def any_service(subject: StatementSubject) -> Iterator[Finding]:
    """``*:*`` or ``*:Name``: AWS takes it, and nobody documents what it means."""
    actions = subject.statement.actions
    for entry in actions.entries if actions is not None else ():
        if entry.text.startswith("*:"):
            advice = "write `*` for every action, or name the services"
            yield Finding(
                entry, f"`{entry.text}` has a wildcard for the service: its meaning is not documented", advice
            )


def _nameless(subject: StatementSubject, *, known_service: bool) -> Iterator[tuple[Entry, Named, str | None]]:
    """Yield the entries that name no action, with the name that was probably meant."""
    catalogue = subject.facts.catalogue
    actions = subject.statement.actions
    for entry, named in zip(actions.entries if actions is not None else (), subject.named, strict=True):
        if named.everything or named.service == "*" or named.names:
            continue
        if (catalogue.service(named.service) is not None) is known_service:
            yield entry, named, _near(named, subject.facts)


def _near(named: Named, facts: Facts) -> str | None:
    catalogue = facts.catalogue
    if named.service in facts.retired and catalogue.service(named.service) is None:
        return None
    if not named.wild:
        return facts.near(lambda: catalogue.nearest_action(named.text))
    service = facts.near(lambda: catalogue.nearest_service(named.service))
    meant = f"{service}:{named.text.partition(':')[2]}"
    return meant if service is not None and named.name.strip("*") and catalogue.match(meant) else None


def _near_service(named: Named, facts: Facts) -> str | None:
    return facts.near(lambda: facts.catalogue.nearest_service(named.service))


def _advice(named: Named, facts: Facts) -> str:
    if named.service in facts.retired and (facts.catalogue.is_undocumented(named.text) or named.wild):
        return "AWS's own managed policies name it, but AWS does not document it: it may be retired"
    return "if AWS has it, declare it under `extra_actions` of a catalogue overlay"


def _near_pattern(named: Named, facts: Facts) -> str | None:
    """Return the pattern that was probably meant by one with a star at its beginning or end."""
    stem = named.text.partition(":")[2].strip("*")
    if not stem or "*" in stem or "?" in stem or named.name.startswith("*") is named.name.endswith("*"):
        return None
    names = [name.partition(":")[2] for name in facts.catalogue.match(f"{named.service}:*")]
    sizes = (len(stem) - 1, len(stem), len(stem) + 1)
    begins = named.name.endswith("*")
    pieces = dict.fromkeys(name[:size] if begins else name[-size:] for name in names for size in sizes if size)
    found = facts.near(lambda: nearest(stem, pieces, cutoff=CUTOFF))
    return None if found is None else f"{named.service}:{found}*" if begins else f"{named.service}:*{found}"


def _told(advice: str, subject: StatementSubject) -> str:
    """Add to *advice* what a name that means nothing does; in exemptions it is the opposite of harmless."""
    actions = subject.statement.actions
    allow = subject.statement.effect is StatementEffect.ALLOW
    if actions is None or not actions.negated:
        consequence = f"as it stands it {'grants' if allow else 'denies'} nothing"
    else:
        verb = "allows" if allow else "denies"
        consequence = f"as it stands nothing is exempt by it, and the statement {verb} what was meant to be"
    return f"{advice}{' ' if advice.endswith('?') else '; '}{consequence}" if advice else consequence
