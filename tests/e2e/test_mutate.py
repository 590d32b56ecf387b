"""``iamproof mutate``, run as people run it: on the shipped suites, and on one that leaves something out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import iamproof
from iamproof.cli import main
from simulator.analyse.mutate import Result, mutate, text_of
from simulator.analyse.mutate.run import _Work
from simulator.catalogue import load
from simulator.suites.load import load_suites
from tests.oracles import layers
from tests.oracles.statements import Request

if TYPE_CHECKING:
    from simulator.suites.mutation import Mutation

ROOT = Path(__file__).parents[2]
POLICY = "policies/IAMUsersMFAManagement.json"
SAMPLE = 59  # of the shipped policy's mutants one in so many is run as a file

pytestmark = pytest.mark.timeout(120)

OWN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Team",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*",
            "Condition": {
                "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
                "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
            },
        },
        {"Effect": "Deny", "Action": "s3:PutObject", "NotResource": "arn:aws:s3:::blue/*", "Condition": {}},
    ],
}
SUITE = """\
suite: Team folders
account:
  id: "111122223333"
  policies: {own: ../policies/own.json}
  users: {ann: {policies: [own], tags: {team: blue}}}
  roles: {deployer: {policies: [own], tags: {team: red}}}
context: {aws:SourceIp: 203.0.113.7, aws:CurrentTime: "2026-06-01T00:00:00Z"}
resources:
  folder: arn:aws:s3:::${aws:PrincipalTag/team}/x
scenarios:
  - name: Read
    as: ann
    actions: s3:GetObject
    on: folder
    expect: allow
"""


def run(*arguments: str, cwd: Path = ROOT, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command, with *more* in its environment."""
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", "mutate", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def mutated(*paths: str) -> tuple[Mutation, tuple[Result, ...]]:
    """Test the mutants of the suites at *paths*."""
    loaded = load_suites([Path(path) for path in paths], root=Path(), catalogue=load())
    return mutate(loaded.cells(), load())


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A policy with conditions of many kinds, and a suite that asks for one thing only."""
    for name, text in (("policies/own.json", json.dumps(OWN, indent=2)), ("scenarios/own.yaml", SUITE)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


LAYERS: dict[str, Any] = {
    "bucket": {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": ["arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:user/ann"]},
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::b/*",
                "Condition": {"StringLike": {"s3:x-amz-acl": "private*"}},
            },
            {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::b/*"},
        ]
    },
    "scp": {
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": ["organizations:LeaveOrganization", "s3:DeleteBucket"], "Resource": "*"},
        ]
    },
    "bound": {"Statement": {"Effect": "Allow", "Action": ["s3:*", "iam:Get*"], "Resource": "*"}},
    "own": {"Statement": {"Effect": "Allow", "Action": ["s3:List*", "iam:GetUser"], "Resource": "*"}},
}
OBJECT = "object: {arn: 'arn:aws:s3:::b/k', policy: ../policies/bucket.json}"
LAYERED = """\
suite: Layers
account:
  id: "111122223333"
  policies: {own: ../policies/own.json, bound: ../policies/bound.json}
  users: {ann: {policies: [own], boundary: bound}}
  roles: {app: {policies: [own], session_name: x, session_policies: [../policies/bound.json]}}
  organization: {scps: [[FullAWSAccess], [../policies/scp.json]]}
resources:
  object: {arn: "arn:aws:s3:::b/k", policy: ../policies/bucket.json}
scenarios:
  - {name: Read, as: [ann, app], actions: s3:GetObject, on: object, context: {s3:x-amz-acl: private}, expect: allow}
  - {name: List, as: ann, actions: s3:ListAllMyBuckets, on: "*", expect: allow}
