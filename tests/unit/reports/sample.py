"""A run made by hand: two suites, three principals, three MFA states, a cell of each kind.

`sample_run` is realistic (the shipped MFA policy, with one planted mistake); `big_run` is large;
`hostile_run` carries text that no format may let through.  All are the same on every call.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from typing import Any

from simulator.policy.parse import parse_policy_text
from simulator.suites.coverage import (
    ConditionCoverage,
    Coverage,
    EntryCoverage,
    LeftOut,
    PolicyCoverage,
    StatementCoverage,
)
from simulator.suites.mutation import Claimed, MutatedPolicy, Mutation, Survivor
from simulator.suites.result import (
    AccountInfo,
    CatalogueInfo,
    CellResult,
    Deciding,
    Difference,
    ExtendedInfo,
    Layer,
    Live,
    Miss,
    Outcome,
    PolicyInfo,
    Requirement,
    Run,
    RunVerdict,
    SuiteInfo,
    Summary,
    Waiver,
)

__all__ = [
    "HOSTILE",
    "big_run",
    "empty_run",
    "hostile_coverage",
    "hostile_mutation",
    "hostile_run",
    "make_run",
    "sample_cells",
    "sample_coverage",
    "sample_mutation",
    "sample_run",
]

MFA_FILE = "policies/IAMUsersMFAManagement.json"
EC2_FILE = "arn:aws:iam::aws:policy/AmazonEC2FullAccess"
MFA_SUITE = "Web users manage their own MFA"
EC2_SUITE = "EC2 opens with MFA only"

MFA_POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AllowListing",
      "Effect": "Allow",
      "Action": ["iam:ListUsers", "iam:ListVirtualMFADevices"],
      "Resource": "*"
    },
    {
      "Sid": "AllowOwnDevice",
      "Effect": "Allow",
      "Action": ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"],
      "Resource": "arn:*:iam::*:mfa/${aws:username}*"
    },
    {
      "Effect": "Allow",
      "Action": ["iam:EnableMFADevice", "iam:ResyncMFADevice", "iam:DeactivateMFADevice"],
      "Resource": "arn:*:iam::*:user/${aws:username}"
    },
    {
      "Sid": "DenyAllButSetupWithoutMFA",
      "Effect": "Deny",
      "NotAction": ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListUsers", "sts:GetSessionToken"],
      "Resource": "*",
      "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
    }
  ]
}
"""
EC2_POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "ec2:*",
      "Resource": "*"
    }
  ]
}
"""
ARN = "arn:aws:iam::123456789012:"
SESSIONS: dict[str, dict[str, str]] = {
    "with MFA": {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "60"},
    "console without MFA": {"aws:MultiFactorAuthPresent": "false"},
    "access key": {},
}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def decided_by(sid: str | None, *, policy: str = "IAMUsersMFAManagement") -> Deciding:
    """Find the statement of the sample's policies with this Sid (None: the one without)."""
    text, file = (MFA_POLICY, MFA_FILE) if policy.startswith("IAM") else (EC2_POLICY, EC2_FILE)
    lines = text.splitlines()
    inside = f'"Sid": "{sid}"' if sid else '{\n      "Effect"'
    line = text[: text.index(inside)].count("\n") + (0 if sid else 1)
    end = next(number for number in range(line, len(lines)) if lines[number].strip() in ("}", "},"))
    return Deciding(policy, sid, file, line, 5, end + 1, 6)


