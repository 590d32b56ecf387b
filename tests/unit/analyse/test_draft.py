"""First suites: they hold, they look beyond what the policy names, and hostile texts stay texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.analyse.adhoc import load_policy
from simulator.analyse.draft import write_draft
from simulator.analyse.draft.verdicts import check
from simulator.catalogue import load
from simulator.errors import DefectError
from simulator.text.source import Source
from simulator.text.yaml import parse_yaml
from tests.unit.analyse.asking import allow, deny

if TYPE_CHECKING:
    from simulator.analyse.draft import Written
    from simulator.text.source import Node

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "policies" / "IAMUsersMFAManagement.json"
HOME = "arn:aws:s3:::home/${aws:username}/*"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
HOSTILE = "'\" \n# - : {a: b} [x] & *y ! | > % @ ` \u202e \\ ${aws:username} é"


def drafted(tmp_path: Path, *statements: dict[str, Any], version: str = "2012-10-17") -> Written:
    """Return the first suite for a policy."""
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": version, "Statement": list(statements)}), encoding="utf-8")
    return write_draft(
        load_policy(str(path)), name="p", shown="policy.json", place=str(path), found_at=str(path), catalogue=load()
    )


def tree(written: Written) -> Node:
    """Read the suite."""
    return parse_yaml(Source.of_text(written.text))


def texts(node: Node | None) -> list[str]:
    """Return the texts of one or many."""
    assert node is not None
    return [item.text for item in node.items] or [node.text]


def scenario(written: Written, name: str) -> Node:
    """Return a scenario by its name."""
    section = tree(written).get("scenarios")
    assert section is not None
    return next(item for item in section.items if texts(item.get("name")) == [name])


def test_the_shipped_policy_s_suite_asks_for_own_and_others(tmp_path: Path) -> None:
    found = write_draft(
        load_policy(str(SHIPPED)), name="p", shown="p", place=str(SHIPPED), found_at=str(SHIPPED), catalogue=load()
    )
    resources = tree(found).get("resources")
    assert resources is not None
    (mfa,) = [value for key, value in resources.pairs if key.text == "personal mfa"]
    assert [key.text for key, _ in mfa.pairs] == ["own", "others"]
    ends = scenario(found, "AllowOwnUserBasics: where it ends").get("expect")
    assert ends is not None
    assert [key.text for key, _ in ends.pairs] == ["own", "others"]


def test_every_verdict_is_marked_for_review(tmp_path: Path) -> None:
    found = drafted(tmp_path, allow(Sid="Read", resource="arn:aws:s3:::b/*"), deny("s3:*", Condition=MFA))
    verdicts = [line for line in found.text.splitlines() if re.search(r"\b(allow|implicitDeny|explicitDeny)\b", line)]
    assert len(verdicts) > 5
    assert all(line.endswith("  # review") for line in verdicts)


def test_a_statement_gets_named_actions_and_neighbours_by_name(tmp_path: Path) -> None:
    found = drafted(tmp_path, allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}", Sid="Own"))
    assert texts(scenario(found, "Own: what it names").get("actions")) == ["iam:GetUser"]
    beside = texts(scenario(found, "Own: the actions beside it").get("actions"))
    assert "iam:GetUserPolicy" in beside  # a wildcard too many would take it in
    expect = scenario(found, "Own: what it names").get("expect")
    assert expect is not None
    assert {key.text: value.text for key, value in expect.pairs} == {"verdict": "allow", "by": "Own"}


def test_mfa_is_asked_in_its_three_states(tmp_path: Path) -> None:
    found = drafted(
        tmp_path, allow(Sid="A"), deny(Sid="D", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    )
    expect = scenario(found, "D: what it names").get("expect")
    assert expect is not None
    assert [key.text for key, _ in expect.pairs] == ["with MFA", "console without MFA", "access key"]


def test_a_condition_is_asked_right_wrong_and_absent(tmp_path: Path) -> None:
    condition = {"StringEquals": {"aws:RequestTag/env": ["dev", "test"]}}
    found = drafted(tmp_path, allow("s3:PutObject", Sid="A", Condition=condition))
    expect = scenario(found, "A: StringEquals aws:RequestTag/env").get("expect")
    assert expect is not None
    verdicts = {
        key.text.removeprefix("aws:RequestTag/env "): (value.get("verdict") or value).text
        for key, value in expect.pairs
    }
    assert verdicts["dev"] == verdicts["test"] == "allow"
    assert verdicts["devx"] == verdicts["DEV"] == verdicts["absent"] == "implicitDeny"


def test_the_boundary_of_a_number_is_asked_from_both_sides(tmp_path: Path) -> None:
    found = drafted(tmp_path, allow(Sid="A", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}))
    expect = scenario(found, "A: NumericLessThan aws:MultiFactorAuthAge").get("expect")
    assert expect is not None
    verdicts = {key.text.rpartition(" ")[2]: (value.get("verdict") or value).text for key, value in expect.pairs}
    assert (verdicts["3599"], verdicts["3600"], verdicts["absent"]) == ("allow", "implicitDeny", "implicitDeny")


def test_a_key_that_aws_always_sends_is_stated(tmp_path: Path) -> None:
    found = drafted(
        tmp_path, allow(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), deny("s3:DeleteObject")
    )
    context = tree(found).get("context")
    assert context is not None
    assert context.get("aws:SourceIp") is not None


def test_a_name_prefix_trap_shows_as_targets_of_their_own(tmp_path: Path) -> None:
    found = drafted(
        tmp_path,
        allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}", Sid="Own"),
        allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}*", Sid="Trap"),
    )
    expect = scenario(found, "Own: where it ends").get("expect")
    assert expect is not None
    assert "a longer name" in [key.text for key, _ in expect.pairs]


def test_statements_that_overlap_are_told_apart(tmp_path: Path) -> None:
    found = drafted(
        tmp_path,
        allow(Sid="One", Condition={"StringEquals": {"aws:ResourceTag/a": "1"}}),
        allow(Sid="Two", Condition={"StringEquals": {"aws:ResourceTag/b": "1"}}),
    )
    assert "absent: implicitDeny" in found.text.replace("aws:ResourceTag/a absent", "absent")


MUTANTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("the action widened", {"Action": "iam:Get*"}),
    ("an action more", {"Action": ["iam:GetUser", "iam:GetUserPolicy"]}),
    ("everybody's", {"Resource": "arn:aws:iam::*:user/*"}),
    ("a name prefix", {"Resource": "arn:aws:iam::*:user/${aws:username}*"}),
    ("any resource", {"Resource": "*"}),
    ("the effect", {"Effect": "Deny"}),
    ("no condition", {"Condition": {}}),
    ("IfExists", {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}),
    ("the other value", {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}),
)


@pytest.mark.parametrize(("name", "change"), MUTANTS, ids=[name for name, _ in MUTANTS])
def test_a_weakened_policy_fails_its_suite(tmp_path: Path, name: str, change: dict[str, Any]) -> None:
    del name
    statement = allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}", Sid="Own", Condition=MFA)
    found = drafted(tmp_path, statement)
    check(found.text, "suite", load())
    changed = {"Version": "2012-10-17", "Statement": [{**statement, **change}]}
    (tmp_path / "policy.json").write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(DefectError, match="does not hold"):
        check(found.text, "suite", load())


@pytest.mark.parametrize(
    "statement",
    [
        allow(resource=f"arn:aws:s3:::{HOSTILE}/*"),
        allow(Condition={"StringLike": {f"aws:RequestTag/{HOSTILE}": HOSTILE}}),
        allow(resource=f"arn:aws:s3:::b/{'x' * 1900}"),
        allow(Condition={"StringEquals": {"x" * 300: "v", "noprefix": "v"}}),
        allow("nosuchservice:*"),
        allow("s3:NoSuchAction", HOME),
        {"Effect": "Deny", "NotAction": "*", "Resource": "*"},
        {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "NotResource": ["arn:aws:s3:::b/*", HOME]},
        allow("sts:AssumeRole", "arn:aws:iam::123456789012:role/principal"),
        allow("iam:GetUser", "arn:aws:iam::123456789012:user/dev/alice"),
        allow("iam:GetUser", "arn:aws:iam::*:user/dev/${aws:username}"),
        allow("ec2:*", "arn:aws-cn:ec2:cn-north-1:123456789012:instance/*"),
        allow(resource="arn:aws:s3:::b/${aws:PrincipalTag/team}/${aws:userid}/${x:unknown, 'd'}/${aws:CurrentTime}"),
        allow(
            Condition={
                "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
                "StringNotEquals": {"aws:RequestedRegion": "eu-west-1"},
            }
        ),
    ],
    ids=range(14),
)
def test_whatever_a_policy_holds_its_suite_holds(tmp_path: Path, statement: dict[str, Any]) -> None:
    found = drafted(tmp_path, statement)
    assert found.cells
    assert not {"\u202e", "\x1b"} & set(found.text)


def test_an_old_policy_s_variables_are_text(tmp_path: Path) -> None:
    found = drafted(tmp_path, allow(resource=HOME), version="2008-10-17")
    assert "home/${$}{aws:username}/" in found.text


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    found = drafted(tmp_path, *(allow(resource=f"arn:aws:s3:::b{number}") for number in range(130)))
    assert found.remarks == ("the policy has 10 more statements than are asked here",)
    assert "# Not asked here: the policy has 10 more statements" in found.text
