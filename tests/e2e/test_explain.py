"""``iamproof explain``, run as people run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CELL = "scenarios/own-mfa-device.yaml::OWN-05::baseuser[access key]-iam:DeactivateMFADevice-user/own"
POLICY = "policies/IAMUsersMFAManagement.json"

pytestmark = pytest.mark.timeout(60)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in the checkout."""
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", "explain", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def data(*arguments: str) -> dict[str, Any]:
    """Return the explanation as data."""
    done = run("--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_cell() -> None:
    done = run(CELL)
    assert done.returncode == 0
    assert done.stdout.startswith(CELL)
    assert "✓ Deny DenyAllButSetupWithoutMFA" in done.stdout
    assert "in the session `with MFA`" in done.stdout
    assert "aws iam simulate-custom-policy" in done.stdout


def test_a_cell_as_data_with_the_request_for_aws() -> None:
    found = data(CELL)
    assert found["cell"] == CELL
    assert found["decision"]["deciding"][0]["sid"] == "DenyAllButSetupWithoutMFA"
    import iamproof  # the API answers what the line asks

    answer = iamproof.client("embedded").simulate_custom_policy(**found["aws"]["params"])
    assert answer["EvaluationResults"][0]["EvalDecision"] == found["decision"]["effect"]


def test_what_aws_is_asked_of_the_shipped_cells_is_answered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tenth cell: its parameters are those of the API, and the API's answer is the explained decision."""
    import iamproof
    from simulator.analyse.aws_line import aws_line
    from simulator.analyse.explain import explain
    from simulator.analyse.question import question_of
    from simulator.catalogue import load
    from simulator.suites.load import load_suites

    monkeypatch.chdir(ROOT)
    client = iamproof.client("embedded")
    cells = [cell for cell in load_suites([Path("scenarios")]).cells() if len(cell.actions) == 1][::10]
    asked = [(cell, question_of(cell, cell.actions[0], cell.resources[0])) for cell in cells]
    for cell, question in asked:
        answer = client.simulate_custom_policy(**aws_line(question).params)["EvaluationResults"][0]
        assert answer["EvalDecision"] == explain(question, load()).decision.effect.value, cell.id
    assert len(asked) > 50


def test_a_request_by_hand() -> None:
    found = data(
        *("--policy", POLICY, "--as", "arn:aws:iam::123456789012:user/bob", "--action", "iam:DeactivateMFADevice"),
        *("--resource", "arn:aws:iam::123456789012:user/bob"),
    )
    assert found["decision"]["effect"] == "explicitDeny"
    assert found["changes"][0]["changes"] == [{"context": {"aws:MultiFactorAuthPresent": "true"}, "session": None}]


def test_a_cell_of_many_says_so() -> None:
    found = data("scenarios/ec2-web-users.yaml::EC2-05::ec2webuser[with MFA]-ec2:*-each type")
    assert found["requests"]["count"] > 100
    assert found["request"]["action"].startswith("ec2:")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is nothing to explain"),
        ((CELL.replace("Deactivate", "Deactivte"),), f"did you mean `{CELL}`"),
        ((CELL, "--policy", POLICY), "exclude each other"),
        (("--policy", POLICY), "a request needs `--action`"),
        ((CELL, "nowhere.yaml"), "there is no file `nowhere.yaml`"),
        (("--account", "scenarios/account.yaml", "--policy", POLICY, "--action", "iam:GetUser"), "the account's"),
    ],
)
def test_what_can_t_be_explained_is_refused_in_words(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
