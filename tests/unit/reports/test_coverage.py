"""Coverage in numbers, at lines, and as LCOV."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import pytest

from iamproof.covered import short_of
from reports import lcov
from reports.coverage import Tally, lines_of, notes, tally
from simulator.suites.coverage import Coverage, EntryCoverage
from tests.unit.reports.sample import HOSTILE, hostile_coverage, sample_coverage


def test_every_statement_outcome_and_pattern_counts_one() -> None:
    found = tally(sample_coverage())
    assert (found.statements, found.conditions, found.patterns) == ((2, 4), (1, 3), (4, 15))
    assert (found.covered, found.total, found.percent) == (7, 22, "31.8 %")


@pytest.mark.parametrize(
    ("covered", "of", "percent"), [(0, 0, "100 %"), (1, 1, "100 %"), (999_999, 1_000_000, "99.9 %"), (1, 2, "50 %")]
)
def test_only_what_is_complete_reads_100(covered: int, of: int, percent: str) -> None:
    assert Tally(statements=(covered, of)).percent == percent


def test_threshold_is_held_to_the_exact_percentage() -> None:
    found = Tally(statements=(2, 3))
    assert not found.reaches(Fraction("66.7"))
    assert found.reaches(Fraction("66.6"))


def test_nothing_to_cover_reaches_no_threshold_but_nothing_changed_does() -> None:
    assert short_of(Coverage(()), Fraction(1)) == "there is no policy of your own to cover, and 1 % is asked for"
    assert short_of(Coverage((), since="main"), Fraction(100)) is None
    assert short_of(sample_coverage(), Fraction(50)) == "coverage is 31.8 %, below the 50 % asked for"


def test_statement_that_never_applied_says_so_once() -> None:
    idle = next(one for one in sample_coverage().policies[0].statements if one.reach == "near")
    told = [note for note in notes(idle) if note.words]
    assert str(told[0]) == "nearly matched: missed by its resources alone"
    assert {note.subject for note in told} - {""} == {one.operator + " " + one.key for one in idle.conditions}


def test_line_bears_the_worst_of_its_marks() -> None:
    statement = sample_coverage().policies[0].statements[1]
    text = dict.fromkeys(range(1, 50), "x")
    marks = {line.number: line.mark for line in lines_of(statement, text)}
    assert marks[statement.line] == "full"
    assert "none" in marks.values()
    assert set(marks) == set(range(statement.line, statement.end_line + 1))


def test_line_of_a_minified_policy_tells_the_first_of_its_gaps() -> None:
    statement = sample_coverage().policies[0].statements[1]
    entries = tuple(EntryCoverage(f"s3:A{number}", 1, used=False) for number in range(40))
    minified = dataclasses.replace(statement, line=1, end_line=1, actions=entries, resources=(), conditions=())
    (line,) = lines_of(minified, {1: "{}"})
    assert line.words.count(";") == 12
    assert line.words.endswith("; and 29 more")


def _records(text: str) -> list[list[tuple[str, str]]]:
    """Read LCOV as its manual says: records of ``KEY:VALUE``, each closed by a line of its own."""
    assert text.endswith("end_of_record\n")
    records = [record.splitlines() for record in text.split("end_of_record\n")[:-1]]
    return [[(key, value) for key, _, value in (line.partition(":") for line in record)] for record in records]


@pytest.mark.parametrize("coverage", [sample_coverage(), hostile_coverage()], ids=["sample", "hostile"])
def test_lcov_counts_what_it_lists(coverage: object) -> None:
    for record in _records(lcov.render(coverage)):  # type: ignore[arg-type]  # a coverage
        values = dict(record)
        listed = {key: [value for name, value in record if name == key] for key in values}
        assert [key for key, _ in record][:2] == ["TN", "SF"]
        assert len(listed["DA"]) == int(values["LF"]) == len({one.split(",")[0] for one in listed["DA"]})
        assert sum(one.endswith(",1") for one in listed["DA"]) == int(values["LH"])
        assert len(listed["FN"]) == len(listed["FNDA"]) == int(values["FNF"])
        assert {one.partition(",")[2] for one in listed["FN"]} == {one.partition(",")[2] for one in listed["FNDA"]}
        branches = listed.get("BRDA", [])
        assert len(branches) == int(values.get("BRF", 0))
        assert sum(one.endswith(",1") for one in branches) == int(values.get("BRH", 0))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_makes_no_line_of_lcov(name: str) -> None:
    keys = {"TN", "SF", "FN", "FNDA", "FNF", "FNH", "BRDA", "BRF", "BRH", "DA", "LF", "LH"}
    assert {key for record in _records(lcov.render(hostile_coverage())) for key, _ in record} <= keys
    assert HOSTILE[name] not in lcov.render(hostile_coverage()) or HOSTILE[name].isprintable()
