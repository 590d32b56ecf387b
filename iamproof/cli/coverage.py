"""``iamproof coverage``: what the scenarios try of the policies, and what they don't."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from iamproof.cli.choosing import cell_options, chosen
from iamproof.cli.threshold import asked, failing

if TYPE_CHECKING:
    from iamproof.session import Prepared
    from simulator.suites.coverage import Coverage
    from simulator.suites.result import Run

__all__ = ["command"]

_HELP = """Say what the scenarios try of the policies: which statements decide, which conditions were seen true, false and
absent, which patterns were used.  What is missing is shown in the policy's text.

PATH is a suite or a folder of them (default: scenarios/)."""


@click.command("coverage", help=_HELP)
@cell_options
@click.option("--fail-under", "threshold", metavar="PERCENT", help="End with 1 when less is covered.")
@click.option("--since", metavar="REV", help="Only statements that changed since this git revision.")
@click.option("--managed", is_flag=True, help="Count AWS managed policies too.")
@click.option("--full", is_flag=True, help="Show every statement, not only those that lack something.")
@click.option("--lcov", metavar="FILE", help="Write an LCOV trace file too.", shell_complete=completing.files)
@click.option("--format", "fmt", type=click.Choice(["text", "json", "md"]), default="text", show_default=True)
def command(**options: Any) -> int:
    """Run the suites, print their coverage, return the exit code."""
    from iamproof import covered  # noqa: PLC0415  # --help needs no renderer
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.cli.output import coloured  # noqa: PLC0415  # --help needs no renderer

    threshold = asked(options["threshold"])
    prepared = chosen(options)
    warn_of_age(prepared.catalogue)
    for _ in prepared.decide():
        pass
    run = prepared.finish()
    coverage = _coverage(prepared, run, options)
    match options["fmt"]:
        case "json":
            text = covered.as_data(coverage, run)
        case "md":
            text = covered.as_markdown(coverage, run)
        case _:
            text = covered.as_text(coverage, run, full=options["full"], color=coloured())
            text += f"\ncatalogue of {prepared.catalogue.date}\n"
    click.echo(text, nl=False)
    if options["lcov"]:
        _write_lcov(coverage, options["lcov"])
    return failing(coverage, threshold)


def _coverage(prepared: Prepared, run: Run, options: dict[str, Any]) -> Coverage:
    from iamproof.changed import changed_since  # noqa: PLC0415  # asks git

    since = options["since"]
    only = None if since is None else changed_since(since)
    return prepared.covered(run.cells, managed=options["managed"], only=only, since=since)


def _write_lcov(coverage: Coverage, path: str) -> None:
    """Write the trace file, and tell so."""
    from reports import lcov  # noqa: PLC0415  # only with --lcov
    from reports.write import replace_files  # noqa: PLC0415  # only with --lcov
    from simulator.text.show import printable  # noqa: PLC0415  # only with --lcov

    for written in replace_files(Path(path), {"": (lcov.render(coverage),)}):
        click.echo(f"wrote {printable(str(written), limit=None)}", err=True)
