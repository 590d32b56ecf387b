"""``iamproof test``: run suites, print the matrix and the failures, write reports."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing, output
from iamproof.cli.choosing import asked_for, cell_options
from iamproof.cli.threshold import asked, failing
from iamproof.last import remember_failures
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from fractions import Fraction
    from typing import TypeAlias

    from iamproof.session import Prepared, RunOptions
    from simulator.suites.result import Run

    _Targets: TypeAlias = tuple[tuple[str | None, str], ...]

__all__ = ["command", "exit_code", "recorded_command"]

_INTERRUPTED = 130
_DEFECT = 4
_UNANSWERED = 3
_QUIET_SECONDS = 1.0  # a run shorter than this shows no progress
_BETWEEN_SECONDS = 0.5

_ASKED = ("backend", "corroborate", "profile", "region", "endpoint_url")

# What bears on output and speed only: the record is of what was decided.
_UNRECORDED = ("--report", "--jobs", "-j", "--baseline", "--signoff", "--oscal-findings", "--split-by")
_UNRECORDED_FLAGS = ("--color", "--failures", "--full", "--watch", "--external-assets", "--junit-strict")


@click.command("test", help="Run suites (default: scenarios/), print the matrix and the failures, write reports.")
@cell_options
@click.option(
    "--backend",
    default="embedded",
    show_default=True,
    metavar="embedded|moto|aws|recording:FILE",
    help="Who answers.",
    shell_complete=completing.backends,
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write a report; repeatable, - is stdout.",
    shell_complete=completing.reports,
)
@click.option("--failures", "failures_only", is_flag=True, help="Print the failures, not the matrix.")
@click.option("--full", "full_matrix", is_flag=True, help="Print the whole matrix, however large.")
@click.option(
    "--corroborate",
    metavar="RECORDING",
    help="Show AWS's recorded answers beside ours; a different one fails.",
    shell_complete=completing.files,
)
@click.option("-x", "stop_first", is_flag=True, help="Stop at the first failure.")
@click.option("--max-failures", type=click.IntRange(min=1), help="Stop after this many failures.")
@click.option("--list", "list_only", is_flag=True, help="List the cells, decide nothing.")
@click.option("--unspoken", is_flag=True, help="List what no scenario speaks about, decide nothing.")
@click.option("--last-failed", "--lf", "last_failed", is_flag=True, help="Only the cells that failed in the last run.")
@click.option("--watch", is_flag=True, help="Stay, and decide anew the cells that a changed file touches.")
@click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="Decide in N processes; the result is the same.",
)
@click.option("--strict", is_flag=True, help="Warnings, such as a vacuous pass, fail too.")
@click.option("--coverage", is_flag=True, help="Say what the cells cover of the policies; reports get a section.")
@click.option("--fail-under", "threshold", metavar="PERCENT", help="With coverage: end with 1 when less is covered.")
@click.option("--profile", help="With --backend aws: the AWS profile.")
@click.option("--region", help="With --backend aws: the AWS region.")
@click.option("--endpoint-url", help="With --backend aws: another endpoint.")
@output.report_options
def command(**options: Any) -> int:
    """Run suites; return the exit code."""
    from iamproof.session import prepare  # noqa: PLC0415  # --help needs no simulator

    targets = output.report_targets(options["reports"])
    choices = output.report_choices(options)
    threshold = asked(options["threshold"])
    if options["watch"]:
        return _watch(targets, choices, options)
    prepared = prepare(_run_options(options, with_git=bool(targets)))
    if options["list_only"] or options["unspoken"]:
        return _list(prepared, unspoken=options["unspoken"])
    with prepared.ahead():
        interrupted = _decide(prepared)
    run = prepared.finish()
    short = _show(run, targets, choices, options, threshold=threshold)
    if interrupted:
        return _INTERRUPTED
    if prepared.lost:
        click.echo(f"iamproof: a process ended before it had decided its {len(prepared.lost)} cells", err=True)
        return _DEFECT
    return exit_code(run, strict=options["strict"], unanswered=prepared.runner.unanswered) or short


def _list(prepared: Prepared, *, unspoken: bool) -> int:
    """List the cells; or, by suite, those of account × actions × targets that no scenario speaks about."""
    if not unspoken:
        for identity in (*(cell.id for cell in prepared.cells), *(one.id for one in prepared.asserted)):
            click.echo(_printable(identity))
        return 0
    from reports.words import count  # noqa: PLC0415  # only with --unspoken

    for suite in (suite for suite in prepared.suites if suite.scenarios):
        found = prepared.loaded.unspoken[suite]
        for gap in found.gaps():
            click.echo(_printable(str(gap)))
        click.echo(f"{_printable(suite.file)}: no scenario speaks about {count(found.count, 'cell')}", err=True)
    return 0


def _covered(run: Run, threshold: Fraction | None, targets: _Targets) -> int:
    """Print what the run covers, where that was asked for; return 1 when it is less than *threshold*."""
    if run.coverage is None:
        return 0
    from iamproof.covered import summary_text  # noqa: PLC0415  # only with coverage

    click.echo(summary_text(run.coverage), nl=False, err=output.beside(targets))
    return failing(run.coverage, threshold)


def _show(
    run: Run,
    targets: _Targets,
    choices: dict[str, Any],
    options: dict[str, Any],
    *,
    before: Run | None = None,
    threshold: Fraction | None = None,
) -> int:
    """Print the run, keep what failed for the next time, write the reports; *before* is the last run of a watch.

    Return 1 when less is covered than *threshold*.
    """
    output.terminal(
        run,
        targets,
        full=options["full_matrix"],
        failures_only=options["failures_only"] or before is not None,
        since=choices["baseline"] or before,
    )
    short = _covered(run, threshold, targets)
    remember_failures(run)
    output.write(run, targets, choices)
    return short


def _watch(targets: _Targets, choices: dict[str, Any], options: dict[str, Any]) -> int:
    """Stay, and show each run: the first as always, later ones without the matrix and with what flipped."""
    from iamproof.cli.watching import watch  # noqa: PLC0415  # only with --watch

    for name in ("list", "unspoken"):
        if options["list_only" if name == "list" else name]:
            message = f"`--{name}` and `--watch` exclude each other"
            raise InputError([Diagnostic("option", message, help="leave out one of them")])
    if options["coverage"] or options["threshold"]:
        message = "`--watch` decides the cells that changed, and coverage is of all"
        raise InputError([Diagnostic("option", message, help="leave out one of them, or run `iamproof coverage`")])

    def show(run: Run, before: Run | None) -> None:
        _show(run, targets, choices, options, before=before)

    return watch(_run_options(options, with_git=bool(targets)), decide=_decide, show=show)


def _run_options(options: dict[str, Any], *, with_git: bool) -> RunOptions:
    from iamproof.last import last_failures  # noqa: PLC0415  # --help needs no simulator

    # Who only lists asks nobody.
    listing = options["list_only"] or options["unspoken"]
    asked: dict[str, Any] = {"backend": "embedded"} if listing else {name: options[name] for name in _ASKED}
    coverage = options["coverage"] or options["threshold"] is not None
    return replace(
        asked_for(options, strict=options["strict"], coverage=coverage),
        ids=last_failures() if options["last_failed"] else (),
        jobs=options["jobs"],
        max_failures=1 if options["stop_first"] else options["max_failures"],
        command=recorded_command(sys.argv[1:]),
        with_git=with_git,
        **asked,
    )


def _decide(prepared: Prepared) -> bool:
    """Decide all cells, with progress on stderr when it takes long; tell whether the user interrupted."""
    total = len(prepared.cells)
    shown = False
    soon = time.monotonic() + _QUIET_SECONDS
    try:
        for done, _ in enumerate(prepared.decide(), 1):
            if (moment := time.monotonic()) >= soon:
                soon = moment + _BETWEEN_SECONDS
                shown = True
                ending = "\r" if sys.stderr.isatty() else "\n"
                click.echo(f"decided {done} of {total} cells{ending}", err=True, nl=False)
        output.ready()
        prepared.count()
        for done, _ in enumerate(prepared.prove(), 1):
            if (moment := time.monotonic()) >= soon:
                soon = moment + _BETWEEN_SECONDS
                click.echo(f"decided {done} of {len(prepared.asserted)} invariants", err=True)
    except KeyboardInterrupt:
        click.echo("\ninterrupted: what was decided so far is reported as INCOMPLETE", err=True)
        return True
    if shown:
        click.echo(f"decided {total} of {total} cells", err=True)
    return False


def recorded_command(args: list[str]) -> tuple[str, ...]:
    """Return the command line for the record: without what concerns reports, jobs and colour."""
    kept: list[str] = []
    rest = iter(args)
    for arg in rest:
        name, equals, _ = arg.partition("=")
        if name in _UNRECORDED:
            if not equals:
                next(rest, None)
        elif name not in _UNRECORDED_FLAGS and not (name.startswith("-j") and name[2:].isdecimal()):
            kept.append(arg)
    return ("iamproof", *kept)


def exit_code(run: Run, *, strict: bool = False, unanswered: int = 0) -> int:
    """Return the exit code for *run*: 3 when a backend could not answer, 1 when something failed, else 0."""
    from simulator.suites.tally import holds  # noqa: PLC0415  # --help needs no simulator

    summary = run.summary
    if unanswered:
        return _UNANSWERED
    failed = summary.failed or summary.errors or run.failures or (strict and (run.warnings or summary.unsupported))
    failed = failed or not all(holds(one, strict=strict) for one in run.invariants)
    return 1 if failed else 0


def _printable(text: str) -> str:
    from simulator.text.show import printable  # noqa: PLC0415  # --help needs no simulator

    return printable(text, limit=None)
