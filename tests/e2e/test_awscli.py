"""The AWS CLI, unchanged, asks `iamproof serve` and gets AWS's answers.

The recipe of ``docs/mfa-policy.md`` is typed as it stands, into a server that knows nothing yet.

It pins botocore, so it is installed in an environment of its own (``tox -e awscli``), which says with
IAMPROOF_AWSCLI that a missing CLI is no reason to skip.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import iamproof
from iamproof.session import RunOptions, prepare
from simulator.accounts.load import load_account
from simulator.analyse.aws_line import aws_line
from simulator.analyse.explain import explain
from simulator.analyse.question import question_of
from simulator.backends.serve import Server
from simulator.catalogue import load
from simulator.suites.asking import Wording
from simulator.suites.load import load_suites
from tests.serving import ROOT, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.analyse.aws_line import AwsLine

AWS = shutil.which("aws", path=str(Path(sys.executable).parent))
USER = "arn:aws:iam::123456789012:user/ec2webuser"
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
DOCUMENT = f"file://{ROOT / 'policies' / 'IAMUsersMFAManagement.json'}"
AWS_MANAGED = "arn:aws:iam::aws:policy/AmazonEC2FullAccess"
MANY = 100  # questions; a cell with more is about a whole service, or all of them
NEEDED = "IAMPROOF_AWSCLI" in os.environ

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(AWS is None and not NEEDED, reason="the AWS CLI is not installed here; `tox -e awscli` has it"),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the shipped account is served."""
    with Server(0, account=load_account(ROOT / "scenarios" / "account.yaml", root=ROOT)) as server:
        yield server.url


def ask(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``aws iam`` with nothing of this machine's configuration."""
    assert AWS is not None
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PATH": os.defpath,
    }
    command = [AWS, "--endpoint-url", url, "--output", "json", "iam", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def decisions(done: subprocess.CompletedProcess[str]) -> Sequence[tuple[str, str]]:
    """Return action and decision of each result."""
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)["EvaluationResults"]
    return [(result["EvalActionName"], result["EvalDecision"]) for result in results]


def test_a_policy_by_itself(url: str) -> None:
    done = ask(
        url, "simulate-custom-policy", "--policy-input-list", POLICY, "--action-names", "s3:GetObject", "s3:PutObject"
    )
    assert decisions(done) == [("s3:GetObject", "allowed"), ("s3:PutObject", "implicitDeny")]


@pytest.mark.parametrize(("present", "decision"), [("true", "allowed"), ("false", "explicitDeny")])
def test_a_user_with_and_without_mfa(url: str, present: str, decision: str) -> None:
    entry = f"ContextKeyName=aws:MultiFactorAuthPresent,ContextKeyValues={present},ContextKeyType=boolean"
    done = ask(
        url,
        "simulate-principal-policy",
        *("--policy-source-arn", USER, "--action-names", "ec2:DescribeInstances", "--context-entries", entry),
    )
    assert decisions(done) == [("ec2:DescribeInstances", decision)]


def test_an_access_key_is_without_mfa(url: str) -> None:
    """The key is absent; a Deny with `Bool` would let it pass."""
    done = ask(url, "simulate-principal-policy", "--policy-source-arn", USER, "--action-names", "ec2:DescribeInstances")
    assert decisions(done) == [("ec2:DescribeInstances", "explicitDeny")]


def test_keys_of_a_policy_and_of_a_user(url: str) -> None:
    done = ask(url, "get-context-keys-for-custom-policy", "--policy-input-list", POLICY)
    assert json.loads(done.stdout) == {"ContextKeyNames": []}
    done = ask(url, "get-context-keys-for-principal-policy", "--policy-source-arn", USER)
    assert set(json.loads(done.stdout)["ContextKeyNames"]) >= {"aws:MultiFactorAuthPresent", "aws:username"}


def test_a_refusal_is_told_as_aws_tells_it(url: str) -> None:
    done = ask(url, "simulate-custom-policy", "--policy-input-list", "{", "--action-names", "s3:GetObject")
    assert done.returncode in {254, 255}
    assert "(InvalidInput)" in done.stderr
    assert "Policy input list item 1 has invalid content" in done.stderr


# --- the line of `explain` ---------------------------------------------------------------------------


def explained() -> list[tuple[str, AwsLine, str]]:
    """Return cells of the shipped suites with the line that asks AWS the same, and the decision."""
    loaded = load_suites([ROOT / "scenarios"], root=ROOT)
    single = [cell for cell in loaded.cells() if len(cell.actions) == 1 and isinstance(cell.resource, str)]
    single = [cell for cell in single if cell.resource != "each type"]
    chosen = single[::90]
    questions = [(cell, question_of(cell, cell.actions[0], str(cell.resource))) for cell in chosen]
    return [(cell.id, aws_line(asked), explain(asked, load()).decision.effect.value) for cell, asked in questions]


