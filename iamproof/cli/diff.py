"""``iamproof diff``: what a change of policies changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from iamproof.session import RunOptions

__all__ = ["command"]

_HELP = """Say what changes from OLD to NEW: cells that flip, access gained and lost over the whole catalogue, and a proof
for all requests that nothing new is granted, or a request that is.

OLD and NEW are policy files, folders, account files, AWS managed policies, git revisions, or paths in one (REV:PATH).
A bare revision beside a path is that path as it was then; two of them are compared whole.  PATH is a suite or a folder
of them (default: scenarios/).

Ends with 0 if no access is new and no cell flips, else with 1."""


@click.command("diff", help=_HELP)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--full", is_flag=True, help="List everything, however much.")
@click.option("--format", "fmt", type=click.Choice(["text", "json", "md"]), default="text", show_default=True)
@click.option("--root", metavar="DIR", help="Files that suites name must lie below DIR (default: here).")
@click.option("--allow-external-files", is_flag=True, help="Let suites name files anywhere.")
def command(**options: Any) -> int:
    """Compare, print, and return the exit code."""
    from iamproof import differing  # noqa: PLC0415  # --help needs no renderer
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.comparing import difference  # noqa: PLC0415  # --help needs no simulator
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator

    found = difference(options["old"], options["new"], _run_options(options))
    catalogue = current_catalogue()
    warn_of_age(catalogue)
    match options["fmt"]:
        case "json":
            text = differing.as_data(found, catalogue)
        case "md":
            text = differing.as_markdown(found, catalogue)
        case _:
            text = differing.as_text(found, catalogue, full=options["full"])
    click.echo(text, nl=False)
    return 0 if found.clean else 1


def _run_options(options: dict[str, Any]) -> RunOptions:
    from iamproof.session import RunOptions  # noqa: PLC0415  # --help needs no simulator

    return RunOptions(
        paths=options["paths"],
        root=options["root"],
        allow_external_files=options["allow_external_files"],
        with_git=False,
    )
