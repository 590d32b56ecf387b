"""``report``, ``verify``, ``controls``, ``schema``, and the options of ``test`` that concern reports."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from iamproof.cli import COMMANDS, main
from iamproof.cli.test import recorded_command
from reports.json import dump, load

ROOT = Path(__file__).parents[2]
SUITE = "scenarios/china.yaml"

pytestmark = pytest.mark.timeout(60)


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


class Command:
    """Runs commands in a copy of the suites."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Done:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        told = self._capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 1, told.out, told.err)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text in a file."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def iamproof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    for name in ("scenarios", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return Command(tmp_path, capsys)


@pytest.fixture
def reported(iamproof: Command) -> Command:
    """Suites that have a report in both forms."""
    done = iamproof("test", SUITE, "--failures", "--report", "run.json", "--report", "run.html")
    assert done.code == 0, done.err
    return iamproof


def test_a_report_on_the_standard_output_stands_there_alone(iamproof: Command) -> None:
    done = iamproof("test", SUITE, "--report", "json=-")
    assert json.loads(done.out)["schema"] == "iamproof/run@1"
    assert "Verdict: " in done.err


def test_two_reports_on_the_standard_output_are_refused(iamproof: Command) -> None:
    done = iamproof("test", SUITE, "--report", "json=-", "--report", "csv=-")
    assert (done.code, done.out) == (2, "")


def test_options_of_reports_are_not_recorded(iamproof: Command) -> None:
    asked = ("test", "a.yaml", "--report", "x.json", "--split-by=suite", "--signoff", "s", "--full", "--strict")
    assert recorded_command([*asked, "--junit-strict", "-k", "mfa"]) == (
        *("iamproof", "test", "a.yaml", "--strict"),
        *("-k", "mfa"),
    )


def test_pages_by_suite_with_assets_of_their_own(iamproof: Command) -> None:
    done = iamproof("test", SUITE, "--report", "out/r.html", "--split-by", "suite", "--external-assets")
    assert done.code == 0, done.err
    names = {path.name for path in (iamproof.folder / "out").iterdir()}
    assert names == {"r.html", "r-1.html", "report.css", "report.js"}


def test_a_large_page_is_warned_of(reported: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.html.LARGE", 1000)
    done = reported("report", "run.json", "--to", "large.html")
    assert "slow to open; `--split-by suite`" in done.err


def test_a_review_is_printed_and_a_broken_one_stops_before_the_run(reported: Command) -> None:
    digest = json.loads((reported.folder / "run.json").read_text(encoding="utf-8"))["result_digest"]
    review = reported.folder / "review.yaml"
    rows = f"result_digest: {digest}\nprepared_by: team\nreviewed_by: R. Viewer\ndate: 2026-11-24\n"
    review.write_text(f"{rows}decision: accepted\n", encoding="utf-8")
    assert "R. Viewer" in reported("report", "run.json", "--to", "md=-", "--signoff", "review.yaml").out
    review.write_text(f"{rows}decision: perhaps\n", encoding="utf-8")
    done = reported("test", SUITE, "--signoff", "review.yaml")
    assert (done.code, done.out) == (2, "")
    assert "review.yaml:5:" in done.err


def test_report_writes_the_same_bytes_from_data_and_from_the_page(reported: Command) -> None:
    data, page = ((reported.folder / name).read_text(encoding="utf-8") for name in ("run.json", "run.html"))
    assert reported("report", "run.html", "--to", "json=-").out == data
    assert reported("report", "run.json", "--to", "html=-").out == page


def test_report_without_a_format_prints_the_run(reported: Command) -> None:
    done = reported("report", "run.html")
    assert done.code == 0
    assert "Verdict: " in done.out


def test_report_of_something_else_names_the_file(reported: Command) -> None:
    (reported.folder / "other.json").write_text("[]", encoding="utf-8")
    done = reported("report", "other.json")
    assert done.code == 2
    assert done.err.startswith("other.json:1:1: error")


@pytest.mark.parametrize("name", ["run.json", "run.html"])
def test_verify_an_unchanged_report(reported: Command, name: str) -> None:
    done = reported("verify", name)
    assert done.code == 0, done.out
    assert "its run is unchanged" in done.out
    assert "note" not in done.out


def test_verify_a_report_of_a_part(iamproof: Command) -> None:
    iamproof("test", SUITE, "--only", "action=iam:GetUser", "--report", "run.json")
    assert iamproof("verify", "run.json").code == 0


def test_verify_finds_an_edit(reported: Command) -> None:
    reported.edit("run.json", '"actual":"implicitDeny"', '"actual":"allowed"')
    done = reported("verify", "run.json")
    assert done.code == 1
    assert "the report was changed" in done.out
    assert "actual is `allowed`, now `implicitDeny`" in done.out


def test_verify_finds_an_edit_of_which_the_digest_was_made_anew(reported: Command) -> None:
    path = reported.folder / "run.json"
    text = path.read_text(encoding="utf-8").replace('"actual":"implicitDeny"', '"actual":"allowed"')
    path.write_text(dump(load(text, verify=False)), encoding="utf-8")
    done = reported("verify", "run.json", "--format", "json")
    assert done.code == 1
    assert all("now `implicitDeny`" in each for each in json.loads(done.out)["differences"])


def test_verify_counts_anew_what_no_scenario_speaks_about(reported: Command) -> None:
    from reports.json import dump, load

    path = reported.folder / "run.json"
    run = load(path.read_text(encoding="utf-8"))
    for unspoken, code in ((run.suites[0].unspoken, 0), (0, 1), (None, 0)):  # None: a report from before it was counted
        suites = tuple(replace(suite, unspoken=unspoken) for suite in run.suites)
        path.write_text(dump(replace(run, suites=suites)), encoding="utf-8")
        done = reported("verify", "run.json")
        assert (done.code, "scenarios/china.yaml: differs in unspoken" in done.out) == (code, bool(code))


def test_verify_finds_another_summary(reported: Command) -> None:
    reported.edit("run.json", '"known_gaps":0', '"known_gaps":1')
    assert "the summary is not what the report's cells add up to" in reported("verify", "run.json").out


def test_verify_wants_a_digest(reported: Command) -> None:
    reported.edit("run.json", '"result_digest"', '"digest"')
    assert reported("verify", "run.json").code == 2


def test_verify_against_a_digest_that_was_kept(reported: Command) -> None:
    assert reported("verify", "run.json", "--digest", "0" * 64).code == 1


def test_verify_finds_that_the_words_of_a_page_were_edited(reported: Command) -> None:
    reported.edit("run.html", "</h1>", ", all fine</h1>")
    done = reported("verify", "run.html")
    assert done.code == 1
    assert "the page was changed: its visible text is not what this version writes" in done.out


@pytest.fixture
def compared(reported: Command) -> Command:
    """A report in both forms that compares with the earlier one, of a policy that has grown meanwhile."""
    reported.edit("policies/IAMUsersMFAManagement.json", '"iam:ChangePassword"', '"iam:ChangePassword", "iam:TagUser"')
    reports = ("--report", "now.json", "--report", "now.html")
    assert reported("test", SUITE, "--failures", *reports, "--baseline", "run.json").code in (0, 1)
    return reported


@pytest.mark.parametrize("name", ["now.json", "now.html"])
def test_verify_computes_anew_what_changed_since_the_baseline(compared: Command, name: str) -> None:
    done = compared("verify", name, "--baseline", "run.json")
    assert (done.code, "note" in done.out) == (0, False)
    assert ("changes computed anew" in done.out) is (name == "now.json")


def test_report_says_that_it_leaves_changes_out_without_the_baseline(compared: Command) -> None:
    alone = compared("report", "now.json", "--to", "md=anew.md")
    assert "note: what `now.json` says has changed since its baseline is left out" in alone.err
    both = compared("report", "now.json", "--to", "html=anew.html", "--baseline", "run.json")
    assert "note" not in both.err
    assert (compared.folder / "anew.html").read_bytes() == (compared.folder / "now.html").read_bytes()
    assert "policy changed: IAMUsersMFAManagement" in compared("report", "now.json", "--baseline", "run.json").out


def test_verify_says_that_it_needs_the_baseline(compared: Command) -> None:
    done = compared("verify", "now.json")
    assert done.code == 0
    digest = json.loads((compared.folder / "run.json").read_text(encoding="utf-8"))["result_digest"]
    assert f"changes was not computed anew: give the baseline, whose result digest is {digest}, as" in done.out


@pytest.mark.parametrize("name", ["policies", "outcomes", "totals"])
def test_verify_finds_that_changes_were_left_out(compared: Command, name: str) -> None:
    data = json.loads((compared.folder / "now.json").read_text(encoding="utf-8"))
    assert data["changes"]["policies"]
    del data["changes"][name]
    (compared.folder / "now.json").write_text(json.dumps(data), encoding="utf-8")
    done = compared("verify", "now.json", "--baseline", "run.json")
    assert done.code == 1
    assert f"changes: `{name}` is not what changed since the baseline" in done.out


@pytest.mark.parametrize(
    ("report", "baseline", "said"),
    [
        ("now.json", "now.json", "the baseline is another one"),
        ("run.json", "now.json", "the report does not say what changed since a baseline"),
    ],
)
def test_verify_wants_the_baseline_that_the_report_names(
    compared: Command, report: str, baseline: str, said: str
) -> None:
    done = compared("verify", report, "--baseline", baseline)
    assert done.code == 1
    assert said in done.out


def test_verify_a_page_with_a_review_whose_style_stands_apart(reported: Command) -> None:
    digest = json.loads((reported.folder / "run.json").read_text(encoding="utf-8"))["result_digest"]
    review = reported.folder / "review.yaml"
    review.write_text(
        f"result_digest: {digest}\nprepared_by: a\nreviewed_by: b\ndate: 2026-11-24\ndecision: accepted\n",
        encoding="utf-8",
    )
    signed = ("--signoff", "review.yaml")
    reported("report", "run.json", "--to", "html=signed.html", *signed, "--external-assets")
    done = reported("verify", "signed.html", *signed)
    assert (done.code, "note" in done.out) == (0, False)
    assert "note: what was checked is the run inside of the page" in reported("verify", "signed.html").out
    reported.edit("review.yaml", digest, "a" * 64)
    done = reported("verify", "signed.html", *signed)
    assert done.code == 1
    assert f"the sign-off is of another result, with the digest {'a' * 64}" in done.out


def test_verify_says_where_it_cannot_tell_whether_the_words_of_a_page_were_edited(reported: Command) -> None:
    reported("report", "run.json", "--to", "compared.html", "--baseline", "run.json")
    done = reported("verify", "compared.html")
    assert done.code == 0
    assert "note: what was checked is the run inside of the page" in done.out


def test_verify_finds_a_policy_that_has_changed(reported: Command) -> None:
    reported.edit("policies/IAMUsersMFAManagement.json", "{", " {")
    done = reported("verify", "run.json")
    assert done.code == 1
    assert "policies/IAMUsersMFAManagement.json: the file has changed since" in done.out


def test_verify_finds_that_a_file_has_changed_that_suites_extend(iamproof: Command) -> None:
    iamproof("test", "scenarios/residual-risk.yaml", "--failures", "--report", "run.json")
    assert iamproof("verify", "run.json").code == 0
    iamproof.edit("scenarios/common.yaml", "# What", "# Anew: what")
    done = iamproof("verify", "run.json")
    assert done.code == 1
    assert "scenarios/common.yaml: the file has changed since" in done.out


def edited(path: Path, old: str, new: str) -> None:
    """Edit a report and make its digest anew."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(dump(load(text.replace(old, new, 1), verify=False)), encoding="utf-8")


def test_verify_computes_coverage_anew(iamproof: Command) -> None:
    assert iamproof("test", SUITE, "--coverage", "--report", "json=run.json").code == 0
    done = iamproof("verify", "run.json")
    assert done.code == 0
    assert ", coverage computed anew, all the same" in done.out
    edited(iamproof.folder / "run.json", '"reach":"decisive"', '"reach":"never"')
    done = iamproof("verify", "run.json")
    assert done.code == 1
    assert "reach is `never`, now `decisive`" in done.out
    iamproof.edit("policies/IAMUsersMFAManagement.json", '"Version"', '  "Version"')
    done = iamproof("verify", "run.json")
    assert "coverage: policies/IAMUsersMFAManagement.json: its text is another now" in done.out
    assert "no cell is asked" not in done.out


def test_verify_computes_mutation_anew(iamproof: Command) -> None:
    assert iamproof("mutate", SUITE, "--report", "json=run.json").code == 0
    done = iamproof("verify", "run.json")
    assert done.code == 0
    assert ", mutation computed anew, all the same" in done.out
    report = iamproof.folder / "run.json"
    found = load(report.read_text(encoding="utf-8"))
    assert found.mutation is not None
    (counts,) = found.mutation.policies
    better = replace(counts, killed=counts.killed + 1)
    mutation = replace(found.mutation, policies=(better,), survivors=found.mutation.survivors[1:])
    report.write_text(dump(replace(found, mutation=mutation)), encoding="utf-8")
    done = iamproof("verify", "run.json")
    assert done.code == 1
    assert f"killed is {better.killed}, now {counts.killed}" in done.out
    assert f"{found.mutation.survivors[0].change}: it survives: the report does not say so" in done.out


def test_verify_says_which_section_it_does_not_compute_anew(iamproof: Command) -> None:
    suite = iamproof.folder / SUITE
    suite.write_text(suite.read_text(encoding="utf-8").replace("expect: allow", "expect: deny"), encoding="utf-8")
    assert iamproof("test", SUITE, "--coverage", "-x", "--report", "json=run.json").code == 1
    done = iamproof("verify", "run.json")
    assert "note: the section on coverage was not computed anew: " in done.out
    assert "cells were not decided in the report" in done.out


def test_verify_where_the_suites_are_not(reported: Command) -> None:
    (reported.folder / SUITE).unlink()
    done = reported("verify", "run.json")
    assert done.code == 2
    assert "its suites can't be read" in done.out


def test_verify_reads_nothing_outside(reported: Command) -> None:
    reported.edit("run.json", '"path":"scenarios/china.yaml"', '"path":"../china.yaml"')
    done = reported("verify", "run.json")
    assert done.code == 2
    assert "file-outside" in done.err


def test_controls_of_the_suites(iamproof: Command) -> None:
    done = iamproof("controls", SUITE)
    assert done.code == 0
    assert "scenarios/china.yaml::CN-06  3 cells" in done.out
    assert "no scenario" in done.out


def test_controls_of_a_framework_as_data(iamproof: Command) -> None:
    rows = json.loads(iamproof("controls", "NIST-800-53r5", SUITE, "--format", "json").out)["controls"]
    assert {row["framework"] for row in rows} == {"NIST-800-53r5"}
    (enforced,) = [row for row in rows if row["id"] == "AC-3"]
    assert [claim["id"] for claim in enforced["claims"]] == [
        "scenarios/china.yaml::CN-06",
        "scenarios/china.yaml::CN-ALL-R3",
    ]


def test_controls_say_which_framework_is_near(iamproof: Command) -> None:
    done = iamproof("controls", "NIST-800-53")
    assert done.code == 2
    assert "did you mean `NIST-800-53r5`?" in done.err


def test_controls_that_the_catalogue_lacks_are_shown(iamproof: Command) -> None:
    iamproof.edit(SUITE, "NIST-800-53r5:AC-3,", "OUR-RULES:7,")
    assert "7  [unmapped]" in iamproof("controls", SUITE).out


@pytest.mark.parametrize("name", ["suite", "account", "base", "run"])
def test_schemas(iamproof: Command, name: str) -> None:
    one = json.loads(iamproof("schema", name).out)
    assert one["$schema"].startswith("https://json-schema.org/")
    assert json.loads(iamproof("schema").out)[name] == one


def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "iamproof", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: iamproof ")
    assert all(name in done.stdout for name in COMMANDS)
