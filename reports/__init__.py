"""Reports: one `Run`, many formats; renderers are pure, and files are opened only here.

`FORMATS` is the table of formats.  A renderer is ``render(run, options) -> str`` in the module of its
name, imported when it is asked for, so that a plain test run pays for none of them.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from reports.options import Options
from reports.write import replace_files
from simulator.errors import Diagnostic, InputError, nearest
from simulator.values import dataclass

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from simulator.suites.result import Run

__all__ = ["FORMATS", "Format", "Options", "format_of", "known_format", "render", "write"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of reports: its module, the endings of its files, what it is for.

    A module with `chunks` streams; one with `files` may write several files.
    """

    name: str
    module: str
    endings: tuple[str, ...]
    purpose: str


FORMATS: Mapping[str, Format] = {
    row.name: row
    for row in (
        Format(
            "html", "reports.html", (".html", ".htm"), "the report for auditors: one page, complete without scripts"
        ),
        Format(
            "md",
            "reports.markdown",
            (".md", ".markdown"),
            "the same in GitHub's Markdown, for a job summary or a review",
        ),
        Format("json", "reports.data", (".json",), "the canonical data that all others derive from"),
        Format("junit", "reports.junit", (".junit.xml", ".xml"), "for CI servers that show tests"),
        Format(
            "sarif", "reports.sarif", (".sarif", ".sarif.json"), "for code scanning: findings at the policy's lines"
        ),
        Format("oscal", "reports.oscal", (".oscal.json", ".oscal"), "OSCAL assessment results, for GRC tools"),
        Format(
            "github",
            "reports.github",
            (".github", ".github.txt"),
            "workflow commands: annotations on the changed lines",
        ),
        Format("csv", "reports.csv", (".csv",), "a row a cell, for spreadsheets"),
    )
}


def format_of(path: str | os.PathLike[str]) -> str:
    """Tell the format that a file's ending names; the longest ending wins."""
    name = str(path).lower()
    endings = [(len(ending), row.name) for row in FORMATS.values() for ending in row.endings if name.endswith(ending)]
    if not endings:
        raise InputError(
            [
                Diagnostic(
                    "unknown-format",
                    f"the ending of `{path}` names no report format",
                    help=f"give FORMAT=FILE with one of {', '.join(FORMATS)}, or end the name in one of {_endings()}",
                )
            ]
        )
    return max(endings)[1]


def render(run: Run, fmt: str, **options: Any) -> str:
    """Return the report of *run* in a format of `FORMATS`; the options are those of `Options`."""
    rendered: str = _module(fmt).render(run, Options(**options))
    return rendered


def write(run: Run, path: str | os.PathLike[str], fmt: str | None = None, **options: Any) -> tuple[Path, ...]:
    """Write the report of *run* to *path*, whole or not at all, and return the files written.

    Without *fmt* the file's ending names the format.  Missing folders are made.  The path ``-`` is the
    standard output.
    """
    module, chosen = _module(fmt or format_of(path)), Options(**options)
    if str(path) == "-":
        sys.stdout.writelines(_content(module, run, chosen, path)[""])
        return ()
    return replace_files(path, _content(module, run, chosen, path))


def _content(module: Any, run: Run, options: Options, path: str | os.PathLike[str]) -> Mapping[str, Iterable[str]]:
    """Map the name of each file (empty: the path itself) to its text in pieces."""
    if hasattr(module, "files"):
        files: Mapping[str, str] = module.files(run, options, path)
        return {name: (text,) for name, text in files.items()}
    return {"": module.chunks(run, options) if hasattr(module, "chunks") else (module.render(run, options),)}


def known_format(fmt: str) -> Format:
    """Return the row of a format, or raise `InputError` with the nearest name."""
    row = FORMATS.get(fmt)
    if row is None:
        # What people call a format may be the ending of its files.
        called = {ending[1:]: row.name for row in FORMATS.values() for ending in row.endings}
        near = called.get(fmt.lower()) or nearest(fmt, FORMATS)
        raise InputError(
            [
                Diagnostic(
                    "unknown-format",
                    f"`{fmt}` is no report format",
                    help=f"did you mean `{near}`?" if near else f"the formats are {', '.join(FORMATS)}",
                )
            ]
        )
    return row


def _module(fmt: str) -> Any:
    return importlib.import_module(known_format(fmt).module)


def _endings() -> str:
    return ", ".join(row.endings[0] for row in FORMATS.values())
