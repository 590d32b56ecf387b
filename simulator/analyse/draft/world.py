"""The account that a drafted suite decides in: who calls, from where, and with which context by default.

What the policy names decides it: the partition and the account of its ARNs, a user where user names or
MFA occur, the values that let its Allows apply and its Denies not.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import chain, count
from typing import TYPE_CHECKING

from simulator.accounts.model import Principal
from simulator.accounts.shape import PARTITIONS
from simulator.analyse.samples import EXAMPLES, fits_type, held_by, samples
from simulator.catalogue.keys import key as catalogue_key
from simulator.decide.context import Context
from simulator.policy.model import StatementEffect
from simulator.policy.variables import Template, variables_in
from simulator.suites.resources import without_variables
from simulator.suites.sessions import names_mfa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.draft.model import Values
    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.policy.conditions import Condition
    from simulator.policy.model import Policy, Statement

__all__ = ["MFA_AGE", "MFA_PRESENT", "OTHER", "ROLE", "World"]

MFA_PRESENT, MFA_AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
LONGEST_KEY = 256  # as AWS has it
MFA_KEYS = frozenset({MFA_PRESENT.lower(), MFA_AGE.lower()})
ROLE = "principal"
OTHER = "bob"  #: whose things are asked about and who never calls

_ACCOUNT = "111111111111"
_REGIONS = {"aws": "eu-west-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_NAMES = ("alice", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory")
_OF_USERS = ("aws:username", "aws:userid")
_SPECIALS = frozenset("*?$")
_FOLLOWING = frozenset({"aws:resourceaccount", "aws:requestedregion"})  # from a target's ARN


class World:
    """Who and what there is; users are made as paths are asked for."""

    def __init__(self, policy: Policy, catalogue: Catalogue) -> None:
        self.policy = policy
        self._catalogue = catalogue
        self._masks: dict[int, int] = {}
        self.arns = [without_variables(text).split(":") for text in _resource_texts(policy)]
        self.partition = self._most(1, PARTITIONS) or "aws"
        self.account = self._most_digits() or _ACCOUNT
        self.mfa = names_mfa((policy,))
        self.kind = "user" if self.mfa or self._names_users() else "role"
        self.users: dict[str, str] = {}
        self.caller = self.user("/") if self.kind == "user" else ROLE
        self.variables = self._variable_values()

    @property
    def region(self) -> str:
        """A region for ARNs."""
        stated = self.friendly.get("aws:RequestedRegion")
        return stated if isinstance(stated, str) else _REGIONS[self.partition]

    def user(self, path: str) -> str:
        """Return the name of the user with *path*."""
        for name, known in self.users.items():
            if known == path:
                return name
        # A name that the policy itself has would make its ARNs mean a declared user.
        made_up = chain(_NAMES, (f"caller-{number}" for number in count(1)))
        name = next(one for one in made_up if one not in self.users and one not in self.policy.source.text)
        self.users[name] = path
        return name

    def derived(self, who: str) -> dict[str, str]:
        """Return what follows from the caller."""
        if self.kind == "role":
            one = Principal(who, "role", who, self.account, self.partition)
        else:
            one = Principal(who, "user", who, self.account, self.partition, self.users[who])
        return one.derived_context()

    def values(self, who: str) -> dict[str, str]:
        """Return the single values that variables have for *who*."""
        stated = {name: value for name, value in self.friendly.items() if isinstance(value, str)}
        return {**self.derived(who), **stated}

    def context(self, who: str) -> Context:
        """Return the context of *who* by default."""
        known: dict[str, ContextValue] = {**self.derived(who)}
        return Context.of({**known, **{name: value for name, value in self.friendly.items() if value is not None}})

    @cached_property
    def friendly(self) -> Values:
        """The keys to state for all requests: values with which Allows apply and Denies don't."""
        context = Context.of({**self.derived(self.caller), **self.variables})
        found: dict[str, ContextValue | None] = dict(self.variables)
        by_key: dict[str, list[tuple[Statement, Condition]]] = {}
        for statement in self.policy.statements:
            for condition in statement.conditions:
                by_key.setdefault(condition.key.lower(), []).append((statement, condition))
        for name, conditions in by_key.items():
            spelled = spelling(conditions[0][1].key)
            if name in MFA_KEYS or not stateable(spelled) or (spelled in context and spelled not in self.variables):
                continue
            best = _best(conditions, context, found.get(spelled), always=_always(spelled))
            if best is not None:
                found[spelled] = best
        return found

    def state(self, keys: set[str]) -> None:
        """State keys on which decisions hang, and which AWS always sends."""
        for name in keys:
            known = catalogue_key(name)
            value = EXAMPLES.get("string" if known is None else known.type, "example")
            self.friendly = {**self.friendly, spelling(name): (value,) if known and known.multivalued else value}

    def right(self, statement: Statement, who: str) -> Values | None:
        """Return the keys to state, MFA's apart, so that *statement* applies; None when nothing does.

        Where it is an Allow the other statements about its actions are kept from applying, so that what is
        decided is decided by this one.
        """
        context = self.context(who)
        found: dict[str, ContextValue | None] = {}
        for spelled, own in _by_key(statement.conditions).items():
            if spelled.lower() in MFA_KEYS or all(condition.holds(context.get) for condition in own):
                continue
            tried = [*(value for condition in own for value in samples(condition, context)), None]
            fitting = (value for value in tried if all(held_by(condition, context, value) for condition in own))
            value = next(fitting, "")
            if value == "" or not stateable(spelled):
                return None
            found[spelled] = value
        if statement.effect is StatementEffect.ALLOW:
            found |= self._alone(statement, context)
        return found

    def _alone(self, statement: Statement, context: Context) -> Values:
        """Return the keys to state so that as few other statements about the same actions apply as can be."""
        own = {condition.key.lower() for condition in statement.conditions}
        others = [one for one in self.policy.statements if one is not statement and self._overlap(one, statement)]
        found: dict[str, ContextValue | None] = {}
        for spelled, conditions in _by_key(c for one in others for c in one.conditions).items():
            if spelled.lower() in own | MFA_KEYS or not stateable(spelled) or spelled in self._derived:
                continue
            now = self.friendly.get(spelled)
            tried = [now, *(() if _always(spelled) else (None,))]
            tried += [value for condition in conditions for value in samples(condition, context)]
            best = min(tried, key=lambda value: sum(held_by(c, context, value) for c in conditions))  # used at once
            if best != now:
                found[spelled] = best
        return found

    def _overlap(self, one: Statement, other: Statement) -> bool:
        """Tell whether two statements name a common action."""
        return bool(self._mask(one) & self._mask(other))

    def _mask(self, statement: Statement) -> int:
        if statement.index not in self._masks:
            element = statement.actions
            mask = 0 if element is None else self._catalogue.mask(element.texts)
            everything = (1 << len(self._catalogue.actions())) - 1
            self._masks[statement.index] = everything & ~mask if element is not None and element.negated else mask
        return self._masks[statement.index]

    @cached_property
    def _derived(self) -> frozenset[str]:
        return frozenset(self.derived(self.caller))

    def right_mfa(self, statement: Statement) -> Values:
        """Return the MFA keys with which the MFA conditions of *statement* hold, signed in with MFA if that does."""
        if not self.mfa:
            return {}
        conditions = [condition for condition in statement.conditions if condition.key.lower() in MFA_KEYS]
        ages = [
            value for one in conditions if one.key.lower() == MFA_AGE.lower() for value in samples(one, Context.of())
        ]
        tried: list[tuple[str | None, ContextValue | None]] = [("true", "60"), *(("true", age) for age in ages)]
        for present, age in (*tried, ("false", None), (None, None)):
            values = {MFA_PRESENT: present, MFA_AGE: age}
            context = Context.of({name: value for name, value in values.items() if value is not None})
            if all(condition.holds(context.get) for condition in conditions):
                return values
        return {MFA_PRESENT: "true", MFA_AGE: "60"}

    # --- what the policy says ---------------------------------------------------------------------

    def _most(self, place: int, known: tuple[str, ...]) -> str | None:
        counted = Counter(parts[place] for parts in self.arns if len(parts) > place and parts[place] in known)
        return counted.most_common(1)[0][0] if counted else None

    def _most_digits(self) -> str | None:
        accounts = (parts[4] for parts in self.arns if len(parts) > 4)
        counted = Counter(one for one in accounts if len(one) == 12 and one.isascii() and one.isdecimal())
        return counted.most_common(1)[0][0] if counted else None

    def _names_users(self) -> bool:
        keys = {name.lower() for name in _all_keys(self.policy)}
        of_iam = any(
            len(parts) > 5 and parts[2] == "iam" and parts[5].startswith(("user/", "mfa/")) for parts in self.arns
        )
        return bool(keys & set(_OF_USERS)) or of_iam

    def _variable_values(self) -> dict[str, ContextValue]:
        """Return values for the variables that don't follow from the caller and have no default."""
        known = {name.lower() for name in self.derived(self.caller)} | MFA_KEYS | _FOLLOWING
        found: dict[str, ContextValue] = {}
        for name in _variables(self.policy):
            spelled = spelling(name)
            value = f"example-{spelled.rpartition('/')[2].rpartition(':')[2].lower()}"
            if name.lower() not in known and stateable(spelled) and fits_type(spelled, value):
                found[spelled] = value
        return found


