"""What is mutated: the policies of a run, each document once however often it is attached.

By default those that stand in files.  Of AWS's managed policies only AWS can change the text, and a
document inline in a suite is scaffolding; both can be named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.mutate.model import Setting
from simulator.errors import SelectionError, nearest
from simulator.policy.parse import parse_policy
from simulator.text.json import parse_json
from simulator.text.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.accounts.model import Account
    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.mutate.model import Mutant
    from simulator.policy.model import Policy, Statement
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell

__all__ = ["Unit", "units_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A document that is mutated.

    `policy` is its JSON text as read, `members` the policies that suites read from it: one for each account
    and each kind of use, the lists of invariants among them.  All have the same statements at the same places.
    """

    name: str
    path: str
    policy: Policy
    members: tuple[Policy, ...]
    setting: Setting

    def line(self, mutant: Mutant) -> int:
        """Return the line of the change in the file that the document comes from."""
        first = self.members[0]
        if first.source.text == self.policy.source.text:
            return mutant.line
        return first.span(first.statements[self.policy.statements.index(mutant.statement)]).line

    def changes(self, mutant: Mutant) -> dict[Statement, Statement]:
        """Return what stands in the place of which statement, in all members; one that is gone names no action."""
        return {
            member.statements[place]: replace(member.statements[place], actions=None) if new is None else new
            for member in self.members
            for place, new in mutant.changes.items()
        }

    def mutated(self, mutant: Mutant) -> dict[Policy, Policy]:
        """Return each member with the change made."""
        return {
            member: replace(
                member,
                statements=tuple(
                    one
                    for one in (mutant.changes.get(place, old) for place, old in enumerate(member.statements))
                    if one is not None
                ),
            )
            for member in self.members
        }


_Uses: TypeAlias = "dict[str, list[tuple[LoadedPolicy, Account]]]"
"""By the place where a document stands, the policies read from it and in which account."""


def units_of(cells: Sequence[Cell], asserted: Sequence[Asserted] = (), names: Sequence[str] = ()) -> tuple[Unit, ...]:
    """Return the documents to mutate: those in files, or those that *names* (globs) name; one must be there."""
    found = _attached(cells, asserted)
    for one in asserted:
        for loaded in (*(one.invariant.new or ()), *(one.invariant.old or ())):
            if loaded.path in found:  # what is only compared is nobody's
                _add(found, loaded, one.suite.account)
    chosen = [uses for uses in found.values() if _chosen(uses[0][0], names)]
    _check(names, [loaded for uses in found.values() for loaded, _ in uses])
    if not chosen:
        raise SelectionError("these suites use no policy that stands in a file; name one with `--policy`")
    return tuple(_unit(uses) for uses in chosen)


def _attached(cells: Sequence[Cell], asserted: Sequence[Asserted]) -> _Uses:
    """Return the policies that the accounts declare, and those on resources that are asked."""
    found: _Uses = {}
    suites = (*(cell.suite for cell in cells), *(one.suite for one in asserted))
    for account in dict.fromkeys(suite.account for suite in suites):
        for loaded in account.loaded_policies:
            found.setdefault(loaded.path, []).append((loaded, account))
    for cell in cells:
        if cell.resource_policy is not None:
            _add(found, cell.resource_policy, cell.suite.account)
    for one in asserted:
        for _, policy in one.on_resources():
            _add(found, policy, one.suite.account)
    return found


def _add(found: _Uses, loaded: LoadedPolicy, account: Account) -> None:
    known = found.setdefault(loaded.path, [])
    if loaded not in (other for other, _ in known):
        known.append((loaded, account))


def _chosen(loaded: LoadedPolicy, names: Sequence[str]) -> bool:
    if not names:
        return _in_file(loaded)
    return any(_names(name, loaded) for name in names)


def _names(name: str, loaded: LoadedPolicy) -> bool:
    return any(fnmatchcase(called, name) for called in (loaded.path, *loaded.names))


def _in_file(loaded: LoadedPolicy) -> bool:
    """Tell whether the document stands in a file, or in one at a JSON pointer: not inline, not AWS's."""
    place, source = loaded.path, loaded.policy.source.name
    return not place.startswith("arn:") and (place == source or place.startswith(f"{source}#"))


def _check(names: Sequence[str], loaded: Sequence[LoadedPolicy]) -> None:
    """Raise `SelectionError` for a name that names nothing."""
    for name in names:
        if not any(_names(name, one) for one in loaded):
            known = list(dict.fromkeys(called for one in loaded for called in (*one.names, one.path)))
            near = nearest(name, known)
            raise SelectionError(
                f"no policy of these suites is called `{name}`" + (f"; did you mean `{near}`?" if near else "")
            )


def _unit(uses: Sequence[tuple[LoadedPolicy, Account]]) -> Unit:
    loaded, account = uses[0]
    users = [name for used, one in uses for name, user in one.users.items() if used in user.loaded_policies]
    setting = Setting(users[0] if users else "somebody", account.id, account.partition)
    members = tuple(dict.fromkeys(used.policy for used, _ in uses))
    return Unit(loaded.name, loaded.path, _document(loaded), members, setting)


def _document(loaded: LoadedPolicy) -> Policy:
    """Return the policy as read from its JSON text, so that the text can be changed where statements say."""
    policy = loaded.policy
    if policy.source.text == loaded.document:
        return policy
    source = Source.of_text(loaded.document, name=loaded.path)
    return parse_policy(parse_json(source), name=policy.name, kind=policy.kind)