"""


# --- the shipped policy -----------------------------------------------------------------------------


def test_every_mutant_of_the_shipped_policy_that_matters_is_killed_by_the_shipped_suites() -> None:
    done = run("--fail-under", "100", "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["survivors"] == []
    assert found["idle_cells"] == 0
    assert [one["path"] for one in found["policies"]] == [POLICY]  # and none of AWS's own
    assert found["mutants"] == found["killed"] + found["equivalent"] == len(found["all"])
    assert found["mutants"] >= 150


def test_a_killed_mutant_differs_by_the_naive_evaluator_and_fails_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("policies", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    before = Path(POLICY).read_text(encoding="utf-8")
    _, every = mutated("scenarios")
    cells = {cell.id: cell for cell in load_suites([Path("scenarios")], root=Path(), catalogue=load()).cells()}
    for number, one in enumerate(every):
        text = text_of(one.mutant)
        literal = [cells[name] for name in one.killers if cells[name].asked.literal is not None]
        assert not literal or any(differs(cell, before, text) for cell in literal), one.mutant.words
        if number % SAMPLE == 0:
            Path(POLICY).write_text(text, encoding="utf-8")
            failed = {cell.id for cell in iamproof.run("scenarios", with_git=False).cells if cell.outcome != "passed"}
            assert failed == set(one.killers), one.mutant.words


parsed = cache(json.loads)


def differs(cell: Any, before: str, after: str) -> bool:
    """Ask the oracle one of the cell's requests of both policies."""
    found = []
    for text in (before, after):
        documents = [parsed(text if one.path == POLICY else one.document) for one in cell.principal.loaded_policies]
        stack = layers.Stack(identity=documents)
        answers = []
        for resource in cell.resources:
            context = {
                key: list(value) if isinstance(value, tuple) else value
                for key, value in cell.context_of(resource).items()
                if value != ()
            }
            asked = Request(cell.asked.literal, resource, context)
            answers.append(layers.answer(stack, layers.Caller(cell.principal.arn), asked)[:2])
        found.append(answers)
    return bool(found[0] != found[1])


# --- a suite that leaves something out --------------------------------------------------------------


def pasted(suite: str) -> set[str]:
    """Paste each scenario that is proposed for *suite*: it holds, and fails with the policy file changed."""
    found, every = mutated("scenarios")
    path, before = Path("scenarios/own.yaml"), len(outcomes())
    seen: set[str] = set()
    for one in found.survivors:
        if one.scenario is None or one.scenario in seen:
            continue
        seen.add(one.scenario)
        path.write_text(suite + one.scenario, encoding="utf-8")
        assert outcomes() == ["passed"] * (before + 1), one.scenario
        changed = (one.file, one.line, one.change)
        (mutant,) = [t.mutant for t in every if (t.unit.path, t.unit.line(t.mutant), t.mutant.words) == changed]
        policy = Path(one.file)
        text = policy.read_text(encoding="utf-8")
        policy.write_text(text_of(mutant), encoding="utf-8")
        assert outcomes()[-1] in ("failed", "error"), one.scenario
        policy.write_text(text, encoding="utf-8")
    path.write_text(suite + "".join(seen), encoding="utf-8")
    assert set(outcomes()) == {"passed"}
    return seen


@pytest.mark.usefixtures("own")
def test_what_is_proposed_holds_today_and_kills_the_mutant() -> None:
    assert len(pasted(SUITE)) > 10
    assert mutated("scenarios")[0].survivors == ()


def test_policies_of_every_layer_are_mutated_and_what_stays_open_is_told(own: Path) -> None:
    (own / "policies/own.json").unlink()
    for name, document in LAYERS.items():
        text = json.dumps({"Version": "2012-10-17", **document}, indent=1)
        (own / f"policies/{name}.json").write_text(text, encoding="utf-8")
    (own / "scenarios/own.yaml").write_text(LAYERED, encoding="utf-8")
    assert any("on: object" in one for one in pasted(LAYERED))
    found, _ = mutated("scenarios")
    assert {one.name for one in found.policies} == {"own", "bound", "scp.json", "bucket.json"}
    assert {one.file for one in found.survivors} == {"policies/bound.json", "policies/bucket.json"}
    for one in found.survivors:
        assert one.effect == "unknown"
        assert one.reason is not None
        assert "a policy on the resource bears on the claim" in one.reason


BUCKET = """\
{"Version": "2012-10-17", "Statement": [
  {"Sid": "All", "Effect": "Allow", "Principal": {"AWS": "%(ann)s"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
  {"Sid": "Ann", "Effect": "Allow", "Principal": {"AWS": "%(ann)s"}, "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
  {"Sid": "Ben", "Effect": "Allow", "Principal": {"AWS": "%(ben)s"}, "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
  {"Sid": "No", "Effect": "Deny", "Principal": {"AWS": "%(ann)s"}, "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/z"}
]}
""" % {name: f"arn:aws:iam::111122223333:user/{name}" for name in ("ann", "ben")}


