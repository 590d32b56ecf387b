"""Which actions to ask of a statement: those that it names, and their neighbours that it does not.

Neighbours take the same resource, so that no gate stands in the way, and their names are as near as
can be: a wildcard too many would take them in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.catalogue.gate import fits
from simulator.policy.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.catalogue import Catalogue
    from simulator.catalogue.model import Action
    from simulator.policy.model import Element, Statement

__all__ = ["Actions"]

_ASKABLE = re.compile(r"[^: \t\r\n*?]+:[^ \t\r\n*?]+")  # by a suite, and not a wildcard
_WILD = re.compile(r"[*?]")
_MOST = 400  # entries of one statement
_PER_WILDCARD = 4
_NEIGHBOURS = 60
_CANDIDATES = 4000  # of one service that are compared
_WELL_KNOWN = (
    "s3:GetObject",
    "s3:DeleteObject",
    "ec2:DescribeInstances",
    "ec2:RunInstances",
    "iam:CreateUser",
    "iam:GetUser",
    "kms:Decrypt",
    "lambda:InvokeFunction",
    "sts:AssumeRole",
)


class Actions:
    """The actions of one statement."""

    def __init__(self, statement: Statement, catalogue: Catalogue) -> None:
        assert statement.actions is not None, "an identity policy's statement has actions"
        self.catalogue = catalogue
        self.element: Element = statement.actions
        self.left_out = max(0, len(self.element.entries) - _MOST)
        self._services: dict[str, list[tuple[str, frozenset[str]]]] = {}
        lower = [text.lower() for text in self.element.texts]
        self._literal = frozenset(text for text in lower if not _WILD.search(text))
        self._patterns = [Pattern.parse(text) for text in dict.fromkeys(lower) if _WILD.search(text)]
        self._named: dict[str, bool] = {}

    def names(self, action: str) -> bool:
        """Tell whether the statement names *action*."""
        # Asked of every action of a service, once for each of a statement's entries.
        found = self._named.get(action)
        if found is None:
            lower = action.lower()
            found = lower in self._literal or any(pattern.matches(lower) for pattern in self._patterns)
            self._named[action] = found
        return found is not self.element.negated

    @property
    def named(self) -> list[str]:
        """Actions that the statement names."""
        if self.element.negated:
            near = [*(one for entry in self._entries() for one in self.beside_entry(entry)), *_WELL_KNOWN]
            return [one for one in dict.fromkeys(near) if self.names(one)][:_NEIGHBOURS]
        return self._entries()

    @property
    def beside(self) -> list[str]:
        """Actions that the statement does not name, though it nearly does."""
        if self.element.negated:
            return self._entries()
        near = (one for entry in self._entries() for one in self.beside_entry(entry))
        return [one for one in dict.fromkeys(near) if not self.names(one)][:_NEIGHBOURS]

    def _entries(self) -> list[str]:
        """Return the entries, in the catalogue's spelling, and a few actions for each wildcard."""
        found: dict[str, str] = {}
        for text in self.element.texts[:_MOST]:
            for action in self._of_entry(text):
                found.setdefault(action.lower(), action)
        return [action for action in found.values() if _ASKABLE.fullmatch(action)]

    def _of_entry(self, text: str) -> Iterable[str]:
        if "*" not in text and "?" not in text:
            known = self.catalogue.action(text)
            return (text if known is None else known.name,)
        if text in ("*", "*:*"):
            return _WELL_KNOWN
        # A wildcard that stands for no known action is asked by a made-up name, which is evaluated literally.
        known_names = self.catalogue.match(text)
        return (
            _spread(known_names, self.catalogue) if known_names else (text.replace("*", "Example").replace("?", "x"),)
        )

    def beside_entry(self, action: str) -> Iterable[str]:
        """Yield actions of the same service, the nearest by name first: one that extends the name, one beside it."""
        known = self.catalogue.action(action)
        service = action.partition(":")[0].lower()
        if known is None:
            return ()
        mine = self._kinds_of(known)
        others = [
            name
            for name, kinds in self._of_service(service)
            if name != known.name and self.names(name) is self.element.negated and (kinds & mine or not (kinds or mine))
        ]
        longer = sorted(others, key=lambda one: -_common(one.lower(), known.name.lower()))
        same_noun = sorted(others, key=lambda one: -_common(one.lower()[::-1], known.name.lower()[::-1]))
        return dict.fromkeys((*longer[:1], *same_noun[:1]))

    def _of_service(self, service: str) -> list[tuple[str, frozenset[str]]]:
        """Return the actions of a service with the types that they take, read once."""
        if service not in self._services:
            known = map(self.catalogue.action, self.catalogue.match(f"{service}:*")[:_CANDIDATES])
            self._services[service] = [(one.name, self._kinds_of(one)) for one in known if one is not None]
        return self._services[service]

    @staticmethod
    def _kinds_of(action: Action) -> frozenset[str]:
        return frozenset(kind.name for kind in action.resource_types)

    def fits(self, action: str, arn: str) -> bool:
        """Tell whether *action* may be asked of *arn*; an unknown one may always."""
        known = self.catalogue.action(action)
        return known is None or fits(known, arn)


def _common(one: str, two: str) -> int:
    """Return how many characters two texts begin alike."""
    return next((place for place, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _spread(names: tuple[str, ...], catalogue: Catalogue) -> Iterable[str]:
    """Return the first action of each access level, and the last."""
    found: dict[str, str] = {}
    for name in names:
        known = catalogue.action(name)
        if known is not None:
            found.setdefault(known.level, name)
    chosen = [*found.values()][: _PER_WILDCARD - 1] + list(names[-1:])
    return dict.fromkeys(chosen)
