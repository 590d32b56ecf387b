"""Markdown: the sections, the budget of a job summary, and that no text becomes markup."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from reports.gfm import bullets, code, fence, table, text
from reports.markdown import BUDGET, render
from reports.options import Options
from reports.signoff import load_signoff
from simulator.suites.result import PolicyInfo
from tests.unit.reports.sample import HOSTILE, big_run, empty_run, hostile_run, make_run, sample_run

if TYPE_CHECKING:
    from simulator.suites.result import Run


def html(markdown: str) -> str:
    """Render as GitHub does, tables and autolinks included."""
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False}).disable("linkify")
    rendered: str = parser.render(markdown)
    return rendered


def tokens(markdown: str) -> list[Any]:
    """Return all tokens, those inside of others too."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    found = parser.parse(markdown)
    return [*found, *(child for token in found for child in token.children or ())]


def test_the_verdict_and_the_source_come_first() -> None:
    lines = [line for line in render(sample_run()).splitlines() if line]
    assert lines[0] == "### iamproof: not as expected"
    assert lines[1] == "**Simulated on policy files; not read from AWS**"


def test_the_sections_stand_in_order_and_requirements_before_controls() -> None:
    run = sample_run()
    titles = re.findall(r"^#### (\w)", render(run, Options(baseline=run)), re.MULTILINE)
    assert titles == ["A", "R", "B", "C", "D", "E", "F", "P", "M", "G", "H", "I", "J", "K"]


def test_it_says_what_it_does_not_show_and_never_claims_compliance() -> None:
    for run in (sample_run(), empty_run()):
        assert "that a policy is attached to anybody" in render(run)
        assert "compliant" not in render(run).lower()


@pytest.mark.parametrize("run", [sample_run(), hostile_run(), empty_run()], ids=["sample", "hostile", "empty"])
def test_only_our_own_tags_and_no_link_come_out(run: Run) -> None:
    found = tokens(render(run, Options(baseline=run, full=True)))
    markup = {token.content for token in found if token.type == "html_inline"}
    assert markup <= {"<br>"}
    blocks = [token.content for token in found if token.type == "html_block"]
    assert all(re.fullmatch(r"<details><summary>[^<>]*</summary>\n?|</details>\n?", block) for block in blocks)
    assert not [token for token in found if token.type in ("link_open", "image")]


def test_every_row_of_a_table_has_the_cells_of_its_header() -> None:
    for found in re.findall(r"<table>.*?</table>", html(render(hostile_run(), Options(full=True))), re.DOTALL):
        rows = re.findall(r"<tr>.*?</tr>", found, re.DOTALL)
        counts = {len(re.findall(r"<t[hd]\b", row)) for row in rows}
        assert len(counts) == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_comes_out_as_it_is_shown(name: str) -> None:
    for piece in (text(HOSTILE[name]), code(HOSTILE[name])):
        rendered = html(table(["head"], [[f"x{piece}"], ["y"]]))
        assert rendered.count("<tr>") == 3
        assert "<script" not in rendered
        assert "<img" not in rendered
        assert "<a " not in rendered
        assert "<em>" not in rendered


def test_an_item_starts_no_list_and_a_fence_cannot_be_closed() -> None:
    rendered = html(bullets([text("- a"), text("1. b"), text("+ c"), text("= d"), text("> e"), text("# f")]))
    assert rendered.count("<li>") == 6
    assert "<ol" not in rendered
    assert "<h1" not in rendered
    assert html(fence(["```", "````x", "after"])).count("<pre>") == 1


def test_a_mention_and_an_issue_number_are_broken() -> None:
    assert "@user" not in html(text("@user"))
    assert "#12" not in html(text("#12"))


def test_a_summary_keeps_to_the_budget_and_says_what_went() -> None:
    run = big_run(30_000)
    whole = render(run)
    assert len(whole.encode()) <= BUDGET
    assert whole.splitlines()[-1].startswith("> truncated: matrix: 30 of 5,030 rows")
    assert "sections left out" not in whole
    assert len(render(run, Options(full=True)).encode()) > BUDGET


def test_even_nothing_but_failures_keep_to_the_budget() -> None:
    failing = next(cell for cell in sample_run().cells if cell.outcome == "failed")
    whole = render(make_run((failing,) * 3000))
    assert len(whole.encode()) <= BUDGET
    assert re.search(r"findings: [\d,]+ of 3,000", whole.splitlines()[-1])


def test_many_changes_are_cut_and_drive_no_other_section_out() -> None:
    run = big_run(10_000)
    before = make_run(tuple(reversed_cell(cell) for cell in run.cells))
    whole = render(run, Options(baseline=before))
    assert len(whole.encode()) <= BUDGET
    assert "… and 9,800 more" in whole
    assert whole.splitlines()[-1].endswith("; changes: the first 200 of a kind. The JSON report has everything.")
    assert "#### B. Evidence" in whole
    assert "▲ changed" in whole


def test_a_section_that_is_too_long_goes_without_the_others() -> None:
    gaps = tuple(f"policies/{number}{'x' * 200}.json: no scenario decides it" for number in range(10))
    policies = tuple(PolicyInfo(f"p{n}", f"p{n}.json", "", text="x" * 390 + "\n" + "y" * 390) for n in range(3000))
    whole = render(make_run(sample_run().cells, policies=policies, failures=gaps))
    assert len(whole.encode()) <= BUDGET
    assert "sections left out: " in whole
    left_out = whole.rpartition("sections left out: ")[2].partition(".")[0].split(", ")
    assert "K" in left_out
    assert not {"E", "F", "H", "I", "J"} & set(left_out)


def test_a_baseline_is_compared() -> None:
    old, new = sample_run(), sample_run()
    assert "Nothing changed." in render(new, Options(baseline=old))
    assert "▲ opened" in render(new, Options(baseline=make_run(tuple(reversed_cell(cell) for cell in old.cells))))


def reversed_cell(cell: Any) -> Any:
    """Return the cell as it was when it denied."""
    return dataclasses.replace(cell, actual="implicitDeny" if cell.actual == "allowed" else cell.actual)


def test_a_review_of_another_result_is_stale() -> None:
    review = load_signoff(
        f"result_digest: {'a' * 64}\nprepared_by: a\nreviewed_by: b\ndate: 2026-11-24\ndecision: accepted\n"
    )
    assert "**Stale: this review was of another result.**" in render(sample_run(), Options(signoff=review))


def test_a_review_is_shown_whole() -> None:
    review = load_signoff(
        f"result_digest: {'b' * 64}\nprepared_by: a\nreviewed_by: b\nrole: internal audit\ndate: 2026-11-24\n"
        "decision: accepted\ncomment: c\ndistribution: [audit, platform]\n"
        "findings: [{control: 'NIST-800-53r5:AC-3', state: satisfied, remark: as tested}]\n"
    )
    text = render(sample_run(), Options(signoff=review)).partition("#### J. ")[2].partition("#### K. ")[0]
    for said in ("b, internal audit", "Distribution: audit, platform.", "NIST-800-53r5:AC-3: satisfied, as tested"):
        assert said in text
