"""``iamproof explain``: why a request is decided as it is, and the smallest changes that turn it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from iamproof.cli.choosing import file_options
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from simulator.analyse.pick import Summary
    from simulator.analyse.question import Question
    from simulator.catalogue import Catalogue
    from simulator.suites.cells import Cell

__all__ = ["command"]

_HELP = """Explain a decision: each statement and what it missed, which layer decided, the smallest changes that
turn it, and the AWS CLI's line that asks AWS the same.

CELL-ID is what `iamproof test --list` prints.  Without one, --policy (or --account and --as), --action and
--resource ask what no suite asks."""
_BY_HAND = ("policies", "account", "boundary", "session_policies", "resource_policy", "scps", "owner", "context")
_HANDS = "--policy, --account, --boundary, --session-policy, --resource-policy, --scp, --owner and --context"


@click.command("explain", help=_HELP)
@click.argument("arguments", nargs=-1, metavar="[CELL-ID [PATH]...]", shell_complete=completing.cells)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="FILE|ARN|NAME",
    help="An identity policy; repeatable.",
    shell_complete=completing.policies,
)
@click.option(
    "--account",
    metavar="FILE",
    help="Take the policies that bear on --as from this account.",
    shell_complete=completing.files,
)
@click.option(
    "--as",
    "who",
    metavar="ARN|NAME",
    help="Who asks: an ARN, or a name of the account.",
    shell_complete=completing.principals,
)
@click.option(
    "--session",
    metavar="NAME",
    help="The sign-in state: with MFA, console without MFA, access key.",
    shell_complete=completing.sessions,
)
@click.option("--action", help="The action; of a cell of many, the one to explain.", shell_complete=completing.actions)
@click.option("--resource", metavar="ARN", help="The resource (default: *); of a cell of many, the one to explain.")
@click.option("--context", multiple=True, metavar="KEY=VALUE", help="A context key; repeatable, a list if given twice.")
@click.option(
    "--boundary", metavar="FILE|ARN|NAME", help="The permissions boundary.", shell_complete=completing.policies
)
@click.option(
    "--session-policy",
    "session_policies",
    multiple=True,
    metavar="FILE",
    help="A session policy; repeatable.",
    shell_complete=completing.files,
)
@click.option("--resource-policy", metavar="FILE", help="The resource's own policy.", shell_complete=completing.files)
@click.option(
    "--scp",
    "scps",
    multiple=True,
    metavar="FILE",
    help="A level of service control policies, root first.",
    shell_complete=completing.files,
)
@click.option("--owner", metavar="ACCOUNT", help="The account that owns the resource.")
@click.option("--live", is_flag=True, help="Judge as the live services decide, not as AWS's simulator does.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
@file_options
def command(**options: Any) -> int:
    """Explain a cell or a request given by hand."""
    from iamproof import explanation  # noqa: PLC0415  # --help needs no simulator
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator
    from simulator.analyse.explain import explain  # noqa: PLC0415  # --help needs no simulator

    catalogue = current_catalogue()
    warn_of_age(catalogue)
    question, summary = _asked(options, catalogue)
    found = explain(question, catalogue)
    if options["fmt"] == "json":
        click.echo(explanation.as_data(found, summary=summary, catalogue=catalogue), nl=False)
    else:
        color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        click.echo(explanation.as_text(found, summary=summary, catalogue=catalogue, color=color), nl=False)
    return 0


def _asked(options: dict[str, Any], catalogue: Catalogue) -> tuple[Question, Summary | None]:
    """Return the question, and of a cell of many what became of its other requests."""
    by_hand = any(options[name] for name in _BY_HAND)
    if options["arguments"] and by_hand:
        raise _misused("a CELL-ID and a request given by hand exclude each other", f"leave out {_HANDS}")
    if options["arguments"]:
        return _of_cell(options, catalogue)
    if not (options["policies"] or options["account"]):
        advice = "name a CELL-ID of `iamproof test --list`, or give --policy, --action and --resource"
        raise _misused("there is nothing to explain", advice)
    if options["action"] is None:
        raise _misused("a request needs `--action`", "as `--action iam:GetUser`")
    return _of_hand(options, catalogue), None


def _misused(message: str, advice: str) -> InputError:
    return InputError([Diagnostic("option", message, help=advice)])


def _of_hand(options: dict[str, Any], catalogue: Catalogue) -> Question:
    from simulator.analyse.adhoc import Given, question_of_given  # noqa: PLC0415  # only without a cell

    if options["account"] and (
        options["policies"] or options["boundary"] or options["session_policies"] or options["scps"]
    ):
        advice = "leave out --policy, --boundary, --session-policy and --scp"
        raise _misused("with --account the policies are the account's", advice)
    given = Given(
        action=options["action"],
        resource=options["resource"] or "*",
        who=options["who"],
        policies=options["policies"],
        boundary=options["boundary"],
        session_policies=options["session_policies"],
        resource_policy=options["resource_policy"],
        scps=options["scps"],
        owner=options["owner"],
        context=options["context"],
        account=options["account"],
        session=options["session"],
        live=options["live"],
    )
    return question_of_given(given, catalogue)


def _of_cell(options: dict[str, Any], catalogue: Catalogue) -> tuple[Question, Summary]:
    from simulator.analyse.pick import find_cell, requests_of, summary_of  # noqa: PLC0415  # only for a cell
    from simulator.analyse.question import neighbours_of, question_of  # noqa: PLC0415  # only for a cell
    from simulator.suites.load import load_suites  # noqa: PLC0415  # only for a cell

    identity, *paths = options["arguments"]
    root = Path(options["root"]) if options["root"] else Path()
    loaded = load_suites(
        _paths(identity, paths), root=root, allow_external=options["allow_external_files"], catalogue=catalogue
    )
    cell: Cell = find_cell(loaded.cells(), identity)
    summary = requests_of(cell, summary_of(cell, catalogue), action=options["action"], resource=options["resource"])
    neighbours = neighbours_of(cell, loaded.cells())
    return question_of(cell, summary.action, summary.resource, neighbours=neighbours), summary


def _paths(identity: str, paths: list[str]) -> list[Path]:
    """Return what to load: the paths named, else the suite that the id names, else the default folder."""
    from iamproof.session import suite_paths  # noqa: PLC0415  # --help needs no simulator

    file = Path(identity.partition("::")[0])
    return [file] if not paths and "::" in identity and file.is_file() else suite_paths(paths)
