"""Which resources to ask about: one for each pattern of a statement, and their neighbours beyond it.

Where a pattern holds a variable there are the caller's own, somebody else's, and one whose name only
begins like the caller's: ``${aws:username}*`` reaches that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.analyse.draft.model import EACH, Target
from simulator.analyse.draft.world import OTHER
from simulator.analyse.samples import fill
from simulator.catalogue.examples import example_arn
from simulator.decide.index import ResourceMatcher
from simulator.policy.arn import Arn
from simulator.policy.variables import Template
from simulator.suites.resources import OTHERS, OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.analyse.draft.actions import Actions
    from simulator.analyse.draft.world import World
    from simulator.catalogue import Catalogue
    from simulator.catalogue.model import ResourceType
    from simulator.policy.model import Statement

__all__ = ["Place", "Places"]

_WORD = re.compile(r"[^/:]+")
_NEIGHBOURS = 10  # of one pattern
_KINDS = 4  # of one action, asked beside a pattern
_PATTERNS = 24  # of one statement
_PATH = "team"
_LONGEST = 300  # of an ARN that names itself
_ANY = Target("*")
_ELSEWHERE = {"eu-west-1": "eu-central-1", "us-east-1": "us-east-2"}


@dataclass(frozen=True, slots=True)
class Place:
    """Targets around one pattern, and who asks about them: the pattern names `inside` and nothing of `outside`."""

    who: str
    inside: Target
    outside: tuple[Target, ...] = ()


class Places:
    """Makes the targets of a suite; `resources` are the named ones, by resource and target.

    Of a resource in *split* each ARN is a target of its own, since they don't decide alike.
    """

    def __init__(self, world: World, catalogue: Catalogue, *, split: frozenset[str]) -> None:
        self.world = world
        self.catalogue = catalogue
        self.resources: dict[str, dict[str, tuple[str, ...]]] = {}
        self._split = split
        self._names: dict[tuple[str, ...], str] = {}

    def of(self, statement: Statement, action: str, actions: Actions, *, ends: bool = True) -> list[Place]:
        """Return the places at which to ask *action* of the statement; without *ends* only what they name matters."""
        element = statement.resources
        assert element is not None, "an identity policy's statement has resources"
        if not element.negated and "*" in element.texts:
            return [Place(self.world.caller, EACH if self._kinds(action) else _ANY)]
        if not self._kinds(action) and self.catalogue.action(action) is not None:
            return [Place(self.world.caller, _ANY)]
        found: dict[tuple[str, Target], Place] = {}
        for text in element.texts[:_PATTERNS]:
            place = self._place(statement, text, action, actions, ends=ends)
            if place is not None:
                found.setdefault((place.who, place.inside), place)
        return list(found.values())

    def count(self, statement: Statement, action: str, actions: Actions) -> int:
        """Return how many places there are for *action*; none is made."""
        element = statement.resources
        free = self.catalogue.action(action) is not None and not self._kinds(action)
        if element is None or (not element.negated and "*" in element.texts) or free:
            return 1
        own = (
            self._own(Template.parse(text, variables=statement.variables), action, actions)
            for text in element.texts[:_PATTERNS]
        )
        return len({pair for pair in own if pair[1] is not None})

    def _kinds(self, action: str) -> tuple[ResourceType, ...]:
        known = self.catalogue.action(action)
        return () if known is None else known.resource_types

    def _place(self, statement: Statement, text: str, action: str, actions: Actions, *, ends: bool) -> Place | None:
        """Return the targets around one pattern; None when it names nothing that the action takes."""
        template = Template.parse(text, variables=statement.variables)
        who, arn = self._own(template, action, actions)
        if arn is None:
            return None
        known = None if ends else self._known(arn)
        if known is not None:
            return Place(who, known)
        matches = ResourceMatcher(statement.resources, variables=statement.variables).matches
        context = self.world.context(who)
        usable: dict[str, str] = {}
        for name, one in self._around(template, who, arn, action, actions):
            # What another pattern of the statement names as well is not beyond it.
            beyond = matches(one, context) is not matches(arn, context)
            if beyond and actions.fits(action, one) and not self._elsewhere(one):
                usable.setdefault(one, name)
        named = {name: one for one, name in list(usable.items())[:_NEIGHBOURS]}
        return self._named(who, arn, named, personal=bool(template.variables))

    def _around(
        self, template: Template, who: str, arn: str, action: str, actions: Actions
    ) -> Iterator[tuple[str, str]]:
        """Yield neighbours of *arn* by what they are."""
        if template.variables:
            for name, values in _others(self.world.values(who)):
                other = self._filled(template, values, who, action, actions, like=arn)
                if other is not None:
                    yield name, other
        yield from _beside(arn)
        for number, example in enumerate(self._examples(action)[:_KINDS], 1):
            yield f"another type {number}", example

    def _examples(self, action: str) -> list[str]:
        """Return an ARN of each type that the action takes."""
        world = self.world
        return [
            example_arn(kind, partition=world.partition, account=world.account, region=world.region)
            for kind in self._kinds(action)
        ]

    def _named(self, who: str, arn: str, beyond: dict[str, str], *, personal: bool) -> Place:
        """Return the place of *arn*, under a name where there is more to it than the ARN."""
        arn, beyond = _escaped(arn), {name: _escaped(one) for name, one in beyond.items()}
        if not (personal or beyond) and len(arn) <= _LONGEST:
            return Place(who, Target(arn))
        content = (arn, *beyond.values())
        own, others = (OWN, OTHERS) if personal else ("inside", "outside")
        if content not in self._names:
            name = self._names[content] = self._free(arn, personal=personal)
            targets: dict[str, tuple[str, ...]] = {own: (arn,)}
            if name in self._split:
                targets |= {one: (other,) for one, other in beyond.items()}
            elif beyond:
                targets[others] = tuple(beyond.values())
            self.resources[name] = targets
        name = self._names[content]
        outside = tuple(Target(one, name) for one in self.resources[name] if one != own)
        return Place(who, Target(own, name), outside)

    def _known(self, arn: str) -> Target | None:
        """Return the target that *arn* is inside of, where a resource was made for it."""
        for name, targets in self.resources.items():
            own = next(iter(targets))
            if targets[own] == (_escaped(arn),):
                return Target(own, name)
        return None

    def _free(self, arn: str, *, personal: bool) -> str:
        kind = f"{'personal' if personal else 'named'} {_word_of(arn)}"
        taken = sum(one == kind or one.startswith(f"{kind} ") for one in self.resources)
        return f"{kind} {taken + 1}" if taken else kind

    def _own(self, template: Template, action: str, actions: Actions) -> tuple[str, str | None]:
        """Return who asks, and the ARN that the pattern means for them: a user with the ARN's path, where it is one."""
        who = self.world.caller
        arn = self._filled(template, self.world.values(who), who, action, actions)
        parsed = Arn.parse(arn) if arn is not None else None
        if parsed is None or parsed.service != "iam" or not parsed.resource.startswith("user/"):
            return who, arn
        path, _, name = parsed.resource.removeprefix("user").rpartition("/")
        if name == who and f"{path}/" != self.world.users.get(who):
            who = self.world.user(f"{path}/")
            arn = self._filled(template, self.world.values(who), who, action, actions)
        return who, arn

    def _filled(
        self,
        template: Template,
        values: Mapping[str, str],
        who: str,
        action: str,
        actions: Actions,
        *,
        like: str = "",
    ) -> str | None:
        """Return an ARN that the pattern with *values* matches and the action takes."""
        pattern = template.resolve(_lookup(values, self.world, who), arn=True)
        if pattern is None:
            return None
        world = self.world
        bare = f"arn:{world.partition}:{action.partition(':')[0]}:{world.region}:{world.account}:example"
        for example in (*([like] if like else ()), *self._examples(action), bare):
            arn = fill(pattern, example, word=_PATH)
            if Arn.parse(arn) is not None and actions.fits(action, arn) and pattern.for_resource().matches(arn):
                return arn
        return None

    def _elsewhere(self, arn: str) -> bool:
        """Tell whether *arn* names a user of the account under another path, which a suite refuses."""
        parsed = Arn.parse(arn)
        if parsed is None or (parsed.service, parsed.account) != ("iam", self.world.account):
            return False
        kind, _, rest = parsed.resource.partition("/")
        path, _, name = f"/{rest}".rpartition("/")
        return kind == "user" and name in self.world.users and self.world.users[name] != f"{path}/"


