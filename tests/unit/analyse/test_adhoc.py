"""Requests given by hand: what is filled in, how values are typed, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from simulator.analyse.adhoc import Given, load_policy, question_of_given
from simulator.catalogue import load
from simulator.errors import InputError
from tests.unit.analyse.asking import allow, deny

if TYPE_CHECKING:
    from simulator.analyse.question import Question

ROOT = Path(__file__).parents[3]
ACCOUNT = str(ROOT / "scenarios" / "account.yaml")
USER = "arn:aws:iam::123456789012:user/team/bob"


@pytest.fixture
def policies(tmp_path: Path) -> tuple[str, str]:
    """Two policy files."""
    found = []
    for name, statement in (("one", allow()), ("two", deny())):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}), encoding="utf-8")
        found.append(str(path))
    return found[0], found[1]


def question(**given: Any) -> Question:
    """Return a question about ``iam:GetUser``."""
    return question_of_given(Given(**{"action": "iam:getuser", **given}), load())


def fault(**given: Any) -> tuple[str, str]:
    """Return message and help of the refusal."""
    with pytest.raises(InputError) as caught:
        question(**given)
    return caught.value.diagnostics[0].message, caught.value.diagnostics[0].help


def test_policies_are_kept_apart_and_actions_spelled_as_the_catalogue_does(policies: tuple[str, str]) -> None:
    found = question(policies=policies, scps=policies)
    assert [one.statements[0].effect.value for one in found.request.stack.identity] == ["Allow", "Deny"]
    assert [level[0].statements[0].effect.value for level in found.request.stack.scps] == ["Allow", "Deny"]
    assert found.request.action == "iam:GetUser"


def test_what_aws_fills_in_for_a_user(policies: tuple[str, str]) -> None:
    found = question(policies=policies, who=USER)
    assert found.derived == {
        "aws:PrincipalArn": USER,
        "aws:PrincipalAccount": "123456789012",
        "aws:userid": USER,
        "aws:username": "bob",
    }


def test_a_session_is_its_role_s(policies: tuple[str, str]) -> None:
    found = question(policies=policies, who="arn:aws:sts::123456789012:assumed-role/r/s")
    assert found.derived["aws:PrincipalArn"] == "arn:aws:iam::123456789012:role/r"
    assert "aws:username" not in found.derived


def test_what_is_stated_wins_over_what_is_filled_in(policies: tuple[str, str]) -> None:
    found = question(policies=policies, who=USER, context=("AWS:UserName=eve",))
    assert found.request.context.get("aws:username") == "eve"
    assert "aws:username" not in found.derived


def test_values_have_the_catalogue_s_type(policies: tuple[str, str]) -> None:
    found = question(policies=policies, context=("aws:TagKeys=a", "aws:MultiFactorAuthAge=9", "x:key=1", "x:key=2"))
    assert found.stated == {"aws:TagKeys": ("a",), "aws:MultiFactorAuthAge": "9", "x:key": ("1", "2")}
    assert found.types == {"aws:TagKeys": "stringList", "aws:MultiFactorAuthAge": "numeric", "x:key": "stringList"}


def test_a_sign_in_state_states_its_keys(policies: tuple[str, str]) -> None:
    assert question(policies=policies, session="with MFA").stated == {
        "aws:MultiFactorAuthPresent": "true",
        "aws:MultiFactorAuthAge": "60",
    }


def test_a_principal_of_an_account_is_asked_as_in_suites() -> None:
    found = question(
        account=ACCOUNT,
        who="ec2webuser",
        session="access key",
        resource="arn:aws:ec2:eu-west-1:123456789012:instance/i",
    )
    assert [one.name for one in found.loaded] == ["IAMUsersMFAManagement", "AmazonEC2FullAccess"]
    assert found.request.context.get("aws:RequestedRegion") == "eu-west-1"
    assert found.request.context.get("aws:MultiFactorAuthPresent") is None
    assert "aws:MultiFactorAuthPresent" in found.request.context  # stated as absent
    assert found.who == "ec2webuser, access key"


def test_an_aws_managed_policy_is_known_by_name() -> None:
    found = question(policies=("AdministratorAccess",))
    assert found.loaded[0].path == "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.mark.parametrize(
    ("given", "message", "advice"),
    [
        ({"action": "GetUser"}, "the action `GetUser` names no service", "write it as"),
        ({"resource": "bob"}, "the resource `bob` is neither an ARN nor `*`", "an ARN is"),
        ({"owner": "me"}, "the owner `me` is no account id", "12 digits"),
        ({"who": "bob"}, "`bob` is not the ARN of a user, group, role or session", "--account"),
        ({"context": ("aws:SourceIp",)}, "`--context aws:SourceIp` is not KEY=VALUE", "--context aws:SourceIp=203"),
        ({"context": ("aws:SourceIp=x",)}, "`x` is not an IP address", "of type ip"),
        ({"session": "with mfa"}, "there is no session `with mfa`", "did you mean `with MFA`?"),
        ({"session": "without MFA"}, "there is no session `without MFA`", ""),
        ({"policies": ("nowhere.json",)}, "there is no file `nowhere.json`", ""),
        ({"policies": ("arn:aws:iam::aws:policy/Adminstrator",)}, "there is no AWS managed policy", ""),
        ({"account": ACCOUNT}, "`--account` needs `--as NAME`", "ec2webuser"),
        (
            {"account": ACCOUNT, "who": "ec2webusr"},
            "there is no user or role `ec2webusr`",
            "did you mean `ec2webuser`?",
        ),
        ({"account": ACCOUNT, "who": "webrole", "session": "access key"}, "`webrole` is a role", ""),
    ],
)
def test_what_can_t_be_used_is_refused_in_words(given: dict[str, Any], message: str, advice: str) -> None:
    said, help_ = fault(**given)
    assert said.startswith(message)
    assert advice in help_


def test_a_policy_s_own_fault_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text('{"Version": "2012-10-17",\n "Statement": {"Effect": "Alow"}}', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        question(policies=(str(path),))
    assert caught.value.diagnostics[0].span is not None
    assert caught.value.diagnostics[0].span.line == 2


def test_a_managed_policy_that_is_nearly_named_is_offered() -> None:
    with pytest.raises(InputError) as stop:
        load_policy("AmazonEC2FulAccess")
    (fault,) = stop.value.diagnostics
    assert fault.message == "there is neither a file nor an AWS managed policy `AmazonEC2FulAccess`"
    assert fault.help == "did you mean `AmazonEC2FullAccess`?"
