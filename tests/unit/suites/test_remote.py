"""Suites put to another engine: it decides, and what it can't be asked is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import iamproof

if TYPE_CHECKING:
    from simulator.suites.result import CellResult
    from tests.unit.suites.world import World

pytestmark = pytest.mark.timeout(60)

ACCOUNT = """\
id: "123456789012"
policies:
  All: {Version: "2012-10-17", Statement: [{Sid: All, Effect: Allow, Action: "*", Resource: "*"}]}
  NoDelete: {Version: "2012-10-17", Statement: [{Sid: Never, Effect: Deny, Action: "s3:Delete*", Resource: "*"}]}
  Storage: {Version: "2012-10-17", Statement: [{Sid: Storage, Effect: Allow, Action: ["s3:*", "sqs:*"], Resource: "*"}]}
  Reads: {Version: "2012-10-17", Statement: [{Sid: Reads, Effect: Allow, Action: ["s3:Get*", "sts:*"], Resource: "*"}]}
  Region:
    Version: "2012-10-17"
    Statement: [{Sid: Abroad, Effect: Deny, Action: "*", Resource: "*",
                 Condition: {StringNotEquals: {aws:RequestedRegion: eu-west-1}}}]
groups: {staff: {policies: [All]}}
users:
  ann: {groups: [staff]}
  ben: {groups: [staff], boundary: Reads}
  cid: {policies: []}
roles: {job: {policies: [Reads]}}
"""
ORGANIZATION = "organization: {scps: [[All], [All, NoDelete, Region]]}\n"
SUITE = """\
suite: Layers
account: account.yaml
context: {aws:RequestedRegion: eu-west-1}
resources:
  box: arn:aws:s3:::box/a
  shared:
    arn: arn:aws:s3:::shared/a
    policy: {Version: "2012-10-17", Statement: [{Sid: Cid, Effect: Allow, Action: "s3:GetObject",
             Resource: "arn:aws:s3:::shared/*", Principal: {AWS: "arn:aws:iam::123456789012:user/cid"}}]}
  house:
    arn: arn:aws:s3:::house/a
    policy: {Version: "2012-10-17", Statement: [{Sid: House, Effect: Allow, Action: "s3:GetObject",
             Resource: "arn:aws:s3:::house/*", Principal: {AWS: "arn:aws:iam::123456789012:root"}}]}
  abroad:
    arn: arn:aws:sqs:eu-west-1:999999999999:q
    policy: {Version: "2012-10-17", Statement: [{Sid: Abroad, Effect: Allow, Action: "sqs:SendMessage",
             Resource: "arn:aws:sqs:eu-west-1:999999999999:q", Principal: {AWS: "123456789012"}}]}
  target:
    arn: arn:aws:iam::123456789012:role/target
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sts:AssumeRole", Principal: {AWS: "arn:aws:iam::123456789012:role/other"}}]}
scenarios:
  - {name: The group allows, as: ann, actions: s3:GetObject, on: box, expect: {verdict: allow, by: All}}
  - {name: The boundary limits, as: ben, actions: s3:PutObject, on: box, expect: implicitDeny}
  - {name: The boundary lets pass, as: ben, actions: s3:GetObject, on: box, expect: {verdict: allow, by: All}}
  - {name: An SCP denies, as: ann, actions: s3:DeleteObject, on: box, expect: explicitDeny}
  - {name: An SCP with a condition denies, as: ann, actions: s3:GetObject, on: box,
     context: {aws:RequestedRegion: us-east-1}, expect: explicitDeny}
  - {name: The resource grants, as: cid, actions: s3:GetObject, on: shared, expect: {verdict: allow, by: Cid}}
  - {name: The account is named, as: cid, actions: s3:GetObject, on: house, expect: {verdict: allow, by: House}}
  - {name: Both sides, as: ann, actions: sqs:SendMessage, on: abroad, expect: {verdict: allow, by: Abroad}}
  - {name: One side, as: cid, actions: sqs:SendMessage, on: abroad, expect: implicitDeny}
  - {name: Trust does not count, as: job, actions: sts:AssumeRole, on: target, expect: {verdict: allow, by: Reads}}
