"""One run of suites, from paths to a `Run`: what the command, the API and pytest share."""

from __future__ import annotations

import dataclasses
import os
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from iamproof import __version__
from iamproof.config import read_config
from iamproof.current import current_catalogue
from iamproof.git import git_state
from simulator.clock import now
from simulator.errors import Diagnostic, InputError, SelectionError
from simulator.suites.load import load_suites
from simulator.suites.run import Assembly, EmbeddedRunner, Provenance, Runner
from simulator.suites.select import Choice
from simulator.suites.tally import holds
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from iamproof.jobs import Ahead
    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.coverage.told import Only
    from simulator.catalogue import Catalogue
    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell
    from simulator.suites.coverage import Coverage
    from simulator.suites.load import Loaded
    from simulator.suites.model import Suite
    from simulator.suites.result import CellResult, InvariantResult, Run
    from simulator.text.source import Source

__all__ = ["DEFAULT_PATH", "Prepared", "RunOptions", "prepare", "run_session", "suite_paths"]

DEFAULT_PATH = "scenarios"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What to run and how; the fields are the options of ``iamproof test``."""

    paths: tuple[str, ...] = ()
    backend: str = "embedded"
    k: str = ""
    tags: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    strict: bool = False
    root: str | None = None
    allow_external_files: bool = False
    max_failures: int | None = None
    corroborate: str | None = None
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    command: tuple[str, ...] = ()
    with_git: bool = True  #: ask git for commit and dirtiness: evidence for reports
    coverage: bool = False  #: tell what the cells cover of the policies
    jobs: int = 1  #: processes that decide
    selected: str = ""  #: in words, what a test runner left out by means of its own

    @property
    def choice(self) -> Choice:
        """What of the suites was asked for."""
        return Choice(self.k, self.tags, self.controls, self.only, self.ids)

    @property
    def reach(self) -> dict[str, str]:
        """What was stated of how to reach AWS, by the names of the command's options."""
        stated = {"--profile": self.profile, "--region": self.region, "--endpoint-url": self.endpoint_url}
        return {name: value for name, value in stated.items() if value is not None}

    @property
    def full(self) -> bool:
        """Tell whether this is a full run: no path and no selection."""
        return not self.paths and not self.choice.text and not self.selected


@dataclasses.dataclass(slots=True)
class Prepared:
    """Suites loaded, cells and invariants chosen; `results` and `invariants` gather what was decided."""

    options: RunOptions
    loaded: Loaded
    declared: int
    cells: list[Cell]
    catalogue: Catalogue
    runner: Runner
    started: str
    results: list[CellResult] = field(default_factory=list)
    asserted: list[Asserted] = field(default_factory=list)
    invariants: list[InvariantResult] = field(default_factory=list)
    lost: list[Cell] = field(default_factory=list)  #: cells whose process died
    _ahead: Ahead[Asserted, InvariantResult] | None = None

    def decide(self) -> Iterator[CellResult]:
        """Decide cell by cell; stops at the limit of failures."""
        failures = 0
        self.runner.expect(self.cells)
        for result in self._results():
            self.results.append(result)
            yield result
            failures += result.outcome in ("failed", "error")
            if self.options.max_failures is not None and failures >= self.options.max_failures:
                break

    def _results(self) -> Iterator[CellResult]:
        """Decide the cells in order, in one process or, where they can be shared, in several."""
        jobs = self.options.jobs
        if jobs > 1:
            from iamproof.jobs import can_share, settled_by  # noqa: PLC0415  # only with --jobs

            if can_share(self.runner, self.cells):
                shared = settled_by(self.runner, self.cells, jobs, lost=self.lost)
                yield from (settled.of(cell) for cell, settled in shared)
                return
        yield from map(self.runner.result, self.cells)

    def narrowed(self, cells: list[Cell]) -> Prepared:
        """Return the same for *cells* alone and all invariants, nothing of them decided."""
        return replace(
            self, cells=cells, runner=_runner(self.options, cells, self.catalogue), results=[], invariants=[]
        )

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Prove the invariants in a process beside this one, where there is a processor for it, as long as this is open."""
        from iamproof.jobs import Ahead  # noqa: PLC0415  # only where processes may be forked

        self._ahead = Ahead(self.decided, self.asserted)
        try:
            yield
        finally:
            self._ahead.stop()
            self._ahead = None

    @property
    def suites(self) -> tuple[Suite, ...]:
        """The suites that something was chosen of."""
        return tuple(dict.fromkeys((*(c.suite for c in self.cells), *(a.suite for a in self.asserted))))

    def count(self) -> None:
        """Count what no scenario speaks about, as long as another process keeps this one waiting."""
        for suite in self.suites if self.asserted else ():
            _ = self.loaded.unspoken[suite].count

    def prove(self) -> Iterator[InvariantResult]:
        """Decide the invariants one by one, unless the limit of failures was reached."""
        most = self.options.max_failures
        failures = sum(result.outcome in ("failed", "error") for result in self.results)
        results = iter(map(self.decided, self.asserted) if self._ahead is None else self._ahead)
        while most is None or failures < most:
            result = next(results, None)
            if result is None:
                break
            self.invariants.append(result)
            yield result
            failures += not holds(result, strict=self.options.strict)

    def decided(self, one: Asserted) -> InvariantResult:
        """Decide one invariant."""
        from simulator.analyse.invariants import decide_invariant  # noqa: PLC0415  # the prover, only where it is needed

        return decide_invariant(one, self.catalogue)

    def finish(
        self,
        results: Sequence[CellResult] | None = None,
        invariants: Sequence[InvariantResult] | None = None,
    ) -> Run:
        """Put the results together; cells and invariants without one are reported as not run."""
        assembly = Assembly(
            loaded=self.loaded,
            chosen=self.cells,
            declared=self.declared,
            selection=self.options.selected or self.options.choice.text,
            catalogue=self.catalogue,
            strict=self.options.strict,
            full=self.options.full,
            untested=read_config().untested,
            asserted=self.asserted,
        )
        run = assembly.run(
            self.results if results is None else results,
            self.runner,
            self._provenance(),
            invariants=self.invariants if invariants is None else invariants,
        )
        return replace(run, coverage=self.covered(run.cells)) if self.options.coverage else run

    def run(self) -> Run:
        """Decide all that was chosen, and put it together."""
        for _ in (*self.decide(), *self.prove()):
            pass
        return self.finish()

    def covered(
        self,
        results: Iterable[CellResult],
        *,
        managed: bool = False,
        only: Only | None = None,
        since: str | None = None,
    ) -> Coverage:
        """Return what the cells cover that *results* have a decision of, as `simulator.analyse.coverage.covered` does.

        It does not matter which process decided them, and whether that has come to its end.
        """
        from simulator.analyse.coverage import covered, hits_of  # noqa: PLC0415  # only with coverage

        decided = {result.id for result in results if result.actual is not None}
        policies = self._policies()
        hits = hits_of((cell for cell in self.cells if cell.id in decided), self.runner.engine, policies)
        return covered(policies, hits, managed=managed, only=only, since=since)

    def _policies(self) -> tuple[LoadedPolicy, ...]:
        """Return the policies that can decide the chosen cells; those of invariants are not asked by any cell."""
        found: dict[LoadedPolicy, None] = {}
        for suite in dict.fromkeys(cell.suite for cell in self.cells):
            found.update(dict.fromkeys(suite.account.loaded_policies))
            targets = (target for resource in suite.resources.values() for target in resource.targets)
            found.update(dict.fromkeys(target.policy for target in targets if target.policy is not None))
        return tuple(found)

    def _provenance(self) -> Provenance:
        git = git_state() if self.options.with_git else None
        return Provenance(
            tool_version=__version__,
            command=self.options.command,
            started=self.started,
            finished=now(),
            git_commit=git.commit if git else None,
            git_dirty=git.dirty if git else False,
            environment=_environment(),
        )


def suite_paths(given: Iterable[str]) -> list[Path]:
    """Return the paths to read suites from: those given, else the default; raise `InputError` when that isn't there."""
    paths = [Path(path) for path in given]
    if not paths and not Path(DEFAULT_PATH).exists():
        message = f"there is no folder `{DEFAULT_PATH}`, which is read where no PATH is given"
        advice = "name a suite or a folder of suites as PATH; `iamproof init POLICY` writes a first one"
        raise InputError([Diagnostic("file-missing", message, help=advice)])
    return paths or [Path(DEFAULT_PATH)]


