"""The words of a difference."""

from __future__ import annotations

from fractions import Fraction

import pytest

from iamproof.covered import percentage
from iamproof.differing import as_text, verdict
from simulator.analyse.diff import Access, CellChanges, Diff, Flip, Proof, Row
from simulator.analyse.diff.model import NEW_ALLOWS
from simulator.catalogue import load

ROW = Row("iam:CreateUser", "Write", (("with MFA", ("*",)), ("access key", ("*",))))
PROVED = Proof(NEW_ALLOWS, "proved")
SAME = CellChanges(3)
UNKNOWN = Proof(NEW_ALLOWS, "unknown", reason="more than 10 steps")


def flip(before: str, after: str) -> Flip:
    return Flip("s.yaml::A", "s.yaml", 3, "deny", before, after, holds=False)


def access(*, gained: tuple[Row, ...] = (), lost: tuple[Row, ...] = (), proof: Proof = PROVED) -> Access:
    return Access(("ann",), False, gained, lost, (), (), (proof,))


def diff(*found: Access, cells: CellChanges = SAME, left_out: int = 0) -> Diff:
    return Diff("a", "b", ("p.json (changed)",), cells, found, left_out)


@pytest.mark.parametrize(
    ("found", "words", "clean"),
    [
        (diff(), "no new access, and no cell flips", True),
        (diff(access(lost=(ROW,))), "no new access, and no cell flips", True),
        (diff(access(gained=(ROW,))), "new access to 1 action", False),
        (diff(access(proof=UNKNOWN)), "new access can't be excluded", False),
        (diff(access(proof=Proof(NEW_ALLOWS, "counterexample"))), "new access beyond the catalogue", False),
        (diff(cells=CellChanges(3, (flip("allowed", "implicitDeny"),))), "1 cell flips", False),
        (diff(cells=CellChanges(note="x", complete=False)), "not everything could be compared", False),
        (diff(left_out=2), "not everything could be compared", False),
    ],
)
def test_verdict_is_clean_only_where_nothing_is_open(found: Diff, words: str, clean: bool) -> None:  # noqa: FBT001  # a parameter of the case
    assert (verdict(found), found.clean) == (words, clean)


def test_cell_whose_first_decision_stays_says_that_others_moved() -> None:
    text = as_text(diff(cells=CellChanges(3, (flip("allowed", "allowed"),))), load())
    assert "✗ allowed, of other actions (expected deny): s.yaml::A" in text


def test_sessions_with_the_same_targets_are_told_together() -> None:
    assert "iam:CreateUser  Write  * [with MFA, access key]" in as_text(diff(access(gained=(ROW,))), load())


@pytest.mark.parametrize(("text", "value"), [("100", Fraction(100)), ("99.5", Fraction(199, 2)), ("0", Fraction(0))])
def test_percentage_is_read_exactly(text: str, value: Fraction) -> None:
    assert percentage(text, "--fail-under") == value
