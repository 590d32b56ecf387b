"""What the commands that write reports share: their options, the files these name, the writing."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from iamproof.cli import completing
from simulator.errors import Diagnostic, InputError, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reports.signoff import SignOff
    from simulator.errors import IamproofError
    from simulator.suites.result import Run

__all__ = [
    "STDOUT",
    "coloured",
    "located",
    "read_review",
    "read_run",
    "ready",
    "report_choices",
    "report_options",
    "report_targets",
    "say",
    "terminal",
    "write",
]

STDOUT = "-"
"""As a report's FILE: the standard output."""

_RUN_LIMIT = 1 << 30
_MIXES = ("github",)  # workflow commands are meant to stand among other lines

_Command = TypeVar("_Command", bound="Callable[..., Any]")

_OPTIONS = (
    click.option(
        "--baseline", metavar="REPORT.json", help="Compare with an earlier run.", shell_complete=completing.files
    ),
    click.option(
        "--signoff",
        metavar="FILE",
        help="Print this review, a YAML or JSON file, in the reports.",
        shell_complete=completing.files,
    ),
    click.option(
        "--oscal-findings",
        metavar="FILE",
        help="Write the findings that the assessor states in this review as OSCAL's.",
        shell_complete=completing.files,
    ),
    click.option("--external-assets", is_flag=True, help="HTML: style and script in files of their own."),
    click.option("--split-by", type=click.Choice(["suite"]), help="HTML: a page per suite."),
    click.option("--junit-strict", is_flag=True, help="JUnit: only what Jenkins' schema has."),
)


def report_options(command: _Command) -> _Command:
    """Give *command* the options that concern reports."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def report_choices(options: dict[str, Any]) -> dict[str, Any]:
    """Read the files that the options of reports name; return what `reports.write` takes."""
    return {
        "baseline": None if options["baseline"] is None else read_run(options["baseline"]),
        "signoff": read_review(options["signoff"]),
        "oscal_findings": read_review(options["oscal_findings"]),
        "external_assets": options["external_assets"],
        "split_by": options["split_by"],
        "strict": options["junit_strict"],
    }


def read_run(path: str) -> Run:
    """Return the run of a JSON report, or of a page that carries it; faults name the file."""
    from reports.verify import carried  # noqa: PLC0415  # only when a report is read
    from simulator.text.files import read_source  # noqa: PLC0415  # only when a report is read

    source = read_source(Path(path), limit=_RUN_LIMIT)
    with located(source.name):
        return carried(source.text)


@contextmanager
def located(name: str) -> Iterator[None]:
    """Let the faults of what has no lines, as a report, name the file at least."""
    try:
        yield
    except InputError as error:
        place = Span(name, 1, 1, 1, 1)
        raise InputError([replace(found, span=found.span or place) for found in error.diagnostics]) from error


def read_review(path: str | None) -> SignOff | None:
    """Return the review in a file; None without one."""
    if path is None:
        return None
    from reports.signoff import read_signoff  # noqa: PLC0415  # only with a review
    from simulator.text.files import read_source  # noqa: PLC0415  # only with a review

    return read_signoff(read_source(Path(path)))


def report_targets(texts: Iterable[str]) -> tuple[tuple[str | None, str], ...]:
    """Read ``FORMAT=FILE`` or ``FILE`` before anything runs; raise `InputError` for an unknown format."""
    targets = tuple(_target(text) for text in texts)
    printed = [fmt for fmt, path in targets if path == STDOUT]
    if len(printed) > 1 and any(fmt not in _MIXES for fmt in printed):
        message = "only one report can go to the standard output"
        raise InputError([Diagnostic("option", message, help="give the others files of their own")])
    return targets


def _target(text: str) -> tuple[str | None, str]:
    import reports  # noqa: PLC0415  # only when a report is asked for

    fmt, equals, path = text.partition("=")
    if not equals or "/" in fmt or "." in fmt:
        reports.format_of(text)
        return None, text
    reports.known_format(fmt)
    if not path:
        raise InputError([Diagnostic("option", f"`{text}` names no file", help=f"as {fmt}=FILE, or {fmt}=-")])
    return fmt, path


def ready() -> None:
    """Load what `terminal` prints with, as long as another process keeps this one waiting."""
    import tabulate  # noqa: F401, PLC0415  # what draws tables, which loads it when it draws one

    from reports import terminal  # noqa: F401, PLC0415  # only when a run is printed


def terminal(run: Run, targets: Iterable[tuple[str | None, str]] = (), **choices: Any) -> None:
    """Print the run for people: beside a report on the standard output, to the standard error."""
    from reports import terminal as renderer  # noqa: PLC0415  # only when a run is printed

    err = beside(targets)
    stream = sys.stderr if err else sys.stdout
    width = shutil.get_terminal_size().columns if stream.isatty() else None
    click.echo(renderer.render(run, color=coloured(err=err), width=width, **choices), err=err)


def beside(targets: Iterable[tuple[str | None, str]]) -> bool:
    """Tell whether a report takes the standard output, so that text for people goes to the standard error."""
    return any(path == STDOUT and fmt not in _MIXES for fmt, path in targets)


def coloured(*, err: bool = False) -> bool:
    """Tell whether the output may have colours."""
    return (sys.stderr if err else sys.stdout).isatty() and "NO_COLOR" not in os.environ


def say(error: IamproofError) -> None:
    """Tell on stderr what went wrong."""
    from simulator.text.show import printable, show  # noqa: PLC0415  # only when something went wrong

    if isinstance(error, InputError):
        click.echo(show(error.diagnostics, colour=coloured(err=True)), err=True)
    else:
        click.echo(f"iamproof: {printable(str(error), limit=2000)}", err=True)


def write(run: Run, targets: Iterable[tuple[str | None, str]], choices: dict[str, Any]) -> None:
    """Write the reports, and tell which files."""
    import reports  # noqa: PLC0415  # only when a report is asked for
    from simulator.text.show import printable  # noqa: PLC0415  # only when a report is asked for

    sys.stdout.flush()
    for fmt, path in targets:
        for written in reports.write(run, path, fmt, **choices):
            click.echo(f"wrote {printable(str(written), limit=None)}", err=True)
            if (fmt or reports.format_of(path)) == "html":
                _warn_of_size(written, split=choices["split_by"] is not None)


def _warn_of_size(page: Path, *, split: bool) -> None:
    from reports.html import LARGE  # noqa: PLC0415  # only for pages
    from simulator.text.show import printable  # noqa: PLC0415  # only for pages

    if (size := page.stat().st_size) > LARGE:
        advice = "" if split else "; `--split-by suite` writes a page per suite"
        name = printable(str(page), limit=None)
        click.echo(f"warning: `{name}` has {size // 1_000_000} MB and is slow to open{advice}", err=True)
