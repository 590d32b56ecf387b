"""What the policy does today with a drafted suite's requests: verdicts by the runner's own evaluator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.accounts.files import Files
from simulator.accounts.policies import Shelf
from simulator.decide.decision import Effect
from simulator.errors import DefectError, InputError
from simulator.suites.cells import expand_into
from simulator.suites.engine import Engine
from simulator.suites.findings import judge, open_questions
from simulator.suites.read import Loading, read_suite
from simulator.suites.run import EmbeddedRunner
from simulator.text.source import Source
from simulator.text.yaml import parse_yaml

if TYPE_CHECKING:
    from simulator.catalogue import Catalogue
    from simulator.decide.decision import StatementRef
    from simulator.policy.model import Statement
    from simulator.suites.cells import Cell
    from simulator.suites.engine import Ground
    from simulator.suites.findings import Finding

__all__ = ["Answers", "Leaf", "answers_of", "check"]

_WORDS = {Effect.ALLOWED: "allow", Effect.IMPLICIT_DENY: "implicitDeny", Effect.EXPLICIT_DENY: "explicitDeny"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A verdict, and the statement that decides it."""

    verdict: str
    by: str | None = None


@dataclass(slots=True)
class Answers:
    """The verdicts by scenario, session, target and action.

    `mixed` are scenarios, actions and targets whose resources decide differently; `open` keys
    that AWS always sends and nobody stated.
    """

    leaves: dict[tuple[str, str, str, str], Leaf] = field(default_factory=dict)
    mixed: set[tuple[str, str, str]] = field(default_factory=set)
    open: set[str] = field(default_factory=set)


def answers_of(text: str, name: str, policy_name: str, catalogue: Catalogue, about: dict[str, Statement]) -> Answers:
    """Decide the suite *text*; *about* has the statement that each scenario is about, by name."""
    cells = _cells(text, name, catalogue)
    engine = Engine(cells, catalogue)
    found = Answers()
    for cell in cells:
        ground = engine.ground(cell)
        finding = judge(cell, engine, ground)
        found.open.update(open_questions(finding, ground))
        effects = {effect for ask in finding.asks for effect in Effect if ask.split.of(effect)}
        if len(effects) > 1:
            found.mixed.add((cell.scenario.name, cell.action, cell.target))
        effect = next(iter(effects))
        by = _by(finding, ground, effect, about[cell.scenario.name].index, policy_name)
        found.leaves[cell.scenario.name, cell.session, cell.target, cell.action] = Leaf(_WORDS[effect], by)
    return found


def check(text: str, name: str, catalogue: Catalogue) -> int:
    """Run the suite *text* and return how many cells it has; raise `DefectError` unless all are as expected."""
    cells = _cells(text, name, catalogue)
    runner = EmbeddedRunner(cells, catalogue)
    for cell in cells:
        result = runner.result(cell)
        if result.outcome != "passed":
            message = f"a drafted cell does not hold: {result.id}: {result.message}"
            raise DefectError(message)
    return len(cells)


def _cells(text: str, name: str, catalogue: Catalogue) -> tuple[Cell, ...]:
    files = Files(root=None)
    try:
        read = read_suite(parse_yaml(Source.of_text(text, name=name)), Loading(files, Shelf(files)))
        cells = () if read is None else expand_into(read.suite, files.faults, catalogue, complete=True)[0]
        files.faults.finish()
    except InputError as error:
        message = f"a drafted suite can't be read: {error}"
        raise DefectError(message) from error
    return cells


def _by(finding: Finding, ground: Ground, effect: Effect, about: int, policy_name: str) -> str | None:
    """Name a statement that decides every request of the cell: the one that is asked about, if it does."""
    if effect is Effect.IMPLICIT_DENY:
        return None
    shared: list[StatementRef] | None = None
    for ask in finding.asks:
        refs = {
            id(ref.statement): ref
            for spot in ask.spots
            for ref in ground.evaluator.deciding(effect, ask.wanted, spot.masks, spot.simulated)
        }
        shared = list(refs.values()) if shared is None else [ref for ref in shared if id(ref.statement) in refs]
    if not shared:
        return None
    chosen = next((ref for ref in shared if ref.statement.index == about), shared[0])
    return chosen.statement.sid or f"{policy_name}#{chosen.statement.index}"