def test_a_change_of_a_resource_s_policy_is_equivalent_where_another_statement_says_the_same_to_the_same(
    own: Path,
) -> None:
    (own / "policies/bucket.json").write_text(BUCKET, encoding="utf-8")
    suite = SUITE.replace("folder: arn:aws:s3:::${aws:PrincipalTag/team}/x", OBJECT).replace("on: folder", "on: object")
    (own / "scenarios/own.yaml").write_text(suite, encoding="utf-8")
    _, every = mutated("scenarios")
    dropped = {one.mutant.statement.sid: one.outcome for one in every if one.mutant.operator == "drop-statement"}
    assert {sid: dropped[sid] for sid in ("Ann", "Ben", "No")} == {
        "Ann": "equivalent",
        "Ben": "survived",
        "No": "survived",
    }


NAMED = """\
{"Version": "2012-10-17", "Statement": [
  {"Sid": "Both", "Effect": "Allow", "Principal": {"AWS": ["%(ann)s", "%(ben)s"]}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
  {"Sid": "Ann", "Effect": "Allow", "Principal": {"AWS": "%(ann)s"}, "Action": "s3:Get*", "Resource": "arn:aws:s3:::*"}
]}
""" % {name: f"arn:aws:iam::111122223333:user/{name}" for name in ("ann", "ben")}


def test_whom_a_resource_s_policy_names_matters_where_no_other_statement_names_them(own: Path) -> None:
    (own / "policies/bucket.json").write_text(NAMED, encoding="utf-8")
    suite = SUITE.replace("folder: arn:aws:s3:::${aws:PrincipalTag/team}/x", OBJECT).replace("on: folder", "on: object")
    (own / "scenarios/own.yaml").write_text(suite.replace("blue}}}", "blue}}, ben: {}}"), encoding="utf-8")
    found, every = mutated("scenarios")
    taken = [one.outcome for one in every if one.mutant.operator == "drop-principal"]
    assert taken == ["equivalent", "survived"]  # ann, ben
    whom = {one.change: one for one in found.survivors if one.operator.endswith("-principal")}
    assert {one.effect for one in whom.values()} == {"widens", "narrows"}
    (ben,) = (one for one in whom.values() if one.operator == "drop-principal")
    assert ben.effect == "narrows"
    assert "    as: ben\n" in (ben.scenario or "")


def outcomes() -> list[str]:
    return [cell.outcome for cell in iamproof.run("scenarios", with_git=False).cells]


@pytest.mark.usefixtures("own")
def test_what_widens_comes_before_what_narrows() -> None:
    effects = [one.effect for one in mutated("scenarios")[0].survivors]
    assert effects == sorted(effects, key=["widens", "loses a denial", "unknown", "narrows", "adds a denial"].index)
    assert {"widens", "narrows"} <= set(effects)


def test_the_text_has_line_change_and_scenario(own: Path) -> None:
    done = run("scenarios", cwd=own)
    assert done.returncode == 0, done.stderr
    assert (
        "policies/own.json:11: widens: write `arn:aws:s3:::*` for `arn:aws:s3:::${aws:PrincipalTag/team}/*`"
        in done.stdout
    )
    assert '     -      "Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*",' in done.stdout
    assert "in scenarios/own.yaml, under `scenarios:`" in done.stdout


def test_below_the_threshold_it_ends_with_1(own: Path) -> None:
    done = run("--fail-under", "90", cwd=own)
    assert done.returncode == 1
    assert "which is less than 90 %" in done.stderr


def test_several_processes_find_the_same(own: Path) -> None:
    one, two = (json.loads(run("--format", "json", "--jobs", jobs, cwd=own).stdout) for jobs in "12")
    assert one == two


def test_two_runs_find_the_same_whatever_the_order_of_python_s_sets(own: Path) -> None:
    policy = own / "policies/own.json"
    condition = '"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "blue"}, "IpAddress"'
    policy.write_text(policy.read_text(encoding="utf-8").replace('"IpAddress"', condition), encoding="utf-8")
    one, two = (run("--format", "json", cwd=own, PYTHONHASHSEED=seed).stdout for seed in "12")
    assert '"survivors": [\n' in one
    assert one == two