def make_cell(  # noqa: PLR0917  # a row of a table
    scenario: str, principal: str, session: str, action: str, target: str, expected: str, **fields: Any
) -> CellResult:
    """Make one cell; what is not given follows from the rest."""
    file = fields.pop("file", "scenarios/mfa.yaml")
    key = fields.get("scenario_id") or scenario
    resource = fields.pop(
        "resource", "*" if target == "*" else ARN + target.replace(" device", "").replace("own", principal)
    )
    derived = {
        "aws:SecureTransport": "true",
        "aws:username": principal,
        "aws:ViaAWSService": "false",
        "aws:PrincipalArn": f"{ARN}user/{principal}",
        "aws:PrincipalType": "AssumedRole" if principal == "auditor" else "User",
        "aws:TagKeys": ("team", "env"),
    }
    defaults: dict[str, Any] = {
        "id": f"{file}::{key}::{principal}[{session}]-{action}-{target}",
        "suite": MFA_SUITE,
        "file": file,
        "line": 20,
        "scenario_id": None,
        "requirement": (),
        "controls": (),
        "tags": ("iam",),
        "context": dict(SESSIONS[session]),
        "derived_context": derived,
        "expected_by": None,
        "actual": None,
        "outcome": "passed",
    }
    return CellResult(
        **{
            **defaults,
            "scenario": scenario,
            "principal": principal,
            "session": session,
            "action": action,
            "target": target,
            "expected": expected,
            "resource": resource,
            **fields,
        }
    )


def _listing() -> list[CellResult]:
    allow = {
        "actual": "allowed",
        "deciding": (decided_by("AllowListing"),),
        "layers": (Layer("identity", "allowed", True),),
    }
    return [
        make_cell(
            "List users",
            user,
            session,
            "iam:ListUsers",
            "*",
            "allow",
            line=12,
            requirement=("R1",),
            controls=("NIST-800-53r5:AC-3",),
            scenario_id="MFA-01",
            **allow,
        )
        for user in ("ec2webuser", "otheruser")
        for session in SESSIONS
    ]


def _own_devices() -> list[CellResult]:
    cells = []
    for user in ("ec2webuser", "otheruser"):
        for session in SESSIONS:
            common: dict[str, Any] = {
                "scenario_id": "MFA-02",
                "line": 24,
                "requirement": ("R2",),
                "why": "Users start without an administrator.",
                "controls": ("NIST-800-53r5:IA-5", "NIST-800-53r5:AC-6(10)", "CIS-AWS-6.0.0:2.9"),
            }
            cells.append(
                make_cell(
                    "Set up a virtual MFA device",
                    user,
                    session,
                    "iam:CreateVirtualMFADevice",
                    "mfa device/own",
                    "allow",
                    actual="allowed",
                    deciding=(decided_by("AllowOwnDevice"),),
                    layers=(Layer("identity", "allowed", True),),
                    **common,
                )
            )
            cells.append(_others_device(user, session, common))
    return cells


def _others_device(user: str, session: str, common: dict[str, Any]) -> CellResult:
    deny = Miss(
        "IAMUsersMFAManagement",
        "AllowOwnDevice",
        "Allow",
        MFA_FILE,
        10,
        ("resource",),
        f"the pattern `arn:*:iam::*:mfa/{user}*` does not match `{ARN}mfa/someone`",
    )
    if user == "ec2webuser" and session == "with MFA":  # the planted mistake: the pattern's star reaches longer names
        return make_cell(
            "Set up a virtual MFA device",
            user,
            session,
            "iam:CreateVirtualMFADevice",
            "mfa device/others",
            "deny",
            resource=(f"{ARN}mfa/otheruser", f"{ARN}mfa/{user}2"),
            actual="allowed",
            outcome="failed",
            deciding=(decided_by("AllowOwnDevice"),),
            layers=(Layer("identity", "allowed", True),),
            message="expected deny, got allowed on 1 of 2 resources",
            requests=2,
            differing=(Difference("iam:CreateVirtualMFADevice", f"{ARN}mfa/{user}2", "allowed"),),
            **common,
        )
    return make_cell(
        "Set up a virtual MFA device",
        user,
        session,
        "iam:CreateVirtualMFADevice",
        "mfa device/others",
        "deny",
        resource=(f"{ARN}mfa/someone", f"{ARN}mfa/{user}2"),
        actual="implicitDeny",
        near=(deny,),
        default_only=True,
        layers=(Layer("identity", "implicitDeny", True),),
        requests=2,
        **common,
    )


