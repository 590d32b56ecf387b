"""AWS's actions, resource types and context keys, as of one date.

Everything is read lazily, with the standard library alone, from packed files that
`simulator.catalogue.refresh` rebuilds.  AWS's managed policies are in `simulator.catalogue.managed`,
the resource-type gate in `simulator.catalogue.gate`.  What the data are and how far to trust them:
``docs/catalogue.md``.
"""

from simulator.catalogue.keys import key
from simulator.catalogue.load import STALE_AFTER, Catalogue, load
from simulator.catalogue.model import LEVELS, Action, ContextKey, Level, ResourceType

__all__ = [
    "LEVELS",
    "STALE_AFTER",
    "Action",
    "Catalogue",
    "ContextKey",
    "Level",
    "ResourceType",
    "key",
    "load",
]
