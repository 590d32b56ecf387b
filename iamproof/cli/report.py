"""``iamproof report``: write an earlier run anew, in other formats; nothing is decided."""

from __future__ import annotations

from typing import Any

import click

from iamproof.cli import completing, output

__all__ = ["command"]

_HELP = """Write the run of a JSON report, or of a page that carries it, in other formats; without --to, print it.

Nothing is decided anew, and the exit code does not depend on the verdict."""


@click.command("report", help=_HELP)
@click.argument("run", metavar="RUN.json", type=click.Path())
@click.option(
    "--to",
    "reports",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write a report; repeatable, - is stdout.",
    shell_complete=completing.reports,
)
@output.report_options
def command(**options: Any) -> int:
    """Read, write, and return 0."""
    targets = output.report_targets(options["reports"])
    choices = output.report_choices(options)
    run = output.read_run(options["run"])
    if not targets:
        output.terminal(run)
    output.write(run, targets, choices)
    return 0
