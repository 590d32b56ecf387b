"""``iamproof serve``: an IAM endpoint with the simulation calls, for the AWS CLI, SDKs and Terraform."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing

if TYPE_CHECKING:
    from simulator.accounts.model import Account

__all__ = ["command"]

_HELP = """Serve moto with the calls of AWS's policy simulator, until SIGINT or SIGTERM.

The address is printed when it can be used; give it to clients as their endpoint.  Any credentials do, and
what clients create is gone with the server."""


@click.command("serve", help=_HELP)
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--account",
    metavar="FILE",
    help="Load this account: its policies, groups, users, roles.",
    shell_complete=completing.files,
)
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Files that the account names must lie below DIR (default: here).",
    shell_complete=completing.folders,
)
@click.option("--allow-external-files", is_flag=True, help="Let the account name files anywhere.")
def command(**options: Any) -> int:
    """Serve, and return 0 when it is over."""
    from simulator.backends.serve import serve  # noqa: PLC0415  # --help needs no simulator

    account = _account(options)
    if not _loopback(options["host"]):
        click.echo("warning: no credentials are checked, and others may reach this address", err=True)

    def ready(url: str) -> None:
        click.echo(url)
        who = "no account loaded" if account is None else _words(account)
        click.echo(f"serving ({who}); Ctrl-C ends it", err=True)

    serve(options["port"], options["host"], account=account, ready=ready)
    return 0


def _account(options: dict[str, Any]) -> Account | None:
    if options["account"] is None:
        return None
    from simulator.accounts.load import load_account  # noqa: PLC0415  # only with --account

    root = Path(options["root"]) if options["root"] else None
    return load_account(Path(options["account"]), root=root, allow_external=options["allow_external_files"])


def _words(account: Account) -> str:
    held = (("user", account.users), ("group", account.groups), ("role", account.roles))
    counted = (f"{len(found)} {kind}{'' if len(found) == 1 else 's'}" for kind, found in held)
    return f"account {account.id}: {', '.join(counted)}"


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
