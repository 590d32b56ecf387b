"""Every case of the corpus against every backend: the decision and the statements that led to it.

A case that a backend can't pass stands in `SKIPPED` with the reason.  It is run all the same: one that passes
fails the run, so that the table never outlives its reasons.
"""

from __future__ import annotations

import json
from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

import jsonschema
import pytest

from tests.corpus.asking import Outcome, ask_evaluator, ask_oracle, expected
from tests.corpus.rows import FOLDER, Row, read, rows, schema

if TYPE_CHECKING:
    from collections.abc import Callable


class Skip(NamedTuple):
    """Cases by their ``file/name``, with wildcards, that a backend can't pass."""

    backend: str
    cases: str
    reason: str


SKIPPED = (Skip("oracle", "policy-grammar/*", "the oracle takes parsed policies and refuses none"),)


def reason_to_skip(backend: str, case: object) -> str | None:
    """Why *backend* can't pass *case*, None when it has to."""
    return next((s.reason for s in SKIPPED if s.backend == backend and fnmatchcase(str(case), s.cases)), None)


def test_the_schema_is_the_one_of_the_rows() -> None:
    assert json.loads((FOLDER / "_schema.json").read_text("utf-8")) == schema(), "run python -m tests.corpus.rows"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_file_of_rows_keeps_the_schema(path: object) -> None:
    jsonschema.validate(read(FOLDER / str(path)), schema())


def test_names_are_unique_in_their_file() -> None:
    assert [name for name, count in Counter(map(str, rows())).items() if count > 1] == []


def test_every_reason_to_skip_is_needed() -> None:
    assert [skip for skip in SKIPPED if not any(fnmatchcase(str(row), skip.cases) for row in rows())] == []


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_oracle_answers_as_the_row_says(row: Row) -> None:
    check("oracle", row, ask_oracle)


@pytest.mark.parametrize("row", rows(), ids=str)
def test_the_evaluator_answers_as_the_row_says(row: Row) -> None:
    check("evaluator", row, ask_evaluator)


def check(backend: str, row: Row, ask: Callable[[Row], Outcome]) -> None:
    """Ask, and compare with the row; what is in the table of skips has to fail."""
    reason = reason_to_skip(backend, row)
    if reason is None:
        assert expected(row) == ask(row)
        return
    try:
        found = ask(row)
    except Exception:  # noqa: BLE001  # whatever the backend says, it can't pass
        pytest.skip(reason)
    if found != expected(row):
        pytest.skip(reason)
    pytest.fail(f"{row} passes on {backend}: take it out of SKIPPED ({reason})")