def _everything_else() -> list[CellResult]:
    deny = decided_by("DenyAllButSetupWithoutMFA")
    missed = Miss(
        "IAMUsersMFAManagement",
        "DenyAllButSetupWithoutMFA",
        "Deny",
        MFA_FILE,
        deny.line,
        ("condition",),
        "`Bool` `aws:MultiFactorAuthPresent` is absent from the request; `BoolIfExists` would match",
    )
    common: dict[str, Any] = {
        "line": 41,
        "requirement": ("R3",),
        "controls": ("NIST-800-53r5:AC-3", "PCI-DSS-4.0.1:7.3.3"),
    }
    return [
        make_cell(
            "Nothing but the exempted actions without MFA",
            "ec2webuser",
            "console without MFA",
            "*",
            "each type",
            "explicitDeny",
            actual="explicitDeny",
            resource="*",
            deciding=(deny,),
            expected_by="DenyAllButSetupWithoutMFA",
            requests=21874,
            layers=(Layer("identity", "explicitDeny", True),),
            **common,
        ),
        make_cell(
            "Nothing but the exempted actions without MFA",
            "ec2webuser",
            "access key",
            "*",
            "each type",
            "explicitDeny",
            resource="*",
            expected_by="DenyAllButSetupWithoutMFA",
            actual="implicitDeny",
            outcome="failed",
            near=(missed,),
            requests=21874,
            message="expected explicitDeny by DenyAllButSetupWithoutMFA, got implicitDeny for 21,870 of 21,874 requests",
            layers=(Layer("identity", "implicitDeny", True),),
            differing=tuple(
                Difference(action, "*", "implicitDeny")
                for action in ("ec2:DescribeInstances", "iam:DeleteVirtualMFADevice", "s3:ListAllMyBuckets")
            ),
            **common,
        ),
    ]


def _exceptions() -> list[CellResult]:
    gap = Waiver("the account's password page needs it", "identity team", "2027-03-31", "SEC-112")
    return [
        make_cell(
            "Change the password",
            "ec2webuser",
            "with MFA",
            "iam:ChangePassword",
            "user/own",
            "allow",
            line=60,
            requirement=("R1",),
            actual="implicitDeny",
            outcome="known_gap",
            waiver=gap,
            message="known gap: the account's password page needs it",
        ),
        make_cell(
            "Read the account summary",
            "ec2webuser",
            "with MFA",
            "iam:GetAccountSummary",
            "*",
            "allow",
            line=66,
            outcome="skipped",
            waiver=Waiver("moved to the audit suite"),
        ),
        make_cell(
            "A misspelt action",
            "ec2webuser",
            "with MFA",
            "iam:UpdateAccessKeys",
            "user/own",
            "deny",
            line=70,
            actual="implicitDeny",
            vacuous="the catalogue has no action `iam:UpdateAccessKeys`",
            near=(),
            warnings=("the catalogue has no action `iam:UpdateAccessKeys`; did you mean `iam:UpdateAccessKey`?",),
        ),
        make_cell(
            "From the office only",
            "otheruser",
            "with MFA",
            "iam:ListUsers",
            "*",
            "allow",
            line=75,
            outcome="error",
            message="undetermined: the decision depends on `aws:SourceIp`, which nobody stated",
            missing_context=("aws:SourceIp",),
        ),
        make_cell(
            "Enrol without MFA (residual risk)",
            "ec2webuser",
            "access key",
            "iam:EnableMFADevice",
            "user/own",
            "allow",
            line=81,
            tags=("iam", "residual-risk"),
            actual="allowed",
            deciding=(decided_by(None),),
        ),
    ]