def _best(
    conditions: list[tuple[Statement, Condition]], context: Context, now: ContextValue | None, *, always: bool
) -> ContextValue | None:
    """Return the value with which most Allows apply and most Denies don't; None is the key's absence."""
    tried: list[ContextValue | None] = [now] if now is not None or not always else []
    for _, condition in conditions:
        tried += samples(condition, context)

    def score(value: ContextValue | None) -> int:
        return sum(
            held_by(condition, context, value) is (statement.effect is StatementEffect.ALLOW)
            for statement, condition in conditions
        )

    return max(tried, key=score) if tried else None


def _by_key(conditions: Iterable[Condition]) -> dict[str, list[Condition]]:
    """Sort conditions by their keys, as the catalogue spells these."""
    found: dict[str, list[Condition]] = {}
    for condition in conditions:
        found.setdefault(spelling(condition.key).lower(), []).append(condition)
    return {spelling(own[0].key): own for own in found.values()}


def spelling(name: str) -> str:
    """Return the key as the catalogue spells it."""
    known = catalogue_key(name)
    return name if known is None else known.name


def stateable(name: str) -> bool:
    """Tell whether a suite can state the key: it is prefix:Name."""
    prefix, colon, rest = name.partition(":")
    return bool(prefix and colon and rest) and " " not in prefix and len(name) <= LONGEST_KEY


def _always(name: str) -> bool:
    known = catalogue_key(name)
    return known is not None and known.always


def _resource_texts(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        yield from statement.resources.texts if statement.resources is not None else ()


def _variables(policy: Policy) -> Iterator[str]:
    """Yield the keys of variables without a default, in resources and in condition values."""
    for statement in policy.statements:
        texts = [*(statement.resources.texts if statement.resources is not None else ())]
        texts += [value.text for condition in statement.conditions for value in condition.values]
        for text in texts if statement.variables else ():
            for variable in Template.parse(text).variables:
                if variable.key is not None and variable.default is None:
                    yield variable.key


def _all_keys(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        yield from (condition.key for condition in statement.conditions)
        texts = [*(statement.resources.texts if statement.resources is not None else ())]
        texts += [value.text for condition in statement.conditions for value in condition.values]
        yield from (
            name for text in texts if statement.variables for name in variables_in(text) if name not in _SPECIALS
        )
