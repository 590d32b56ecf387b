"""``iamproof schema``: the JSON Schemas of what iamproof reads and writes."""

from __future__ import annotations

import json
from importlib import resources

import click

__all__ = ["SCHEMAS", "command"]

SCHEMAS = {
    "suite": "simulator.suites",
    "account": "simulator.suites",
    "base": "simulator.suites",
    "run": "reports",
}
"""The schema's name and the package whose folder ``schema`` holds it."""


@click.command("schema", help="Print a JSON Schema; without a name, all of them by name.")
@click.argument("name", required=False, type=click.Choice(list(SCHEMAS)))
def command(name: str | None) -> int:
    """Print, and return 0."""
    text = _text(name) if name else json.dumps({each: json.loads(_text(each)) for each in SCHEMAS}, indent=2)
    click.echo(text.rstrip("\n"))
    return 0


def _text(name: str) -> str:
    return resources.files(SCHEMAS[name]).joinpath("schema", f"{name}.schema.json").read_text("utf-8")
