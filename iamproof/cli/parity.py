"""``iamproof parity``: the same requests on two backends, the differences classified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from iamproof.cli.choosing import aws_options, cell_options, chosen
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from simulator.analyse.parity import KnownDivergence, Parity
    from simulator.backends import Backend
    from simulator.catalogue import Catalogue

__all__ = ["command", "exit_code"]

_FAILED = 1
_UNANSWERED = 3

_HELP = """Put the requests of suites (default: scenarios/) to two backends, and tell in what the answers differ.

Compared are the decision, the deciding statements, the missing context keys, and what a boundary, the
organization and the sides of a cross-account request say.  Ends with 1 on a difference that --known does
not give a reason for."""


@click.command("parity", help=_HELP)
@cell_options
@click.option(
    "--backend",
    "backends",
    multiple=True,
    metavar="embedded|moto|aws|recording:FILE",
    help="Who answers; twice.",
    shell_complete=completing.backends,
)
@click.option(
    "--known",
    metavar="FILE",
    help="Divergences that are known, each with a reason: YAML or JSON.",
    shell_complete=completing.files,
)
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
@aws_options
def command(**options: Any) -> int:
    """Compare, print, and return the exit code."""
    from iamproof import parity  # noqa: PLC0415  # --help needs no simulator
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.remote import Progress, requests_of  # noqa: PLC0415  # --help needs no simulator
    from simulator.analyse.parity import compare_backends  # noqa: PLC0415  # --help needs no simulator

    names = _two(options["backends"])
    _heeded(names, options)
    known = _known(options["known"])
    prepared = chosen(options)
    warn_of_age(prepared.catalogue)
    one, other = (_backend(name, prepared.catalogue, options) for name in names)
    heard = Progress("compared", requests_of(prepared.cells))
    found = compare_backends(prepared.cells, (one, other), names, known=known, heard=heard)
    click.echo((parity.as_data if options["fmt"] == "json" else parity.as_text)(found, prepared.catalogue), nl=False)
    return exit_code(found)


def exit_code(found: Parity) -> int:
    """Return 3 when a backend had no answer, 1 when answers differ without a reason, else 0."""
    if found.without_answer:
        return _UNANSWERED
    return _FAILED if found.unknown else 0


def _two(names: tuple[str, ...]) -> tuple[str, str]:
    if len(names) != 2:
        message = f"two backends are compared, not {len(names)}"
        raise InputError([Diagnostic("option", message, help="as `--backend embedded --backend moto`")])
    return names[0], names[1]


def _heeded(names: tuple[str, str], options: dict[str, Any]) -> None:
    """Refuse options that neither backend would heed."""
    stated = [name for name in ("--profile", "--region", "--endpoint-url") if options[_key(name)] is not None]
    if stated and "aws" not in names:
        from iamproof.remote import refuse_reach  # noqa: PLC0415  # only for the refusal

        refuse_reach(stated, *names)


def _key(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _known(path: str | None) -> tuple[KnownDivergence, ...]:
    if path is None:
        return ()
    from simulator.analyse.parity import read_known  # noqa: PLC0415  # only with --known
    from simulator.text.files import read_source  # noqa: PLC0415  # only with --known
    from simulator.text.yaml import parse_yaml  # noqa: PLC0415  # only with --known

    return read_known(parse_yaml(read_source(Path(path))))


def _backend(name: str, catalogue: Catalogue, options: dict[str, Any]) -> Backend:
    """Make a backend; what reaches AWS is for `aws` alone."""
    from simulator.backends import backend  # noqa: PLC0415  # --help needs no simulator

    reach = {key: options[key] for key in ("profile", "region", "endpoint_url")} if name == "aws" else {}
    return backend(name, catalogue=catalogue, **reach)
