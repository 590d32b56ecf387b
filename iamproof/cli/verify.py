"""``iamproof verify``: is a report unedited, are its files the same, do they decide the same today?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from iamproof.verification import Verification

__all__ = ["command"]

_LIMIT = 1 << 30
_MOST = 50  # differences printed; JSON has all
_UNUSABLE = 2

_HELP = """Recompute the digests of a report and of the files it names, decide its suites anew and compare cell by cell;
sections on coverage and mutation are computed anew, too, and with --baseline what changed since.

Ends with 1 when something differs, with 2 when the report or its suites can't be read. A digest shows that a copy
is unedited, not who made it: give the one that you kept with --digest."""


@click.command("verify", help=_HELP)
@click.argument("report", metavar="REPORT.json|REPORT.html", type=click.Path())
@click.option("--digest", metavar="SHA256", help="The result digest that you kept apart from the report.")
@click.option(
    "--baseline",
    metavar="REPORT.json",
    help="The run that the report compares with: what changed is computed anew.",
    shell_complete=completing.files,
)
@click.option(
    "--signoff",
    metavar="FILE",
    help="The review that the report shows: is it of this result, and is the page what was written with it?",
    shell_complete=completing.files,
)
@click.option("--strict", is_flag=True, help="The run was strict, though its recorded command does not say so.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Files that the report names must lie below DIR (default: here).",
    shell_complete=completing.folders,
)
@click.option("--allow-external-files", is_flag=True, help="Let the report and its suites name files anywhere.")
def command(**options: Any) -> int:
    """Verify, print, and return the exit code."""
    from iamproof.cli.output import located, read_review, read_run  # noqa: PLC0415  # --help needs no simulator
    from iamproof.verification import VerifyOptions, verify_report  # noqa: PLC0415  # --help needs no simulator
    from simulator.text.files import read_source  # noqa: PLC0415  # --help needs no simulator

    _check_digest(options["digest"])
    source = read_source(Path(options["report"]), limit=_LIMIT)
    wanted = VerifyOptions(
        options["digest"],
        options["strict"],
        options["root"],
        options["allow_external_files"],
        None if options["baseline"] is None else read_run(options["baseline"]),
        read_review(options["signoff"]),
    )
    with located(source.name):
        found = verify_report(source.text, wanted)
    click.echo(_json(found) if options["fmt"] == "json" else _text(source.name, found))
    return _told(found) if found.diagnostics else 1 if found.faults else 0


def _check_digest(digest: str | None) -> None:
    if digest is not None and not re.fullmatch("[0-9a-fA-F]{64}", digest):
        message = f"`--digest {digest[:80]}` is no result digest"
        raise InputError([Diagnostic("option", message, help="it has 64 hexadecimal digits")])


def _told(found: Verification) -> int:
    from simulator.text.show import show  # noqa: PLC0415  # only where suites can't be read

    click.echo(show(found.diagnostics), err=True)
    return _UNUSABLE


def _text(name: str, found: Verification) -> str:
    from simulator.text.show import printable  # noqa: PLC0415  # --help needs no simulator

    left = len(found.faults) - _MOST
    lines = [f"✗ {fault}" for fault in found.faults[:_MOST]] + ([f"✗ and {left} more"] if left > 0 else [])
    lines += [f"note: {note}" for note in found.notes]
    lines.append(f"{name}: {_conclusion(found)}")
    lines.append(f"verdict of the report: {found.verdict}; result digest {found.digest}")
    return "\n".join(printable(line, limit=None) for line in lines)


def _conclusion(found: Verification) -> str:
    if found.diagnostics:
        return "its suites can't be read, so nothing was decided anew"
    beside = f", {' and '.join(found.recomputed)} computed anew" if found.recomputed else ""
    decided = f"{found.compared:,} of {found.cells:,} cells decided anew{beside}"
    return (
        f"{len(found.faults):,} differences; {decided}"
        if found.faults
        else f"its run is unchanged; {decided}, all the same"
    )


def _json(found: Verification) -> str:
    import json  # noqa: PLC0415  # only with --format json

    verified = not found.faults and not found.diagnostics
    data = {
        "verified": verified,
        "result_digest": found.digest,
        "verdict": found.verdict,
        "cells": found.cells,
        "compared": found.compared,
        "recomputed": found.recomputed,
        "differences": found.faults,
        "notes": found.notes,
    }
    return json.dumps(data, indent=2)