def _compute() -> list[CellResult]:
    allow = decided_by(None, policy="AmazonEC2FullAccess")
    common: dict[str, Any] = {
        "suite": EC2_SUITE,
        "file": "scenarios/ec2.yaml",
        "line": 9,
        "requirement": ("E1",),
        "tags": ("ec2",),
        "controls": ("NIST-800-53r5:AC-6(1)",),
        "resource": "arn:aws:ec2:eu-west-1:123456789012:instance/i-0abcd1234ef567890",
    }
    opens = [
        make_cell(
            "EC2 opens with MFA",
            user,
            "with MFA",
            "ec2:StartInstances",
            "instance",
            "allow",
            actual="allowed",
            deciding=(allow,),
            live=Live("explicitDeny", "L4: the service checks the session's own policy") if user == "auditor" else None,
            **common,
        )
        for user in ("ec2webuser", "otheruser", "auditor")
    ]
    return [
        *opens,
        make_cell(
            "EC2 opens with MFA",
            "ec2webuser",
            "console without MFA",
            "ec2:StartInstances",
            "instance",
            "explicitDeny",
            actual="explicitDeny",
            deciding=(decided_by("DenyAllButSetupWithoutMFA"),),
            **common,
        ),
        make_cell(
            "EC2 opens with MFA",
            "otheruser",
            "console without MFA",
            "ec2:StartInstances",
            "instance",
            "allow",
            actual="explicitDeny",
            outcome="failed",
            deciding=(decided_by("DenyAllButSetupWithoutMFA"),),
            message="expected allow, got explicitDeny",
            **common,
        ),
        make_cell(
            "EC2 opens with MFA",
            "auditor",
            "console without MFA",
            "ec2:StartInstances",
            "instance",
            "explicitDeny",
            actual="explicitDeny",
            outcome="failed",
            expected_by="DenyStopWithoutMFA",
            deciding=(decided_by("DenyAllButSetupWithoutMFA"),),
            message="expected explicitDeny by DenyStopWithoutMFA, decided by DenyAllButSetupWithoutMFA",
            **common,
        ),
        make_cell(
            "Session policies",
            "auditor",
            "with MFA",
            "ec2:StopInstances",
            "instance",
            "deny",
            outcome="unsupported",
            message="the backend `aws` can't express session policies",
            **{**common, "line": 30},
        ),
    ]


def sample_cells() -> tuple[CellResult, ...]:
    """Return the cells of the sample, in file order."""
    return (*_listing(), *_own_devices(), *_everything_else(), *_exceptions(), *_compute())


def _verdict(count: Counter[str], exceptions: int) -> RunVerdict:
    if count["failed"] or count["error"]:
        return "not as expected"
    if count["not_run"]:
        return "incomplete"
    return "as expected, with exceptions" if exceptions or count["skipped"] or count["known_gap"] else "as expected"


def summary_of(cells: tuple[CellResult, ...], *, left_out: int = 0) -> Summary:
    """Count the cells as a runner would."""
    count = Counter(cell.outcome for cell in cells)
    vacuous, default_only = sum(bool(c.vacuous) for c in cells), sum(c.default_only for c in cells)
    words: Counter[str] = Counter({str(key): value for key, value in count.items()})
    return Summary(
        declared=len(cells) + left_out,
        cells=len(cells),
        passed=count["passed"],
        failed=count["failed"],
        errors=count["error"],
        unsupported=count["unsupported"],
        skipped=count["skipped"],
        known_gaps=count["known_gap"],
        not_run=count["not_run"],
        vacuous=vacuous,
        default_only=default_only,
        differs_live=sum(c.live is not None for c in cells),
        verdict="incomplete"
        if left_out and not (count["failed"] or count["error"])
        else _verdict(words, vacuous + default_only),
    )


