"""Running cells with the embedded engine, and putting results together into a `Run`."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from simulator.clock import today
from simulator.suites.alike import Alike
from simulator.suites.caution import by_default_only, by_words, cautions, gate_words, hangs_on_target, vacuity
from simulator.suites.engine import Engine
from simulator.suites.findings import judge, open_questions
from simulator.suites.result import (
    AccountInfo,
    CatalogueInfo,
    CellResult,
    Corroboration,
    ExtendedInfo,
    PolicyInfo,
    Requirement,
    Run,
    Selection,
    SuiteInfo,
)
from simulator.suites.results import Evidence, cell_result, difference_words, evidence_of
from simulator.suites.tally import tally
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.accounts.policies import LoadedPolicy
    from simulator.catalogue import Catalogue
    from simulator.suites.alike import Key
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell
    from simulator.suites.load import Loaded
    from simulator.suites.model import Suite
    from simulator.suites.result import InvariantResult, Outcome

__all__ = ["Assembly", "EmbeddedRunner", "Provenance", "Runner", "settle"]


class Runner(Protocol):
    """What decides cells: the embedded engine, or a backend."""

    name: str  #: the backend, as asked for
    source: str  #: where the decisions come from, in words
    engine: Engine  #: what our evaluator makes of the cells, whoever decides
    unanswered: int  #: cells in error because the backend could not answer

    def expect(self, cells: Sequence[Cell]) -> None:
        """Hear which cells will be asked for, in order, so that requests can be sent together."""

    def result(self, cell: Cell) -> CellResult:
        """Decide one cell."""

    def corroboration(self) -> Corroboration | None:
        """Return what a recording of AWS said beside ours."""


class Settled(NamedTuple):
    """What became of a cell, and what stands behind it: all of a result that the suite does not state."""

    outcome: Outcome
    message: str | None = None
    evidence: Evidence | None = None

    def of(self, cell: Cell) -> CellResult:
        """Return the result of *cell*."""
        return cell_result(cell, self.outcome, self.message, self.evidence)


class EmbeddedRunner:
    """Decides cells in this process."""

    name = "embedded"
    source = "Simulated on policy files; not read from AWS"
    unanswered = 0

    def __init__(self, cells: Sequence[Cell], catalogue: Catalogue, *, strict: bool = False) -> None:
        self.engine = Engine(cells, catalogue)
        self._catalogue = catalogue
        self._strict = strict
        self._today = today().isoformat()
        self._cells = cells
        self._alike = Alike(self.engine)
        self._settled: dict[Key, Settled] = {}

    def expect(self, cells: Sequence[Cell]) -> None:
        """Do nothing: what cells share is decided once anyway."""

    def result(self, cell: Cell) -> CellResult:
        """Decide *cell* in both semantics and judge it."""
        return self.settled(cell).of(cell)

    def settled(self, cell: Cell) -> Settled:
        """Decide and judge *cell*; cells that decide alike are judged once."""
        if cell.scenario.skip is not None:
            return Settled("skipped", f"skipped: {cell.scenario.skip}")
        key = self._alike.key(cell)
        found = None if key is None else self._settled.get(key)
        if found is not None:
            return found
        judged = self.evidence(cell)
        if isinstance(judged, str):
            return Settled("error", judged)
        settled = _settled(cell, *judged, strict=self._strict, today=self._today)
        if key is not None and self._says_the_same_of_all(cell, *judged):
            self._settled[key] = settled
        return settled

    def _says_the_same_of_all(self, cell: Cell, evidence: Evidence, message: str | None) -> bool:
        """Tell whether nothing of a judgement quotes, or hangs on, the cell's own ARNs and context."""
        quotes = message is not None or evidence.vacuous is not None or evidence.live is not None or evidence.warnings
        return not quotes and not hangs_on_target(cell, self.engine.ground(cell), self._catalogue)

    def evidence(self, cell: Cell) -> tuple[Evidence, str | None] | str:
        """Return what stands behind the decision and how it differs, or why there can be none."""
        ground = self.engine.ground(cell)
        finding = judge(cell, self.engine, ground)
        questions = open_questions(finding, ground)
        if questions:
            return _undetermined(questions)
        evidence = evidence_of(
            cell,
            finding,
            self.engine,
            ground,
            vacuous=vacuity(cell, finding, ground, self._catalogue) if finding.holds else None,
            default_only=finding.holds and by_default_only(cell, finding, ground),
            warnings=tuple(cautions(cell, finding, self._catalogue)),
        )
        if finding.holds:
            return evidence, None
        words = gate_words(cell, finding, self._catalogue) or by_words(cell, ground)
        return evidence, difference_words(cell, finding, ground) + words

    def settle(self, cell: Cell, evidence: Evidence, message: str | None) -> CellResult:
        """Turn a decision into an outcome, as `settle` does."""
        return settle(cell, evidence, message, strict=self._strict, today=self._today)

    def corroboration(self) -> None:
        """Return None: nobody else was asked."""


