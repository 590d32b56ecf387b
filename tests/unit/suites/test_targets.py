"""Targets: built-in and declared resources, resolved for each caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.suites.world import World

USER = "arn:aws:iam::123456789012:user"
DEVICE = "arn:aws:iam::123456789012:mfa"


def test_the_built_in_user_is_the_caller_and_all_others(world: World) -> None:
    world.suite("- {name: s, as: carol, session: with MFA, actions: iam:GetUser, on: user, expect: deny}")
    own, others = world.cells()
    assert (own.mode, own.resource) == ("single", f"{USER}/staff/carol")
    assert (others.mode, others.resource) == ("each", (f"{USER}/bob", f"{USER}/staff/carolx"))


def test_the_built_in_device_is_called_after_the_user_without_its_path(world: World) -> None:
    world.suite(
        "- {name: s, as: carol, session: with MFA, actions: iam:CreateVirtualMFADevice, on: mfa device, expect: deny}"
    )
    own, others = world.cells()
    assert own.resource == f"{DEVICE}/carol"
    assert others.resource == (f"{DEVICE}/bob", f"{DEVICE}/carolx")


def test_the_extended_name_is_nobodys(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nusers: {bob: , BOBX: }\n")
    world.suite("- {name: s, as: bob, actions: iam:GetUser, on: user, expect: deny}")
    assert world.cells()[1].resource == (f"{USER}/BOBX", f"{USER}/bobxx")


def test_a_role_has_others_but_no_own(world: World) -> None:
    world.suite("- {name: s, as: auditor, session: with MFA, actions: iam:GetUser, on: user, expect: deny}")
    (others,) = world.cells()
    assert (others.target, others.resource) == ("user/others", (f"{USER}/bob", f"{USER}/staff/carol"))


def test_a_role_among_nobody_has_nothing_to_ask(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nroles: {x: }\n")
    world.suite("- {name: s, as: x, actions: [iam:ListUsers, iam:GetUser], expect: deny}")
    (fault,) = world.faults()
    assert (fault.code, fault.message) == ("no-cell", "there is nothing to ask `iam:GetUser` of for `x`")


def test_one_target_of_a_resource_can_be_asked_alone(world: World) -> None:
    world.suite("- {name: s, as: bob, session: with MFA, actions: iam:GetUser, on: user/own, expect: allow}")
    assert [cell.target for cell in world.cells()] == ["user/own"]


RESOURCES = """
resources:
  queue: "arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:q-${aws:username}"
  home:
    own: arn:aws:s3:::homes/${aws:username}/notes.txt
    others: {each: [arn:aws:s3:::homes/someone-else/a, arn:aws:s3:::homes/someone-else/b]}
  launch:
    together: ["arn:aws:ec2:eu-west-1:${aws:PrincipalAccount}:instance/*", "arn:aws:ec2:eu-west-1::image/ami-1"]
  shared: {arn: arn:aws:s3:::shared/data.csv, owner: 222222222222, tags: {Env: prod}}