def test_the_line_of_explain_runs_and_gets_the_same_answer(url: str) -> None:
    """Through a shell, as it would be pasted."""
    assert AWS is not None
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_DEFAULT_OUTPUT": "json",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PATH": f"{Path(AWS).parent}{os.pathsep}{os.defpath}",
    }
    found = explained()
    assert {effect for _, _, effect in found} == set(STRICTNESS)
    for cell, line, effect in found:
        done = subprocess.run(
            ["sh", "-c", line.line], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert [decision for _, decision in decisions(done)] == [effect], cell


# --- the recipe -------------------------------------------------------------------------------------


class Question(NamedTuple):
    """A pair of action and resource that a cell asks about, and the cell."""

    action: str
    resource: str
    cell: str


@pytest.fixture(scope="module")
def recipe() -> Iterator[str]:
    """The recipe typed into a server that knows nothing but AWS's own policies."""
    with serving() as served:
        type_in(served.url, "create-policy --policy-name IAMUsersMFAManagement --policy-document", DOCUMENT)
        type_in(served.url, "create-group --group-name ec2webgroup")
        type_in(served.url, "create-user --user-name ec2webuser")
        type_in(served.url, "add-user-to-group --group-name ec2webgroup --user-name ec2webuser")
        for arn in ("arn:aws:iam::123456789012:policy/IAMUsersMFAManagement", AWS_MANAGED):
            type_in(served.url, "attach-group-policy --group-name ec2webgroup --policy-arn", arn)
        yield served.url


def type_in(url: str, words: str, *last: str) -> None:
    done = ask(url, *words.split(), *last)
    assert done.returncode == 0, done.stderr


def test_the_recipe_means_what_the_suites_expect(recipe: str) -> None:
    """Every cell of the shipped suites about that user, but those over a whole service: on the left what is expected."""
    decided = dict(answered(recipe))
    run = iamproof.run(str(ROOT / "scenarios"), only=["principal=ec2webuser"], root=str(ROOT), with_git=False)
    cells = {cell.id: cell for cell in run.cells if cell.id in decided}
    assert len(cells) > 200
    expected = {cell: (found.expected, found.outcome) for cell, found in cells.items()}
    assert {cell for cell, (_, outcome) in expected.items() if outcome != "passed"} == set()
    assert [
        (cell, word, decided[cell]) for cell, (word, _) in expected.items() if not ALLOWED_BY[word] & {decided[cell]}
    ] == []
    assert {word for word, _ in expected.values()} >= {"allow", "explicitDeny", "implicitDeny"}


ALLOWED_BY = {
    "allow": {"allowed"},
    "deny": {"implicitDeny", "explicitDeny"},
    "implicitDeny": {"implicitDeny"},
    "explicitDeny": {"explicitDeny"},
    "noExplicitDeny": {"allowed", "implicitDeny"},
}
STRICTNESS = ("allowed", "implicitDeny", "explicitDeny")


def answered(url: str) -> Iterator[tuple[str, str]]:
    """Yield each cell with the strictest of the decisions on what it asks."""
    by_cell: dict[str, list[str]] = {}
    for entries, questions in asked().items():
        actions = list(dict.fromkeys(question.action for question in questions))
        for resources in (["*"], list(dict.fromkeys(q.resource for q in questions if q.resource != "*"))):
            wanted = [question for question in questions if question.resource in resources]
            if not wanted:
                continue
            decided = simulated(url, actions, resources, entries)
            for question in wanted:
                by_cell.setdefault(question.cell, []).append(decided[question.action, question.resource])
    return ((cell, max(found, key=STRICTNESS.index)) for cell, found in by_cell.items())


def asked() -> dict[str, list[Question]]:
    """What the cells ask, by the context in which they ask it."""
    prepared = prepare(RunOptions(paths=(str(ROOT / "scenarios"),), only=("principal=ec2webuser",), root=str(ROOT)))
    wording = Wording()
    found: dict[str, list[Question]] = {}
    for cell in prepared.cells:
        if sum(1 for _ in islice(wording.operations(cell), MANY)) == MANY:
            continue
        for operation in wording.operations(cell):
            for request in operation.requests:
                entries = found.setdefault(json.dumps(request["ContextEntries"]), [])
                entries.extend(Question(operation.action, arn, cell.id) for arn in operation.resources)
    return found


def simulated(url: str, actions: list[str], resources: list[str], entries: str) -> dict[tuple[str, str], str]:
    """Ask for everything in one command."""
    words = ["--policy-source-arn", USER, "--action-names", *actions, "--context-entries", entries]
    if resources != ["*"]:
        words += ["--resource-arns", *resources]
    done = ask(url, "simulate-principal-policy", *words)
    assert done.returncode == 0, done.stderr
    found = {}
    for result in json.loads(done.stdout)["EvaluationResults"]:
        found[result["EvalActionName"], "*"] = result["EvalDecision"]
        for part in result.get("ResourceSpecificResults", []):
            found[result["EvalActionName"], part["EvalResourceName"]] = part["EvalResourceDecision"]
    return found