def settle(cell: Cell, evidence: Evidence, message: str | None, *, strict: bool, today: str) -> CellResult:
    """Turn a decision into a result; *message* says how it differs, None when it is as expected."""
    return _settled(cell, evidence, message, strict=strict, today=today).of(cell)


def _settled(cell: Cell, evidence: Evidence, message: str | None, *, strict: bool, today: str) -> Settled:
    outcome: Outcome = "passed" if message is None else "failed"
    gap = cell.scenario.known_gap
    if gap is not None:
        if message is None:
            outcome, message = "failed", "the known gap is closed: the cell is as expected, take `known_gap` away"
        elif gap.until < today:
            message = f"the known gap is overdue since {gap.until}: {message}"
        else:
            outcome = "known_gap"
    elif strict and outcome == "passed" and (evidence.vacuous or evidence.warnings):
        outcome, message = "failed", "; ".join(filter(None, (_vacuous_words(evidence), *evidence.warnings)))
    return Settled(outcome, message, evidence)


def _vacuous_words(evidence: Evidence) -> str | None:
    return f"vacuous: {evidence.vacuous}" if evidence.vacuous else None


def _undetermined(keys: tuple[str, ...]) -> str:
    listed = ", ".join(keys)
    return f"undetermined: the decision changes with {listed}, which AWS always sends and nobody stated; state it under `context:`"


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a run came about: what the evidence record says of it."""

    tool_version: str
    command: tuple[str, ...]
    started: str
    finished: str
    git_commit: str | None = None
    git_dirty: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assembly:
    """Puts results together.

    *chosen* are the cells that were selected, *asserted* the invariants, *declared* counts all cells.  In a
    *full* run every policy file of *policies_folder* must be decided by some cell, but for the *untested* ones.
    """

    loaded: Loaded
    chosen: Sequence[Cell]
    declared: int
    selection: str
    catalogue: Catalogue
    strict: bool = False
    full: bool = False
    policies_folder: Path = Path("policies")
    untested: Mapping[str, str] = field(default_factory=dict)
    asserted: Sequence[Asserted] = ()

    def run(
        self,
        results: Sequence[CellResult],
        runner: Runner,
        provenance: Provenance,
        *,
        invariants: Sequence[InvariantResult] = (),
    ) -> Run:
        """Return the `Run` of *results*; chosen cells and invariants without a result are reported as not run."""
        cells = self._with_not_run(results)
        claims = self._claims(invariants)
        decided = Counter(file for cell in cells for file in {d.file for d in cell.deciding})
        policies = self._policies(cells, decided)
        failures = tuple(self._undecided(decided)) if self.full and len(results) == len(self.chosen) else ()
        left_out = self.declared - len(self.chosen)
        stale = self.catalogue.stale(today())
        return Run(
            tool_version=provenance.tool_version,
            backend=runner.name,
            source=runner.source,
            catalogue=CatalogueInfo(self.catalogue.date, self.catalogue.sha256),
            git_commit=provenance.git_commit,
            git_dirty=provenance.git_dirty,
            command=provenance.command,
            started=provenance.started,
            finished=provenance.finished,
            selection=Selection(self.selection, left_out) if self.selection else None,
            corroboration=runner.corroboration(),
            policies=policies,
            accounts=self._accounts(),
            suites=self._suites(),
            summary=tally(
                cells,
                declared=self.declared,
                strict=self.strict,
                failures=len(failures),
                complete=not self.selection,
                invariants=claims,
            ),
            cells=cells,
            invariants=claims,
            failures=failures,
            warnings=tuple(filter(None, (stale, *self.loaded.warnings))),
            residual_risks=tuple(cell.id for cell in cells if "residual-risk" in cell.tags),
            environment=dict(provenance.environment),
        )

    def _with_not_run(self, results: Sequence[CellResult]) -> tuple[CellResult, ...]:
        if len(results) == len(self.chosen):
            return tuple(results)
        found = {result.id: result for result in results}
        return tuple(found.get(cell.id) or cell_result(cell, "not_run", "not run") for cell in self.chosen)

    def _claims(self, results: Sequence[InvariantResult]) -> tuple[InvariantResult, ...]:
        if len(results) == len(self.asserted):
            return tuple(results)
        from simulator.suites.asserted import invariant_result  # noqa: PLC0415  # only where some were not decided

        found = {result.id: result for result in results}
        return tuple(found.get(one.id) or invariant_result(one, "not_run", "not run") for one in self.asserted)

    def _chosen_suites(self) -> tuple[Suite, ...]:
        """Return the suites that something was chosen of."""
        return tuple(dict.fromkeys((*(c.suite for c in self.chosen), *(a.suite for a in self.asserted))))

    def _loaded_policies(self) -> tuple[LoadedPolicy, ...]:
        return tuple(dict.fromkeys(policy for suite in self._chosen_suites() for policy in suite.loaded_policies))

    def _policies(self, cells: Sequence[CellResult], decided: Mapping[str, int]) -> tuple[PolicyInfo, ...]:
        """Return the policies, each with how many cells it decided; those that stand in one file have names there."""
        every = self._loaded_policies()
        own = cells if any(loaded.is_part for loaded in every) else ()
        parts = Counter(part for cell in own for part in {(d.file, d.policy) for d in cell.deciding})
        return tuple(
            PolicyInfo(
                name=loaded.name,
                path=loaded.path,
                sha256=loaded.sha256,
                role=loaded.role,
                version=loaded.version,
                date=loaded.date,
                text=text,
                line=line,
                decided=parts[file, loaded.name] if loaded.is_part else decided[file],
            )
            for loaded in every
            for file, (text, line) in ((loaded.policy.source.name, loaded.excerpt),)
        )

    def _accounts(self) -> tuple[AccountInfo, ...]:
        accounts = dict.fromkeys(suite.account for suite in self._chosen_suites())
        return tuple(AccountInfo(account.id, account.path, account.sha256) for account in accounts)

    def _suites(self) -> tuple[SuiteInfo, ...]:
        return tuple(
            SuiteInfo(
                name=suite.name,
                path=suite.file,
                sha256=suite.sha256,
                semantics=suite.semantics,
                requirements=tuple(Requirement(name, text) for name, text in suite.requirements.items()),
                description=suite.description,
                extended=tuple(ExtendedInfo(path, sha256) for path, sha256 in suite.bases),
                unspoken=self.loaded.unspoken[suite].count,
            )
            for suite in self._chosen_suites()
        )

    def _undecided(self, decided: Mapping[str, int]) -> list[str]:
        """Say which policy files no executed cell decides."""
        files = sorted(path.as_posix() for path in self.policies_folder.rglob("*.json"))
        return [f"{file}: no scenario decides it" for file in files if not decided[file] and file not in self.untested]
