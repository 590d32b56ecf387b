"""Two versions of policies, from what OLD and NEW name to a `Diff`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from iamproof.current import current_catalogue
from iamproof.sides import has_files, paired, policies_of
from iamproof.sign_ins import sessions_for
from iamproof.versions import account_at, bearing, versions
from simulator.accounts.model import Organization, Principal
from simulator.analyse.diff import (
    Access,
    CellChanges,
    Diff,
    Proof,
    Subject,
    compare_access,
    compare_cells,
    decide_cells,
    keys_of,
    meaning,
    prove_subject,
)
from simulator.analyse.diff.model import NEW_ALLOWS
from simulator.analyse.diff.proof import LIMIT
from simulator.analyse.sweep import Sweeper
from simulator.errors import SelectionError
from simulator.policy.model import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamproof.managed import Ask
    from iamproof.session import Prepared, RunOptions
    from iamproof.sides import Changed, Side
    from iamproof.versions import Version
    from simulator.accounts.model import Account
    from simulator.accounts.policies import LoadedPolicy
    from simulator.suites.model import Suite

__all__ = ["difference"]

_People: TypeAlias = "dict[tuple[str, str], tuple[Principal, Account, list[Suite]]]"
"""Users and roles by account file and name, with the suites that have them."""

_Versions: TypeAlias = "tuple[LoadedPolicy | None, LoadedPolicy | None]"

_Pair: TypeAlias = "tuple[Subject, Sequence[Suite]]"
"""Somebody in two versions, sessions not yet chosen, and the suites whose sessions concern them."""

_MOST_SUBJECTS = 40
_MOST_SWEEPS, _FEWEST_SESSIONS = 240, 6  # of all subjects together, and of one
_MOST_STEPS, _FEWEST_STEPS = 400_000, 10_000  # of a proof, see `simulator.analyse.prove.budget`
_SOMEBODY, _ACCOUNT = "somebody", "111111111111"
_AS_IDENTITY = (PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION, PolicyKind.SCP)


def difference(old: str, new: str, options: RunOptions, *, ask: Ask | None = None) -> Diff:
    """Compare what OLD and NEW name; raise `InputError` when that can't be, `BackendError` when *ask* gets no answer."""
    one, other = paired(old, new, ask)
    every = policies_of(one, other)
    changed = {name: pair for name, pair in every.items() if not _renamed(pair)}
    before, after, names = versions(one, other, changed, options)
    cells = _cells(before, after, names)
    if not every and not cells.compared and one.kind in ("folder", "revision"):
        _refuse_nothing(one, other)
    changed = {name: pair for name, pair in changed.items() if not _alike(pair)}  # but cells may name a Sid
    pairs = [*_alone(changed, _suites(before, after)), *_principals(one, other, before, after)]
    most = max(_FEWEST_SESSIONS, _MOST_SWEEPS // (len(pairs) or 1))
    kept = [_in_sessions(pair, most) for pair in pairs[:_MOST_SUBJECTS]]
    sweeper = Sweeper(current_catalogue())
    # All proofs together cost some ten seconds at most.
    limit = max(_FEWEST_STEPS, min(LIMIT, _MOST_STEPS // (len(kept) or 1)))
    access = _merged((*_of_resources(changed), *(_compared(subject, sweeper, limit) for subject in kept)))
    return Diff(old, new, tuple(_told(every)), cells, access, len(pairs) - len(kept))


def _in_sessions(pair: _Pair, most: int) -> Subject:
    """Add the sessions in which *pair* is compared, of the suites that it was found in."""
    subject, suites = pair
    sessions, left_out = sessions_for(subject.new.kind, suites, keys_of(subject.old, subject.new), most=most)
    return replace(subject, sessions=sessions, left_out=left_out)


def _refuse_nothing(one: Side, other: Side) -> None:
    """Refuse two folders in which nothing could differ: a wrong path must not read as a clean change."""
    if not has_files(one) and not has_files(other):
        raise SelectionError(f"there is no policy in `{one.given}` and none in `{other.given}`")


def _merged(access: Iterable[Access]) -> tuple[Access, ...]:
    """Tell those for whom the same changes together; the first one's proofs and example stand for all."""
    found: dict[object, Access] = {}
    for one in access:
        outcomes = tuple(proof.outcome for proof in one.proofs)
        key = (
            one.alone,
            one.gained,
            one.lost,
            one.lifted,
            one.forbidden,
            outcomes,
            one.unstated,
            one.sessions_left_out,
        )
        first = found.get(key)
        found[key] = one if first is None else replace(first, who=(*first.who, *one.who))
    return tuple(found.values())


def _compared(subject: Subject, sweeper: Sweeper, limit: int) -> Access:
    return compare_access(subject, sweeper, prove_subject(subject, sweeper.catalogue, limit=limit))


def _cells(before: Version, after: Version, names: frozenset[str] | None) -> CellChanges:
    if before.prepared is None or after.prepared is None:
        return CellChanges(note=before.note or after.note, complete=not (before.faulty or after.faulty))
    parts = [(one, bearing(one, names)) for one in (before.prepared, after.prepared)]
    beside = len(parts[1][0].cells) - len(parts[1][1])
    found = compare_cells(*(decide_cells(cells, one.catalogue) for one, cells in parts), beside=beside)
    return replace(found, note=after.note, complete=not after.note)


def _told(changed: Changed) -> Iterator[str]:
    """Name the policies that differ, and what they say; then those that say the same."""
    for name, (old, new) in sorted(changed.items(), key=lambda item: _alike(item[1])):
        known = new or old
        assert known is not None  # one of the two is there
        yield f"{name} ({_what((old, new))})"


def _what(pair: _Versions) -> str:
    if _renamed(pair):
        return "renamed"
    if _alike(pair):
        return "changed, but not what it says"
    return "added" if pair[0] is None else "removed" if pair[1] is None else "changed"


def _renamed(pair: _Versions) -> bool:
    """Tell whether a policy has another name only."""
    old, new = pair
    return old is not None and new is not None and old.sha256 == new.sha256


def _alike(pair: _Versions) -> bool:
    """Tell whether both versions say the same, in whatever layout and order and with whatever Sids."""
    old, new = pair
    return old is not None and new is not None and _said(old) == _said(new)


def _said(loaded: LoadedPolicy) -> object:
    return loaded.policy.kind, meaning(loaded.policy)


# --- whom it concerns ---------------------------------------------------------------------------


def _alone(changed: Changed, suites: Sequence[Suite]) -> Iterator[_Pair]:
    """Yield somebody made up for each policy, who has it and nothing else."""
    for name, pair in changed.items():
        if _as_identity(pair):
            old, new = (_somebody(one) for one in pair)
            yield Subject((name,), None, old, new, (), alone=True), _having(pair, suites)


def _suites(before: Version, after: Version) -> Sequence[Suite]:
    """Return the suites of NEW, or of OLD where NEW has none."""
    prepared = after.prepared or before.prepared
    return () if prepared is None else prepared.loaded.suites


def _having(pair: _Versions, suites: Sequence[Suite]) -> Sequence[Suite]:
    """Return the suites that decide by a policy, in either version; all of them where none does."""
    texts = {one.document.strip() for one in pair if one is not None}
    having = [suite for suite in suites if any(one.document.strip() in texts for one in suite.loaded_policies)]
    return having or suites


def _somebody(loaded: LoadedPolicy | None) -> Principal:
    policies = () if loaded is None else (loaded,)
    return Principal(_SOMEBODY, "user", _SOMEBODY, _ACCOUNT, "aws", policies=policies)


def _of_resources(changed: Changed) -> Iterator[Access]:
    """Yield what can't be compared by itself: policies of resources."""
    for name, pair in changed.items():
        if not _as_identity(pair):
            reason = "a policy of a resource is compared by the cells only"
            yield Access((name,), True, (), (), (), (), (Proof(NEW_ALLOWS, "unknown", reason=reason),))


def _as_identity(pair: _Versions) -> bool:
    return all(one is None or one.policy.kind in _AS_IDENTITY for one in pair)


def _principals(one: Side, other: Side, before: Version, after: Version) -> Iterator[_Pair]:
    """Yield the users and roles of the accounts whose policies differ; those that are alike once."""
    if one.kind == "account":
        olds, news = (_in_account(account_at(side), _suites(before, after)) for side in (one, other))
    elif before.prepared is None or after.prepared is None:
        return
    else:
        olds, news = _everybody(before.prepared), _everybody(after.prepared)
    alike: dict[tuple[object, ...], list[_Pair]] = {}
    for key in dict.fromkeys([*olds, *news]):
        old, new = olds.get(key), news.get(key)
        known = new or old
        assert known is not None  # the key is of one of them
        prints = tuple(None if one is None else _fingerprint(one[0]) for one in (old, new))
        principal, account, suites = known
        note = "" if old and new else ", not in OLD" if new else ", not in NEW"
        pair = [_without_policies(principal) if one is None else one[0] for one in (old, new)]
        was = account if old is None else old[1]
        subject = Subject((principal.label + note,), account, pair[0], pair[1], (), was=was)
        if prints[0] != prints[1] or subject.moved:
            by_itself = key if subject.moved else None
            alike.setdefault((*prints, principal.kind, note, by_itself, *suites), []).append((subject, suites))
    for (first, having), *others in alike.values():
        yield replace(first, who=(*first.who, *(name for one, _ in others for name in one.who))), having


def _in_account(account: Account, suites: Sequence[Suite]) -> _People:
    own = [suite for suite in suites if suite.account.id == account.id]
    return {("", f"{one.kind}/{one.name}"): (one, account, own) for one in account.principals.values()}


def _everybody(prepared: Prepared) -> _People:
    found: _People = {}
    for suite in prepared.loaded.suites:
        for one in suite.account.principals.values():
            key = (suite.account.path, f"{one.kind}/{one.name}")
            found.setdefault(key, (one, suite.account, []))[2].append(suite)
    return found


def _fingerprint(principal: Principal) -> tuple[object, ...]:
    """Return what of a principal bears on decisions, but for who it is."""
    places = [_said(loaded) for loaded in principal.loaded_policies]
    stack = principal.stack()
    shape = len(stack.identity), stack.boundary is None, len(stack.session), tuple(map(len, (*stack.scps, *stack.rcps)))
    return (*places, shape, principal.path, principal.tags)


def _without_policies(principal: Principal) -> Principal:
    return replace(principal, policies=(), groups=(), boundary=None, session_policies=(), organization=Organization())