def make_run(cells: tuple[CellResult, ...], **fields: Any) -> Run:
    """Make the run of these cells; what is not given is that of the sample."""
    suites = (
        SuiteInfo(
            MFA_SUITE,
            "scenarios/mfa.yaml",
            _digest("mfa"),
            "simulator",
            (
                Requirement("R1", "Users may do basic IAM operations without MFA."),
                Requirement("R2", "Users set up and manage their own MFA device, and nobody else's."),
                Requirement("R3", "Every action on every resource is denied while MFA is not set up."),
                Requirement("R4", "IAM stays reachable without MFA."),
            ),
            "The four rules of the base policy. It does not stop a stolen password from enrolling a first device.",
            (ExtendedInfo("scenarios/common.yaml", _digest("common")),),
            unspoken=1203,
        ),
        SuiteInfo(
            EC2_SUITE,
            "scenarios/ec2.yaml",
            _digest("ec2"),
            "simulator",
            (Requirement("E1", "EC2 opens only to sessions with MFA."),),
            unspoken=0,
        ),
    )
    defaults: dict[str, Any] = {
        "tool_version": "0.1.0",
        "backend": "embedded",
        "source": "Simulated on policy files; not read from AWS",
        "catalogue": CatalogueInfo("2026-10-27", _digest("catalogue")),
        "git_commit": "0f" * 20,
        "git_dirty": False,
        "command": ("iamproof", "test", "scenarios/"),
        "started": "2026-11-24T07:00:00Z",
        "finished": "2026-11-24T07:00:01Z",
        "selection": None,
        "corroboration": None,
        "policies": (
            PolicyInfo(
                "AmazonEC2FullAccess",
                EC2_FILE,
                _digest(EC2_POLICY),
                version="v5",
                date="2018-11-27",
                text=EC2_POLICY,
                decided=3,
            ),
            PolicyInfo("IAMUsersMFAManagement", MFA_FILE, _digest(MFA_POLICY), text=MFA_POLICY, decided=18),
        ),
        "accounts": (AccountInfo("123456789012", "scenarios/account.yaml", _digest("account")),),
        "suites": suites,
        "summary": summary_of(cells),
        "cells": cells,
        "environment": {"Python": "3.11.7", "Host": "Linux x86_64"},
    }
    return Run(**{**defaults, **fields})


def sample_coverage() -> Coverage:
    """Return coverage of each kind for the sample's policy."""
    policy = parse_policy_text(MFA_POLICY, name=MFA_FILE)
    reaches: tuple[Any, ...] = ("decisive", "decisive", "near", "never")
    statements = []
    for place, (statement, reach) in enumerate(zip(policy.statements, reaches, strict=True)):
        assert statement.actions is not None
        assert statement.resources is not None
        used, span = reach == "decisive", policy.span(statement)
        actions, resources = (
            tuple(
                EntryCoverage(entry.text, policy.entry_span(entry).line, used and (place, number) != (1, 0))
                for number, entry in enumerate(element.entries)
            )
            for element in (statement.actions, statement.resources)
        )
        conditions = tuple(
            ConditionCoverage(
                str(one.operator),
                one.key,
                policy.source.span(one.start, one.end).line,
                ("false",),
                ("true", "false", "absent"),
            )
            for one in statement.conditions
        )
        statements.append(
            StatementCoverage(
                statement.sid,
                statement.index,
                statement.effect.value,
                span.line,
                span.end_line,
                reach,
                ("resource",) if reach == "near" else (),
                place == 0,
                conditions,
                actions,
                resources,
                statement.actions.negated,
                statement.resources.negated,
            )
        )
    found = PolicyCoverage("IAMUsersMFAManagement", MFA_FILE, _digest(MFA_POLICY), MFA_FILE, tuple(statements))
    return Coverage((found,), (LeftOut("AmazonEC2FullAccess", EC2_FILE, 5, 1),))


