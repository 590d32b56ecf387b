"""Suites become cells, and all that is wrong with their expectations is told.

What a cell is stands in `simulator.suites.cell`.  Format: ``docs/scenario-format.md``, "Cells" and
"Expectations".
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from simulator.accounts.files import Faults
from simulator.catalogue import load
from simulator.suites.actions import ActionTable
from simulator.suites.cell import Cell
from simulator.suites.closed import Unspoken, check_closed
from simulator.suites.columns import Columns
from simulator.suites.conflicts import check_opposites
from simulator.suites.expect import Dimension, Expectations, keys_of
from simulator.suites.sessions import MFA_SESSIONS, Usual, concrete, of_caller
from simulator.suites.situations import Situations
from simulator.suites.types import type_table
from simulator.suites.where import Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulator.accounts.model import Principal
    from simulator.catalogue import Catalogue
    from simulator.errors import Collector
    from simulator.suites.actions import Asked
    from simulator.suites.columns import Column
    from simulator.suites.model import Scenario, Session, Suite
    from simulator.suites.situations import Situation

__all__ = ["Cell", "expand", "expand_into"]

_MOST_CELLS = 1_000_000


def expand(suite: Suite, *, catalogue: Catalogue | None = None) -> tuple[Cell, ...]:
    """Return the cells of *suite*; raise `InputError` with all that is wrong with them."""
    faults = Faults()
    cells, _ = expand_into(suite, faults, catalogue or load(), complete=True)
    faults.finish()
    return cells


def expand_into(
    suite: Suite, faults: Collector, catalogue: Catalogue, *, complete: bool
) -> tuple[tuple[Cell, ...], Unspoken]:
    """Return the cells of *suite* and what no scenario speaks about; what is wrong goes to *faults*.

    With *complete* no scenario was left out and no two share a name, so that the whole can be checked.
    """
    own = Faults()
    expander = _Expander(suite, own, catalogue)
    cells: list[Cell] = []
    for scenario in suite.scenarios:
        cells += expander.cells(scenario)
    if complete and not own.failed:
        _check_ids(cells, own)
    if not own.failed:
        check_opposites(cells, own)
    if suite.closed and complete and not own.failed:
        check_closed(suite, expander.unspoken, own)
    faults.extend(own)
    return tuple(cells), expander.unspoken


def _check_ids(cells: Iterable[Cell], faults: Collector) -> None:
    """Ids must be unique; only names made to collide are not."""
    seen: set[str] = set()
    for cell in cells:
        before = len(seen)
        seen.add(identity := cell.id)
        if len(seen) == before:
            message = f"two cells have the id `{identity}`"
            faults.add(
                cell.scenario.node.fault("duplicate-name", message, help="rename a principal, session or target")
            )


class _Expander:
    """Expands the scenarios of one suite."""

    def __init__(self, suite: Suite, faults: Collector, catalogue: Catalogue) -> None:
        self.suite = suite
        self.faults = faults
        self.types = type_table(catalogue)
        self.actions = ActionTable(catalogue, faults)
        self.columns = Columns(suite, self.types, faults)
        self.situations = Situations()
        self.wheres: dict[tuple[object, Situation], Where] = {}
        self.room = _MOST_CELLS
        self.usual = Usual()
        self.unspoken = Unspoken(suite, self.types, self.columns.built_in, self.usual)

    def cells(self, scenario: Scenario) -> list[Cell]:
        """Return the cells of one scenario."""
        asked = self.actions.of(scenario)
        rows = self.columns.of(scenario, asked)
        columns = list(dict.fromkeys(column for row in rows for column, _ in row))
        if not columns:
            return []
        names, spoken = self.session_names(scenario, columns)
        sessions = {who: of_caller(who, names[who], self.suite.sessions) for who in scenario.principals}
        all_sessions = list(dict.fromkeys(one for found in sessions.values() for one in found))
        expect = Expectations(
            scenario.expect,
            (
                self.of_principals(scenario),
                self.of_sessions(all_sessions, spoken),
                _of_targets(columns),
                Dimension("action", tuple((one.text,) for one in asked), {}, {}, folded=True),
            ),
            self.faults,
        )
        others = len(self.suite.account.users) if any(one.target is None for one in columns) else 0
        wanted = sum(map(len, sessions.values())) * sum(map(len, rows))
        if not self.has_room(scenario, max(wanted, len(sessions) * others)):
            return []
        grid = _Grid(columns, {one: place for place, one in enumerate(all_sessions)}, asked, rows, expect)
        masks = self.unspoken.masks(grid.places, len(columns))
        cells: list[Cell] = []
        reached = 0
        whole = True
        for place, who in enumerate(scenario.principals):
            for session in sessions[who]:
                wheres = self.bound(scenario, who, session, columns)
                reached |= self.fill(cells, grid, (scenario, place, session), wheres)
                asked_of = ((where.bound, mask) for where, mask in zip(wheres, masks, strict=True) if where)
                self.unspoken.speak(who, session, asked_of)
                whole = whole and self.asks_all(scenario, grid, who, wheres)
        if whole:
            expect.finish(reached)
        named = concrete((name for name, _ in scenario.sessions or ()), self.suite.sessions)
        self.unspoken.note(columns, asked, sessions, named)
        return cells

    def has_room(self, scenario: Scenario, wanted: int) -> bool:
        """Tell whether *wanted* more cells are few enough; a small file can ask for very many."""
        self.room -= wanted
        if self.room < 0:
            message = f"the suite has more than {_MOST_CELLS} cells"
            self.faults.add(scenario.node.fault("too-many", message, help="ask with wildcards, or split the suite"))
        return self.room >= 0

    def fill(
        self,
        cells: list[Cell],
        grid: _Grid,
        row: tuple[Scenario, int, Session],
        wheres: list[Where | None],
    ) -> int:
        """Add the cells of one principal in one session; return the leaves that they reach."""
        scenario, place, session = row
        who, suite, name = scenario.principals[place], self.suite, session.name
        of_principals, of_sessions, of_targets, of_actions = grid.expect.tables
        here = of_principals[place] & of_sessions[grid.sessions[session]]
        verdicts = grid.expect.expected
        reached = 0
        for number, columns in enumerate(grid.places):
            there = here & of_actions[number]
            for target, asked in columns:
                where = wheres[target]
                if where is None:
                    continue
                leaves = there & of_targets[target]
                expected = verdicts.get(leaves)
                if expected is None:
                    grid.expect.meet(leaves, (who.label, name, asked.text, where.bound.label))
                    continue
                reached |= leaves
                cells.append(Cell(suite, scenario, who, name, asked, where, expected))
        return reached

    def bound(self, scenario: Scenario, who: Principal, session: Session, columns: list[Column]) -> list[Where | None]:
        """Bind the columns for one principal in one session."""
        suite = self.suite
        layer = self.situations.layer((suite.account.context, suite.context, session.context, scenario.context))
        base = self.situations.of_caller(who, layer)
        return [self.where(self.columns.bind(column, who, base), base) for column in columns]

    def where(self, bound: object, base: Situation) -> Where | None:
        """Return a target in a situation, made once."""
        if bound is None:
            return None
        key = (bound, base)
        if key not in self.wheres:
            self.wheres[key] = Where(bound, base, self.situations, self.types)  # type: ignore[arg-type]  # a Bound or an EachType
        return self.wheres[key]

    def asks_all(self, scenario: Scenario, grid: _Grid, who: Principal, wheres: list[Where | None]) -> bool:
        """Tell whether each action has a target for this principal; report the first that has none."""
        for asked, columns in zip(grid.asked, grid.places, strict=True):
            if all(wheres[target] is None for target, _ in columns):
                if not self.faults.failed:
                    node = (scenario.on or (scenario.node.get("actions") or scenario.node,))[0]
                    message = f"there is nothing to ask `{asked.text}` of for `{who.label}`"
                    help_ = "a role has no `own`; name another resource in `on:`" if who.kind == "role" else ""
                    self.faults.add(node.fault("no-cell", message, help=help_))
                return False
        return True

    def session_names(
        self, scenario: Scenario, columns: list[Column]
    ) -> tuple[dict[Principal, tuple[str, ...]], tuple[str, ...]]:
        """Return the names of each principal's sessions, and all of them."""
        if scenario.sessions is not None:
            named = tuple(dict.fromkeys(name for name, _ in scenario.sessions))
            return dict.fromkeys(scenario.principals, named), named
        targets = (column.target.policy for column in columns if column.target is not None)
        policies = tuple(dict.fromkeys(policy for policy in targets if policy is not None))
        # Who expects something of a session means it, even of a policy that has lost its condition.
        spoken = bool({*concrete_names(self.suite, MFA_SESSIONS), *MFA_SESSIONS} & set(keys_of(scenario.expect)))
        names: dict[Principal, tuple[str, ...]] = {
            who: MFA_SESSIONS if spoken else self.usual.names(who, policies) for who in scenario.principals
        }
        return names, tuple(dict.fromkeys(name for found in names.values() for name in found))

    def of_principals(self, scenario: Scenario) -> Dimension:
        names = tuple((who.label, *scenario.groups.get(who.label, ())) for who in scenario.principals)
        aliases = {f"{who.kind}/{who.name}": 1 << place for place, who in enumerate(scenario.principals)}
        return Dimension("principal", names, aliases, {})

    def of_sessions(self, sessions: list[Session], asked: tuple[str, ...]) -> Dimension:
        composites = [self.suite.sessions[name] for name in asked if self.suite.sessions[name].stands_for]
        names = tuple(
            (one.name, *(whole.name for whole in composites if one.name in whole.stands_for)) for one in sessions
        )
        return Dimension("session", names, {}, {})


class _Grid:
    """What the cells of one scenario share."""

    def __init__(
        self,
        columns: list[Column],
        sessions: Mapping[Session, int],
        asked: tuple[Asked, ...],
        rows: list[list[tuple[Column, Asked]]],
        expect: Expectations,
    ) -> None:
        place = {column: number for number, column in enumerate(columns)}
        self.sessions = sessions
        self.asked = asked
        self.places = [[(place[column], one) for column, one in row] for row in rows]
        self.expect = expect


def concrete_names(suite: Suite, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the sessions behind *names*."""
    return tuple(session.name for session in concrete(names, suite.sessions))


def _of_targets(columns: list[Column]) -> Dimension:
    """Name targets by label, and by their own name while only one resource has it."""
    owners: dict[str, list[str]] = defaultdict(list)
    for column in columns:
        if column.name is not None:
            owners[column.name].append(column.label)
    names = tuple((column.label, *(() if column.name is None else (column.name,))) for column in columns)
    clashes = {name: (*labels, f"*/{name}") for name, labels in owners.items() if len(labels) > 1}
    return Dimension("target", names, {}, clashes)
