r"""Pieces of GitHub's Markdown, safe for any text.

Text is made inert by entities and backslashes: no markup, no mention, no issue link, no HTML.  Tables
are written here because `tabulate` neither escapes ``|`` nor keeps a newline inside its cell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.describe import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["bullets", "code", "details", "fence", "table", "text"]

_INERT = str.maketrans({
    **{char: f"\\{char}" for char in "\\`*_[]{}~|$"},
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    # GitHub links mentions and numbers after rendering, so an entity or a backslash alone would not do.
    "@": "@&#8203;",
    "#": "#&#8203;",
})  # fmt: skip
_LINK = re.compile(r"://|www(?=\.)", re.IGNORECASE)
_START = re.compile(r"^(?:[-+=]|\d+(?=[.)]))")
_TICKS = re.compile(r"`+")


def text(raw: str, limit: int | None = 300) -> str:
    """Return *raw* as text that stays text, in a paragraph, a list or a table."""
    return _LINK.sub(
        lambda match: f"&#{ord(match.group()[0])};{match.group()[1:]}", shown(raw, limit).translate(_INERT)
    )


def code(raw: str, limit: int | None = 300) -> str:
    """Return *raw* as a code span for a table cell, where ``|`` is escaped even in code."""
    inner = shown(raw, limit).replace("|", "\\|")
    if not inner.strip():
        return "` `"
    fence_ = "`" * (max((len(run) for run in _TICKS.findall(inner)), default=0) + 1)
    pad = " " if inner[0] in "` " or inner[-1] in "` " else ""
    return f"{fence_}{pad}{inner}{pad}{fence_}"


def fence(lines: Iterable[str], language: str = "") -> str:
    """Return *lines* as a fenced block that none of them can close."""
    body = [shown(line, 4000) for line in lines]
    longest = max((len(run) for line in body for run in _TICKS.findall(line)), default=0)
    marks = "`" * max(3, longest + 1)
    return "\n".join([marks + language, *body, marks])


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are safe already (`text`, `code`)."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """Return a list of items that are safe already."""
    return "\n".join(
        "- " + _START.sub(lambda match: f"&#{ord(match.group()[0])};{match.group()[1:]}", item) for item in items
    )


def details(summary: str, body: str) -> str:
    """Return what is folded away until asked for; *summary* is plain text."""
    escaped = shown(summary).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<details><summary>{escaped}</summary>\n\n{body}\n\n</details>"
