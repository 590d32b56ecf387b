"""The docs and the code keep their word to each other: rule numbers, links, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
RULE = r"[GMRVCFKEXZAL]\d{1,2}a?"
DEFINED = re.compile(rf"^- \*\*({RULE})\*\*", re.MULTILINE)
#: Rules in parentheses, as `(V3)` or `(Z4, C15)`: how code and docs cite them.
CITED = re.compile(rf"\(({RULE}(?:, {RULE})*)\)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _defined() -> list[str]:
    return DEFINED.findall((ROOT / "docs" / "semantics.md").read_text(encoding="utf-8"))


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of *page*."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_each_rule_is_defined_once() -> None:
    defined = _defined()
    assert sorted(set(defined)) == sorted(defined)


@pytest.mark.parametrize("folder", ["docs", "iamproof", "reports", "simulator", "tests"])
def test_every_cited_rule_is_defined(folder: str) -> None:
    known = set(_defined())
    unknown = {
        f"{path.relative_to(ROOT)}: {rule}"
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".md", ".py", ".yaml"} and path != Path(__file__)
        for cited in CITED.findall(path.read_text(encoding="utf-8"))
        for rule in cited.split(", ")
        if rule not in known
    }
    assert unknown == set()


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        found = (path.parent / target).resolve() if target else path
        assert found.exists(), link
        if anchor:
            assert anchor in _anchors(found), link
