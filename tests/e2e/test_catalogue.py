"""``iamproof catalogue``, run as people run it."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from iamproof.cli import catalogue
from simulator.catalogue import LEVELS, load
from simulator.catalogue.managed import managed_policy

ROOT = Path(__file__).parents[2]
DATED = f"catalogue of {load().date}\n"
PAGE = (ROOT / "docs" / "catalogue.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```console\n\$ iamproof catalogue (.*)\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
MFA_DEVICE = (
    "iam:CreateVirtualMFADevice*",
    "iam:DeleteVirtualMFADevice",
    "iam:ListMFADeviceTags*",
    "iam:TagMFADevice*",
    "iam:UntagMFADevice*",
)
FIDO = (
    "iam:FIDO-certification",
    "iam:FIDO-FIPS-140-2-certification",
    "iam:FIDO-FIPS-140-3-certification",
    "iam:RegisterSecurityKey",
)
OVERLAY = """extra_actions:
  acme:Launch:
    resources: {rocket: "arn:${Partition}:acme:${Region}:${Account}:rocket/${RocketId}"}
    keys: [acme:Fuel]
  payments:GetAccountBalance:
extra_keys: {acme:Fuel: numeric}
"""

pytestmark = pytest.mark.timeout(60)


def run(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-c", "from iamproof.cli import main; main()", "catalogue", *arguments]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1793000000", **environment}
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)


def text(*arguments: str, cwd: Path = ROOT) -> str:
    done = run(*arguments, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(f"\n{DATED}")
    return done.stdout


def data(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--format", "json").stdout)
    return found


def rows(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(run(*arguments, "--format", "csv").stdout.splitlines()))


def test_which_actions_take_an_mfa_device() -> None:
    assert text("iam:mfa").splitlines()[:2] == [
        "iam:mfa  arn:${Partition}:iam::${Account}:mfa/${MfaTokenIdWithPath}",
        f"  actions: {', '.join(MFA_DEVICE)}",
    ]


def test_what_an_action_takes_and_carries() -> None:
    assert text("iam:EnableMFADevice").splitlines()[:3] == [
        "iam:EnableMFADevice  Write",
        "  user*  arn:${Partition}:iam::${Account}:user/${UserNameWithPath}",
        f"  keys: {', '.join(FIDO)}, aws:ResourceTag/${{TagKey}}, iam:ResourceTag/${{TagKey}}",
    ]
    assert "  takes no resource: only `*` grants it" in text("iam:ListUsers")


def test_who_provides_a_global_key() -> None:
    line = text("aws:MultiFactorAuthPresent").splitlines()[1]
    assert line.split() == ["aws:MultiFactorAuthPresent", "boolean", "session", *line.split()[3:]]
    assert line.endswith("temporary credentials of a user; not with access keys")


def test_which_version_a_managed_policy_has() -> None:
    managed = managed_policy("AmazonEC2FullAccess")
    assert managed is not None
    assert text("AmazonEC2FullAccess").splitlines()[:3] == [
        "AmazonEC2FullAccess  arn:aws:iam::aws:policy/AmazonEC2FullAccess",
        "  v5 of 2018-11-27, created 2015-02-06",
        f"  sha256 {managed.sha256}",
    ]


def test_the_document_has_the_digest_that_pins_it() -> None:
    document = run("arn:aws:iam::aws:policy/AmazonEC2FullAccess", "--document").stdout
    assert hashlib.sha256(document.encode()).hexdigest() == data("AmazonEC2FullAccess")["policies"][0]["sha256"]
    assert json.loads(document)["Version"] == "2012-10-17"
    done = run("AmazonEC2*", "--document")
    assert (done.returncode, done.stdout) == (2, "")
    assert "wants one managed policy" in done.stderr


def test_the_services_with_their_sizes() -> None:
    assert text().splitlines()[0].split() == ["service", "actions", "resource", "types", "keys", "title"]
    assert len(data()["services"]) == len(load().services())


def test_the_actions_of_a_level() -> None:
    assert {row["what"] for row in rows("iam", "--level", "permissions management")} == {"Permissions management"}
    assert catalogue._LEVELS == LEVELS
    done = run("sts:GetCallerIdentity", "--level", "Tagging")
    assert done.returncode == 5
    assert "with the access level Tagging" in done.stderr


def test_json_and_csv_say_the_same_and_are_dated() -> None:
    found, table = data("iam"), rows("iam")
    assert found["schema"] == "iamproof/catalogue@1"
    assert found["catalogue"] == {"date": load().date, "sha256": load().sha256}
    for kind, plural in (("action", "actions"), ("resource type", "resource_types"), ("key", "keys")):
        assert [row["name"] for row in table if row["kind"] == kind] == [row["name"] for row in found[plural]]
    assert {row["catalogue"] for row in table} == {load().date}


def test_an_overlay_is_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "extra.yaml").write_text(OVERLAY, encoding="utf-8")
    (tmp_path / "iamproof.yaml").write_text("catalogue: extra.yaml", encoding="utf-8")
    assert "acme:rocket  arn:${Partition}:acme:" in text("acme:*", cwd=tmp_path)
    assert "acme:Fuel  numeric" in text("acme:fuel", cwd=tmp_path)
    assert "is not known: any ARN may be asked of it" in text("payments:GetAccountBalance", cwd=tmp_path)


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("iam:EnableMFADevise", "; did you mean `iam:EnableMFADevice`?"),
        ("aws:MultiFactorAuthPresnt", "; did you mean `aws:MultiFactorAuthPresent`?"),
        ("AmazonEC2FulAccess", "; did you mean `arn:aws:iam::aws:policy/AmazonEC2FullAccess`?"),
        ("imm", "; did you mean `iam`?"),
        ("zzzzzz", ""),
        ("\x1b[31mred", ""),
        ("", ""),
    ],
)
def test_what_is_not_there_ends_with_5_and_the_nearest_name(pattern: str, near: str) -> None:
    done = run(pattern)
    assert (done.returncode, done.stdout) == (5, "")
    shown = pattern.replace("\x1b", "\\u001b")
    assert done.stderr == f"iamproof: the catalogue of {load().date} has nothing for `{shown}`{near}\n"


def test_old_data_are_warned_of_beside_the_answer() -> None:
    done = run("iam:ListUsers", SOURCE_DATE_EPOCH="2000000000")
    assert (done.returncode, done.stdout) == (0, text("iam:ListUsers"))
    assert done.stderr.startswith(f"warning: the catalogue of {load().date} is ")


@pytest.mark.parametrize(("command", "output"), EXAMPLES)
def test_the_page_shows_what_the_command_prints(command: str, output: str) -> None:
    assert text(*command.split()) == output
