"""What a catalogue file is made of, whole: the form that is compared, checked and written.

Three things give it: the source package, the packed file, and the text file that reviewers read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.catalogue.facts import facts_of

if TYPE_CHECKING:
    from simulator.catalogue.facts import ServiceFacts
    from simulator.catalogue.load import Catalogue
    from simulator.catalogue.model import Action

__all__ = ["Facts", "PolicyFacts", "catalogue_facts"]


@dataclass(frozen=True)
class Facts:
    """All services, sorted, and where they were read from."""

    source: str
    date: str
    services: tuple[ServiceFacts, ...]
    undocumented: tuple[str, ...] = ()  #: actions that only AWS's managed policies name

    @cached_property
    def by_name(self) -> dict[str, ServiceFacts]:
        """The services by their prefix."""
        return {service.name: service for service in self.services}

    @cached_property
    def actions(self) -> dict[str, Action]:
        """The actions by their lower-case name."""
        return {action.name.lower(): action for service in self.services for action in service.actions}


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """An AWS managed policy: `text` is the document as it will be kept."""

    name: str
    path: str
    version: str
    created: str
    updated: str
    text: str = field(repr=False)


def catalogue_facts(catalogue: Catalogue) -> Facts:
    """Read a packed catalogue back."""
    services = (catalogue.service(name) for name in catalogue.services())
    facts = tuple(facts_of(service) for service in services if service is not None)
    return Facts(catalogue.source, catalogue.date, facts, catalogue.undocumented)
