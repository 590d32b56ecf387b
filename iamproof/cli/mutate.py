"""``iamproof mutate``: what no scenario would notice if a policy changed."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing, output
from iamproof.cli.choosing import asked_for, cell_options
from iamproof.cli.test import recorded_command
from iamproof.cli.threshold import asked
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from fractions import Fraction

    from iamproof.session import Prepared
    from simulator.analyse.mutate.run import Each
    from simulator.suites.mutation import Mutation
    from simulator.suites.result import Run

__all__ = ["command"]

_FAILED = 1
_QUIET = 1000  # mutants that are tested without a word

_HELP = """Change each policy in every way that matters, and list what nothing in the suites (default: scenarios/)
notices: with the policy's line, the change, and a scenario that would. What no cell notices, the invariants are asked.

Changed are the policies that stand in files. AWS's managed policies, and documents inline in suites, are changed only
when --policy names them. A mutant that is proved to decide every request as the original does is not counted."""


@click.command("mutate", help=_HELP)
@cell_options
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME",
    help="Only this policy, by name or file (a glob); repeatable.",
    shell_complete=completing.own_policies,
)
@click.option("--fail-under", "threshold", metavar="PERCENT", help="End with 1 when fewer mutants are noticed.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), default=1, metavar="N", help="Test in N processes.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write the run with a section on this; repeatable.",
    shell_complete=completing.reports,
)
@click.option("--coverage", is_flag=True, help="Give the report the section on coverage, too.")
@output.report_options
def command(**options: Any) -> int:
    """Mutate, print, and return the exit code."""
    from iamproof import mutation  # noqa: PLC0415  # --help needs no simulator
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.session import prepare  # noqa: PLC0415  # --help needs no simulator
    from simulator.analyse.mutate import mutate  # noqa: PLC0415  # --help needs no simulator

    threshold = asked(options["threshold"])
    targets, choices = output.report_targets(options["reports"]), output.report_choices(options)
    if options["coverage"] and not targets:
        message = "`--coverage` adds a section to a report, and none is asked for"
        raise InputError([Diagnostic("option", message, help="add `--report FILE`, or run `iamproof coverage`")])
    prepared = prepare(asked_for(options, coverage=options["coverage"]))
    warn_of_age(prepared.catalogue)
    found, tested = mutate(
        prepared.cells,
        prepared.catalogue,
        asserted=prepared.asserted,
        policies=options["policies"],
        each=_shared(options["jobs"]),
        progress=_progress,
    )
    if options["fmt"] == "json":
        text = mutation.as_data(found, tested, prepared.catalogue)
    else:
        text = mutation.as_text(found, len(prepared.cells), len(prepared.asserted), prepared.catalogue)
    click.echo(text, nl=False, err=output.beside(targets))
    if targets:
        output.write(_run(prepared, found), targets, choices)
    return _exit_code(found, threshold)


def _shared(jobs: int) -> Each:
    """Return what tests mutants in *jobs* processes, and tells of one that died."""
    from iamproof.jobs import in_order  # noqa: PLC0415  # --help needs no simulator

    def died(how: str) -> None:
        click.echo(f"iamproof: a process that tests mutants {how}: what it left undone is done here", err=True)

    return partial(in_order, jobs=jobs, died=died)


def _run(prepared: Prepared, found: Mutation) -> Run:
    """Decide the policies as they are, for reports, and put what changing them showed beside it."""
    prepared.options = replace(prepared.options, with_git=True, command=recorded_command(sys.argv[1:]))
    return replace(prepared.run(), mutation=found)


def _exit_code(found: Mutation, threshold: Fraction | None) -> int:
    if threshold is None or 100 * found.killed >= threshold * found.counted:
        return 0
    words = f"{found.killed:,} of {found.counted:,} mutants are noticed, which is less than {float(threshold):g} %"
    click.echo(f"iamproof: {words}", err=True)
    return _FAILED


def _progress(done: int, total: int) -> None:
    if total > _QUIET and (done % _QUIET == 0 or done == total):
        click.echo(f"tested {done:,} of {total:,} mutants", err=True)
