"""The resource-type gate as clauses: the ARNs that an action may be asked of (A13, Z1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.prove.clause import Clause, shape_of_words
from simulator.analyse.prove.words import word
from simulator.catalogue.gate import forms
from simulator.policy.pattern import Pattern, Wildcard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.prove.words import Word
    from simulator.catalogue.gate import Form
    from simulator.catalogue.load import Catalogue

__all__ = ["Types"]

_INSIDE = {Wildcard.RUN: Wildcard.SEGMENT_RUN, Wildcard.ONE: Wildcard.SEGMENT_ONE}


class Types:
    """The resource types of the catalogue, with the actions that take them as bits over its table."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._masks = [(name, catalogue.service_mask(name)) for name in catalogue.services()]
        self._services: dict[str, tuple[Clause, ...]] = {}

    def taken(self, actions: int) -> Iterator[Clause]:
        """Yield the types that one of *actions* takes, each with all actions that take it."""
        for name, mask in self._masks:
            if mask & actions:
                if name not in self._services:
                    self._services[name] = tuple(self._clauses(name))
                yield from (clause for clause in self._services[name] if clause.actions & actions)

    def _clauses(self, name: str) -> Iterator[Clause]:
        service = self._catalogue.service(name)
        assert service is not None, "every listed service can be read"
        takers: dict[int, int] = {}
        for number, action in enumerate(service.action_names):
            for kind in service.type_numbers(number):
                takers[kind] = takers.get(kind, 0) | self._catalogue.table.bit(action)
        for kind, actions in takers.items():
            words = tuple(dict.fromkeys(map(_word, forms(service.types[kind]))))
            yield Clause(actions, shape_of_words(words), None)


def _word(form: Form) -> Word:
    """Return all ARNs of a form, which says nothing of partition, region and account."""
    some = (Wildcard.SEGMENT_ONE, Wildcard.SEGMENT_RUN, ":")
    service = (_INSIDE.get(e, e) if isinstance(e, Wildcard) else e for e in form.service.elements)
    middle = (":", *(Wildcard.SEGMENT_RUN, ":") * 2)
    return word(Pattern.of(("arn:", *some, *service, *middle, *form.resource.elements)))
