"""One service of the catalogue: packed rows in, values out.

An `Action` is built when it is asked for, since a sweep over 22,000 actions needs only the numbers
in the rows.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from simulator.catalogue.keys import KeyTable
from simulator.catalogue.model import LEVELS, Action, ContextKey, ResourceType
from simulator.catalogue.rows import TYPE_WORDS, UNGATED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.catalogue.rows import ServiceRows

__all__ = ["Service"]


class Service:
    """A service's actions, resource types and keys."""

    def __init__(self, name: str, action_names: Sequence[str], rows: ServiceRows) -> None:
        self.name = name
        self.title = rows["title"]
        self.action_names = tuple(action_names)
        self._rows = rows
        self._built: dict[int, Action] = {}

    # -- resource types and keys ---------------------------------------------------------------

    @property
    def key_words(self) -> tuple[tuple[str, str], ...]:
        """The names of the declared keys, each with AWS's word for its type."""
        return tuple((name, word) for name, word in self._rows["keys"])

    @cached_property
    def _key_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._rows["keys"])

    def _names(self, keys: list[int]) -> tuple[str, ...]:
        return tuple(self._key_names[number] for number in keys)

    @cached_property
    def types(self) -> tuple[ResourceType, ...]:
        """The resource types, in the order of their names."""
        return tuple(
            ResourceType(self.name, name, tuple(arns), self._names(keys)) for name, arns, keys in self._rows["types"]
        )

    @cached_property
    def keys(self) -> tuple[ContextKey, ...]:
        """The context keys that the service declares, some ``aws:`` ones among them."""
        of_resources = {number for _, _, keys in self._rows["types"] for number in keys}
        return tuple(
            ContextKey(name, *TYPE_WORDS[word], "resource" if number in of_resources else "request")
            for number, (name, word) in enumerate(self._rows["keys"])
        )

    @cached_property
    def _key_table(self) -> KeyTable:
        return KeyTable(self.keys)

    def key(self, name: str) -> ContextKey | None:
        """Return a key that the service declares, or None."""
        return self._key_table.find(name)

    # -- actions, by their place in `action_names` ---------------------------------------------

    def action(self, number: int) -> Action:
        """Return an action."""
        found = self._built.get(number)
        return found if found is not None else self._built.setdefault(number, self._build(number))

    def _build(self, number: int) -> Action:
        _, types, required, keys = self._rows["actions"][number]
        return Action(
            self.action_names[number],
            LEVELS[self.level(number)],
            tuple(self.types[kind] for kind in types),
            frozenset(self.types[kind].name for kind in required),
            self._names(keys),
            ungated=self.ungated(number),
        )

    def level(self, number: int) -> int:
        """Return the place of an action's level in `LEVELS`, without building the action."""
        return self._rows["actions"][number][0] % UNGATED

    def ungated(self, number: int) -> bool:
        """Tell whether nothing is known of the resources that an action takes."""
        return self._rows["actions"][number][0] >= UNGATED

    def type_numbers(self, number: int) -> list[int]:
        """Return the places in `types` of the types that an action takes, without building it."""
        return self._rows["actions"][number][1]
