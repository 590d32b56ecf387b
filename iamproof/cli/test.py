"""``iamproof test``: run suites, print the matrix and the failures, write reports."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from iamproof.last import remember_failures

if TYPE_CHECKING:
    from iamproof.session import Prepared, RunOptions
    from simulator.suites.result import Run

__all__ = ["command", "exit_code", "recorded_command", "report_targets"]

_INTERRUPTED = 130
_UNANSWERED = 3
_QUIET_SECONDS = 1.0  # a run shorter than this shows no progress
_BETWEEN_SECONDS = 0.5
_BASELINE_LIMIT = 1 << 30
_OUTPUT_OPTIONS = ("--report", "--jobs", "-j", "--color")


@click.command("test", help="Run suites (default: scenarios/), print the matrix and the failures, write reports.")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--backend", default="embedded", show_default=True, metavar="embedded|moto|aws|recording:FILE", help="Who answers."
)
@click.option("--report", "reports", multiple=True, metavar="[FORMAT=]FILE", help="Write a report; repeatable.")
@click.option("-k", "words", default="", metavar="EXPR", help="Only cells whose id, names or tags contain these words.")
@click.option("--tag", "tags", multiple=True, help="Only scenarios with this tag.")
@click.option("--control", "controls", multiple=True, help="Only scenarios with this control.")
@click.option(
    "--only",
    multiple=True,
    metavar="NAME=GLOB",
    help="Only this principal, session, action, resource, suite or scenario.",
)
@click.option("--failures", "failures_only", is_flag=True, help="Print the failures, not the matrix.")
@click.option("--full", "full_matrix", is_flag=True, help="Print the whole matrix, however large.")
@click.option(
    "--corroborate", metavar="RECORDING", help="Show AWS's recorded answers beside ours; a different one fails."
)
@click.option("-x", "stop_first", is_flag=True, help="Stop at the first failure.")
@click.option("--max-failures", type=click.IntRange(min=1), help="Stop after this many failures.")
@click.option("--list", "list_only", is_flag=True, help="List the cells, decide nothing.")
@click.option("--last-failed", "--lf", "last_failed", is_flag=True, help="Only the cells that failed in the last run.")
@click.option("--baseline", metavar="REPORT.json", help="Compare with an earlier run.")
@click.option("--strict", is_flag=True, help="Warnings, such as a vacuous pass, fail too.")
@click.option("--root", metavar="DIR", help="Files that suites name must lie below DIR (default: here).")
@click.option("--allow-external-files", is_flag=True, help="Let suites name files anywhere.")
@click.option("--profile", help="With --backend aws: the AWS profile.")
@click.option("--region", help="With --backend aws: the AWS region.")
@click.option("--endpoint-url", help="With --backend aws: another endpoint.")
def command(**options: Any) -> int:
    """Run suites; return the exit code."""
    from iamproof.session import prepare  # noqa: PLC0415  # --help needs no simulator

    targets = report_targets(options["reports"])
    prepared = prepare(_run_options(options, with_git=bool(targets)))
    if options["list_only"]:
        for cell in prepared.cells:
            click.echo(_printable(cell.id))
        return 0
    interrupted = _decide(prepared)
    run = prepared.finish()
    baseline = _baseline(options["baseline"])
    _show(run, options)
    for fmt, path in targets:
        _write(run, path, fmt, baseline)
    remember_failures(run)
    return (
        _INTERRUPTED if interrupted else exit_code(run, strict=options["strict"], unanswered=prepared.runner.unanswered)
    )


def _run_options(options: dict[str, Any], *, with_git: bool) -> RunOptions:
    from iamproof.last import last_failures  # noqa: PLC0415  # --help needs no simulator
    from iamproof.session import RunOptions  # noqa: PLC0415  # --help needs no simulator

    return RunOptions(
        paths=options["paths"],
        backend=options["backend"],
        k=options["words"],
        tags=options["tags"],
        controls=options["controls"],
        only=options["only"],
        ids=last_failures() if options["last_failed"] else (),
        strict=options["strict"],
        root=options["root"],
        allow_external_files=options["allow_external_files"],
        max_failures=1 if options["stop_first"] else options["max_failures"],
        corroborate=options["corroborate"],
        profile=options["profile"],
        region=options["region"],
        endpoint_url=options["endpoint_url"],
        command=recorded_command(sys.argv[1:]),
        with_git=with_git,
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
    except KeyboardInterrupt:
        click.echo("\ninterrupted: what was decided so far is reported as INCOMPLETE", err=True)
        return True
    if shown:
        click.echo(f"decided {total} of {total} cells", err=True)
    return False


def _show(run: Run, options: dict[str, Any]) -> None:
    from reports import terminal  # noqa: PLC0415  # brings tabulate

    click.echo(terminal.render(run, full=options["full_matrix"], failures_only=options["failures_only"]))


def _write(run: Run, path: str, fmt: str | None, baseline: Run | None) -> None:
    import reports  # noqa: PLC0415  # only when a report is asked for

    for written in reports.write(run, path, fmt, baseline=baseline):
        click.echo(f"wrote {_printable(str(written))}", err=True)


def _baseline(path: str | None) -> Run | None:
    if path is None:
        return None
    from pathlib import Path  # noqa: PLC0415  # only with --baseline

    import reports.json as report_json  # noqa: PLC0415  # only with --baseline
    from simulator.text.files import read_source  # noqa: PLC0415  # only with --baseline

    return report_json.load(read_source(Path(path), limit=_BASELINE_LIMIT).text)


def report_targets(texts: tuple[str, ...]) -> tuple[tuple[str | None, str], ...]:
    """Read ``FORMAT=FILE`` or ``FILE`` before anything runs; raise `InputError` for an unknown format."""
    if not texts:
        return ()
    import reports  # noqa: PLC0415  # only when a report is asked for

    targets: list[tuple[str | None, str]] = []
    for text in texts:
        fmt, equals, path = text.partition("=")
        target = (fmt, path) if equals and "/" not in fmt and "." not in fmt else (None, text)
        if target[0] is not None:
            reports.known_format(target[0])
        else:
            reports.format_of(target[1])
        targets.append(target)
    return tuple(targets)


def recorded_command(args: list[str]) -> tuple[str, ...]:
    """Return the command line for the record: without where output goes, jobs and colour."""
    kept: list[str] = []
    skip = False
    for arg in args:
        name = arg.partition("=")[0]
        if skip or name in _OUTPUT_OPTIONS:
            skip = not skip and name == arg and name != "--color"
            continue
        kept.append(arg)
    return ("iamproof", *kept)


def exit_code(run: Run, *, strict: bool = False, unanswered: int = 0) -> int:
    """Return the exit code for *run*: 3 when a backend could not answer, 1 when something failed, else 0."""
    summary = run.summary
    if unanswered:
        return _UNANSWERED
    failed = summary.failed or summary.errors or run.failures or (strict and (run.warnings or summary.unsupported))
    return 1 if failed else 0


def _printable(text: str) -> str:
    from simulator.text.show import printable  # noqa: PLC0415  # --help needs no simulator

    return printable(text, limit=None)
