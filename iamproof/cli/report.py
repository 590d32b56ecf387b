"""``iamproof report``: write an earlier run anew, in other formats; nothing is decided."""

from __future__ import annotations

from pathlib import Path
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
        output.terminal(run, since=choices["baseline"])
    output.write(run, targets, choices)
    if choices["baseline"] is None:
        _tell_of_changes(options["run"])
    return 0


def _tell_of_changes(path: str) -> None:
    """Say that a section was left out: what changed is of two runs, and a report carries one."""
    from reports.verify import stated_changes  # noqa: PLC0415  # --help needs no reports

    if stated_changes(Path(path).read_text(encoding="utf-8")) is not None:
        message = f"note: what `{path}` says has changed since its baseline is left out; give that one as `--baseline`"
        click.echo(message, err=True)