"""


def test_variables_are_resolved_for_the_caller(world: World) -> None:
    world.suite(
        "- {name: s, as: [bob, carol], session: with MFA, actions: sqs:SendMessage, on: queue, expect: deny}",
        head=RESOURCES,
    )
    assert [cell.resource for cell in world.cells()] == [
        "arn:aws:sqs:eu-west-1:123456789012:q-bob",
        "arn:aws:sqs:eu-west-1:123456789012:q-carol",
    ]


def test_an_arn_in_on_is_resolved_too(world: World) -> None:
    world.suite(
        """- {name: s, as: bob, session: with MFA, actions: s3:GetObject, on: "arn:aws:s3:::b/${aws:PrincipalTag/team, 'x'}", expect: deny}"""
    )
    (cell,) = world.cells()
    assert (cell.target, cell.resource) == ("arn:aws:s3:::b/${aws:PrincipalTag/team, 'x'}", "arn:aws:s3:::b/web")


def test_the_mode_and_label_follow_the_resource(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: ec2:RunInstances, on: [launch, home, shared, '*'], expect: deny}",
        head=RESOURCES,
    )
    assert [(cell.target, cell.mode) for cell in world.cells()] == [
        ("launch", "together"),
        ("home/own", "single"),
        ("home/others", "each"),
        ("shared", "single"),
        ("*", "single"),
    ]


def test_region_account_and_tags_follow_from_the_target(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: sqs:SendMessage, on: [queue, shared, home], expect: deny}",
        head=RESOURCES,
    )
    queue, shared, home, _ = world.cells()
    keys = (
        "aws:RequestedRegion",
        "aws:ResourceAccount",
        "aws:ResourceTag/Env",
        "s3:ExistingObjectTag/Env",
        "s3:BucketTag/Env",
    )
    assert [queue.derived.get(key) for key in keys] == ["eu-west-1", "123456789012", None, None, None]
    assert [shared.derived.get(key) for key in keys] == [None, "222222222222", "prod", "prod", None]
    assert not {key for key in keys if key in home.derived}


def test_what_only_some_arns_show_is_theirs_alone(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: ec2:RunInstances, on: launch, expect: deny}", head=RESOURCES
    )
    (cell,) = world.cells()
    instance, image = cell.resources
    assert cell.derived["aws:RequestedRegion"] == "eu-west-1"
    assert "aws:ResourceAccount" not in cell.derived
    assert cell.context_of(instance).get("aws:ResourceAccount") == "123456789012"
    assert cell.context_of(image).get("aws:ResourceAccount") is None


@pytest.mark.parametrize(
    ("arn", "keys"),
    [
        (
            "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
            {"aws:ResourceTag/k", "ec2:ResourceTag/k", "ssm:resourceTag/k"},
        ),
        ("arn:aws:iam::123456789012:user/staff/carol", {"aws:ResourceTag/k", "iam:ResourceTag/k"}),
        ("arn:aws:s3:::b", {"aws:ResourceTag/k", "s3:BucketTag/k"}),
        ("arn:aws:rds:eu-west-1:123456789012:db:d", {"aws:ResourceTag/k", "rds:db-tag/k"}),
        ("arn:aws:sqs:eu-west-1:123456789012:q", {"aws:ResourceTag/k"}),
    ],
)
def test_tags_stand_under_the_services_own_key_too(world: World, arn: str, keys: set[str]) -> None:
    head = f"resources: {{r: {{arn: '{arn}', tags: {{k: v}}}}}}"
    world.suite("- {name: s, as: bob, session: with MFA, actions: x:Y, on: r, expect: deny}", head=head)
    (cell,) = world.cells()
    assert {key for key in cell.derived if "ag/k" in key} == keys


def test_an_unresolved_variable_is_an_error_that_names_it(world: World) -> None:
    world.suite(
        "- {name: s, as: [bob, carol], actions: s3:GetObject, on: 'arn:aws:s3:::b/${aws:PrincipalTag/team}', expect: deny}"
    )
    (fault,) = world.faults()
    assert (fault.code, fault.message) == ("unresolved-variable", "`${aws:PrincipalTag/team}` has no value for `carol`")


@pytest.mark.parametrize("arn", ["user/carol", "user/other/carol", "role/x/auditor"])
def test_a_declared_principal_under_another_path_is_an_error(world: World, arn: str) -> None:
    world.suite(f"- {{name: s, as: bob, actions: iam:GetUser, on: 'arn:aws:iam::123456789012:{arn}', expect: deny}}")
    assert [one.code for one in world.faults()] == ["wrong-path"]


@pytest.mark.parametrize(
    "arn",
    ["123456789012:user/staff/carol", "210987654321:user/carol", "123456789012:user/*", "123456789012:role/carol"],
)
def test_other_arns_are_left_alone(world: World, arn: str) -> None:
    world.suite(f"- {{name: s, as: bob, actions: iam:GetUser, on: 'arn:aws:iam::{arn}', expect: deny}}")
    assert world.told() == []


@pytest.mark.parametrize(
    "targets",
    [
        "{own: 'arn:aws:s3:::h/${aws:username}', others: 'arn:aws:s3:::h/bob'}",
        "{others: 'arn:aws:iam::123456789012:user/bob'}",
        "{others: {each: ['arn:aws:s3:::h/x', 'arn:aws:iam::123456789012:mfa/${aws:username}']}}",
        "{own: {together: ['arn:aws:s3:::h/a', 'arn:aws:s3:::h/b']}, others: {together: ['arn:aws:s3:::h/a', 'arn:aws:s3:::h/b']}}",
    ],
)
def test_others_that_are_the_callers_own_are_an_error(world: World, targets: str) -> None:
    world.suite(
        "- {name: s, as: [carol, bob], actions: s3:GetObject, on: h, expect: deny}", head=f"resources: {{h: {targets}}}"
    )
    assert [one.code for one in world.faults()] == ["own-as-others"]


@pytest.mark.parametrize(
    "resource",
    [
        "b/x",
        "arn:aws:s3",
        "'arn:aws:s3:::'",
        "'arn::s3:::b'",
        "{arn: b/x}",
        "{together: []}",
        "{together: arn:aws:s3:::b}",
        "{}",
        "[arn:aws:s3:::b]",
        "{own: {}}",
        "{verdict: arn:aws:s3:::b}",
        "{by: arn:aws:s3:::b}",
        "{arn: arn:aws:s3:::b, owner: 1}",
        "{arn: 'arn:aws:sqs:eu-west-1:123456789012:q', owner: 222222222222}",
        "{arn: arn:aws:s3:::b, policy: nope.json}",
        "{arn: arn:aws:s3:::b, policy: {Statement: {Effect: Allow, Action: '*', Resource: '*'}}}",
        "{arn: arn:aws:s3:::b, colour: blue}",
    ],
)
def test_a_resource_that_can_not_be_is_one_error(world: World, resource: str) -> None:
    world.suite(
        "- {name: s, as: bob, actions: s3:GetObject, on: '*', expect: deny}", head=f"resources: {{r: {resource}}}"
    )
    assert len([one for one in world.faults() if one.severity.value == "error"]) == 1


@pytest.mark.parametrize(
    "resource", ["'arn:aws:s3:::b/<img src=x>'", "'*'", "{arn: '*', owner: 222222222222}", "'arn:aws:s3:::b/${*}'"]
)
def test_of_an_arn_only_the_shape_is_checked(world: World, resource: str) -> None:
    world.suite(
        "- {name: s, as: bob, actions: sts:GetCallerIdentity, on: r, expect: deny}",
        head=f"resources: {{r: {resource}}}",
    )
    assert world.told() == []


@pytest.mark.parametrize("name", ["each type", "any resource", "'*'"])
def test_reserved_names_are_no_resources(world: World, name: str) -> None:
    world.suite(
        "- {name: s, as: bob, actions: iam:ListUsers, expect: deny}", head=f"resources: {{{name}: arn:aws:s3:::b}}"
    )
    assert [one.code for one in world.faults()] == ["reserved-name"]


def test_an_unknown_resource_is_told_with_the_nearest(world: World) -> None:
    world.suite("- {name: s, as: bob, actions: iam:GetUser, on: mfa divice, expect: deny}")
    (fault,) = world.faults()
    assert (fault.code, fault.help) == ("unknown-name", "did you mean `mfa device`?")


# --- each type, and without on -----------------------------------------------------------------


def test_each_type_asks_the_suites_resources_the_users_and_made_up_arns(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: [iam:GetUser, ec2:StartInstances, ec2:RunInstances, iam:ListUsers], on: each type, expect: deny}",
        head=RESOURCES,
    )
    user, start, run, listing = world.cells()
    assert user.target == user.resource == "each type"
    assert user.resources == (f"{USER}/bob", f"{USER}/staff/carol", f"{USER}/bobx")
    assert "arn:aws:ec2:eu-west-1:123456789012:instance/*" in start.resources
    assert not [arn for arn in start.resources if "instance/example" in arn]
    assert "arn:aws:ec2:us-east-1:123456789012:subnet/example-subnet-id" in run.resources
    assert listing.asks == ((("iam:ListUsers",), ("*",)),)


def test_each_type_of_a_wildcard_is_one_cell(world: World) -> None:
    world.suite("- {name: s, as: bob, session: with MFA, actions: '*', on: each type, expect: deny}")
    (cell,) = world.cells()
    asked = dict.fromkeys(action for actions, _ in cell.asks for action in actions)
    assert set(asked) == set(cell.actions)
    assert cell.context_of("arn:aws:ec2:us-east-1:123456789012:subnet/x").get("aws:RequestedRegion") == "us-east-1"
    assert cell.context_of(f"{USER}/bob").get("aws:RequestedRegion") is None


def test_each_type_leaves_resources_of_others_out(world: World) -> None:
    """They need a policy or an owner of their own, which one cell for all can't have."""
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: s3:GetObject, on: each type, expect: deny}", head=RESOURCES
    )
    assert "arn:aws:s3:::shared/data.csv" not in world.cells()[0].resources


