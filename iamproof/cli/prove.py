"""``iamproof prove``: decide the invariants of suites, for all requests."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli.choosing import asked_for, cell_options
from simulator.errors import SelectionError

if TYPE_CHECKING:
    from simulator.suites.result import Run

__all__ = ["SCHEMA", "command"]

SCHEMA = "iamproof/prove@1"
_INTERRUPTED = 130

_HELP = """Decide the invariants of suites (default: scenarios/) for all requests.

Each is proved, and told with what the proof assumes; or refuted by a request, told with the command that explains it
and as a scenario to paste; or unknown, with the reason.  The exit code is 1 on a counterexample or an unknown."""


@click.command("prove", help=_HELP)
@cell_options
@click.option("--strict", is_flag=True, help="A proof that speaks of no request fails too.")
@click.option("--list", "list_only", is_flag=True, help="List the invariants, decide nothing.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(**options: Any) -> int:
    """Decide invariants; return the exit code."""
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.cli.output import coloured  # noqa: PLC0415  # --help needs no simulator
    from iamproof.cli.test import exit_code  # noqa: PLC0415  # --help needs no simulator
    from iamproof.session import DEFAULT_PATH, prepare  # noqa: PLC0415  # --help needs no simulator
    from reports.terminal import claims_text  # noqa: PLC0415  # --help needs no renderer
    from simulator.text.show import printable  # noqa: PLC0415  # --help needs no simulator

    prepared = prepare(asked_for(options, strict=options["strict"]))
    warn_of_age(prepared.catalogue)
    if not prepared.asserted:
        declared = len(prepared.loaded.asserted)
        raise SelectionError(f"none of {declared} invariants is selected" if declared else "no suite has invariants")
    if options["list_only"]:
        for one in prepared.asserted:
            click.echo(printable(one.id, limit=None))
        return 0
    # Cells are not asked for here, and so no policy file needs one.
    prepared.cells = []
    prepared.options = replace(prepared.options, paths=prepared.options.paths or (DEFAULT_PATH,))
    interrupted = False
    try:
        for _ in prepared.prove():
            pass
    except KeyboardInterrupt:
        interrupted = True
    run = prepared.finish()
    click.echo(as_json(run) if options["fmt"] == "json" else claims_text(run, color=coloured()), nl=False)
    return _INTERRUPTED if interrupted else exit_code(run, strict=options["strict"])


def as_json(run: Run) -> str:
    """Return the invariants as JSON, spelled as in the report of a run."""
    from reports.json import encode_invariant  # noqa: PLC0415  # only for JSON

    data = {
        "schema": SCHEMA,
        "catalogue": None if run.catalogue is None else {"date": run.catalogue.date, "sha256": run.catalogue.sha256},
        "invariants": [json.loads(encode_invariant(one)) for one in run.invariants],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