@pytest.mark.usefixtures("own")
def test_a_process_that_is_killed_is_told_of_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here, test = os.getpid(), _Work.test

    def killed(self: _Work, number: int) -> object:
        if number == 20 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return test(self, number)

    monkeypatch.setattr(_Work, "test", killed)
    said = []
    for jobs in "12":
        with pytest.raises(SystemExit) as ended:
            main(["mutate", "--jobs", jobs])
        assert ended.value.code == 0
        said.append(capsys.readouterr())
    assert said[0].out == said[1].out
    assert said[0].err == ""
    assert (
        said[1].err
        == "iamproof: a process that tests mutants was ended by signal 9: what it left undone is done here\n"
    )


def test_a_cell_that_accepts_both_decisions_is_named(own: Path) -> None:
    suite = own / "scenarios/own.yaml"
    text = SUITE + "  - {name: Other, as: deployer, actions: s3:PutObject, on: folder, expect: deny}\n"
    suite.write_text(text, encoding="utf-8")
    changes = [one.change for one in mutated("scenarios")[0].survivors]
    assert "drop the statement #2" not in changes  # the denial is what keeps the deployer out
    suite.write_text(text.replace("{team: red}", "{}").replace("${aws:PrincipalTag/team}/x", "red/x"), encoding="utf-8")
    (dropped,) = [one for one in mutated("scenarios")[0].survivors if one.change == "drop the statement #2"]
    assert dropped.asked is not None
    assert dropped.asked.endswith("::Other::deployer[any sign-in]-s3:PutObject-folder")


# --- what is mutated --------------------------------------------------------------------------------


def test_a_managed_policy_is_mutated_when_it_is_named() -> None:
    done = run("--policy", "AmazonEC2FullAccess", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert [one["name"] for one in json.loads(done.stdout)["policies"]] == ["AmazonEC2FullAccess"]


def test_a_document_that_stands_inline_is_mutated_when_it_is_named() -> None:
    done = run("--policy", "Everything", "--format", "json")
    found = json.loads(done.stdout)
    assert found["mutants"] == found["killed"] + found["equivalent"] + len(found["survivors"]) > 0
    assert {one["line"] for one in found["all"]} == {12}


def test_a_name_that_is_nearly_right_is_told() -> None:
    done = run("--policy", "AmazonEC2FullAcess")
    assert done.returncode == 5
    assert "did you mean `AmazonEC2FullAccess`?" in done.stderr


def test_cells_that_can_notice_nothing_are_told(own: Path) -> None:
    suite = own / "scenarios/own.yaml"
    suite.write_text(SUITE.replace("expect: allow", "expect: deny"), encoding="utf-8")
    done = run(cwd=own)
    assert "1 of 1 cells can notice nothing" in done.stdout
    assert ", 0 killed," in done.stdout


# --- reports ----------------------------------------------------------------------------------------


def test_a_report_has_coverage_beside_where_that_is_asked_for(own: Path) -> None:
    done = run("--report", "html=out/report.html", "--coverage", cwd=own)
    assert done.returncode == 0, done.stderr
    page = (own / "out/report.html").read_text(encoding="utf-8")
    assert page.index('<h2 id="policy-coverage">') < page.index('<h2 id="mutation">')
    without = run("--coverage", cwd=own)
    assert without.returncode == 2
    assert "help: add `--report FILE`, or run `iamproof coverage`" in without.stderr


def test_a_report_has_the_run_and_a_section(own: Path) -> None:
    done = run("--report", "html=out/report.html", "--report", "json=out/run.json", cwd=own)
    assert done.returncode == 0, done.stderr
    data = json.loads((own / "out/run.json").read_text(encoding="utf-8"))
    assert data["command"] == ["iamproof", "mutate"]
    assert data["summary"]["passed"] == 1
    assert data["mutation"]["survivors"][0]["scenario"] in done.stdout
    page = (own / "out/report.html").read_text(encoding="utf-8")
    assert '<h2 id="mutation">Mutation</h2>' in page
    assert "    on: folder\n    expect: implicitDeny\n" in page  # to be pasted line by line
