"""The AWS CLI's line: what a shell makes of it are the parameters of the API, whatever is in the texts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from simulator.analyse.adhoc import Given, question_of_given
from simulator.analyse.aws_line import aws_line
from simulator.catalogue import load
from tests.unit.analyse.asking import allow

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.analyse.aws_line import AwsLine

BASH = shutil.which("bash")
USER = "arn:aws:iam::123456789012:user/bob"
HOSTILE = "a 'b' \"c\" $HOME `id` $(id) \\ ; * \u202e \x1b[31m é"


def line(tmp_path: Path, *statements: dict[str, Any], name: str = "p.json", **given: Any) -> AwsLine:
    """Return the line for a policy in a file."""
    path = tmp_path / name
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), encoding="utf-8")
    whole = {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "policies": (str(path),), **given}
    return aws_line(question_of_given(Given(**whole), load()))


def arguments(found: AwsLine) -> dict[str, list[str]]:
    """Return the options that a shell passes on, by name."""
    assert BASH is not None
    script = f"aws() {{ {sys.executable} -c 'import json,sys; print(json.dumps(sys.argv[1:]))' \"$@\"; }}\n{found.line}"
    done = subprocess.run([BASH, "-c", script], capture_output=True, text=True, check=True)
    words: list[str] = json.loads(done.stdout)
    assert words[:2] == ["iam", "simulate-custom-policy"]
    options: dict[str, list[str]] = {}
    for word in words[2:]:
        if word.startswith("--"):
            options[word] = []
        else:
            options[next(reversed(options))].append(word)
    return options


needs_bash = pytest.mark.skipif(BASH is None, reason="there is no bash to read the line")


@needs_bash
def test_the_shell_passes_on_what_the_api_is_to_get(tmp_path: Path) -> None:
    found = line(tmp_path, allow(), who=USER, owner="222222222222", context=("aws:MultiFactorAuthPresent=true",))
    options = arguments(found)
    assert [json.loads(text) for text in options["--policy-input-list"]] == [
        json.loads(text) for text in found.params["PolicyInputList"]
    ]
    assert options["--action-names"] == ["s3:GetObject"]
    assert options["--resource-arns"] == ["arn:aws:s3:::b/k"]
    assert options["--caller-arn"] == [USER]
    assert options["--resource-owner"] == ["arn:aws:iam::222222222222:root"]
    assert options["--context-entries"] == [
        "ContextKeyName=aws:MultiFactorAuthPresent,ContextKeyValues=true,ContextKeyType=boolean"
    ]


@needs_bash
def test_hostile_texts_arrive_as_they_are(tmp_path: Path) -> None:
    resource = f"arn:aws:s3:::b/{HOSTILE}"
    found = line(
        tmp_path, allow(), name="o'dd $(id) name.json", resource=resource, context=(f"aws:UserAgent={HOSTILE}",)
    )
    assert found.line.isprintable() or "\u202e" not in found.line
    options = arguments(found)
    assert options["--resource-arns"] == [resource]
    (entry,) = (json.loads(text) for text in options["--context-entries"])
    assert entry == {"ContextKeyName": "aws:UserAgent", "ContextKeyValues": [HOSTILE], "ContextKeyType": "string"}
    assert json.loads(options["--policy-input-list"][0])["Statement"] == [allow()]


def test_the_line_holds_nothing_that_can_t_be_seen(tmp_path: Path) -> None:
    found = line(tmp_path, allow(), resource=f"arn:aws:s3:::b/{HOSTILE}", context=(f"aws:UserAgent={HOSTILE}",))
    assert not {"\u202e", "\x1b"} & set(found.line)


@needs_bash
def test_every_layer_is_passed(tmp_path: Path) -> None:
    more = tmp_path / "more.json"
    more.write_text(json.dumps({"Version": "2012-10-17", "Statement": [allow("*")]}), encoding="utf-8")
    bucket = tmp_path / "bucket.json"
    statement = {**allow(resource="arn:aws:s3:::b/*"), "Principal": "*"}
    bucket.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), encoding="utf-8")
    found = line(tmp_path, allow(), who=USER, boundary=str(more), scps=(str(more),), resource_policy=str(bucket))
    options = arguments(found)
    assert json.loads(options["--permissions-boundary-policy-input-list"][0])["Statement"] == [allow("*")]
    assert json.loads(options["--resource-policy"][0])["Statement"] == [statement]
    (levels,) = options["--ordered-organization-policy-input-list"]
    assert json.loads(levels) == found.params["OrderedOrganizationPolicyInputList"]


def test_lists_are_typed_and_the_star_is_left_out(tmp_path: Path) -> None:
    found = line(tmp_path, allow(), resource="*", context=("aws:TagKeys=a", "aws:TagKeys=b"))
    assert "ContextKeyValues=a,b,ContextKeyType=stringList" in found.line
    assert "--resource-arns" not in found.line


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ({}, "no caller is named"),
        ({"who": "arn:aws:sts::123456789012:assumed-role/r/s"}, "the API takes no session as caller"),
        ({"who": "arn:aws:iam::123456789012:root"}, "the API takes users, groups and roles as callers"),
        ({"live": True}, "the simulator's answer is asked for"),
        ({"context": ("x:y=1",)}, "the API takes context keys of 5 to 256 characters, not x:y"),
    ],
)
def test_what_the_api_can_t_express_is_noted(tmp_path: Path, given: dict[str, Any], note: str) -> None:
    assert any(text.startswith(note) for text in line(tmp_path, allow(), **given).notes)


def test_session_policies_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    found = line(tmp_path, allow(), who=USER, session_policies=(str(path),))
    assert "session policies can't be passed to the API: AWS answers without them" in found.notes
