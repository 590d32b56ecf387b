"""Mutation in words: survivors under the scenario that would notice them."""

from __future__ import annotations

import pytest

from reports import render
from reports.mutation import claimed, claimed_words, grouped, idle_words, opening, shortened, title
from simulator.suites.mutation import MutatedPolicy, Mutation
from tests.unit.reports.sample import sample_mutation, sample_run


def test_survivors_of_one_scenario_stand_together() -> None:
    assert [len(group.survivors) for group in grouped(sample_mutation())] == [2, 1, 1]


def test_a_change_that_ends_otherwise_than_the_first_says_so() -> None:
    (_, _), (words, _) = grouped(sample_mutation())[0].changes()
    assert words.endswith(":10: widens, it would be explicitDeny: write Deny for Allow")


def test_the_opening_counts_changes_and_scenarios() -> None:
    found = sample_mutation()
    assert opening(found, grouped(found)) == (
        "Nothing in the suites notices 4 changes of the policies; 1 scenario would. What widens comes first."
    )
    whole = Mutation((MutatedPolicy("p", "p.json", 3, 2, 1),), ())
    assert opening(whole, ()) == "All 2 changes of the policies that decide anything otherwise are noticed."


def test_without_a_scenario_the_request_or_the_reason_is_told() -> None:
    _, _, shown, unknown = sample_mutation().survivors
    assert title(shown) == (
        "iam:CreateVirtualMFADevice on arn:aws:iam::123456789012:mfa/otheruser"
        " with aws:username=baseuser, aws:TagKeys=[a, b]"
    )
    assert title(unknown).startswith("not known to differ, nor proved to be alike: a policy on the resource")


def test_what_invariants_alone_notice_stands_under_them_with_the_request() -> None:
    ((invariants, changes),) = claimed(sample_mutation())
    assert invariants == "scenarios/own-mfa-device.yaml::ALL-R2"
    assert changes[1] == (
        "policies/IAMUsersMFAManagement.json:24: drop the statement DenyMostWithoutMFA: refuted by"
        " iam:DeleteVirtualMFADevice on arn:aws:iam::123456789012:mfa/otheruser with aws:username=baseuser (1 other invariant too)"
    )
    assert claimed_words(sample_mutation()).startswith("Invariants alone notice 2 changes")
    assert claimed_words(Mutation((), ())) == ""


def test_cells_and_invariants_that_can_notice_nothing_are_counted() -> None:
    assert list(idle_words(sample_mutation(), 32, 4)) == [
        "2 of 32 cells can notice nothing: with the policies as they are they fail, or are left out",
        "1 of 4 invariants can notice nothing: with the policies as they are they are not proved",
    ]


def test_a_long_diff_is_cut() -> None:
    lines = shortened(("@@ -1,20 +1 @@", *(f"-{number}" for number in range(20))))
    assert len(lines) == 13
    assert lines[-1] == "… 8 more lines"


@pytest.mark.parametrize(("killed", "equivalent", "score"), [(0, 3, 100), (2, 0, 66), (2, 1, 100), (1, 1, 50)])
def test_the_score_leaves_equivalents_out_and_is_rounded_down(killed: int, equivalent: int, score: int) -> None:
    assert Mutation((MutatedPolicy("p", "p.json", 3, killed, equivalent),), ()).score == score


@pytest.mark.parametrize("fmt", ["html", "md"])
def test_a_run_without_mutation_has_no_section(fmt: str) -> None:
    assert "Mutation" in render(sample_run(), fmt)
    assert "Mutation" not in render(sample_run(mutation=None), fmt)
