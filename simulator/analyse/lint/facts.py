"""What the catalogue says of the texts in a policy, looked up once for all policies of a run."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.analyse.lint.globs import Glob, format_steps, resource_steps
from simulator.policy.pattern import ARN_COLONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.analyse.lint.globs import Step
    from simulator.catalogue import Catalogue
    from simulator.catalogue.model import Action, ContextKey, ResourceType

__all__ = ["Facts", "Named"]

_LONGEST = 2048
_MOST_PATTERNS = 4000  # that are compared with each action of a service; AWS's own policies have some hundred
_MOST_SEARCHES = 2000  # for nearly right names, a millisecond each
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_ONE_PART = "${BucketName}"  #: a bucket's name holds no slash, unlike most variables of ARN formats


class Named:
    """The actions that one entry of an Action or NotAction element names."""

    def __init__(self, text: str, catalogue: Catalogue, *, blind: bool = False) -> None:
        """Name what *text* matches; *blind* takes it for ``*``, without looking."""
        self.text = text
        self.service, _, self.name = text.lower().partition(":")
        self.wild = "*" in text or "?" in text
        self.everything = blind or text == "*" or self.service == "*"  #: also `*:Name`, which nobody documents
        self._catalogue = catalogue

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in the catalogue's spelling; those of ``*`` are never asked for."""
        return () if self.everything else self._catalogue.match(self.text)

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """The actions."""
        return tuple(action for action in map(self._catalogue.action, self.names) if action is not None)

    @cached_property
    def known(self) -> bool:
        """Tell whether the catalogue knows the resources of all actions that are meant."""
        return bool(self.names) and not any(action.ungated for action in self.actions)

    @cached_property
    def kinds(self) -> tuple[ResourceType, ...]:
        """The resource types that the actions take."""
        return tuple(dict.fromkeys(kind for action in self.actions for kind in action.resource_types))

    @cached_property
    def bare(self) -> bool:
        """Tell whether no action takes a resource."""
        return not self.kinds

    @cached_property
    def _keys(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """The keys that requests for the actions can carry beside the global ones, and what templates begin with."""
        own = {key.lower() for action in self.actions for key in action.condition_keys}
        own |= {key.lower() for kind in self.kinds for key in kind.condition_keys}
        return frozenset(own), tuple(_fixed(key) for key in own if "${" in key or "/" in key)

    def carries(self, key: str) -> bool:
        """Tell whether a request for one of the actions can carry *key*."""
        exact, beginnings = self._keys
        return key.lower() in exact or key.lower().startswith(beginnings)


def _fixed(key: str) -> str:
    """Return what every key of a template begins with; behind a slash stands the name of a tag."""
    head, slash, _ = key.partition("${")[0].partition("/")
    return head + slash


class Facts:
    """Looks things up in one catalogue and remembers them.

    `retired` are the services of which AWS's own policies name actions that no list has.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._named: dict[str, Named] = {}
        self.retired = frozenset(name.partition(":")[0].lower() for name in catalogue.undocumented)
        self._keys: dict[str, ContextKey | None] = {}
        self._searches = self._patterns = 0
        self._forms: dict[str, _Form] = {}
        self._untaken: dict[str, tuple[ResourceType, ...]] = {}
        self._taken: dict[tuple[str, bool, str], bool] = {}

    def named(self, text: str) -> Named:
        """Return what an entry of an Action or NotAction element names."""
        found = self._named.get(text)
        if found is None:
            self._patterns += "*" in text.rstrip("*") or "?" in text
            found = self._named[text] = Named(text, self.catalogue, blind=self._patterns > _MOST_PATTERNS)
        return found

    def near(self, find: Callable[[], str | None]) -> str | None:
        """Look for a name that is nearly right, unless that was done too often: a hostile file has thousands."""
        self._searches += 1
        return find() if self._searches <= _MOST_SEARCHES else None

    def key(self, name: str) -> ContextKey | None:
        """Return a context key, or None when it is not known."""
        if name not in self._keys:
            self._keys[name] = self.catalogue.key(name)
        return self._keys[name]

    def untaken(self, service: str) -> tuple[ResourceType, ...]:
        """Return the resource types of a service that no action takes: there the data are incomplete."""
        if service not in self._untaken:
            found = self.catalogue.service(service)
            actions = map(found.action, range(len(found.action_names))) if found is not None else ()
            taken = {kind for action in actions for kind in action.resource_types}
            self._untaken[service] = tuple(kind for kind in getattr(found, "types", ()) if kind not in taken)
        return self._untaken[service]

    def can_be(self, resource: str, kinds: Iterable[ResourceType], *, variables: bool) -> bool:
        """Tell whether a Resource entry may name an ARN of one of *kinds*."""
        return any(self._can_be(resource, variables, arn) for kind in kinds for arn in kind.arns)

    def _can_be(self, resource: str, variables: bool, arn: str) -> bool:  # noqa: FBT001  # parts of a key
        key = (resource, variables, arn)
        if len(resource) > _LONGEST:
            return True  # AWS takes no ARN of that length
        if key not in self._taken:
            self._taken[key] = self._form(arn).may_be(resource_steps(resource, variables))
        return self._taken[key]

    def _form(self, arn: str) -> _Form:
        if arn not in self._forms:
            self._forms[arn] = _Form(arn)
        return self._forms[arn]


class _Form:
    """An ARN format to compare resources with; partition, region and account never count.

    A ``*`` before the fifth colon may cross colons (R3), but only in an ARN that has more than five.
    """

    def __init__(self, arn: str) -> None:
        _, _, service, _, _, resource = arn.split(":", ARN_COLONS)
        self._service, self._resource = Glob(format_steps(service)), Glob(format_steps(resource))
        self._whole = Glob(format_steps(f"arn:*:{service}:*:*:{resource}"))
        self._more_colons = ":" in _VARIABLE.sub("", resource)
        self._one_part = resource == _ONE_PART

    def may_be(self, steps: tuple[Step, ...]) -> bool:
        """Tell whether a Resource entry may name an ARN of this format."""
        colons = [place for place, step in enumerate(steps) if step == ":"][:ARN_COLONS]
        if len(colons) < ARN_COLONS or self._more_colons:
            return self._whole.meets(steps)
        service, resource = steps[colons[1] + 1 : colons[2]], steps[colons[-1] + 1 :]
        if self._one_part and "/" in resource:
            return False
        return self._service.meets(service) and self._resource.meets(resource)
