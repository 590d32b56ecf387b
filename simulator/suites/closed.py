"""What no scenario speaks about: the account's principals × sessions × the suite's actions × its targets, less its cells.

Every run counts it, and in a closed suite it is an error.  A cell counts as spoken of when some scenario asks its actions on its resources, under whatever name.
Pairs that the resource-type gate decides by itself (an action on an ARN of a type that it doesn't take,
``*`` for one that takes resources) are no cells here, and neither is ``each type``.
"""

from __future__ import annotations

from functools import cached_property, partial, reduce
from itertools import islice
from operator import and_, or_
from typing import TYPE_CHECKING, TypeAlias

from simulator.accounts.context import merge
from simulator.suites.model import EACH_TYPE
from simulator.suites.places import STAR, Places
from simulator.suites.sessions import of_caller
from simulator.suites.spoken import Bits, Spoken
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from simulator.accounts.context import Layer
    from simulator.accounts.model import Principal
    from simulator.accounts.policies import LoadedPolicy
    from simulator.errors import Collector
    from simulator.suites.actions import Asked
    from simulator.suites.columns import Column
    from simulator.suites.each_type import EachType
    from simulator.suites.model import Session, Suite
    from simulator.suites.sessions import Usual
    from simulator.suites.spoken import Row
    from simulator.suites.targets import Bound, BuiltIn
    from simulator.suites.types import TypeTable

__all__ = ["Gap", "Unspoken", "check_closed"]

_SHOWN = 3

_Targets: TypeAlias = "tuple[tuple[Column, tuple[str, ...]], ...]"
_Left: TypeAlias = "tuple[tuple[str, tuple[Asked, ...]], ...]"


@dataclass(frozen=True, slots=True)
class Gap:
    """What no scenario speaks about."""

    suite: Suite
    who: Principal
    session: Session
    asked: Asked
    target: str

    def __str__(self) -> str:
        """Return it as a cell's id has it, without a scenario."""
        return f"{self.suite.file}::{self.who.label}[{self.session.name}]-{self.asked.text}-{self.target}"

    @property
    def words(self) -> str:
        """The same for a message."""
        return f"`{self.who.label}` [{self.session.name}] `{self.asked.text}` on `{self.target}`"


class Unspoken:
    """What is left of the product of a suite when its scenarios have spoken.

    The cells of the product are not made to be counted.  It lives as long as a run, so it holds little.
    """

    def __init__(self, suite: Suite, types: TypeTable, built_in: BuiltIn, usual: Usual) -> None:
        self._suite = suite
        self._types = types
        self._built_in = built_in
        self._usual = usual
        self._bits = Bits(types.catalogue)
        self._spoken = Spoken()
        self._columns: dict[str, Column] = {}
        self._asked: dict[str, Asked] = {}
        self._sessions: dict[Principal, dict[Session, None]] = {}
        self._named: dict[Session, None] = {}

    def note(
        self,
        columns: Iterable[Column],
        asked: Iterable[Asked],
        sessions: Mapping[Principal, tuple[Session, ...]],
        named: Iterable[Session],
    ) -> None:
        """Note what a scenario adds to the product."""
        self._columns.update((column.label, column) for column in columns if column.label != EACH_TYPE)
        for one in asked:
            self._asked.setdefault(one.text, one)
        for who, found in sessions.items():
            self._sessions.setdefault(who, {}).update(dict.fromkeys(found))
        self._named.update(dict.fromkeys(named))

    def masks(self, rows: Iterable[Iterable[tuple[int, Asked]]], columns: int) -> list[int]:
        """Return what is asked of each of so many *columns*, by their numbers."""
        found = [0] * columns
        for row in rows:
            for number, asked in row:
                found[number] |= self._bits.of(asked)
        return found

    def speak(self, who: Principal, session: Session, asked: Iterable[tuple[Bound | EachType, int]]) -> None:
        """Take in what a scenario asks of one principal in one session: targets, each with its actions."""
        self._spoken.add(who, session.name, asked)

    @cached_property
    def count(self) -> int:
        """How many cells no scenario speaks about."""
        return sum(len(asked) for _, _, left in self._left() for _, asked in left)

    def gaps(self) -> Iterator[Gap]:
        """Yield the cells that no scenario speaks about."""
        for who, session, left in self._left():
            yield from (Gap(self._suite, who, session, one, target) for target, asked in left for one in asked)

    def _left(self) -> Iterator[tuple[Principal, Session, _Left]]:
        """Yield every principal and session with what nobody asks of them."""
        places = Places(self._built_in, self._columns.values())
        rest = _Rest(self._asked.values(), self._bits, self._types)
        policies = dict.fromkeys(one.target.policy for one in self._columns.values() if one.target is not None)
        near = tuple(policy for policy in policies if policy is not None)
        for who in self._suite.account.principals.values():
            known: list[tuple[Row, _Targets, _Left]] = []  # most sessions are like another
            for session in self._sessions_of(who, near):
                row = self._spoken.row(who, session.name)
                targets = places.arns(who, self._layer(session))
                alike = (left for one, those, left in known if those is targets and one.asked == row.asked)
                left = next(alike, None)
                if left is None:
                    left = tuple(rest.of(row, targets, partial(places.places, who)))
                    known.append((row, targets, left))
                yield who, session, left

    def _sessions_of(self, who: Principal, near: tuple[LoadedPolicy, ...]) -> Iterable[Session]:
        """Return the sessions in which scenarios ask a principal, or would, and all that a scenario names."""
        own = self._sessions.get(who) or of_caller(who, self._usual.names(who, near), self._suite.sessions)
        named = (one for one in self._named if who.kind == "user" or one.for_roles)
        return dict.fromkeys((*own, *named))

    def _layer(self, session: Session) -> Layer:
        """Return what files state of the context, but for scenarios."""
        return merge((self._suite.account.context, self._suite.context, session.context))


