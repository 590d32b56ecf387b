"""What sections are made of: evidence, changes, gaps, requirements, exceptions, sign-off, verification."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

import reports
from reports import verify as verifying
from reports.baseline import compare
from reports.describe import context_words, example_words, facts
from reports.evidence import completeness, documents, evidence, subject, verification
from reports.exceptions import exceptions
from reports.gaps import MFA_ACTIONS, gaps
from reports.json import result_digest
from reports.locate import places
from reports.quote import Quotes
from reports.redact import REDACTED, redact
from reports.signoff import load_signoff
from reports.trace import requirements
from reports.words import Kind, conclusion, kind_of, mark_of, source_line, unspoken, unspoken_line
from simulator.catalogue import load
from simulator.errors import InputError
from simulator.suites.result import Corroboration, Difference, Selection, Waiver
from tests.unit.reports.sample import decided_by, empty_run, make_cell, make_run, sample_coverage, sample_run

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.suites.result import CellResult, Run


def cell(expected: str, actual: str | None, outcome: str = "failed", **fields: Any) -> CellResult:
    """Return a cell that expects one thing and got another."""
    return make_cell(
        "s", "u", "with MFA", "iam:GetUser", "user/own", expected, actual=actual, outcome=outcome, **fields
    )


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "actual", "kind"),
    [
        ("deny", "allowed", Kind.UNEXPECTED_ALLOW),
        ("implicitDeny", "allowed", Kind.UNEXPECTED_ALLOW),
        ("allow", "implicitDeny", Kind.UNEXPECTED_DENY),
        ("allow", "explicitDeny", Kind.UNEXPECTED_DENY),
        ("noExplicitDeny", "explicitDeny", Kind.UNEXPECTED_DENY),
        ("explicitDeny", "implicitDeny", Kind.OTHER_STATEMENT),
        ("implicitDeny", "explicitDeny", Kind.OTHER_STATEMENT),
        ("deny", "implicitDeny", Kind.UNMET),
        ("allow", "allowed", Kind.UNMET),
        ("noExplicitDeny", "implicitDeny", Kind.UNMET),
    ],
)
def test_a_failure_is_told_by_what_was_expected_and_what_came(expected: str, actual: str, kind: Kind) -> None:
    assert kind_of(cell(expected, actual)) is kind


def test_one_request_of_many_that_opens_makes_an_unexpected_allow() -> None:
    found = cell("deny", "implicitDeny", differing=(Difference("a:B", "*", "allowed"),))
    assert kind_of(found) is Kind.UNEXPECTED_ALLOW
    assert str(mark_of(found)) == "✗ expected deny, got ALLOW"


def test_another_statement_and_another_answer_of_aws_have_kinds_of_their_own() -> None:
    assert kind_of(cell("deny", "explicitDeny", expected_by="X")) is Kind.OTHER_STATEMENT
    assert kind_of(cell("allow", "allowed", source_answer="implicitDeny")) is Kind.DISAGREES


@pytest.mark.parametrize("outcome", ["passed", "known_gap", "skipped", "unsupported", "not_run"])
def test_what_did_not_fail_has_no_kind(outcome: str) -> None:
    assert kind_of(cell("allow", None, outcome)) is None


def test_a_pass_says_the_verdict_that_held() -> None:
    assert str(mark_of(cell("deny", "implicitDeny", "passed"))) == "✓ deny"
    assert str(mark_of(cell("noExplicitDeny", "implicitDeny", "passed"))) == "✓ no explicit deny"
    assert str(mark_of(cell("noExplicitDeny", "allowed", "passed"))) == "✓ allow"
    assert str(mark_of(cell("deny", "implicitDeny", "passed", vacuous="x"))) == "○ deny, vacuous"


def test_the_conclusion_counts_only_what_held() -> None:
    assert conclusion(empty_run()) == "Nothing was tested."
    assert conclusion(sample_run()).startswith("23 of 32 cases behaved as expected, 5 did not, 4 are exceptions")


def test_the_source_tells_what_aws_answered() -> None:
    run = sample_run(corroboration=Corroboration("r.json", "2026-11-20", 30, 29))
    assert source_line(run).endswith("AWS answered 30 of 32 of these requests on 2026-11-20: 29 agree")


def test_what_no_scenario_speaks_about_is_added_up_over_the_suites() -> None:
    assert unspoken_line(sample_run()) == "No scenario speaks about 1,203 cells of account × actions × targets"
    suites = tuple(dataclasses.replace(one, unspoken=1) for one in sample_run().suites[:1])
    assert unspoken_line(sample_run(suites=suites)) == "No scenario speaks about 1 cell of account × actions × targets"


def test_that_scenarios_speak_about_all_is_said_too() -> None:
    suites = tuple(dataclasses.replace(one, unspoken=0) for one in sample_run().suites)
    assert unspoken_line(sample_run(suites=suites)) == "Scenarios speak about every cell of account × actions × targets"


def test_nothing_is_said_where_nobody_counted_or_no_suite_has_cells() -> None:
    first, second = sample_run().suites
    older = sample_run(suites=(first, dataclasses.replace(second, unspoken=None)))
    assert (unspoken(older), unspoken_line(older)) == (None, "")
    assert unspoken_line(empty_run()) == ""


# --- facts ----------------------------------------------------------------------------------------


def test_an_absent_mfa_key_is_said() -> None:
    assert context_words({}) == "aws:MultiFactorAuthPresent absent"
    assert context_words({}, mfa=False) == ""
    assert context_words({"b": ("x", "y"), "aws:MultiFactorAuthPresent": "true"}) == (
        "aws:MultiFactorAuthPresent = true, b = [x, y]"
    )


def test_long_lists_are_cut_and_say_so() -> None:
    found = facts(cell("deny", "allowed", differing=tuple(Difference(f"a:B{n}", "*", "allowed") for n in range(20))))
    assert [fact.text for fact in found if fact.label == "differs"][-1] == "… and 8 more"


def test_of_a_cell_of_many_requests_the_first_that_differs_is_named() -> None:
    found = [Difference(f"a:B{n}", "arn:x", "allowed") for n in range(2)]
    assert example_words(cell("deny", "allowed")) == ""
    assert example_words(cell("deny", "allowed", differing=(found[0],))) == "a:B0 on arn:x"
    many = cell("deny", "allowed", differing=tuple(found))
    assert example_words(many) == "a:B0 on arn:x, among others"
    for fmt in ("html", "md"):
        assert ", as a:B0 on arn:x, among others (" in reports.render(make_run((many,)), fmt)


def test_what_is_denied_by_default_is_shown_at_the_scenario_whatever_else_was_decided() -> None:
    statement = (decided_by("AllowOwnDevice"),)
    denied = cell("allow", "implicitDeny", deciding=statement)
    assert [place.file for place in places(denied) if place] == [denied.file, statement[0].file]
    explicit = cell("allow", "explicitDeny", deciding=statement)
    assert [place.file for place in places(explicit) if place] == [statement[0].file, denied.file]


def test_a_statement_is_quoted_only_where_its_brace_stands() -> None:
    run = sample_run()
    deciding = next(item for found in run.cells for item in found.deciding if item.sid == "AllowOwnDevice")
    quotes = Quotes(run)
    quote = quotes.statement(deciding)
    assert quote is not None
    assert [number for number, _ in quote.lines] == [10, 11, 12, 13, 14, 15]
    assert quotes.statement(dataclasses.replace(deciding, line=11)) is None
    assert quotes.statement(dataclasses.replace(deciding, line=9999, end_line=10_000)) is None
    assert quotes.statement(dataclasses.replace(deciding, file="elsewhere.json", policy="unknown")) is None


# --- evidence -------------------------------------------------------------------------------------


def test_completeness_is_an_equation_where_nothing_is_missing() -> None:
    run = make_run(sample_run().cells[:6])
    assert completeness(run) == "declared 6 = expanded 6 = executed 6 = reported 6"


def test_completeness_says_what_is_missing_and_why() -> None:
    cells = tuple(dataclasses.replace(found, outcome="not_run") for found in sample_run().cells[:2])
    run = make_run(cells, selection=Selection("-k x", 10))
    assert completeness(run) == (
        "declared 2 = expanded 2 ≠ executed 0 ≠ reported 2 (10 left out by selection, 2 not run)"
    )


def test_the_record_names_inputs_tool_and_digest() -> None:
    record = evidence(sample_run(git_dirty=True))
    lines = dict(record.lines)
    assert lines["checkout"].endswith("with changes that no commit holds")
    assert lines["result digest"] == f"sha256 {result_digest(sample_run())}"
    assert lines["command"] == "iamproof test scenarios/"
    assert {file.path for file in record.files} >= {
        "policies/IAMUsersMFAManagement.json",
        "scenarios/mfa.yaml",
        "scenarios/common.yaml",
    }


def _ends(run: Run) -> str:
    return dict(evidence(run).lines)["exit code"]


def test_the_record_states_the_exit_code() -> None:
    cells = sample_run().cells
    passed = tuple(cell for cell in cells if cell.outcome == "passed")
    stopped = tuple(dataclasses.replace(cell, outcome="not_run", actual=None) for cell in passed[:2])
    error = dataclasses.replace(passed[0], outcome="error", actual=None)
    assert _ends(sample_run()) == _ends(make_run((error,))) == "1, by the verdict"
    assert _ends(make_run(passed)) == "0, by the verdict"
    assert _ends(make_run(passed, coverage=sample_coverage())).endswith("; 1 where less is covered than was demanded")
    assert _ends(make_run(stopped)).startswith("130, ")
    assert _ends(make_run((error,), backend="aws")).startswith("3, ")


def test_without_a_checkout_the_record_says_so() -> None:
    assert "no git checkout" in dict(evidence(sample_run(git_commit=None)).lines)["checkout"]
    assert verification(sample_run(git_commit=None), "d")[0].label == "make it again"


@pytest.mark.parametrize(
    "argument", ["scenarios/", "--only=principal=bob", "-k", "0f" * 20, "policies/long/path/IAM1.json"]
)
def test_an_ordinary_argument_stays(argument: str) -> None:
    assert redact([argument]) == (argument,)


@pytest.mark.parametrize("argument", ["--token=x", "AWS_SECRET_ACCESS_KEY=x", "https://u:p@h/", "ASIAIOSFODNN7EXAMPLE"])
def test_a_secret_is_redacted(argument: str) -> None:
    assert REDACTED in redact([argument])[0]


def test_a_long_argument_is_redacted() -> None:
    # A pattern that backtracks would not end.
    assert len(redact(["a" * 1_000_000, "://" * 300_000, "A1b" * 300_000])) == 3


# --- requirements, gaps, exceptions ---------------------------------------------------------------


def test_requirements_are_traced_to_scenarios_and_results() -> None:
    found = {trace.id: trace for trace in requirements(sample_run())}
    assert [(trace.id, trace.result) for trace in found.values()] == [
        ("R1", "held with exceptions"),
        ("R2", "not held"),
        ("R3", "not held"),
        ("R4", "not exercised"),
        ("E1", "not held"),
    ]
    assert found["R1"].scenarios[0].line == 12


def test_a_requirement_that_suites_share_is_traced_once() -> None:
    run = sample_run()
    first, second = run.suites
    shared = dataclasses.replace(run, suites=(first, dataclasses.replace(second, requirements=first.requirements)))
    assert [trace.id for trace in requirements(shared)] == ["R1", "R2", "R3", "R4", "E1"]
    assert len(requirements(shared)[1].cells) == 12


def test_a_vacuous_pass_does_not_hold_a_requirement() -> None:
    run = make_run((cell("deny", "implicitDeny", "passed", vacuous="x", requirement=("R1",)),))
    assert requirements(run)[0].result == "held with exceptions"


def test_gaps_show_what_nobody_asked() -> None:
    run = sample_run()
    idle = dataclasses.replace(run.policies[0], decided=0)
    found = {gap.title: gap.items for gap in gaps(dataclasses.replace(run, policies=(idle, run.policies[1])))}
    assert found["Requirements that no scenario verifies"] == ("R4: IAM stays reachable without MFA.",)
    assert found["Policies that no cell decides"] == ("arn:aws:iam::aws:policy/AmazonEC2FullAccess",)
    assert "ec2webuser, access key (suite EC2 opens with MFA only)" in found["Sign-in states that nothing covers"]
    assert "auditor, access key" not in " ".join(found["Sign-in states that nothing covers"])


def test_a_statement_that_never_decides_is_a_gap() -> None:
    cells = tuple(
        found for found in sample_run().cells if not any(item.sid == "AllowListing" for item in found.deciding)
    )
    found = {gap.title: gap.items for gap in gaps(make_run(cells))}
    assert found["Statements that never decide"] == ("AllowListing, policies/IAMUsersMFAManagement.json:4",)


def test_actions_on_mfa_devices_that_are_not_asked_are_a_gap() -> None:
    assert set(MFA_ACTIONS) == set(load().match("iam:*MFADevice*"))
    found = {gap.title: gap.items for gap in gaps(sample_run())}["Actions on MFA devices that no cell asks by name"]
    assert "iam:TagMFADevice" in found
    assert not {one.action for one in sample_run().cells} & set(found)


def test_a_run_in_part_says_of_no_statement_that_it_never_decides() -> None:
    left = tuple(dataclasses.replace(one, outcome="not_run", actual=None, deciding=()) for one in sample_run().cells)
    titles = {gap.title for gap in gaps(make_run((*sample_run().cells[:2], *left[2:])))}
    assert "Statements that never decide" not in titles
    assert "Statements that decide none of the cells that were run" in titles


def test_a_policy_under_several_names_is_one_document_and_decides_under_each() -> None:
    run = sample_run()
    again = dataclasses.replace(run.policies[0], name="in the list of an invariant")
    twice = dataclasses.replace(run, policies=(*run.policies, run.policies[0], again))
    assert gaps(twice) == gaps(run)
    assert len(documents(twice)) == len(documents(run)) == len(run.policies)
    names = [file.name for file in evidence(twice).files if file.path == again.path]
    assert names == [f"{run.policies[0].name}, in the list of an invariant"]
    for fmt in ("html", "md"):
        first = "    1 | {" if fmt == "md" else '-L1"'
        assert reports.render(twice, fmt).count(first) == reports.render(run, fmt).count(first)
    components = json.loads(reports.render(twice, "oscal"))["assessment-results"]["results"][0]["local-definitions"]
    ids = [one["uuid"] for one in components["components"]]
    assert sorted(set(ids)) == sorted(ids)


def test_the_head_of_a_report_says_what_it_is_of() -> None:
    assert subject(sample_run()).startswith(
        "Web users manage their own MFA, EC2 opens with MFA only; policies AmazonEC2"
    )
    policy = sample_run().policies[0]
    for fmt in ("html", "md"):
        head = reports.render(sample_run(), fmt).partition("A. Conclusion")[0]
        assert f"{policy.name} {policy.sha256[:12]}" in head
        assert sample_run().finished in head


def test_exceptions_are_a_row_a_scenario_and_overdue_ones_are_marked() -> None:
    rows = {row.cell.scenario: row for row in exceptions(sample_run())}
    assert set(rows) == {"Change the password", "Read the account summary", "A misspelt action", "Session policies"}
    assert rows["Change the password"].owner == "identity team"
    late = cell("allow", "implicitDeny", "known_gap", waiver=Waiver("r", "o", "2026-11-23", "t"))
    assert exceptions(make_run((late,)))[0].overdue


def test_why_a_scenario_is_known_to_fail_is_not_why_a_run_stopped() -> None:
    gap = Waiver("later", "me", "2026-01-01", "T-1")
    stopped = cell("allow", None, "not_run", waiver=gap, message="not run")
    (row,) = exceptions(make_run((stopped,)))
    assert (row.word, row.reason, row.owner, row.until, row.overdue) == ("not run", "", "", "", False)
    text = reports.render(make_run((stopped,)), "junit")
    assert '<skipped message="not run">' in text
    lost = dataclasses.replace(stopped, message="the worker died")
    assert exceptions(make_run((lost,)))[0].reason == "the worker died"
    assert '<skipped message="not run: the worker died">' in reports.render(make_run((lost,)), "junit")


# --- changes --------------------------------------------------------------------------------------


def test_nothing_changed_is_false() -> None:
    assert not compare(sample_run(), sample_run())


def test_what_opened_comes_first_and_a_reworded_expectation_is_flagged() -> None:
    old = (cell("allow", "allowed", "passed", id="a"), cell("deny", "implicitDeny", "passed", id="b"))
    new = (cell("allow", "explicitDeny", id="a"), cell("allow", "allowed", "passed", id="b"))
    found = compare(make_run(old), make_run((*new, cell("allow", "allowed", "passed", id="c"))))
    assert [(flip.cell.id, flip.opened) for flip in found.flips] == [("b", True), ("a", False)]
    assert [(item.cell.id, item.with_decision) for item in found.reworded] == [("b", True)]
    assert (found.broken, found.fixed, found.added, found.removed) == (("a",), (), ("c",), ())


def test_a_policy_that_changed_is_shown_line_by_line() -> None:
    new = sample_run()
    first, second = new.policies
    old = dataclasses.replace(
        new, policies=(dataclasses.replace(second, sha256="0", text=second.text.replace("}*", "}")),)
    )
    changes = {change.name: change for change in compare(old, new).policies}
    assert any(line.startswith("+") and "username}*" in line for line in changes["IAMUsersMFAManagement"].diff)
    assert changes[first.name].before is None


def test_a_huge_policy_is_compared_by_digest_only() -> None:
    new = sample_run()
    texts = [dataclasses.replace(new.policies[0], sha256=str(n), text=f"{n}\n" * 100_000) for n in (1, 2)]
    (change,) = compare(
        dataclasses.replace(new, policies=(texts[0],)), dataclasses.replace(new, policies=(texts[1],))
    ).policies
    assert change.diff == ()


# --- sign-off and verification --------------------------------------------------------------------

SIGNED = "prepared_by: a\nreviewed_by: b\ndate: 2026-11-24\ndecision: accepted with exceptions\n"


def test_a_review_is_read_and_bound_to_its_digest() -> None:
    review = load_signoff(
        f"result_digest: {'AB' * 32}\n{SIGNED}distribution: [audit]\nfindings:\n  - {{control: c, state: satisfied}}"
    )
    assert review.decision == "accepted with exceptions"
    assert review.findings[0].control == "c"
    assert not review.stale("ab" * 32)
    assert review.stale("cd" * 32)


@pytest.mark.parametrize("digest", ["01" * 32, f"{'7' * 40}e{'0' * 23}", f"{'7' * 40}E{'0' * 23}"])
@pytest.mark.parametrize("quote", ["", "'"])
def test_a_digest_that_yaml_reads_as_a_number_is_taken_as_it_is_written(digest: str, quote: str) -> None:
    review = load_signoff(f"result_digest: {quote}{digest}{quote}\n{SIGNED}")
    assert review.result_digest == digest.lower()
    assert not review.stale(digest.lower())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SIGNED, "needs the key `result_digest`"),
        (f"result_digest: abc\n{SIGNED}", "is not a result digest"),
        (f"result_digest: 123\n{SIGNED}", "`123` is not a result digest"),
        (f"result_digest: true\n{SIGNED}", "expected a result digest"),
        (f"result_digest: {'ab' * 32}\n{SIGNED}extra: 1\n", "has no key `extra`"),
        (
            f"result_digest: {'ab' * 32}\n{SIGNED.replace('accepted with exceptions', 'fine')}",
            "`fine` is not a decision",
        ),
        (f"result_digest: {'ab' * 32}\n{SIGNED.replace('2026-11-24', 'today')}", "is not a date"),
        ("", "found nothing"),
        ("- a", "found a list"),
    ],
)
def test_a_bad_review_is_bad_input(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_signoff(text, name="signoff.yaml")


def test_files_are_verified_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.json", "a.html"):
        reports.write(sample_run(), tmp_path / name)
    (tmp_path / "edited.json").write_text((tmp_path / "a.json").read_text().replace('"failed":4', '"failed":0'))
    (tmp_path / "page.html").write_text("<!doctype html><p>hello")
    good = [str(tmp_path / name) for name in ("a.json", "a.html")]
    assert verifying.main(good) == 0
    assert capsys.readouterr().out.count(result_digest(sample_run())) == 2
    assert verifying.main([str(tmp_path / "edited.json")]) == 1
    assert "changed after it was written" in capsys.readouterr().err
    assert verifying.main([str(tmp_path / "page.html"), str(tmp_path / "missing.json")]) == 1
    assert verifying.main([]) == 2
