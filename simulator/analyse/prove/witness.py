"""Witnesses: what the search found becomes a request, spelled out, decided again and made smaller.

The evaluator has the last word.  A request that it decides otherwise is a defect of the proof, not a
result, unless fresh values of variables could not be spelled out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.analyse.prove.answer import Counterexample
from simulator.analyse.prove.arns import NO_RESOURCE, admits
from simulator.analyse.prove.claim import policy_of
from simulator.decide.context import Context
from simulator.decide.evaluate import Evaluator
from simulator.decide.keys import statement_keys
from simulator.errors import DefectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from simulator.analyse.prove.claim import Claim, Said
    from simulator.analyse.prove.domains import Domain
    from simulator.analyse.prove.search import Found
    from simulator.analyse.prove.space import Space
    from simulator.decide.context import ContextValue

__all__ = ["Witness"]

_USUAL = "xyzqwkvjabcdefghilmnoprstu1234567890-_XYZQWKVJ.@+=,/"


class Witness:
    """Turns findings for one claim, in one space of actions, into counterexamples."""

    def __init__(
        self, claim: Claim, space: Space, domain_of: Callable[[str], Domain], name_of: Callable[[str], str]
    ) -> None:
        self._space = space
        self._domain_of = domain_of
        self._name_of = name_of
        self._claim = claim
        self._evaluators = {stack: Evaluator(stack, claim.caller, space.workspace) for stack in claim.stacks}
        self._bearing = sorted(frozenset().union(*map(statement_keys, claim.statements)))
        self._inside = space.workspace.statements((policy_of(claim.guards),))
        self._outside = space.workspace.statements((policy_of(claim.outside),))

    def of(self, found: Found, action: str) -> Counterexample | None:
        """Return the request that was found; None when its fresh values can't be spelled out."""
        for resource, spelled in self._spelled(found):
            values = {**self._required(spelled), **spelled}
            if self._breaks(action, resource, values):
                return self._smaller(action, resource, values, frozenset(values) - frozenset(spelled))
        if found.marks:
            return None
        raise DefectError(f"a counterexample does not hold: {action} on {found.resource} with {found.context}")

    def _required(self, known: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
        """Return a value for each key that bears on the claim, is never missing, and was of no matter to the search.

        Any value does; but were the key left out, the request could be made smaller to one that is none.
        """
        open_ = (key for key in self._bearing if key not in known and not self._domain_of(key).absent)
        return {key: value for key in open_ if (value := self._domain_of(key).some()) is not None}

    # -- the evaluator's word ----------------------------------------------------------------------

    def _breaks(self, action: str, resource: str, values: Mapping[str, ContextValue]) -> bool:
        """Tell whether the request lies in the claim's set and breaks the claim."""
        if not all(self._domain_of(key).admits(value) for key, value in values.items()):
            return False
        if not admits(resource, self._claim.caller.account):
            return False
        bit = self._space.table.bit(action)
        context = Context.of(values)
        inside = self._inside.applying(resource, context) & self._inside.naming(bit)
        outside = self._outside.applying(resource, context) & self._outside.naming(bit)
        if inside != self._inside.all or outside or not self._space.workspace.gate(resource) & bit:
            return False
        if self._claim.within and not any(pattern.matches(resource) for pattern in self._claim.within):
            return False
        has = all(self._says(said, bit, resource, context) for said in self._claim.has)
        return has and not any(self._says(said, bit, resource, context) for said in self._claim.lacks)

    def _says(self, said: Said, bit: int, resource: str, context: Context) -> bool:
        planes = self._evaluators[said.stack].planes(resource, context)
        return bool((planes.allowed if said.verdict == "allowed" else planes.explicit) & bit)

    # -- spelling out ------------------------------------------------------------------------------

    def _spelled(self, found: Found) -> Iterator[tuple[str, dict[str, ContextValue]]]:
        """Yield the request with marks spelled out, in a few ways."""
        if not found.marks:
            yield found.resource, found.context
            return
        texts = [found.resource, *(text for value in found.context.values() for text in _listed(value))]
        for characters, used in ((_USUAL, set("".join(texts))), (_USUAL[::-1], set("".join(texts))), (_USUAL, set())):
            spelled: dict[str, str] = {}
            for mark, key in found.marks.items():
                spelled[mark] = self._fresh(self._domain_of(key), characters, used, found.context.get(key))
                used.update(spelled[mark])
            yield (
                _replaced(found.resource, spelled),
                {key: _replaced_all(value, spelled) for key, value in found.context.items()},
            )

    def _fresh(self, domain: Domain, characters: str, used: set[str], value: ContextValue | None) -> str:
        """Return a text for a mark: a character that is not used, as many times as the value has to be long."""
        allowed = [char for char in characters if domain.alphabet is None or char in domain.alphabet]
        free = next((char for char in allowed if char not in used), allowed[0] if allowed else characters[0])
        length = domain.shortest - (len(value) - 1 if isinstance(value, str) else 0)
        return free * max(1, length)

    # -- smaller -----------------------------------------------------------------------------------

    def _smaller(
        self, action: str, resource: str, values: dict[str, ContextValue], added: frozenset[str]
    ) -> Counterexample:
        """Leave out the keys that are not needed, and the resource if it is not."""
        values = self._without(action, resource, values, [k for k in values if self._domain_of(k).absent])
        if resource != NO_RESOURCE and self._breaks(action, NO_RESOURCE, values):
            resource = NO_RESOURCE
        # INVARIANT: with the keys left out here the claim fails as well, so these come last.
        values = self._without(action, resource, values, sorted(added))
        return Counterexample(
            action, resource, tuple((self._name_of(key), value) for key, value in sorted(values.items()))
        )

    def _without(
        self, action: str, resource: str, values: dict[str, ContextValue], keys: Iterable[str]
    ) -> dict[str, ContextValue]:
        for key in keys:
            fewer = {name: value for name, value in values.items() if name != key}
            if self._breaks(action, resource, fewer):
                values = fewer
        return values


def _listed(value: ContextValue) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _replaced(text: str, spelled: Mapping[str, str]) -> str:
    return text.translate({ord(mark): fresh for mark, fresh in spelled.items()})


def _replaced_all(value: ContextValue, spelled: Mapping[str, str]) -> ContextValue:
    if isinstance(value, str):
        return _replaced(value, spelled)
    return tuple(_replaced(text, spelled) for text in value)
