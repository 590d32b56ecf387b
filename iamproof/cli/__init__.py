"""The command line: a file a command, each loaded only when it is called.

Data goes to stdout, progress and diagnostics to stderr.  Exit codes: ``docs/cli.md``.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING

import click

from iamproof import __version__
from simulator.errors import Diagnostic, IamproofError, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "test": "run suites, print the matrix and the failures, write reports",
    "explain": "why a request is decided as it is, and what would turn it",
    "init": "write a first suite for a policy of yours, to be reviewed",
    "prove": "decide the invariants of suites, for all requests",
    "check": "everything that can be told of policies and suites without deciding",
    "coverage": "what the scenarios try of the policies, and what they don't",
    "mutate": "what no scenario would notice if a policy changed, and the scenario that would",
    "diff": "what a change of policies changes: cells, access, and a proof for all requests",
    "sweep": "everything that somebody may do, over the whole catalogue",
    "catalogue": "the actions, resource types, keys and managed policies, with their date",
    "record": "ask AWS once, and keep its answers as evidence",
    "parity": "the same requests on two backends, the differences classified",
    "serve": "an IAM endpoint with the simulation calls, for the AWS CLI, SDKs and Terraform",
    "report": "write an earlier run anew, in other formats",
    "verify": "is a report unedited, and do its files decide the same today",
    "controls": "which scenario covers which control of a framework",
    "schema": "the JSON Schemas of suites, accounts and runs",
}
"""Command to its short help; the module of the same name holds it as `command`."""

_COLLECT_AFTER = 200_000  # new values
_COMPLETE = "_IAMPROOF_COMPLETE"  # set by shells, read by click
_INTERRUPTED = 130
_DEFECT = 4


class _Lazy(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"iamproof.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which name is near."""
        from simulator.errors import nearest  # noqa: PLC0415  # only for a name that is not there

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = nearest(args[0], COMMANDS)
            advice = f"did you mean `{near}`?" if near else "`iamproof --help` lists the commands"
            raise InputError([Diagnostic("option", f"there is no command `{args[0]}`", help=advice)])
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands without importing them."""
        from iamproof.cli.completing import commands  # noqa: PLC0415  # only when a shell asks

        return [*commands(COMMANDS, incomplete), *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="iamproof")
def _iamproof() -> None:
    """Test AWS IAM policies: YAML scenarios, a matrix of decisions, evidence for auditors."""


def main(args: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    # A run makes values by the ten thousand and hardly a cycle among them: looking for some all the
    # time costs a tenth of it.
    gc.set_threshold(_COLLECT_AFTER)
    if _COMPLETE in os.environ:
        from iamproof.cli.shells import register  # noqa: PLC0415  # only when a shell asks

        register()
    code = _run(args)
    if args is not None:
        sys.exit(code)
    # The process is over: taking every value apart first would cost a tenth of a run once more.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _run(args: Sequence[str] | None) -> int:
    output = sys.stdout
    try:
        code = _iamproof.main(args=None if args is None else list(args), prog_name="iamproof", standalone_mode=False)
    except click.exceptions.Abort:
        return _INTERRUPTED
    except click.ClickException as error:
        from iamproof.cli.output import say  # noqa: PLC0415  # only when something went wrong
        from iamproof.cli.usage import as_diagnostic  # noqa: PLC0415  # only when something went wrong

        say(InputError([as_diagnostic(error)]))
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone, as in `iamproof test | head`; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as stop:
        # To such a reader click answers with 1, as if something had failed, and wraps the output.
        if stop.code == 1 and sys.stdout is not output:
            return 0
        raise
    except IamproofError as error:
        from iamproof.cli.output import say  # noqa: PLC0415  # only when something went wrong

        say(error)
        return error.exit_code
    except Exception as error:  # noqa: BLE001  # the last resort: a defect is reported in words
        _defect(error)
        return _DEFECT
    return code if isinstance(code, int) else 0


def _defect(error: Exception) -> None:
    import traceback  # noqa: PLC0415  # only when something went wrong

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{last.name} in {os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119  # a name for people
    click.echo(
        f"iamproof: a defect of iamproof {__version__}, not of your files: {type(error).__name__}: {error} ({place})\n"
        "  help: please report it with the command, the files it read and the output of the same command "
        "with IAMPROOF_DEBUG=1",
        err=True,
    )
    if os.environ.get("IAMPROOF_DEBUG"):
        traceback.print_exception(error)
