"""The pages of ``docs/diagnostics`` and the examples in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from reports.controls import names
from simulator.analyse.check import Checked, check_paths
from simulator.catalogue import load

__all__ = ["PAGES", "Page", "checked", "page_of"]

PAGES = Path(__file__).parents[4] / "docs" / "diagnostics"

_EXAMPLE = re.compile(r"^## (Bad|Good)\n\n```(json|yaml)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page: the text of its head, and its two examples with their endings."""

    head: str
    bad: tuple[str, str]
    good: tuple[str, str]


def page_of(code: str) -> Page:
    """Read the page of a check."""
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    found = {name: (ending, example) for name, ending, example in _EXAMPLE.findall(text)}
    return Page(text.partition("## Bad")[0], found["Bad"], found["Good"])


def checked(folder: Path, example: tuple[str, str]) -> Checked:
    """Check an example as a file of its own."""
    ending, text = example
    path = folder / f"example.{ending}"
    path.write_text(text, encoding="utf-8")
    return check_paths([path], load(), root=folder, controls=frozenset(names()))
