"""The terminal: what an engineer sees, in which order, and what never stands there."""

from __future__ import annotations

import dataclasses
import re

import pytest

from reports.terminal import render
from simulator.suites.result import Corroboration, Selection
from tests.unit.reports.sample import HOSTILE, big_run, empty_run, hostile_run, make_run, sample_run


def test_it_ends_with_the_verdict_and_where_the_decisions_come_from() -> None:
    assert render(sample_run()).splitlines()[-2:] == [
        "Verdict: not as expected",
        "Simulated on policy files; not read from AWS",
    ]


def test_what_no_scenario_speaks_about_is_of_whole_suites() -> None:
    line = "No scenario speaks about 1,203 cells of account × actions × targets (listed by --unspoken"
    assert f"\n{line})\n" in render(sample_run())
    selected = render(sample_run(selection=Selection("-k x", 10)))
    assert f"\n{line}; scenarios that were left out speak too)\n" in selected


def test_requirements_come_first_with_their_results() -> None:
    lines = render(sample_run()).splitlines()
    assert lines[0] == "Requirements"
    assert re.match(r"✗ R2 .*not held in 1 of 12 cells", lines[2])
    assert re.match(r"— R4 .*no scenario verifies it", lines[4])


def test_a_failure_says_all_there_is_to_say() -> None:
    text = render(sample_run(), failures_only=True)
    for line in (
        "1. unexpected allow: Set up a virtual MFA device",
        "scenarios/mfa.yaml:24 (MFA-02)",
        "ec2webuser, with MFA",
        "aws:MultiFactorAuthPresent = true",
        "iam:CreateVirtualMFADevice on arn:aws:iam::123456789012:mfa/ec2webuser2: allowed",
        "AllowOwnDevice of IAMUsersMFAManagement, policies/IAMUsersMFAManagement.json:10:5",
        '11 |       "Sid": "AllowOwnDevice",',
    ):
        assert line in text


def test_an_implicit_denial_shows_the_nearest_miss() -> None:
    assert "missed by its condition: `Bool` `aws:MultiFactorAuthPresent` is absent" in render(sample_run())


def test_failures_come_worst_first_and_none_is_left_out() -> None:
    titles = re.findall(r"^(\d+)\. ([a-z ]+):", render(sample_run()), re.MULTILINE)
    assert [kind for _, kind in titles] == [
        "unexpected allow",
        "unexpected deny",
        "decided otherwise",
        "decided otherwise",
        "error",
        "of the run",
    ]


def test_a_statement_is_quoted_once() -> None:
    text = render(sample_run())
    assert text.count('22 |       "Sid": "DenyAllButSetupWithoutMFA"') == 1
    assert "(the statement is quoted at failure 2)" in text


def test_exceptions_name_reason_owner_and_end() -> None:
    assert "the account's password page needs it (identity team, until 2027-03-31, SEC-112)" in render(sample_run())


def test_a_difference_to_the_live_services_is_marked() -> None:
    assert "≠ live: explicit deny" in render(sample_run())


def test_nothing_reads_like_a_test_runner() -> None:
    for run in (sample_run(), big_run(10), empty_run()):
        assert not re.search(r"\d+ passed", render(run))


def test_a_role_has_no_access_key_and_a_hole_is_said() -> None:
    text = render(sample_run())
    assert "n/a" in text
    assert "— not covered" in text


def test_no_colour_unless_asked_and_then_no_other_text() -> None:
    plain, coloured = render(sample_run()), render(sample_run(), color=True)
    assert "\x1b" not in plain
    assert plain == re.sub(r"\x1b\[[\d;]*m", "", coloured)


@pytest.mark.parametrize("width", [80, 140, 400])
def test_tables_keep_to_the_width_where_they_can(width: int) -> None:
    lines = [line for line in render(sample_run(), width=width).splitlines() if line.startswith(("┌", "│"))]
    assert max(map(len, lines)) <= max(width, 150)


def test_a_big_matrix_counts_what_goes_well_and_shows_the_rest() -> None:
    run = big_run(6000)
    text = render(run)
    assert "of 6,000 cells as expected; shown are the rows of the others" in text
    assert text.count("unexpected allow:") == 6
    assert len(text) < len(render(run, full=True)) / 10


def test_a_selection_says_what_it_left_out() -> None:
    run = make_run(sample_run().cells[:2], selection=Selection("-k listing", 30))
    assert "Selected: -k listing; 30 declared cells left out" in render(run)


def test_a_recording_of_aws_is_said_beside_the_verdict() -> None:
    run = sample_run(corroboration=Corroboration("evidence.json", "2026-11-20", 12, 12))
    assert "AWS answered 12 of 32 of these requests on 2026-11-20: 12 agree" in render(run).splitlines()[-1]


def test_hostile_text_is_shown_escaped_and_short() -> None:
    text = render(hostile_run())
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]", text
    )
    assert HOSTILE["long"][:5000] not in text
    assert max(map(len, text.splitlines())) < 5000


def test_an_empty_run_is_no_success() -> None:
    assert "0 cells" in render(empty_run())


def test_what_flipped_since_an_earlier_run_stands_before_the_verdict() -> None:
    new = sample_run()
    cells = [dataclasses.replace(cell, actual="explicitDeny", outcome="passed") for cell in new.cells[:30]]
    text = render(new, since=make_run((*cells, *new.cells[30:-1])))
    lines = text[text.index("Since the run of ") : text.index("Verdict: ")].splitlines()
    assert lines[0] == "Since the run of 2026-11-24T07:00:01Z"
    assert sum(line.startswith("  decided otherwise: ") for line in lines) == 21
    assert re.search(r"  decided otherwise: .*: explicitDeny → allowed \(opened.*\)$", "\n".join(lines), re.MULTILINE)
    assert any(line.startswith("  new: ") for line in lines)


def test_nothing_changed_is_said() -> None:
    assert "\n  nothing changed\n" in render(sample_run(), since=sample_run())