"""


def decided(world: World, backend: str, account: str, suite: str = SUITE) -> list[CellResult]:
    world.write("suites/account.yaml", account)
    world.write("suites/layers.yaml", suite)
    return list(iamproof.run("suites", backend=backend, with_git=False).cells)


def test_every_layer_decides_there_as_here(world: World) -> None:
    """The account's groups, boundaries and SCPs, policies on resources, both sides of a border; statements too."""
    here = decided(world, "embedded", ACCOUNT + ORGANIZATION)
    there = decided(world, "moto", ACCOUNT + ORGANIZATION)
    assert {cell.outcome for cell in here} == {"passed"}
    assert [(c.id, c.actual, c.outcome, c.missing_context) for c in there] == [
        (c.id, c.actual, c.outcome, c.missing_context) for c in here
    ]
    # AWS names no statement of an SCP, and moto answers as AWS does.
    assert [c.deciding for c in there if "SCP" not in c.scenario] == [
        c.deciding for c in here if "SCP" not in c.scenario
    ]


def test_what_the_live_services_decide_otherwise_is_told_there_too(world: World) -> None:
    live = {c.scenario: c.live and c.live.rule for c in decided(world, "moto", ACCOUNT)}
    assert str(live["The account is named"]).startswith("L5")
    assert str(live["Trust does not count"]).startswith("L6")
    assert live["The group allows"] is None


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        (
            ACCOUNT.replace("job: {policies: [Reads]", "job: {policies: [Reads], session_policies: [Reads]"),
            "session policies",
        ),
        (ACCOUNT + "organization: {rcps: [[RCPFullAWSAccess]]}\n", "resource control policies"),
        (ACCOUNT + f"organization: {{scps: [{', '.join(['[All]'] * 8)}]}}\n", "7 levels"),
    ],
)
def test_a_layer_that_the_api_does_not_take_is_unsupported(world: World, account: str, reason: str) -> None:
    cells = [cell for cell in decided(world, "moto", account) if cell.principal == "job"]
    assert [cell.outcome for cell in cells] == ["unsupported"]
    assert reason in str(cells[0].message)
    assert cells[0].actual is None


ONE = """\
suite: One
account: account.yaml
resources:
  open:
    arn: arn:aws:s3:::box/a
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*", Principal: "*"}]}
"""


@pytest.mark.parametrize(
    ("suite", "reason"),
    [
        ("semantics: live\nscenarios: [{name: x, as: ann, actions: s3:GetObject, expect: allow}]", "`semantics: live`"),
        (
            "scenarios: [{name: x, as: ann, actions: s3:GetObject, on: open, expect: allow}]",
            "resources are ARNs, not `*`",
        ),
        (
            "scenarios: [{name: x, as: ann, actions: s3:DeleteObject, on: '*', expect: {verdict: explicitDeny, by: Never}}]",
            "does not tell which service control policy",
        ),
    ],
)
def test_a_cell_that_the_api_does_not_take_is_unsupported(world: World, suite: str, reason: str) -> None:
    """Never dropped, and never guessed."""
    (cell,) = decided(world, "moto", ACCOUNT + ORGANIZATION, ONE + suite)
    assert (cell.outcome, cell.actual) == ("unsupported", None)
    assert reason in str(cell.message)


def test_a_cell_that_was_asked_and_not_decided_covers_nothing(world: World) -> None:
    world.write("suites/account.yaml", ACCOUNT + ORGANIZATION)
    by = (
        "scenarios: [{name: x, as: ann, actions: s3:DeleteObject, on: '*', expect: {verdict: explicitDeny, by: Never}}]"
    )
    world.write("suites/layers.yaml", ONE + by)
    reach = {}
    for backend in ("embedded", "moto"):
        coverage = iamproof.run("suites", backend=backend, with_git=False, coverage=True).coverage
        assert coverage is not None
        reach[backend] = {policy.name: policy.statements[0].reach for policy in coverage.policies}["NoDelete"]
    assert reach == {"embedded": "decisive", "moto": "never"}


def test_unsupported_cells_are_counted_and_fail_a_strict_run_only(world: World) -> None:
    world.write("suites/account.yaml", ACCOUNT)
    world.write(
        "suites/one.yaml",
        f"{ONE}semantics: live\nscenarios: [{{name: x, as: ann, actions: s3:GetObject, expect: allow}}]\n",
    )
    run = iamproof.run("suites", backend="moto", with_git=False)
    assert (run.summary.unsupported, run.summary.failed, run.summary.errors) == (1, 0, 0)
    assert run.summary.verdict != "as expected"