def prepare(
    options: RunOptions,
    *,
    noted: Callable[[Path], None] | None = None,
    replaced: Mapping[str, Source] = MappingProxyType({}),
) -> Prepared:
    """Load and choose; raise `InputError` or `SelectionError`.

    *noted* hears of each file before it is read; *replaced* are texts that stand in for files, by their real path, and managed policies, by ARN.
    """
    started = now()
    catalogue = current_catalogue()
    paths = suite_paths(options.paths)
    root = Path(options.root) if options.root else Path()
    loaded = load_suites(
        paths,
        root=root,
        allow_external=options.allow_external_files,
        catalogue=catalogue,
        noted=noted,
        replaced=replaced,
    )
    chosen = options.choice.test()
    declared = loaded.cells()
    cells = [cell for cell in declared if chosen(cell)] if options.choice.text else list(declared)
    asserted = list(filter(options.choice.test_of_invariants(), loaded.asserted)) if loaded.asserted else []
    if not cells and not asserted:
        if not (declared or loaded.asserted):
            raise SelectionError("there is no cell to run")
        beside = f" and {len(loaded.asserted)} invariants" if loaded.asserted else ""
        cells_ = "the one cell" if len(declared) == 1 else f"{len(declared)} cells"
        missed = f"`{options.choice.text}` selects none of {cells_}{beside}"
        raise SelectionError("; ".join((missed, *options.choice.advice(declared))))
    runner = _runner(options, cells, catalogue)
    return Prepared(options, loaded, len(declared), cells, catalogue, runner, started, asserted=asserted)


def _runner(options: RunOptions, cells: list[Cell], catalogue: Catalogue) -> Runner:
    """Choose who decides."""
    ours = EmbeddedRunner(cells, catalogue, strict=options.strict)
    if options.backend == "embedded" and options.corroborate is None and not options.reach:
        return ours
    from iamproof.remote import remote_runner  # noqa: PLC0415  # other backends bring their libraries

    return remote_runner(options, cells, catalogue, ours)


def run_session(options: RunOptions, *, progress: Callable[[int, int], None] | None = None) -> Run:
    """Run all chosen cells; *progress* hears of how many of how many are done."""
    prepared = prepare(options)
    for done, _ in enumerate(prepared.decide(), 1):
        if progress is not None:
            progress(done, len(prepared.cells))
    for _ in prepared.prove():
        pass
    return prepared.finish()


def _environment() -> dict[str, str]:
    """What ran it, in words; nothing that names a person or a machine."""
    import platform  # noqa: PLC0415  # five milliseconds that only the evidence of a report is worth

    found = {"Python": platform.python_version(), "Platform": platform.system()}
    url, repository, run = (os.environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if url and repository and run:
        found["CI run"] = f"{url}/{repository}/actions/runs/{run}"
    elif os.environ.get("CI_JOB_URL"):
        found["CI run"] = os.environ["CI_JOB_URL"]
    return found
