"""``iamproof mutate``: what no cell notices, the invariants of the suites are asked."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import iamproof
from iamproof.cli import main
from simulator.analyse.invariants import settle
from simulator.analyse.mutate import Result, mutate, text_of
from simulator.catalogue import load
from simulator.suites.load import load_suites

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.suites.mutation import Mutation

pytestmark = pytest.mark.timeout(120)

POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Team",
      "Effect": "Allow",
      "Action": ["s3:GetObject", "s3:PutObject"],
      "Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"
    },
    {"Sid": "Blue", "Effect": "Deny", "Action": "s3:PutObject", "NotResource": "arn:aws:s3:::blue/*"}
  ]
}
"""
HEAD = """\
suite: Team folders
account:
  id: "111122223333"
  policies: {own: ../policies/own.json}
  users: {ann: {policies: [own], tags: {team: blue}}}
resources:
  folder: arn:aws:s3:::${aws:PrincipalTag/team}/x
"""
CELLS = """\
scenarios:
  - {name: Read, as: ann, actions: s3:GetObject, on: folder, expect: allow}
"""
INVARIANTS = """\
invariants:
  - {name: Red is another's, as: ann, actions: "s3:*", on: "arn:aws:s3:::red/*", expect: deny}
  - {id: NO-IAM, name: Nothing in IAM, as: ann, actions: "iam:*", expect: deny}
"""
RED = "scenarios/own.yaml::Red is another's"
WIDER = "write `*` for `arn:aws:s3:::${aws:PrincipalTag/team}/*`"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy for the folder of a team, and a suite whose cell asks for one thing only."""
    for name, text in (("policies/own.json", POLICY), ("scenarios/own.yaml", HEAD + CELLS + INVARIANTS)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def mutated(suite: str = HEAD + CELLS + INVARIANTS) -> tuple[Mutation, tuple[Result, ...]]:
    """Test the mutants of a suite."""
    Path("scenarios/own.yaml").write_text(suite, encoding="utf-8")
    loaded = load_suites([Path("scenarios")], root=Path(), catalogue=load())
    return mutate(loaded.cells(), load(), asserted=loaded.asserted)


def named(results: Sequence[Result], words: str) -> Result:
    """Return the mutant of *words*."""
    (found,) = [one for one in results if one.mutant.words == words]
    return found


def command(*arguments: str, code: int = 0) -> None:
    """Run the command."""
    with pytest.raises(SystemExit) as ended:
        main(["mutate", *arguments])
    assert ended.value.code == code


def test_what_an_invariant_alone_notices_is_killed_by_it() -> None:
    found, every = mutated()
    one = named(every, WIDER)
    assert one.outcome == "killed"
    assert one.killers == ()
    assert [broken.invariant for broken in one.broken] == [RED]
    assert WIDER in [claimed.change for claimed in found.claimed]
    without, _ = mutated(HEAD + CELLS)
    assert without.killed + len(found.claimed) == found.killed
    assert {one.change for one in without.survivors} - {one.change for one in found.survivors} == {
        one.change for one in found.claimed
    }


def test_a_mutant_that_is_said_to_be_killed_by_an_invariant_refutes_it_as_a_file_and_no_other_does() -> None:
    _, every = mutated()
    for one in every:
        Path("policies/own.json").write_text(text_of(one.mutant), encoding="utf-8")
        run = iamproof.run("scenarios", with_git=False)
        refuted = {claim.id for claim in run.invariants if claim.outcome == "refuted"}
        if not one.killers:
            assert refuted == {broken.invariant for broken in one.broken}, one.mutant.words
            assert run.cells[0].outcome == "passed"


def test_an_invariant_that_becomes_unknown_kills_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = count()
    # Both are proved of the policy as it is; then the steps run out.
    monkeypatch.setattr(settle, "_share", lambda limit, _: limit if next(asked) < 2 else 1)
    found, every = mutated()
    assert next(asked) > 20
    assert found.claimed == ()
    assert found.idle_invariants == 0
    assert named(every, WIDER).outcome == "survived"


def test_an_invariant_that_does_not_hold_today_notices_nothing_and_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("scenarios/own.yaml").write_text(HEAD + CELLS + INVARIANTS.replace("red/*", "blue/*"), encoding="utf-8")
    command()
    said = capsys.readouterr().out
    assert "warning: 1 of 2 invariants can notice nothing: with the policies as they are they are not proved" in said
    assert "Invariants alone" not in said


def test_the_text_says_which_invariant_notices_what_by_which_request(capsys: pytest.CaptureFixture[str]) -> None:
    command("--fail-under", "40")
    said = capsys.readouterr().out
    assert f"Invariants alone notice 5 changes: every cell is as expected under them.\n   {RED}\n" in said
    assert f"     policies/own.json:8: {WIDER}: refuted by s3:GetObject on arn:aws:s3:::red/x\n" in said


@pytest.mark.parametrize("jobs", "12")
def test_the_data_say_by_what_each_mutant_is_killed(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    command("--format", "json", "--jobs", jobs)
    data = json.loads(capsys.readouterr().out)
    (one,) = [one for one in data["all"] if one["change"] == WIDER]
    assert (one["outcome"], one["killed_by"], one["refuted"]) == ("killed", [], [RED])
    assert data["policies"][0]["claimed"] == len(data["claimed"]) == sum(bool(one["refuted"]) for one in data["all"])
    assert data["killed"] == sum(one["outcome"] == "killed" for one in data["all"])
    assert {"invariants": [RED], "action": "s3:GetObject", "resource": "arn:aws:s3:::red/x"}.items() <= data["claimed"][
        0
    ].items()


def test_a_suite_of_invariants_alone_judges_mutants() -> None:
    found, every = mutated(HEAD + INVARIANTS)
    assert named(every, WIDER).outcome == "killed"
    assert found.killed == len(found.claimed) > 0
    assert all(one.scenario is not None for one in found.survivors)


def test_a_list_of_policies_is_changed_with_the_file_that_it_names(project: Path) -> None:
    (project / "policies/old.json").write_text(POLICY, encoding="utf-8")
    pair = "{new: ../policies/own.json, old: ../policies/old.json}"
    listed = f"invariants: [{{name: Nothing new, policies: {pair}, expect: no new access}}]\n"
    found, every = mutated(HEAD + CELLS + listed)
    assert [one.path for one in found.policies] == ["policies/own.json"]
    assert [broken.invariant for broken in named(every, WIDER).broken] == ["scenarios/own.yaml::Nothing new"]


def test_a_list_of_policies_tells_apart_what_is_alike_for_those_who_have_them() -> None:
    Path("policies/no.json").write_text(
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}', encoding="utf-8"
    )
    head = HEAD.replace("own.json}", "own.json, no: ../policies/no.json}").replace("[own]", "[own, no]")
    red = "{Statement: {Effect: Allow, Action: 's3:*', Resource: 'arn:aws:s3:::red/*'}}"
    apart = f"{{name: Apart, policies: {{new: ../policies/own.json, old: {red}}}, expect: disjoint}}"
    context = "context: {aws:PrincipalTag/team: blue}\n"
    _, every = mutated(f"{head}{context}{CELLS.replace('allow', 'deny')}invariants: [{apart}]\n")
    one = named(every, WIDER)
    assert one.difference is None
    assert [broken.invariant for broken in one.broken] == ["scenarios/own.yaml::Apart"]


def test_a_policy_on_a_resource_that_only_an_invariant_names_is_changed() -> None:
    bucket = (
        '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}'
    )
    Path("policies/bucket.json").write_text(bucket, encoding="utf-8")
    head = HEAD + "  object: {arn: 'arn:aws:s3:::b/k', policy: ../policies/bucket.json}\n"
    claim = "invariants: [{name: Open, as: ann, actions: s3:GetObject, on: object, expect: allow}]\n"
    found, _ = mutated(head + CELLS + claim)
    assert {one.path for one in found.policies} == {"policies/own.json", "policies/bucket.json"}
