"""The HTML report as people open it: it loads nothing, opens what a link names, filters, prints whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

import reports
from reports.describe import shown
from reports.html import render
from reports.html.covered import annotated
from reports.html.view import anchor
from reports.mutation import claimed, grouped, scenario_lines
from reports.options import Options
from tests.browser.served import served
from tests.unit.reports.sample import big_run, empty_run, hostile_run, make_run, sample_mutation, sample_run

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.suites.result import Run
    from tests.browser.chromium import Tab

pytestmark = pytest.mark.timeout(180)

JENKINS = "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';"
RUNS = {"empty": empty_run(), "one": make_run(sample_run().cells[:1]), "hostile": hostile_run()}
NARROW = RUNS | {"sample": sample_run()}
PASSED = next(cell for cell in sample_run().cells if cell.outcome == "passed")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Axe can't tell the background of what is laid out later, or sticks over something else.
FLAT = "*{content-visibility:visible!important;position:static!important}.scroll{max-height:none!important}"
SECTIONS = "['policy-coverage', 'mutation']"
CASES = "[...document.querySelectorAll('[data-case]')]"


def visible(tab: Tab, selector: str) -> bool:
    """Tell whether an element is laid out."""
    return bool(tab.run(f"document.querySelector({selector!r}).checkVisibility()"))


def squeezed(text: str) -> str:
    """Return *text* without white space, which printing moves."""
    return "".join(text.split())


# --- what it loads and logs -----------------------------------------------------------------------


def test_it_logs_no_error_and_asks_for_nothing(tab: Tab, page: str) -> None:
    assert tab.open(page).faults == []


@pytest.mark.parametrize("name", RUNS)
def test_no_run_makes_it_log_or_load(tab: Tab, tmp_path: Path, name: str) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(RUNS[name]), "utf-8")
    assert tab.open(file.as_uri()).faults == []


def test_pages_by_suite_log_nothing_and_lead_to_their_cases(tab: Tab, tmp_path: Path) -> None:
    whole, *parts = reports.write(sample_run(), tmp_path / "r.html", split_by="suite")
    for path in (whole, *parts):
        assert tab.open(path.as_uri()).faults == []
    tab.open(whole.as_uri())
    href = tab.run("document.querySelector('#C ~ article a').href")
    tab.open(href)
    assert tab.run("document.querySelector(location.hash).closest('details').open")


def test_a_page_of_10000_cells_is_whole_and_a_link_opens_its_case(tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(big_run(10_000)), "utf-8")
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    name = anchor(big_run(10_000).cells[5000])
    assert tab.open(f"{file.as_uri()}#{name}").faults == []
    assert visible(tab, f"#{name}")
    assert tab.run(f"{CASES}.length") == 10_000
    assert tab.run(f"{CASES}.filter((one) => one.dataset.s === 'failed').length") == 10
    assert visible(tab, "header nav a")  # what the first frame leaves out came with the next


# --- accessibility --------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1400, 320])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(tab: Tab, page: str, axe: str, theme: str, width: int) -> None:
    tab.ask("Page.setBypassCSP", enabled=True)  # for axe itself
    tab.media(prefers_color_scheme=theme)
    tab.size(width, 1000)
    tab.open(page)
    assert tab.run(f"{SECTIONS}.every((id) => document.getElementById(id))")
    tab.run(f"document.head.appendChild(Object.assign(document.createElement('style'), {{textContent: {FLAT!r}}}))")
    tab.run("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    tab.run(f"{axe};0")
    found = tab.run(f"axe.run(document, {{runOnly: {TAGS}}}).then((done) => [done.passes.length, done.violations])")
    passes, violations = found
    assert violations == []
    assert passes > 20


@pytest.mark.parametrize("name", NARROW)
def test_a_page_of_320_pixels_scrolls_down_only(tab: Tab, tmp_path: Path, name: str) -> None:
    """WCAG 1.4.10; tables scroll in boxes of their own."""
    run = NARROW[name]
    file = tmp_path / "report.html"
    file.write_text(render(run, Options(baseline=make_run(run.cells[::2]))), "utf-8")
    tab.size(320, 1000)
    tab.open(file.as_uri()).run("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
    assert tab.run("document.documentElement.scrollWidth") == 320
    inside = "[...document.querySelectorAll('body *')].filter((one) => !one.closest('.scroll, .skip'))"
    wide = "filter((one) => one.getBoundingClientRect().right > 321)"
    assert tab.run(f"{inside}.{wide}.map((one) => one.outerHTML)") == []


@pytest.mark.parametrize(("theme", "scheme"), [("theme-light", "light"), ("theme-dark", "dark")])
def test_a_theme_can_be_chosen_without_scripts(tab: Tab, page: str, theme: str, scheme: str) -> None:
    tab.open(page).run(f"document.getElementById({theme!r}).click()")
    assert tab.run("getComputedStyle(document.documentElement).colorScheme") == scheme


def test_the_first_stop_of_the_keyboard_skips_to_the_report(tab: Tab, page: str) -> None:
    tab.open(page).press("Tab")
    assert tab.run("document.activeElement.className") == "skip"
    tab.press("Enter")
    assert tab.run("location.hash") == "#main"


def test_the_keyboard_reaches_every_control(tab: Tab, page: str) -> None:
    tab.open(page)
    seen = set()
    for _ in range(400):
        tab.press("Tab")
        seen.add(tab.run("document.activeElement.id || document.activeElement.outerHTML.slice(0, 60)"))
    wanted = tab.run("[...document.querySelectorAll('#tools input, #tools select')].map((one) => one.id)")
    wanted += tab.run("[...document.querySelectorAll('#tools button')].map((one) => one.outerHTML.slice(0, 60))")
    assert set(wanted) <= seen
    assert any("<summary" in one for one in seen)
    assert any('class="scroll' in one for one in seen)


def test_a_case_and_a_filter_are_worked_by_keys(tab: Tab, page: str) -> None:
    tab.open(page).run("document.querySelector('.case:not([open]) summary').focus()")
    tab.press("Enter")
    assert tab.run("document.activeElement.parentElement.open")
    tab.run("document.querySelector('button[data-status=failed]').focus()")
    tab.press("Space")
    assert tab.run("document.activeElement.getAttribute('aria-pressed')") == "true"


# --- links and filters ----------------------------------------------------------------------------


def test_a_link_opens_its_case_without_scripts(tab: Tab, page: str) -> None:
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    name = anchor(PASSED)
    assert not visible(tab.open(page), f"#{name}")
    assert visible(tab.open(f"{page}#{name}"), f"#{name}")


def test_a_square_of_the_matrix_leads_to_its_case(tab: Tab, page: str) -> None:
    tab.open(page).run("document.querySelector('.matrix td.passed a').click()")
    assert tab.run("document.querySelector(location.hash).closest('details').open")


def test_a_filter_is_kept_in_the_address(tab: Tab, page: str) -> None:
    tab.open(page).run("document.querySelector('button[data-status=failed]').click()")
    assert tab.run("location.hash") == "#status=failed"
    assert tab.run("document.getElementById('said').textContent") == "4 of 32 cases shown"
    tab.run("document.getElementById('principal').value = 'auditor'")
    tab.run("document.getElementById('principal').dispatchEvent(new Event('input', {bubbles: true}))")
    assert tab.run("location.hash") == "#status=failed&principal=auditor"
    assert tab.run(f"{CASES}.filter((one) => !one.hidden).length") == 1


@pytest.mark.parametrize(
    ("address", "cases"),
    [("status=failed", 4), ("status=failed,error", 5), ("q=createvirtualmfadevice", 14), ("status=changed", 1)],
)
def test_an_address_brings_its_filter_back(tab: Tab, page: str, address: str, cases: int) -> None:
    tab.open(f"{page}#{address}")
    assert tab.run(f"{CASES}.filter((one) => !one.hidden).length") == cases
    assert tab.run("document.getElementById('said').textContent") == f"{cases} of 32 cases shown"


# --- coverage and mutation ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["policy-coverage", "mutation"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_section_is_there_and_what_it_folds_away_opens_by_keys(
    tab: Tab, page: str, name: str, *, scripts: bool
) -> None:
    tab.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
    tab.open(page)
    boxes = f"#{name} ~ details"
    assert visible(tab, f"#{name} ~ .scroll table")
    assert not visible(tab, f"{boxes} pre")
    tab.run(f"document.querySelector('{boxes} summary').focus()")
    tab.press("Enter")
    assert visible(tab, f"{boxes} pre")


def test_a_line_of_the_coverage_leads_to_its_line_of_the_policy(tab: Tab, page: str) -> None:
    tab.open(page).run("document.querySelector('#policy-coverage ~ details').open = true")
    line = tab.run("document.querySelector('#policy-coverage ~ details pre a').textContent")
    tab.run("document.querySelector('#policy-coverage ~ details pre a').click()")
    assert tab.run("location.hash").endswith(f"-L{line}")
    assert tab.run("document.querySelector(location.hash).checkVisibility()")


def test_what_invariants_alone_notice_stands_under_them(tab: Tab, page: str) -> None:
    tab.open(page)
    texts = tab.run("[...document.querySelectorAll('#mutation ~ details')].map((one) => one.textContent)")
    ((head, *_),) = claimed(sample_mutation())
    (found,) = [text for text in texts if text.strip().startswith(head)]
    assert "refuted by iam:DeleteVirtualMFADevice on arn:aws:iam::123456789012:mfa/otheruser" in found


# --- without scripts, under other servers' policies ------------------------------------------------


def test_it_is_whole_without_scripts(tab: Tab, page: str) -> None:
    with_scripts = tab.open(page).run("document.body.textContent.length")
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(page)
    assert abs(tab.run("document.body.textContent.length") - with_scripts) < 50  # the filter's own words
    assert not visible(tab, "#tools")
    assert visible(tab, ".matrix")


@pytest.mark.parametrize("policy", ["default-src 'none'", JENKINS])
def test_it_is_readable_where_a_server_forbids_style_and_script(tab: Tab, policy: str) -> None:
    with served({"/report.html": render(sample_run())}, policy) as url:
        tab.open(f"{url}/report.html#{anchor(PASSED)}")
        text = tab.run("document.body.innerText")
        assert visible(tab, f"#{anchor(PASSED)}")
    for words in ("not as expected", "expected deny, got ALLOW", "Decision matrix", "Set up a virtual MFA device"):
        assert words in text


def test_assets_of_their_own_work_where_only_the_server_s_are_taken(tab: Tab, tmp_path: Path) -> None:
    written = reports.write(sample_run(), tmp_path / "report.html", external_assets=True)
    files = {f"/{path.name}": path.read_text("utf-8") for path in written}
    with served(files, "default-src 'none'; style-src 'self'; script-src 'self'") as url:
        tab.open(f"{url}/report.html")
        assert [fault for fault in tab.faults if url not in fault] == []
        assert tab.run("getComputedStyle(document.querySelector('.scroll')).overflow") == "auto"
        assert visible(tab, "#tools")


# --- print ----------------------------------------------------------------------------------------


def printed(tab: Tab) -> Any:
    """Return the page printed."""
    return pypdf.PdfReader(io.BytesIO(tab.print()))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_everything_is_printed(tab: Tab, page: str, *, scripts: bool) -> None:
    tab.ask("Emulation.setScriptExecutionDisabled", value=not scripts)
    text = squeezed("".join(sheet.extract_text() for sheet in printed(tab.open(page)).pages))
    run: Run = sample_run()
    assert [cell.id for cell in run.cells if squeezed(shown(cell.id, None)) not in text] == []
    lines = [line for policy in run.policies for line in policy.text.splitlines()]
    assert [line for line in lines if squeezed(line) not in text] == []
    groups = grouped(sample_mutation())
    found = [words for group in groups for words, _ in group.changes()]
    found += [line for group in groups for line in scenario_lines(group.first)]
    found += [words for _, several in claimed(sample_mutation()) for words in several]
    found += [line.words for policy in annotated(run) for one in policy.statements for line in one.lines]
    assert [line for line in found if squeezed(line) not in text] == []


def test_it_is_printed_on_a4_landscape_in_light_colours(tab: Tab, page: str) -> None:
    tab.media("print", prefers_color_scheme="dark")
    width, height = (float(side) for side in printed(tab.open(page)).pages[0].mediabox[2:])
    assert (round(width), round(height)) == (842, 595)
    assert tab.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
