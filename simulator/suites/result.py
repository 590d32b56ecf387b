"""The result of a run: plain frozen data, the single source of every report.

`Run` and its parts have the fields of the report JSON ``iamproof/run@1`` (``docs/cli.md``), spelled
alike, and nothing that can't be written as JSON.  Who renders reads this and decides nothing.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.values import dataclass

if TYPE_CHECKING:
    # A plain run has neither, and does not load them; `reports.read` knows where they are.
    from simulator.suites.coverage import Coverage
    from simulator.suites.mutation import Mutation

__all__ = [
    "AccountInfo",
    "CatalogueInfo",
    "CellResult",
    "Corroboration",
    "Deciding",
    "Difference",
    "ExtendedInfo",
    "InvariantOutcome",
    "InvariantResult",
    "Layer",
    "Live",
    "Miss",
    "Outcome",
    "PolicyInfo",
    "Refutation",
    "Requirement",
    "Run",
    "RunVerdict",
    "Selection",
    "SuiteInfo",
    "Summary",
    "Waiver",
]

Outcome: TypeAlias = Literal["passed", "failed", "error", "unsupported", "skipped", "known_gap", "not_run"]
"""What became of a cell; `not_run` after a stop (``-x``, an interrupt)."""

InvariantOutcome: TypeAlias = Literal["proved", "refuted", "unknown", "not_run"]
"""What became of an invariant; `unknown` is neither a proof nor a counterexample, and never counts as proved."""

Actual: TypeAlias = Literal["allowed", "implicitDeny", "explicitDeny"]
"""AWS's own three words."""

RunVerdict: TypeAlias = Literal["as expected", "as expected, with exceptions", "not as expected", "incomplete"]

ContextValue: TypeAlias = "str | tuple[str, ...]"
"""Text as stated for a single value, a tuple for a list-typed key."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """A statement that decided: its policy's name, its Sid (None without one), its braces in the file."""

    policy: str
    sid: str | None
    file: str
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Miss:
    """A statement that nearly matched: which of the sets missed, and in words what exactly."""

    policy: str
    sid: str | None
    effect: Literal["Allow", "Deny"]
    file: str
    line: int
    missed: tuple[Literal["action", "resource", "condition", "principal"], ...]
    detail: str


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer of policies said: `layer` is identity, boundary, session, resource, scp.N or rcp.N."""

    layer: str
    decision: Actual
    decides: bool


@dataclass(frozen=True, slots=True)
class Live:
    """The decision of the live services where it differs from the simulator's, and the rule that says why."""

    actual: Actual
    rule: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One request of a cell of many that did not decide as expected."""

    action: str
    resource: str
    actual: Actual


@dataclass(frozen=True, slots=True)
class Waiver:
    """Why a cell is skipped or a known gap, in the suite's words; `until` is an ISO date."""

    reason: str
    owner: str | None = None
    until: str | None = None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class CellResult:
    """One cell: one principal × session × action × target, what was expected and what was decided.

    `id` is ``FILE::SCENARIO::PRINCIPAL[SESSION]-ACTION-TARGET``.  `session` is the concrete state.
    `resource` is an ARN, ``*``, or a tuple for several.  `context` is what was stated, `derived_context`
    what the runner added.  `live` is None where both semantics agree.  `requests` counts the decisions
    behind the cell.  `near` is filled for cells that did not pass.
    """

    id: str
    suite: str
    file: str
    line: int
    scenario: str
    scenario_id: str | None
    requirement: tuple[str, ...]
    controls: tuple[str, ...]
    tags: tuple[str, ...]
    principal: str
    session: str
    action: str
    target: str
    resource: str | tuple[str, ...]
    context: dict[str, ContextValue]
    derived_context: dict[str, ContextValue]
    expected: str
    expected_by: str | None
    actual: Actual | None
    outcome: Outcome
    message: str | None = None
    live: Live | None = None
    vacuous: str | None = None
    default_only: bool = False
    warnings: tuple[str, ...] = ()
    deciding: tuple[Deciding, ...] = ()
    layers: tuple[Layer, ...] = ()
    near: tuple[Miss, ...] = ()
    differing: tuple[Difference, ...] = ()
    missing_context: tuple[str, ...] = ()
    requests: int = 1
    source_answer: Actual | None = None  #: AWS's recorded answer, under ``--corroborate``
    why: str = ""  #: the scenario's rationale, in the author's words
    waiver: Waiver | None = None  #: of a skipped cell or a known gap


