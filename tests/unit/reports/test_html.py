"""The HTML report: complete, self-contained, safe, linked, and small enough to open."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

import reports
from reports.html import EMBED_LIMIT, render
from reports.html.environment import asset
from reports.json import result_digest
from reports.options import Options
from reports.signoff import load_signoff
from reports.verify import verify
from simulator.errors import InputError
from tests.unit.reports.sample import HOSTILE, big_run, empty_run, hostile_run, make_run, sample_run

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.suites.result import Run


RUNS = {"sample": sample_run(), "empty": empty_run(), "hostile": hostile_run()}
VOID = {"wbr", "meta", "link", "input", "br", "rect", "img"}


class Page(HTMLParser):
    """What a page holds: tags with attributes, ids, links, text outside of data."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute."""
        return [attrs[name] or "" for _, attrs in self.tags if name in attrs]


@pytest.fixture(scope="module", params=sorted(RUNS))
def page(request: pytest.FixtureRequest) -> Page:
    run = RUNS[request.param]
    return Page(render(run, Options(baseline=run)))


def test_every_element_is_closed_and_every_id_is_unique(page: Page) -> None:
    assert page.faults == []
    assert page.open == []
    assert [name for name, number in Counter(page.values("id")).items() if number > 1] == []


def test_every_link_leads_somewhere_inside(page: Page) -> None:
    ids = set(page.values("id"))
    assert all(href.startswith("#") for href in page.values("href"))
    assert {href[1:] for href in page.values("href")} - ids == set()


def test_every_reference_between_elements_holds(page: Page) -> None:
    ids = set(page.values("id"))
    assert {name for value in page.values("aria-labelledby") for name in value.split()} - ids == set()


def test_nothing_is_loaded_and_nothing_runs_but_our_script(page: Page) -> None:
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert not [name for name in attributes if name.startswith("on")]
    assert "src" not in attributes
    assert "style" not in attributes
    assert {tag for tag, _ in page.tags} & {"iframe", "object", "embed", "img", "base", "link"} == set()


