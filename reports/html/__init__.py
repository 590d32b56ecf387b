"""The HTML report: what an auditor reads, in one file that needs nothing else.

It is complete without scripts, prints whole, and loads nothing.  Options move style and script into
files (``external_assets``, for servers that forbid them inline) or write a page per suite (``split_by``).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from reports.html.environment import asset, environment, policy
from reports.html.view import View
from reports.json import chunks
from reports.options import Options
from reports.verify import EMBEDDED

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from markupsafe import Markup

    from simulator.suites.result import CellResult, Run

__all__ = ["EMBED_LIMIT", "LARGE", "files", "render"]

EMBED_LIMIT = 2 << 20
"""Bytes of canonical JSON that a page carries; of a larger run it names the digest."""

LARGE = 20_000_000
"""Bytes from which a page is slow to open: who writes one should offer ``split_by``."""

# What each row has: a browser reads text without characters wider than Latin-1's several times as fast.
_REFERENCES = {"\u2713": "&check;", "\u2717": "&cross;", "\u2014": "&mdash;"}
_HERE = "<!-- run -->"  # where the run goes; no value can hold it, as they are escaped


def render(run: Run, options: Options | None = None) -> str:
    """Return the run as one page."""
    return _page(run, options or Options())


def files(run: Run, options: Options, path: str | os.PathLike[str]) -> dict[str, str]:
    """Return the files of the report by name; the empty name is *path* itself."""
    pages = {"": _page(run, options)} if options.split_by is None else _by_suite(run, options, Path(path))
    assets = {name: asset(name) for name in ("report.css", "report.js")} if options.external_assets else {}
    return {**pages, **assets}


def _by_suite(run: Run, options: Options, path: Path) -> dict[str, str]:
    suites = dict.fromkeys(cell.suite for cell in run.cells)
    names = {suite: f"{path.stem}-{number}{path.suffix}" for number, suite in enumerate(suites, 1)}

    pages = {"": _page(run, options, page_of=lambda cell: names[cell.suite], pages=names)}
    for suite, name in names.items():
        own = dataclasses.replace(run, cells=tuple(cell for cell in run.cells if cell.suite == suite))
        pages[name] = _page(own, dataclasses.replace(options, baseline=None), part=suite, whole=path.name)
    return pages


def _page(
    run: Run,
    options: Options,
    *,
    page_of: Callable[[CellResult], str] | None = None,
    pages: dict[str, str] | None = None,
    part: str = "",
    whole: str = "",
) -> str:
    from reports.html import context  # noqa: PLC0415  # brings the words of all sections

    style, script = asset("report.css"), asset("report.js")
    view = View(run, options, page_of)
    embedded = _embedded(run) if not part and pages is None else ""
    found: str = (
        environment()
        .get_template("page.html")
        .render(
            **context.of(view),
            view=view,
            stated_options=_stated(options),
            style=_markup(style),
            script=_markup(script),
            security=policy(style, script, external=options.external_assets),
            embedded=bool(embedded),
            here=_markup(_HERE),
            pages=pages or {},
            part=part,
            whole=whole,
        )
    )
    for mark, reference in _REFERENCES.items():
        found = found.replace(mark, reference)
    return found.replace(_HERE, embedded, 1)  # as it is: a script knows no references


def _stated(options: Options) -> str:
    """Name the options that a page was written with: who verifies it writes it anew, and can't have these."""
    return " ".join(field.name for field in dataclasses.fields(options) if getattr(options, field.name))


def _embedded(run: Run) -> str:
    """Return the element that carries the run, or nothing when it is too large."""
    pieces, size = [], 0
    for piece in chunks(run):
        size += len(piece)
        if size > EMBED_LIMIT:
            return ""
        # `<` alone could end the element or open a comment; JSON may escape it.
        pieces.append(piece.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
    return "".join([EMBEDDED[0], *pieces, EMBEDDED[1]])


def _markup(text: str) -> Markup:
    from markupsafe import Markup  # noqa: PLC0415  # Jinja's own

    return Markup(text)  # noqa: S704  # our own assets, and JSON with its markup escaped
