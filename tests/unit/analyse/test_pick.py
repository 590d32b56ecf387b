"""Cells by id: the exact one, the nearly right one, and the request of a cell of many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.analyse.pick import Summary, find_cell, requests_of, summary_of
from simulator.analyse.question import neighbours_of, question_of
from simulator.catalogue import load
from simulator.errors import InputError
from simulator.suites.load import load_suites

if TYPE_CHECKING:
    from simulator.suites.cells import Cell

SUITE = """
suite: S
account:
  id: "123456789012"
  users:
    alice:
      policies:
        - {Version: 2012-10-17, Statement: [{Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::b/*"}]}
resources:
  object: {own: "arn:aws:s3:::b/k", others: "arn:aws:s3:::c/k"}
scenarios:
  - id: S-1
    name: Reading
    as: alice
    actions: [s3:GetObject, s3:PutObject]
    on: object
    session: with MFA
    expect: {own: {s3:GetObject: allow, s3:PutObject: deny}, others: deny}
  - id: S-2
    name: Many
    as: alice
    actions: s3:*Object
    on: object/own
    session: access key
    expect: allow
"""
ID = "suite.yaml::S-1::alice[with MFA]-s3:GetObject-object/own"


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Cell, ...]:
    """The cells of a suite."""
    monkeypatch.chdir(tmp_path)
    Path("suite.yaml").write_text(SUITE, encoding="utf-8")
    return load_suites([Path("suite.yaml")]).cells()


@pytest.mark.parametrize("text", [ID, ID.partition("::")[2], ID.upper(), f"./{ID}"])
def test_a_cell_is_found_by_its_id_with_and_without_file(cells: tuple[Cell, ...], text: str) -> None:
    assert find_cell(cells, text).id == ID


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        (ID.replace("GetObject", "GetObjct"), "there is no cell", f"did you mean `{ID}`"),
        ("S-1", "`S-1` is a scenario of 4 cells, not a cell", f"as `{ID}`"),
        ("Reading", "`Reading` is a scenario of 4 cells", ""),
        ("zzz", "there is no cell `zzz`", "`iamproof test --list` prints the ids"),
    ],
)
def test_a_near_id_is_recognised(cells: tuple[Cell, ...], text: str, message: str, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        find_cell(cells, text)
    (found,) = caught.value.diagnostics
    assert found.message.startswith(message)
    assert advice in found.help


def of_many(cells: tuple[Cell, ...]) -> tuple[Cell, Summary]:
    cell = find_cell(cells, "S-2::alice[access key]-s3:*Object-object/own")
    return cell, summary_of(cell, load())


def test_of_many_requests_the_first_that_differs_is_chosen(cells: tuple[Cell, ...]) -> None:
    _, summary = of_many(cells)
    assert (summary.action, summary.resource) == ("s3:DeleteObject", "arn:aws:s3:::b/k")
    assert [(one.effect, one.differs) for one in summary.groups] == [("implicitDeny", True), ("allowed", False)]
    assert summary.groups[1].actions == ("s3:GetObject",)


def test_another_request_of_the_cell_can_be_chosen(cells: tuple[Cell, ...]) -> None:
    cell, summary = of_many(cells)
    assert requests_of(cell, summary, action="S3:getobject", resource=None).action == "s3:GetObject"
    with pytest.raises(InputError) as caught:
        requests_of(cell, summary, action="s3:GetObjct", resource=None)
    assert caught.value.diagnostics[0].help == "did you mean `s3:GetObject`?"


def test_a_cell_s_neighbours_are_its_suite_s_sessions_and_targets(cells: tuple[Cell, ...]) -> None:
    cell = find_cell(cells, ID)
    found = neighbours_of(cell, cells)
    assert [one.name for one in found if one.kind == "session"] == ["console without MFA", "access key"]
    assert [(one.name, one.resource) for one in found if one.kind == "target"] == [
        ("object/others", "arn:aws:s3:::c/k")
    ]


def test_a_cell_s_question_has_its_context_and_documents(cells: tuple[Cell, ...]) -> None:
    question = question_of(find_cell(cells, ID), "s3:GetObject", "arn:aws:s3:::b/k")
    assert question.who == "alice, with MFA"
    assert question.stated["aws:MultiFactorAuthPresent"] == "true"
    assert question.derived["aws:username"] == "alice"
    assert len(question.loaded) == 1
