"""The whole scenario format in one account, each feature a scenario whose name says what it shows."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

import iamproof
from simulator.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "policies/p.json": """\
        {"Version": "2012-10-17", "Statement": [
          {"Sid": "Read", "Effect": "Allow", "Action": ["iam:List*", "iam:Get*"], "Resource": "*"},
          {"Sid": "Team", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::${aws:PrincipalTag/team}/*"},
          {"Sid": "Tagged", "Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "*",
           "Condition": {"StringEquals": {"aws:ResourceTag/env": "dev"}}},
          {"Sid": "Away", "Effect": "Deny", "Action": "iam:ListRoles", "Resource": "*",
           "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
          {"Sid": "Job", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*",
           "Condition": {"StringLike": {"aws:userid": "*:job"}}}
        ]}
        """,
    "policies/bucket.json": """\
        {"Version": "2012-10-17", "Statement": {"Sid": "Cross", "Effect": "Allow", "Action": "s3:PutObject",
          "Principal": {"AWS": "arn:aws:iam::123456789012:user/ann"}, "Resource": "arn:aws:s3:::shared/*"}}
        """,
    "suites/account.yaml": """\
        id: "123456789012"
        context: {aws:SourceIp: 203.0.113.7}
        policies:
          P: ../policies/p.json
          Wide: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "*", Resource: "*"}}
          Users: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "iam:ListUsers", Resource: "*"}}
          Tenants:
            Version: 2012-10-17
            Statement:
              - {Effect: Allow, Action: "*", Resource: "*"}
              - {Sid: NoProfiles, Effect: Deny, Action: iam:GetLoginProfile, Resource: "*"}
        groups: {web: {policies: [P]}}
        users:
          ann: {groups: [web], tags: {team: blue}}
          ben: {groups: [web], path: /staff/, tags: {team: red}}
          cid: {policies: [Wide], boundary: Users}
        roles:
          app: {policies: [P], session_name: job, session_policies: [Users]}
          worker: {policies: [P], session_name: job}
          plain: {policies: [P]}
        organization: {scps: [[FullAWSAccess], [Tenants]], rcps: [[RCPFullAWSAccess]]}
        """,
    "suites/far.yaml": """\
        account: account.yaml
        tags: [far]
        context: {aws:SourceIp: 198.51.100.9, aws:UserAgent: x}
        requirements: {R1: The far one says so., R2: Only the far one has it.}
        sessions: {night: {aws:SourceIp: 203.0.113.1}}
        resources: {data: "arn:aws:s3:::${aws:PrincipalTag/team}/f"}
        """,
    "suites/near.yaml": """\
        extends: far.yaml
        tags: [near]
        requirements: {R1: The near one wins.}
        """,
    "suites/suite.yaml": """\
        suite: Features
        extends: near.yaml
        tags: [own]
        context: {aws:SourceIp: null}
        resources:
          shared: {arn: arn:aws:s3:::shared/x, policy: ../policies/bucket.json}
          theirs: {arn: arn:aws:s3:::shared/x, owner: "222222222222", policy: ../policies/bucket.json}
          tagged: {arn: arn:aws:s3:::b/x, tags: {env: dev}}
          queue: arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:q
        scenarios:
          - {name: a group is all its users, requirement: [R1, R2], as: web, actions: iam:ListUsers, expect: allow}
          - {name: several principals, as: [ann, role/app, plain], actions: iam:ListUsers, expect: allow}
          - {name: a session policy narrows, as: app, actions: iam:ListGroups, expect: implicitDeny}
          - {name: a session name is in the userid, as: [worker, plain], actions: sqs:SendMessage, on: queue, expect: {worker: allow, plain: deny}}
          - {name: a tag of one's own, as: [ann, ben], actions: s3:GetObject, on: data, expect: {verdict: allow, by: Team}}
          - {name: a tag of the resource, as: ann, actions: s3:DeleteObject, on: tagged, expect: {verdict: allow, by: Tagged}}
          - {name: a resource policy, as: [ann, ben], actions: s3:PutObject, on: shared, expect: {ann: {verdict: allow, by: Cross}, ben: implicitDeny}}
          - {name: another account's resource, as: ann, actions: s3:PutObject, on: theirs, expect: implicitDeny}
          - {name: an organization, as: ann, actions: iam:GetLoginProfile, on: user/own, expect: {verdict: explicitDeny, by: NoProfiles}}
          - {name: a boundary, as: cid, actions: [iam:ListUsers, iam:ListRoles], expect: {iam:ListUsers: allow, iam:ListRoles: implicitDeny}}
          - {name: null in a suite is absent, as: ann, actions: iam:ListRoles, expect: explicitDeny}
          - {name: a session is nearer than a suite, as: ann, session: night, actions: iam:ListRoles, expect: allow}
          - {name: a scenario is nearest, as: ann, session: night, context: {aws:SourceIp: 198.51.100.1}, actions: iam:ListRoles, expect: explicitDeny}
          - {name: a typed value, as: ann, context: {aws:SourceIp: {type: ip, values: [203.0.113.2]}}, actions: iam:ListRoles, expect: allow}
          - {name: skipped, skip: {reason: later}, as: ann, actions: iam:ListSSHPublicKeys, on: user, expect: deny}
          - {name: a gap, known_gap: {reason: not yet, until: 2999-12-31}, as: ann, actions: iam:TagUser, on: user/own, expect: allow}
          - {name: a gap that passes, known_gap: {reason: not yet, until: 2999-12-31}, as: ann, actions: iam:ListGroups, expect: allow}
          - {name: a gap that is overdue, known_gap: {reason: not yet, until: 2026-01-31}, as: ann, actions: iam:UntagUser, on: user/own, expect: allow}
        """,
}
MESSAGES = {
    "a gap that passes": "the known gap is closed: the cell is as expected, take `known_gap` away",
    "a gap that is overdue": "the known gap is overdue since 2026-01-31: expected allow, got implicitDeny",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rewrite(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "suites" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    """Return what makes the suites unusable."""
    del folder
    with pytest.raises(InputError) as caught:
        iamproof.run("suites", with_git=False)
    return [f"{one.span}: {one.message}" for one in caught.value.diagnostics]


def test_every_feature_does_what_its_scenario_says(folder: Path) -> None:
    run = iamproof.run("suites", with_git=False)
    wrong = {cell.scenario: cell.message for cell in run.cells if cell.outcome in ("failed", "error")}
    assert wrong == MESSAGES
    assert {cell.scenario: cell.outcome for cell in run.cells if cell.outcome in ("skipped", "known_gap")} == {
        "skipped": "skipped",
        "a gap": "known_gap",
    }
    assert {cell.tags for cell in run.cells} == {("far", "near", "own")}
    assert {one.id: one.text for suite in run.suites for one in suite.requirements} == {
        "R1": "The near one wins.",
        "R2": "Only the far one has it.",
    }


def test_two_scenarios_about_one_request_must_agree(folder: Path) -> None:
    rewrite(
        folder, "suite.yaml", "  - {name: several", "  - {name: no, as: ann, actions: 'iam:ListUs*', expect: deny}\n  - {name: several"
    )  # fmt: skip
    request = "of one request: `ann` [any sign-in] `iam:ListUsers` on `*`"
    first, second, third = "`a group is all its users`", "`no`", "`several principals`"
    assert faults(folder) == [
        f"suites/suite.yaml:12:12: {second} demands `deny`, and {first} (line 11) `allow` {request}",
        f"suites/suite.yaml:13:12: {third} demands `allow`, and {second} (line 12) `deny` {request}",
    ]


def test_circles_are_told_with_the_way_that_they_take(folder: Path) -> None:
    rewrite(folder, "far.yaml", "account: account.yaml\n", "account: account.yaml\nextends: near.yaml\n")
    names = " → ".join(f"`suites/{name}.yaml`" for name in ("suite", "near", "far", "near"))
    assert faults(folder) == [f"suites/far.yaml:2:10: the files extend each other: {names}"]


def test_a_closed_suite_counts_what_it_does_not_speak_about(folder: Path) -> None:
    rewrite(folder, "suite.yaml", "tags: [own]", "closed: true")
    (told,) = faults(folder)
    assert told.startswith("suites/suite.yaml:3:1: the suite is closed, and no scenario speaks about ")


def test_a_denial_by_the_type_of_the_resource_says_so(folder: Path) -> None:
    rewrite(
        folder,
        "suite.yaml",
        "as: ann, actions: iam:ListGroups, expect",
        "as: ann, actions: iam:ListGroups, on: queue, expect",
    )
    rewrite(folder, "suite.yaml", "known_gap: {reason: not yet, until: 2999-12-31}, as: ann, actions: iam:ListGroups", "as: ann, actions: iam:ListGroups")  # fmt: skip
    run = iamproof.run("suites", with_git=False)
    (cell,) = [cell for cell in run.cells if cell.scenario == "a gap that passes"]
    assert cell.message == (
        "expected allow, got implicitDeny: arn:aws:sqs:eu-west-1:123456789012:q is of no type that `iam:ListGroups` takes; "
        'it takes none: ask it on `"*"`'
    )
