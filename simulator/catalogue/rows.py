"""The form in which a service is packed: rows of numbers that point into the service's own lists.

`simulator.catalogue.service` reads them, one action at a time; `simulator.catalogue.facts` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, TypedDict

from simulator.catalogue.model import LEVELS

if TYPE_CHECKING:
    from simulator.catalogue.model import ValueType

__all__ = ["TYPE_WORDS", "UNGATED", "ActionRow", "ServiceRows", "TypeRow"]

ActionRow: TypeAlias = tuple[int, list[int], list[int], list[int]]
"""Level, resource types, those of them that are required, keys."""

TypeRow: TypeAlias = tuple[str, list[str], list[int]]
"""Name, ARN formats, keys."""

UNGATED: Final = len(LEVELS)  #: added to the level of an action whose resources are not known

_WORDS: dict[str, ValueType] = {
    "String": "string",
    "Bool": "boolean",
    "Numeric": "numeric",
    "Date": "date",
    "IPAddress": "ip",
    "ARN": "arn",
    "Binary": "binary",
}
_LIST = "ArrayOf"
TYPE_WORDS: dict[str, tuple[ValueType, bool]] = {
    **{word: (kind, False) for word, kind in _WORDS.items()},
    **{_LIST + word: (kind, True) for word, kind in _WORDS.items()},
}
"""AWS's words for the types of keys: the type of one value, and whether the key is a list."""


class ServiceRows(TypedDict):
    """What a service's blob holds; the actions' names stand in the list of all names."""

    title: str
    keys: list[tuple[str, str]]  #: name and AWS's word for the type
    types: list[TypeRow]
    actions: list[ActionRow]
