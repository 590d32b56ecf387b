"""What the commands that run cells share: options that choose cells, that say which files they may name, that reach AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from iamproof.cli import completing
from simulator.errors import SelectionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iamproof.session import Prepared, RunOptions

__all__ = ["asked_for", "aws_options", "cell_options", "chosen", "file_options"]

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_FILES = (
    click.option(
        "--root",
        type=click.Path(exists=True, file_okay=False),
        metavar="DIR",
        help="Files that suites name must lie below DIR (default: here).",
        shell_complete=completing.folders,
    ),
    click.option("--allow-external-files", is_flag=True, help="Let suites name files anywhere."),
)
_CELLS = (
    click.argument("paths", nargs=-1, type=click.Path()),
    click.option(
        "-k", "words", default="", metavar="EXPR", help="Only cells whose id, names or tags contain these words."
    ),
    click.option("--tag", "tags", multiple=True, help="Only scenarios with this tag.", shell_complete=completing.tags),
    click.option(
        "--control",
        "controls",
        multiple=True,
        help="Only scenarios with this control.",
        shell_complete=completing.controls,
    ),
    click.option(
        "--only",
        multiple=True,
        metavar="NAME=GLOB",
        help="Only this principal, session, action, resource, suite or scenario.",
        shell_complete=completing.only,
    ),
    *_FILES,
)
_AWS = (
    click.option("--profile", help="The AWS profile."),
    click.option("--region", help="The AWS region."),
    click.option("--endpoint-url", help="Another endpoint than AWS's."),
)


def _giving(options: Sequence[Callable[[_Command], _Command]]) -> Callable[[_Command], _Command]:
    """Return a decorator that gives a command *options*, in their order."""

    def given(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return given


cell_options = _giving(_CELLS)  #: those that choose cells
file_options = _giving(_FILES)  #: those that say which files suites may name
aws_options = _giving(_AWS)  #: those that reach AWS


def asked_for(options: dict[str, Any], *, strict: bool = False, coverage: bool = False) -> RunOptions:
    """Return what the options that choose cells ask for."""
    from iamproof.session import RunOptions  # noqa: PLC0415  # --help needs no simulator

    return RunOptions(
        paths=options["paths"],
        k=options["words"],
        tags=options["tags"],
        controls=options["controls"],
        only=options["only"],
        root=options["root"],
        allow_external_files=options["allow_external_files"],
        with_git=False,
        strict=strict,
        coverage=coverage,
    )


def chosen(options: dict[str, Any]) -> Prepared:
    """Load the suites and choose cells; raise `InputError` or `SelectionError`."""
    from iamproof.session import prepare  # noqa: PLC0415  # --help needs no simulator

    prepared = prepare(asked_for(options))
    if not prepared.cells:
        raise SelectionError("there is no cell to run")
    return prepared