class _Rest:
    """Takes what is asked from what can be asked."""

    def __init__(self, asked: Iterable[Asked], bits: Bits, types: TypeTable) -> None:
        self._masks = tuple((one, bits.of(one)) for one in asked)
        self._all = reduce(or_, (mask for _, mask in self._masks), 0)
        self._known, self._unknown = bits.known, bits.unknown
        self._types = types
        self._possible: dict[tuple[str, ...], int] = {}
        self._same: dict[int, int] = {}  # one integer for all that are equal: it may have a bit for every action
        self._found: dict[tuple[int, bool], tuple[Asked, ...]] = {}

    def of(
        self, row: Row, targets: _Targets, places: Callable[[Column, tuple[str, ...]], tuple[str, ...]]
    ) -> Iterator[tuple[str, tuple[Asked, ...]]]:
        """Yield targets with the entries of `actions:` that have an action left."""
        for column, arns in targets:
            left = self._can(arns)
            if left & row.total:  # else nobody asks any of it, wherever
                left = row.left(left, places(column, arns), self._known)
            if left:
                yield column.label, self._asking(left, star=arns == STAR)

    def _can(self, arns: tuple[str, ...]) -> int:
        """Return the suite's actions that the gate lets be asked of all *arns*; of ``*``, every one."""
        if arns not in self._possible:
            taking = () if arns == STAR else (self._types.takers(arn) | self._unknown for arn in arns)
            mask = reduce(and_, taking, self._all)
            self._possible[arns] = self._same.setdefault(mask, mask)
        return self._possible[arns]

    def _asking(self, left: int, *, star: bool) -> tuple[Asked, ...]:
        """Return the entries that ask one of the actions *left*; of ``*``, one that takes no resource."""
        key = (left, star)
        if key not in self._found:
            asking = ((one, mask & left) for one, mask in self._masks if mask & left)
            self._found[key] = tuple(one for one, mask in asking if not star or self._takes_none(mask))
        return self._found[key]

    def _takes_none(self, mask: int) -> bool:
        return bool(mask & self._unknown) or self._types.takes_none(mask)


def check_closed(suite: Suite, unspoken: Unspoken, faults: Collector) -> None:
    """Report how many cells of a closed suite's product no scenario speaks about."""
    missing = unspoken.count
    if missing:
        first = [gap.words for gap in islice(unspoken.gaps(), _SHOWN)]
        node = next((key for key, _ in suite.node.pairs if key.text == "closed"), suite.node)
        more = f" and {missing - len(first)} more" if missing > len(first) else ""
        cells = "1 cell" if missing == 1 else f"{missing:,} cells"
        message = f"the suite is closed, and no scenario speaks about {cells}: {'; '.join(first)}{more}"
        help_ = "state what is expected of them (`iamproof test --unspoken` lists all), or take `closed` away"
        faults.add(node.fault("closed", message, help=help_))
