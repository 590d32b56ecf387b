"""``iamproof catalogue``: the actions, resource types, keys and managed policies that iamproof knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from simulator.errors import Diagnostic, InputError, SelectionError

if TYPE_CHECKING:
    from simulator.catalogue.answer import Answer

__all__ = ["command"]

_HELP = """Look things up in the catalogue.

PATTERN is a service (`iam`), an action, resource type or key (`iam:*MFA*`, `iam:mfa`, `aws:MultiFactorAuthPresent`), a
name to look for in every service (`CreateUser`), the ARN of a resource, or the name or ARN of an AWS managed policy
(`AmazonEC2*`).  Without it, the services."""

_LEVELS = ("List", "Read", "Write", "Permissions management", "Tagging")


@click.command("catalogue", help=_HELP)
@click.argument("pattern", required=False, shell_complete=completing.catalogued)
@click.option("--level", type=click.Choice(_LEVELS, case_sensitive=False), help="Of actions, those of this level.")
@click.option("--document", is_flag=True, help="Print the document of the one managed policy.")
@click.option("--format", "fmt", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def command(**options: Any) -> int:
    """Look up and print."""
    from iamproof import lookup  # noqa: PLC0415  # --help needs no renderer
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator
    from simulator.catalogue.query import query  # noqa: PLC0415  # --help needs no simulator

    catalogue = current_catalogue()
    pattern = options["pattern"]
    answer = query(catalogue, pattern, level=options["level"])
    if not answer.found:
        raise SelectionError(_nothing(answer, options))
    warn_of_age(catalogue)
    if options["document"]:
        click.echo(_document(answer), nl=False)
    else:
        render = {"text": lookup.as_text, "json": lookup.as_data, "csv": lookup.as_csv}[options["fmt"]]
        click.echo(render(answer), nl=False)
    return 0


def _nothing(answer: Answer, options: dict[str, Any]) -> str:
    of_level = f" with the access level {options['level']}" if options["level"] else ""
    near = f"; did you mean `{answer.suggestion}`?" if answer.suggestion else ""
    return f"the catalogue of {answer.date} has nothing for `{options['pattern']}`{of_level}{near}"


def _document(answer: Answer) -> str:
    """Return the text of the one policy found, whose digest is the policy's."""
    from simulator.catalogue.managed import managed_policy  # noqa: PLC0415  # only with --document

    found = managed_policy(answer.policies[0].name) if len(answer.policies) == 1 else None
    if found is None:
        message = f"`--document` wants one managed policy, and there are {len(answer.policies)}"
        raise InputError(
            [Diagnostic("option", message, help="name it, as `iamproof catalogue ReadOnlyAccess --document`")]
        )
    return found.text