@dataclass(frozen=True, slots=True)
class Refutation:
    """A request for which an invariant fails, as the evaluator itself decided.

    `session` is the sign-in state that it was found in.  `near` are statements that nearly decided otherwise.  `replay` are command lines that explain it,
    `scenario` is the same as a scenario to paste into the suite.  Either may be empty: not all that a suite can
    say, a command line can.
    """

    principal: str
    session: str
    action: str
    resource: str
    context: dict[str, ContextValue]
    actual: Actual
    deciding: tuple[Deciding, ...] = ()
    near: tuple[Miss, ...] = ()
    replay: tuple[str, ...] = ()
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class InvariantResult:
    """One invariant: a claim about all requests, and what the prover made of it.

    `id` is ``FILE::INVARIANT``.  `principals` are whom it speaks of, `sessions` the sign-in states; `actions`
    and `resources` are as the suite has them.  `assumptions` say what a proof takes for granted, a line each.
    `vacuous` is why a proof says nothing: no request is meant.
    """

    id: str
    suite: str
    file: str
    line: int
    name: str
    invariant_id: str | None
    requirement: tuple[str, ...]
    controls: tuple[str, ...]
    tags: tuple[str, ...]
    principals: tuple[str, ...]
    sessions: tuple[str, ...]
    actions: str
    resources: str
    expected: str
    outcome: InvariantOutcome
    message: str | None = None
    assumptions: tuple[str, ...] = ()
    vacuous: str | None = None
    refutation: Refutation | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class PolicyInfo:
    """A policy that the run used; `path` is the file, the managed policy's ARN, or where it stands inline."""

    name: str
    path: str
    sha256: str
    role: str = "identity"
    version: str | None = None  #: of an AWS managed policy
    date: str | None = None
    text: str = ""  #: the document, for the report's appendix; of one that stands in a file with others its lines there
    decided: int = 0  #: cells that one of its statements decided
    line: int = 1  #: the first line of `text` in its file


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """An account that the run used; declared in a file, not read from AWS."""

    id: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement of a suite, in the author's words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class ExtendedInfo:
    """A file that a suite extends."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SuiteInfo:
    """A suite that the run used.

    `unspoken` counts what no scenario speaks about of the account's principals × sessions × the suite's actions ×
    its targets, whatever was selected; None in a report of before it was counted.
    """

    name: str
    path: str
    sha256: str
    semantics: Literal["simulator", "live"]
    requirements: tuple[Requirement, ...] = ()
    description: str = ""
    extended: tuple[ExtendedInfo, ...] = ()
    unspoken: int | None = None


@dataclass(frozen=True, slots=True)
class CatalogueInfo:
    """The action catalogue that the run used: its date (ISO) and the digest of its data."""

    date: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What was selected, in words, and how many declared cells were left out."""

    text: str
    left_out: int


@dataclass(frozen=True, slots=True)
class Corroboration:
    """What a recording of AWS said of these requests."""

    recording: str
    date: str
    answered: int
    agree: int
    source: str = "AWS"  #: who answered: another endpoint, where the recording was made there


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over the cells; `declared` counts before selection."""

    declared: int
    cells: int
    passed: int
    failed: int
    errors: int
    unsupported: int
    skipped: int
    known_gaps: int
    not_run: int
    vacuous: int
    default_only: int
    differs_live: int
    verdict: RunVerdict


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was decided, from what, and the verdict.

    `failures` are failures of the run itself, as a policy file that no cell decides.  Times are ISO 8601
    in UTC.  `source` says in words where the decisions come from.
    """

    tool_version: str
    backend: str
    source: str
    catalogue: CatalogueInfo | None
    git_commit: str | None
    git_dirty: bool
    command: tuple[str, ...]
    started: str
    finished: str
    selection: Selection | None
    corroboration: Corroboration | None
    policies: tuple[PolicyInfo, ...]
    accounts: tuple[AccountInfo, ...]
    suites: tuple[SuiteInfo, ...]
    summary: Summary
    cells: tuple[CellResult, ...] = field(repr=False)
    invariants: tuple[InvariantResult, ...] = field(default=(), repr=False)
    failures: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    residual_risks: tuple[str, ...] = ()  #: ids of cells tagged ``residual-risk``
    environment: dict[str, str] = field(
        default_factory=dict
    )  #: what ran it: Python, host class, CI run; label -> value
    coverage: Coverage | None = field(default=None, repr=False)  #: of the policies, where it was asked for
    mutation: Mutation | None = field(default=None, repr=False)  #: what changed policies showed, where it was asked for