def _escaped(arn: str) -> str:
    """Write an ARN so that a suite reads no variable in it."""
    return arn.replace("${", "${$}{")


def _word_of(arn: str) -> str:
    """Call a resource after its type, as far as the ARN shows it."""
    parsed = Arn.parse(arn)
    if parsed is None:
        return "resource"
    if parsed.service == "s3":
        return "object" if "/" in parsed.resource else "bucket"
    word = re.split("[/:]", parsed.resource)[0] if re.search("[/:]", parsed.resource) else parsed.service
    return word if word.isascii() and word.replace("-", "").isalnum() else "resource"


def _lookup(values: Mapping[str, str], world: World, who: str) -> Callable[[str], str | None]:
    context = world.context(who).with_values(values)

    def value_of(key: str) -> str | None:
        found = context.get(key)
        return found if isinstance(found, str) else None

    return value_of


def _others(own: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what the variables would be for others."""
    changed = {key: value for key, value in own.items() if key != "aws:PrincipalAccount"}
    name = own.get("aws:username")
    yield OTHERS, {key: _other(key, value, name) for key, value in changed.items()}
    yield "a longer name", {key: f"{value}x" for key, value in changed.items()}
    yield "another beginning", {key: f"x{value}" for key, value in changed.items()}


def _other(key: str, value: str, name: str | None) -> str:
    if key == "aws:username":
        return OTHER
    return value.replace(name, OTHER) if name and name in value else f"other-{value}"


def _beside(arn: str) -> Iterator[tuple[str, str]]:
    """Yield ARNs that differ in one word of the resource, the last first, and in the region."""
    parsed = Arn.parse(arn)
    if parsed is None:
        return
    words = list(_WORD.finditer(parsed.resource))
    head = f"arn:{parsed.partition}:{parsed.service}:{parsed.region}:{parsed.account}:"
    for number, word in enumerate(reversed(words[-4:]), 1):
        before, text, behind = parsed.resource[: word.start()], word[0], parsed.resource[word.end() :]
        yield f"longer at {number}", f"{head}{before}{text}x{behind}"
        yield f"other at {number}", f"{head}{before}x{text}{behind}"
    if parsed.region:
        region = _ELSEWHERE.get(parsed.region, "us-west-2")
        yield "another region", f"arn:{parsed.partition}:{parsed.service}:{region}:{parsed.account}:{parsed.resource}"