def sample_mutation() -> Mutation:
    """Return survivors of each kind for the sample's policy: two under one scenario, and one of which nothing is known.

    Beside them there are two that an invariant alone notices.
    """
    scenario = (
        '  - name: "baseuser, access key: iam:CreateVirtualMFADevice on mfa device/others is implicitDeny"\n'
        "    as: baseuser\n    session: access key\n    actions: iam:CreateVirtualMFADevice\n"
        "    on: mfa device/others\n    expect: implicitDeny\n"
    )
    wide = Survivor(
        "IAMUsersMFAManagement",
        MFA_FILE,
        14,
        "AllowOwnDevice",
        "widen-resource",
        "write `arn:*:iam::*:mfa/*` for `arn:*:iam::*:mfa/${aws:username}*`",
        "widens",
        (
            "@@ -14 +14 @@",
            '-      "Resource": "arn:*:iam::*:mfa/${aws:username}*"',
            '+      "Resource": "arn:*:iam::*:mfa/*"',
        ),
        "iam:CreateVirtualMFADevice",
        "arn:aws:iam::123456789012:mfa/otheruser",
        {"aws:username": "baseuser", "aws:TagKeys": ("a", "b")},
        "implicitDeny",
        "allowed",
        "baseuser, access key: iam:CreateVirtualMFADevice on mfa device/others",
        scenario,
        "scenarios/own-mfa-device.yaml",
        "scenarios/own-mfa-device.yaml::OWN-03::baseuser[access key]-iam:CreateVirtualMFADevice-mfa device/others",
    )
    flipped = dataclasses.replace(
        wide, line=10, operator="flip-effect", change="write Deny for Allow", after="explicitDeny"
    )
    bare: dict[str, Any] = dict.fromkeys(("request", "scenario", "suite", "asked", "before", "after"))
    shown = dataclasses.replace(wide, line=4, effect="loses a denial", **bare)
    bare |= {"action": None, "resource": None, "context": None, "reason": "a policy on the resource bears on the claim"}
    unknown = dataclasses.replace(wide, line=4, effect="unknown", **bare)
    counts = MutatedPolicy("IAMUsersMFAManagement", MFA_FILE, 1200, 1150, 46, 2)
    claimed = Claimed(
        "IAMUsersMFAManagement",
        MFA_FILE,
        24,
        "DenyMostWithoutMFA",
        "if-exists",
        "write Bool for BoolIfExists aws:MultiFactorAuthPresent",
        ("scenarios/own-mfa-device.yaml::ALL-R2",),
        "iam:DeleteVirtualMFADevice",
        "arn:aws:iam::123456789012:mfa/otheruser",
        {"aws:username": "baseuser"},
    )
    dropped = dataclasses.replace(
        claimed,
        operator="drop-statement",
        change="drop the statement DenyMostWithoutMFA",
        invariants=(*claimed.invariants, "scenarios/own-mfa-device.yaml::ALL-R3"),
    )
    return Mutation((counts,), (wide, flipped, shown, unknown), 2, (claimed, dropped), 1)


def hostile_mutation() -> Mutation:
    """Return survivors whose free texts are hostile."""
    names = ("policy", "file", "statement", "operator", "change", "action", "resource", "request")
    survivors = []
    for text in HOSTILE.values():
        fields: dict[str, Any] = dict.fromkeys((*names, "scenario", "suite", "asked", "reason"), text)
        fields |= {"diff": (f"-{text}", f"+{text}"), "context": {text: (text, text)}}
        survivors.append(dataclasses.replace(sample_mutation().survivors[0], **fields))
    claimed = tuple(
        Claimed(text, text, 1, text, text, text, (text, f"{text}!"), text, text, {text: text})
        for text in HOSTILE.values()
    )
    counts = tuple(MutatedPolicy(text, text, 1, 0, 0) for text in HOSTILE.values())
    return Mutation(counts, tuple(survivors), claimed=claimed)


def hostile_coverage() -> Coverage:
    """Return coverage whose free texts are hostile, and whose lines are nowhere."""
    statement = sample_coverage().policies[0].statements[3]
    policies = tuple(
        PolicyCoverage(
            text,
            f"policies/{text}.json",
            _digest(name),
            f"policies/{text}.json",
            (
                dataclasses.replace(
                    statement,
                    sid=text,
                    reach="matched",
                    conditions=(ConditionCoverage("Bool", text, 1, (), ("true",)),),
                    actions=(EntryCoverage(text, 1, False),),
                ),
            ),
        )
        for name, text in HOSTILE.items()
    )
    return Coverage(policies, tuple(LeftOut(text, text, 1, 0) for text in HOSTILE.values()), HOSTILE["markup"])


def sample_run(**fields: Any) -> Run:
    """Return the realistic run: failures of each kind, exceptions, a difference to the live services."""
    cells = sample_cells()
    risks = tuple(cell.id for cell in cells if "residual-risk" in cell.tags)
    return make_run(
        cells,
        **{
            "failures": ("policies/unused.json: no scenario decides it",),
            "residual_risks": risks,
            "coverage": sample_coverage(),
            "mutation": sample_mutation(),
            "warnings": ("policies/IAMUsersMFAManagement.json:23: `Bool` where `BoolIfExists` may be meant",),
            **fields,
        },
    )