def test_the_policy_names_the_digests_of_style_and_script() -> None:
    text = render(sample_run())
    security = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert security is not None
    for pattern in (r"<style>(.*?)</style>", r"<script>(.*?)</script>"):
        (inline,) = re.findall(pattern, text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"&#39;sha256-{digest}&#39;" in security.group(1)
    assert "default-src &#39;none&#39;" in security.group(1)
    assert "unsafe" not in security.group(1)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_stays_text(name: str) -> None:
    text = render(hostile_run())
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "{{ 7*7 }}" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert HOSTILE["long"][:5000] not in text
    assert name in HOSTILE


def test_the_sections_stand_in_order() -> None:
    found = re.findall(r'<h2 id="(\w+)">', render(sample_run(), Options(baseline=sample_run())))
    assert found == ["A", "requirements", "B", "C", "D", "E", "F", "mutation", "G", "H", "I", "J", "K"]


def test_the_verdict_and_the_source_stand_beside_each_other() -> None:
    text = render(sample_run())
    line = unescape(next(line for line in text.splitlines() if 'class="verdict"' in line))
    assert "✗ not as expected" in line
    assert "Simulated on policy files; not read from AWS" in line


def test_mfa_has_three_columns() -> None:
    text = render(sample_run())
    for words in ("MFA present (true)", "MFA false", "MFA key absent (access key)"):
        assert f'<th scope="col">{words}</th>' in text


def test_every_cell_has_details_and_a_square_that_links_to_it() -> None:
    page = Page(render(sample_run()))
    cases = {attrs["id"] for _, attrs in page.tags if attrs.get("class") == "body"}
    assert len(cases) == len(sample_run().cells)
    squares = re.findall(r'<td class="\w+">\s*(<a .*?)</td>', render(sample_run()))
    assert {name for square in squares for name in re.findall('href="#(c\\w+)"', square)} == cases


def test_failures_are_open_and_the_rest_closed() -> None:
    page = Page(render(sample_run()))
    opened = [attrs for tag, attrs in page.tags if tag == "details" and "open" in attrs]
    assert len(opened) == 5


def test_the_statement_is_quoted_with_links_to_its_lines() -> None:
    assert '<a href="#policy-2-L12">12</a>      &#34;Effect&#34;: &#34;Allow&#34;,' in render(sample_run())


def test_it_never_claims_compliance() -> None:
    for run in RUNS.values():
        assert "compliant" not in render(run).lower()


def test_it_carries_the_run_it_was_made_from() -> None:
    assert verify(render(sample_run())) == result_digest(sample_run())
    hostile = sample_run(warnings=tuple(text for name, text in HOSTILE.items() if name != "long"))
    assert verify(render(hostile)) == result_digest(hostile)


def test_an_edited_page_is_found_out() -> None:
    text = render(sample_run())
    assert '"outcome":"failed"' in text
    with pytest.raises(InputError, match="changed after it was written"):
        verify(text.replace('"outcome":"failed"', '"outcome":"passed"'))


def test_a_large_run_is_named_by_its_digest_only() -> None:
    run = big_run(2000)
    text = render(run)
    assert len(reports.render(run, "json")) > EMBED_LIMIT
    assert result_digest(run) in text
    assert "the JSON report with that digest must accompany it" in text
    with pytest.raises(InputError, match="check the JSON report"):
        verify(text)


def test_a_review_is_bound_to_the_result() -> None:
    lines = "prepared_by: a\nreviewed_by: b\ndate: 2026-11-24\ndecision: accepted\n"
    fresh = load_signoff(f"result_digest: {result_digest(sample_run())}\n{lines}")
    stale = load_signoff(f"result_digest: {'a' * 64}\n{lines}")
    assert "This review is of this result" in render(sample_run(), Options(signoff=fresh))
    assert "Stale: this review was of another result" in render(sample_run(), Options(signoff=stale))


def test_10000_cells_stay_below_four_megabytes() -> None:
    text = render(big_run(10_000))
    assert len(text.encode()) < 4_000_000
    assert text.count("data-case data-s=") == 10_000


def test_a_page_of_latin_text_holds_no_wider_character() -> None:
    """A browser reads such text several times as fast."""
    text = render(big_run(2000))
    assert "&check; allow" in text
    assert max(text) <= "\xff"


def test_what_came_of_cases_is_said_above_their_rows() -> None:
    run = big_run(1260)  # and above a thousand failures these have no more than a row either
    failed = next(cell for cell in run.cells if cell.outcome == "failed")
    cells = tuple(
        dataclasses.replace(failed, id=cell.id, scenario=cell.scenario) if number % 60 else cell
        for number, cell in enumerate(run.cells)
    )
    assert rows_of(run) == Counter({"60 cases as expected": 20, "59 more cases as expected": 1})
    assert rows_of(make_run(cells)) == Counter({"60 cases: 59 ✗ 1 ✓": 21})


def rows_of(run: Run) -> Counter[str]:
    return Counter(unescape(text) for text in re.findall(r"<summary>(\d+ (?:more )?cases[^<]*)</summary>", render(run)))


def test_style_and_script_are_small() -> None:
    assert len(asset("report.js")) <= 10_000
    assert len(asset("report.css") + asset("report.js")) < 60_000


def test_external_assets_leave_nothing_inline(tmp_path: Path) -> None:
    written = reports.write(sample_run(), tmp_path / "r.html", external_assets=True)
    assert [path.name for path in written] == ["r.html", "report.css", "report.js"]
    text = (tmp_path / "r.html").read_text()
    assert "<style>" not in text
    assert "<script>" not in text
    assert "style-src &#39;self&#39;" in text


def test_a_page_per_suite_links_back_and_forth(tmp_path: Path) -> None:
    written = reports.write(sample_run(), tmp_path / "r.html", split_by="suite")
    assert [path.name for path in written] == ["r.html", "r-1.html", "r-2.html"]
    whole = Page(written[0].read_text())
    parts = {path.name: set(Page(path.read_text()).values("id")) for path in written}
    for href in whole.values("href"):
        name, _, target = href.partition("#")
        assert not target or target in parts[name or "r.html"]
    assert '<a href="r.html">' in written[1].read_text()


def test_an_incomplete_run_never_reads_as_expected() -> None:
    cells = tuple(dataclasses.replace(cell, outcome="not_run", actual=None) for cell in sample_run().cells[:3])
    text = render(make_run(cells))
    assert "! incomplete" in text
    assert "allows no conclusion about what was left out" in text
    assert "✓ as expected<" not in text
