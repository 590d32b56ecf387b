"""``iamproof check``: everything that can be told of policies and suites without deciding."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli.choosing import file_options
from simulator.errors import Diagnostic, SelectionError, Severity

if TYPE_CHECKING:
    from simulator.analyse.check import Checked
    from simulator.catalogue import Catalogue

__all__ = ["command", "exit_code"]

_DEFAULT_PATHS = ("scenarios", "policies")
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_UNUSABLE = 2
_STALE = "catalogue-stale"

_HELP = """Check suites, accounts and policies without deciding anything: schema, names, conditions, MFA traps.

PATH is a suite, a policy (.json) or a folder of both; without one, scenarios/ and policies/."""


@click.command("check", help=_HELP)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--format", "fmt", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in _ORDER]),
    default="warning",
    show_default=True,
    help="End with 1 for findings as bad as this.",
)
@file_options
def command(**options: Any) -> int:
    """Check, print, and return the exit code."""
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator

    catalogue = current_catalogue()
    checked = _checked(options, catalogue)
    click.echo(_rendered(checked, catalogue, options["fmt"]), nl=False)
    return exit_code(checked, Severity(options["fail_on"]))


def _checked(options: dict[str, Any], catalogue: Catalogue) -> Checked:
    from iamproof.config import read_config  # noqa: PLC0415  # --help needs no simulator
    from reports.controls import names  # noqa: PLC0415  # --help needs no simulator
    from simulator.analyse.check import check_paths  # noqa: PLC0415  # --help needs no simulator
    from simulator.analyse.lint.silence import read_silences  # noqa: PLC0415  # --help needs no simulator

    paths = [Path(path) for path in options["paths"] or _DEFAULT_PATHS if options["paths"] or Path(path).is_dir()]
    checked = check_paths(
        paths,
        catalogue,
        root=Path(options["root"]) if options["root"] else Path(),
        allow_external=options["allow_external_files"],
        silences=read_silences(read_config().silence),
        controls=frozenset(names()),
        more=_stale(catalogue),
    )
    if not (checked.suites or checked.policies or checked.unusable):
        where = " and ".join(f"`{path}`" for path in options["paths"] or _DEFAULT_PATHS)
        raise SelectionError(f"there is neither a suite nor a policy in {where}")
    return checked


def _stale(catalogue: Catalogue) -> tuple[Diagnostic, ...]:
    from simulator.clock import today  # noqa: PLC0415  # --help needs no simulator

    message = catalogue.stale(today())
    help_ = "a newer iamproof has newer data; or silence it with a reason"
    return () if message is None else (Diagnostic(_STALE, message, help=help_, severity=Severity.WARNING),)


def _rendered(checked: Checked, catalogue: Catalogue, fmt: str) -> str:
    from iamproof import findings  # noqa: PLC0415  # --help needs no renderer

    if fmt == "json":
        return findings.as_data(checked, catalogue)
    if fmt == "sarif":
        return findings.as_sarif(checked, catalogue)
    return findings.as_text(checked, catalogue, color=sys.stdout.isatty() and "NO_COLOR" not in os.environ)


def exit_code(checked: Checked, fail_on: Severity) -> int:
    """Return 2 when something can't be used, 1 for a finding in the files as bad as *fail_on*, else 0."""
    if checked.unusable:
        return _UNUSABLE
    failing = _ORDER[: _ORDER.index(fail_on) + 1]
    # Old data are no fault of the files: what passed yesterday must not fail for having waited.
    found = (diagnostic for diagnostic in checked.diagnostics if diagnostic.code != _STALE)
    return 1 if any(diagnostic.severity in failing for diagnostic in found) else 0