def empty_run() -> Run:
    """Return a run without a cell."""
    return make_run((), suites=(), policies=(), accounts=())


def big_run(count: int) -> Run:
    """Return a run of *count* cells, one in a thousand of them failed."""
    passing, failing = sample_cells()[6], next(cell for cell in sample_cells() if cell.outcome == "failed")
    scenarios, actions = (
        [f"{name}{n}" for n in range(count // of + 1)] for name, of in (("Scenario ", 60), ("iam:Action", 6))
    )
    cells = []
    for number in range(count):
        cell = failing if number % 1000 == 999 else passing
        scenario, action = scenarios[number // 60], actions[number // 6]  # one object, as suites make them
        principal, session = ("ec2webuser", "otheruser")[number // 3 % 2], tuple(SESSIONS)[number % 3]
        cells.append(
            dataclasses.replace(
                cell,
                id=f"{cell.file}::{scenario}::{principal}[{session}]-{action}-{cell.target}",
                scenario=scenario,
                action=action,
                principal=principal,
                session=session,
                line=number // 60 * 9 + 1,
                scenario_id=None,
            )
        )
    return make_run(tuple(cells))


HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;",
    "cdata": "]]>]]&gt;<!-- --> </script><!--<script>",
    "pipes": "a|b\\|c`d``e[f](javascript:alert(1))*g*_h_~i~ #j",
    "newlines": "one\ntwo\r\nthree\u2028four\u0085five",
    "control": "nul\x00bel\x07esc\x1b[31mred\x1b[0m\x7f\x9b31m\ufffe",
    "bidi": "\u202eevil\u202c\u2066x\u2069\u200b\ufeff",
    "surrogate": "lone\ud800",
    "formula": "=cmd|'/c calc'!A1",
    "github": "::error::x%0A::stop-commands::t",
    "template": "{{ 7*7 }}{% raw %}${{ x }}",
    "long": "A" * 100_000,
}
"""Text of a suite or policy that no format may let through unescaped."""


def hostile_run() -> Run:
    """Return a run where every free text is hostile."""
    outcomes: tuple[Outcome, ...] = ("passed", "failed", "error", "known_gap")
    cells = tuple(_hostile_cell(name, text, outcome) for name, text in HOSTILE.items() for outcome in outcomes)
    suites = tuple(
        SuiteInfo(text, f"scenarios/{text}.yaml", _digest(name), "simulator", (Requirement(text, text),), text)
        for name, text in HOSTILE.items()
    )
    policies = tuple(PolicyInfo(t, f"policies/{t}.json", _digest(name), text=t) for name, t in HOSTILE.items())
    texts = tuple(HOSTILE.values())
    environment = {text: text for text in texts}
    more: dict[str, Any] = {"failures": texts, "warnings": texts, "command": texts, "environment": environment}
    more |= {"coverage": hostile_coverage(), "mutation": hostile_mutation()}
    return make_run(cells, suites=suites, policies=policies, **more)


def _hostile_cell(name: str, text: str, outcome: Outcome) -> CellResult:
    own = decided_by("AllowOwnDevice")
    fields: dict[str, Any] = {
        **dict.fromkeys(("suite", "message", "why", "expected_by"), text),
        **dict.fromkeys(("requirement", "tags", "warnings", "missing_context"), (text,)),
        "id": f"f::{name}-{outcome}-{text}",
        "file": f"scenarios/{text}.yaml",
        "controls": (text, "NIST-800-53r5:IA-5"),
        "context": {text: text},
        "derived_context": {text: (text,)},
        "actual": "allowed",
        "outcome": outcome,
        "deciding": (dataclasses.replace(own, policy=text, sid=text, file=f"policies/{text}.json"),),
        "near": (Miss(text, text, "Deny", text, 3, ("condition",), text),),
        "resource": (text, text),
        "vacuous": text if outcome == "passed" else None,
        "live": Live("explicitDeny", text),
        "differing": (Difference(text, text, "allowed"),),
        "waiver": Waiver(text, text, text, text),
    }
    return make_cell(text, text, "with MFA", text, text, "deny", **fields)