def test_without_on_each_action_runs_on_resources_of_its_types(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: [iam:CreateVirtualMFADevice, iam:EnableMFADevice, iam:ListUsers, ec2:StartInstances], expect: deny}",
        head="resources: {vm: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-1'}",
    )
    assert [(cell.action, cell.target) for cell in world.cells()] == [
        ("iam:CreateVirtualMFADevice", "mfa device/own"),
        ("iam:CreateVirtualMFADevice", "mfa device/others"),
        ("iam:EnableMFADevice", "user/own"),
        ("iam:EnableMFADevice", "user/others"),
        ("iam:ListUsers", "*"),
        ("ec2:StartInstances", "vm"),
    ]


def test_without_on_a_wildcard_is_one_cell_a_target(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: 'iam:*VirtualMFADevice*', expect: {'*/own': deny, '*/others': deny, '*': deny}}"
    )
    assert [(cell.target, cell.actions) for cell in world.cells()] == [
        ("mfa device/own", ("iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice")),
        ("mfa device/others", ("iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice")),
        ("*", ("iam:ListVirtualMFADevices",)),
    ]


def test_one_operation_on_several_runs_only_where_every_type_fits(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: ec2:DescribeInstanceAttribute, expect: deny}", head=RESOURCES
    )
    assert [one.code for one in world.faults()] == ["no-resource"]


def test_a_missing_resource_is_an_error_that_says_its_type(world: World) -> None:
    world.suite("- {name: s, as: bob, actions: s3:GetObject, expect: deny}")
    (fault,) = world.faults()
    assert fault.code == "no-resource"
    assert fault.message == "`s3:GetObject` takes resources of type `accesspointobject`, `object`, and there is none"


def test_the_bucket_is_not_taken_for_the_object(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: [s3:GetObject, s3:ListBucket], expect: deny}",
        head="resources: {b: 'arn:aws:s3:::b', o: 'arn:aws:s3:::b/k'}",
    )
    assert [(cell.action, cell.target) for cell in world.cells()] == [("s3:GetObject", "o"), ("s3:ListBucket", "b")]


def test_the_literal_star_is_warned_of_where_an_action_takes_resources(world: World) -> None:
    world.suite("""
        - {name: a, as: bob, session: with MFA, actions: iam:ListUsers, on: "*", expect: deny}
        - {name: b, as: bob, session: with MFA, actions: iam:GetUser, on: "*", expect: deny}
    """)
    assert [(one.code, one.span and one.span.line) for one in world.load().diagnostics] == [("literal-star", 6)]
