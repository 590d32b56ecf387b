"""``iamproof catalogue``: the actions, resource types, keys and managed policies that iamproof knows."""

from __future__ import annotations

import click

from simulator.errors import SelectionError

__all__ = ["command"]

_HELP = """Look things up in the catalogue.

PATTERN is a service (`iam`), an action or key (`iam:*MFA*`, `aws:MultiFactorAuthPresent`), or the name or ARN of an AWS
managed policy (`AmazonEC2*`).  Without it, the services."""


@click.command("catalogue", help=_HELP)
@click.argument("pattern", required=False)
@click.option("--format", "fmt", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def command(pattern: str | None, fmt: str) -> int:
    """Look up and print."""
    from iamproof import lookup  # noqa: PLC0415  # --help needs no renderer
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator
    from simulator.catalogue.query import query  # noqa: PLC0415  # --help needs no simulator

    answer = query(current_catalogue(), pattern)
    if not answer.found:
        near = f"; did you mean `{answer.suggestion}`?" if answer.suggestion else ""
        raise SelectionError(f"the catalogue of {answer.date} has nothing for `{pattern}`{near}")
    render = {"text": lookup.as_text, "json": lookup.as_data, "csv": lookup.as_csv}[fmt]
    click.echo(render(answer), nl=False)
    return 0
