"""The gate of resource types, against every recorded answer that shows it, and its corners."""

from __future__ import annotations

import random

import pytest

from simulator.catalogue import Action, ResourceType, load
from simulator.catalogue.examples import example_arn
from simulator.catalogue.gate import Gate, fits, takes
from simulator.catalogue.templates import template
from simulator.policy.arn import Arn
from tests.unit.catalogue.recorded import eligible, templates

CATALOGUE = load()
EVERY_TYPE = [kind for name in CATALOGUE.services() for kind in getattr(CATALOGUE.service(name), "types", ())]


def action(name: str) -> Action:
    found = CATALOGUE.action(name)
    assert found is not None
    return found


def test_the_corpus_shows_open_and_closed_gates() -> None:
    shown = list(eligible().values())
    assert (shown.count(True) > 15, shown.count(False) > 30) == (True, True)


@pytest.mark.parametrize(("asked", "arn", "open_"), [(*pair, open_) for pair, open_ in sorted(eligible().items())])
def test_recorded_gate(asked: str, arn: str, open_: bool) -> None:  # noqa: FBT001  # a parameter of the test
    known = CATALOGUE.action(asked)
    assert (known is None or fits(known, arn)) is open_
    assert Gate(CATALOGUE, [asked]).mask(arn) == int(open_)


@pytest.mark.parametrize(("asked", "arn", "expected"), sorted(templates()))
def test_recorded_template(asked: str, arn: str, expected: str) -> None:
    assert template(asked, arn.split(":")[1]) == expected


@pytest.mark.parametrize(
    ("asked", "arn"),
    [
        ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:1:instance/*"),
        ("ec2:RunInstances", "arn:aws:elastic-inference:r:1:elastic-inference-accelerator/x"),
        ("sts:AssumeRole", "arn:aws:iam::1:role/path/x"),
        ("iam:PassRole", "arn:aws-cn:iam::1:role/x"),
        ("iam:CreateVirtualMFADevice", "arn:aws:iam::1:mfa/u/second"),
        ("s3:ListBucket", "arn:aws:s3:::b/k"),
        ("s3:PutObject", "arn:aws:s3:::b"),
        ("s3:GetObject", "arn:aws:s3:eu-west-1:1:accesspoint/ap/object/k"),
        ("s3:DeleteAccessPoint", "arn:aws:s3:eu-west-1:1:accesspoint/ap"),
        ("backup:StartRestoreJob", "arn:aws:ec2:r:1:recovery:x"),
        ("kms:Decrypt", "arn:aws:kms:r:1:key/x"),
        ("logs:PutLogEvents", "arn:aws:logs:r:1:log-group:/aws/x:log-stream:y"),
        ("IAM:getuser", "arn:aws:iam::1:user/x"),
    ],
)
def test_open(asked: str, arn: str) -> None:
    assert fits(action(asked), arn)


@pytest.mark.parametrize(
    ("asked", "arn"),
    [
        ("iam:GetUser", "arn:aws:iam::1:role/x"),
        ("iam:GetUser", "arn:aws:iam::1:user/"),
        ("iam:GetUser", "arn:aws:iam::1:*"),
        ("iam:GetUser", "not-an-arn"),
        ("iam:EnableMFADevice", "arn:aws:iam::1:mfa/x"),
        ("iam:ListUsers", "arn:aws:iam::1:user/x"),
        ("s3:CreateAccessPoint", "arn:aws:s3:::b"),
        ("sts:AssumeRole", "arn:aws:sts::1:role/x"),
        ("ec2:DescribeInstances", "arn:aws:ec2:r:1:instance/x"),
    ],
)
def test_closed(asked: str, arn: str) -> None:
    assert not fits(action(asked), arn)


def test_the_star_and_unknown_actions_pass() -> None:
    gate = Gate(CATALOGUE, ["iam:GetUser", "madeup:Action", "iam:ListUsers", "s3:*"])
    assert gate.mask("*") == 0b1111
    assert gate.mask("arn:aws:iam::1:role/x") == 0b1010
    assert gate.mask("not-an-arn") == 0b1010


def test_equal_actions_have_each_their_bit() -> None:
    assert Gate(CATALOGUE, ["iam:GetUser", "iam:getuser"]).mask("arn:aws:iam::1:user/x") == 0b11


def test_the_compiled_gate_answers_as_the_plain_one() -> None:
    names = CATALOGUE.actions()
    gate = Gate(CATALOGUE, names)
    asked = [action(name) for name in names]
    for kind in random.Random(20261124).sample(EVERY_TYPE, 8):
        arn = example_arn(kind)
        assert gate.mask(arn) == sum(1 << place for place, one in enumerate(asked) if fits(one, arn))


def test_hostile_arns_take_no_time() -> None:
    kind = ResourceType("x", "x", ("arn:${P}:x:::a/${A}/a/${B}/a/${C}/a/${D}/a/${E}/z",))
    assert not takes(kind, Arn("aws", "x", "", "", "a/" * 20_000))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("madeup:Action", "*"),
        ("iam:MadeUp", "*"),
        ("a2c:GetDeploymentJobDetails", "*"),
        ("eks:ListClusters", "arn:aws:eks:${Region}:${Account}:${ResourceType}/${ResourcePath}"),
        ("organizations:ListRoots", "arn:aws:organizations::${Account}:${ResourceType}/${ResourcePath}"),
        (
            "codeguru-profiler:ListProfilingGroups",
            "arn:aws:codeguru-profiler:${Region}:${Account}:profilingGroup/${ProfilingGroupName}",
        ),
        ("mediaconnect:ListFlows", "arn:aws:mediaconnect:${Region}:${Account}:${ResourceType}:${ResourceId}"),
    ],
)
def test_derived_template(asked: str, expected: str) -> None:
    assert template(asked) == expected


@pytest.mark.parametrize("service", ["dynamodb", "ec2", "lambda"])
def test_what_is_derived_looks_as_what_is_recorded(service: str) -> None:
    from simulator.catalogue import templates as module

    found = CATALOGUE.service(service)
    assert found is not None
    assert module._derived(found) == module._RECORDED[service]


def test_every_type_has_an_example_of_itself() -> None:
    strangers = [
        kind for kind in EVERY_TYPE if not takes(kind, Arn.parse(example_arn(kind)) or Arn("", "", "", "", ""))
    ]
    assert strangers == []


def test_examples_stand_where_they_are_asked_for() -> None:
    service = CATALOGUE.service("iam")
    assert service is not None
    user = next(kind for kind in service.types if kind.name == "user")
    expected = "arn:aws-cn:iam::123456789012:user/example-user-name"
    assert example_arn(user, partition="aws-cn", account="123456789012") == expected


def test_no_variable_is_left_in_an_example() -> None:
    assert [arn for arn in map(example_arn, EVERY_TYPE) if set(arn) & set("${}*")] == []


def test_the_gate_of_the_whole_catalogue_is_that_of_all_its_names() -> None:
    whole, listed = Gate(load(), load().actions()), Gate(load(), list(load().actions()))
    arns = ["arn:aws:iam::1:user/x", "arn:aws:s3:::b/k", "arn:aws:ec2:eu-west-1:1:instance/i", "arn:aws:zzz:::y", "x"]
    assert [whole.mask(arn) for arn in arns] == [listed.mask(arn) for arn in arns]
