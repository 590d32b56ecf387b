"""The AWS CLI, unchanged, asks `iamproof serve` and gets AWS's answers.

It pins botocore, so it is installed in an environment of its own (``tox -e awscli``), which says with
IAMPROOF_AWSCLI that a missing CLI is no reason to skip.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.accounts.load import load_account
from simulator.backends.serve import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
AWS = shutil.which("aws", path=str(Path(sys.executable).parent))
USER = "arn:aws:iam::123456789012:user/ec2webuser"
POLICY = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}'
NEEDED = "IAMPROOF_AWSCLI" in os.environ

pytestmark = [
    pytest.mark.timeout(120),
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
