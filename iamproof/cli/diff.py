"""``iamproof diff``: what a change of policies changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from iamproof.cli.choosing import aws_options, file_options
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from iamproof.managed import Ask
    from iamproof.session import RunOptions

__all__ = ["command"]

_ATTEMPTS, _SECONDS = 4, 20.0  # of a call: there are a few, and somebody waits

_HELP = """Say what changes from OLD to NEW: cells that flip, access gained and lost over the whole catalogue, and a proof
for all requests that nothing new is granted, or a request that is.

OLD and NEW are policy files, folders, account files, managed policies (NAME or ARN, NAME@v3 for a version), git
revisions, or paths in one (REV:PATH).  A bare revision beside a path is that path as it was then; two of them are
compared whole.  PATH is a suite or a folder of them (default: scenarios/).

Of an AWS managed policy the catalogue has one version.  With --ask-aws others, and those of your account, are asked of
AWS (ARN@v3; ARN@default is the one in force), which takes iam:GetPolicyVersion and iam:GetPolicy.

Ends with 0 if no access is new and no cell flips, else with 1."""


@click.command("diff", help=_HELP)
@click.argument("old", metavar="OLD", shell_complete=completing.policies)
@click.argument("new", metavar="NEW", shell_complete=completing.policies)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--full", is_flag=True, help="List everything, however much.")
@click.option("--format", "fmt", type=click.Choice(["text", "json", "md"]), default="text", show_default=True)
@file_options
@click.option("--ask-aws", is_flag=True, help="Ask AWS for managed policies that are not at hand.")
@aws_options
def command(**options: Any) -> int:
    """Compare, print, and return the exit code."""
    from iamproof import differing  # noqa: PLC0415  # --help needs no renderer
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.comparing import difference  # noqa: PLC0415  # --help needs no simulator
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator

    found = difference(options["old"], options["new"], _run_options(options), ask=_ask(options))
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


def _ask(options: dict[str, Any]) -> Ask | None:
    """Return whom to ask for what is not at hand; refuse options that would be ignored."""
    reach = {name: options[name] for name in ("profile", "region", "endpoint_url") if options[name] is not None}
    if not options["ask_aws"]:
        if reach:
            stated = ", ".join(f"`--{name.replace('_', '-')}`" for name in reach)
            help_ = "say `--ask-aws` to ask there, or leave it out"
            raise InputError([Diagnostic("option", f"{stated} says whom to ask, and nobody is asked", help=help_)])
        return None
    from simulator.backends.aws import AwsOptions  # noqa: PLC0415  # only who asks pays
    from simulator.backends.stored import Store  # noqa: PLC0415  # only who asks pays

    return Store.of(AwsOptions(**reach, attempts=_ATTEMPTS, read_timeout=_SECONDS)).policy


def _run_options(options: dict[str, Any]) -> RunOptions:
    from iamproof.session import RunOptions  # noqa: PLC0415  # --help needs no simulator

    return RunOptions(
        paths=options["paths"],
        root=options["root"],
        allow_external_files=options["allow_external_files"],
        with_git=False,
    )
