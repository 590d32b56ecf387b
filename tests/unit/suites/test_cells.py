"""Cells: the product of principals, sessions, actions and targets, their ids and their contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.suites.world import World


def test_a_cell_is_a_product_of_principals_sessions_actions_and_targets(world: World) -> None:
    world.suite("""
        - {name: s, as: bob, session: with MFA, actions: [iam:GetUser, iam:EnableMFADevice], on: user, expect: allow}
    """)
    assert world.rows() == [
        "bob [with MFA] iam:GetUser user/own: allow",
        "bob [with MFA] iam:GetUser user/others: allow",
        "bob [with MFA] iam:EnableMFADevice user/own: allow",
        "bob [with MFA] iam:EnableMFADevice user/others: allow",
    ]


def test_the_id_names_file_scenario_principal_session_action_and_target(world: World) -> None:
    world.suite("- {id: M-1, name: s, as: bob, session: access key, actions: iam:GetUser, on: user, expect: deny}")
    assert world.cells()[0].id == "suites/suite.yaml::M-1::bob[access key]-iam:GetUser-user/own"


def test_a_scenario_stands_in_its_line(world: World) -> None:
    world.suite("- {name: s, as: bob, session: access key, actions: iam:GetUser, on: user, expect: deny}")
    assert world.cells()[0].scenario.line == 5


def test_groups_stand_for_their_users(world: World) -> None:
    world.suite("- {name: s, as: web, session: with MFA, actions: iam:ListUsers, expect: allow}")
    assert [cell.principal.label for cell in world.cells()] == ["bob", "carol"]


def test_an_empty_group_is_an_error(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\ngroups: {web: }\n")
    world.suite("- {name: s, as: web, actions: iam:ListUsers, expect: allow}")
    assert world.told() == ["empty-group 5:19"]


def test_who_is_named_twice_acts_once(world: World) -> None:
    world.suite(
        "- {name: s, as: [bob, web], session: with MFA, actions: [iam:ListUsers, IAM:listusers], expect: allow}"
    )
    assert [cell.principal.label for cell in world.cells()] == ["bob", "carol"]


def test_a_name_that_is_a_user_and_a_role_is_written_with_its_kind(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nusers: {x: }\nroles: {x: }\n")
    world.suite("- {name: s, as: x, actions: iam:ListUsers, expect: deny}", name="bad")
    assert world.told("suites/bad.yaml") == ["ambiguous-name 5:19"]
    world.suite("- {name: s, as: [user/x, role/x], actions: iam:ListUsers, expect: {user/x: deny, role/x: allow}}")
    assert [
        (cell.principal.label, cell.expected.verdict.value) for cell in world.load("suites/suite.yaml").cells()
    ] == [
        ("user/x", "deny"),
        ("role/x", "allow"),
    ]


# --- sessions -----------------------------------------------------------------------------------


def test_by_default_scenarios_run_with_and_without_mfa(world: World) -> None:
    world.suite("- {name: s, as: [bob, auditor], actions: iam:ListUsers, expect: deny}")
    assert [(cell.principal.label, cell.session) for cell in world.cells()] == [
        ("bob", "with MFA"),
        ("bob", "console without MFA"),
        ("bob", "access key"),
        ("auditor", "with MFA"),
        ("auditor", "console without MFA"),
    ]


def test_where_no_policy_names_an_mfa_key_there_is_one_session(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nusers: {x: }\n")
    world.suite("- {name: s, as: x, actions: iam:ListUsers, expect: deny}")
    assert world.rows() == ["x [any sign-in] iam:ListUsers *: deny"]


def test_a_resource_policy_with_an_mfa_key_is_near(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nusers: {x: }\n")
    statement = '{Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*", Condition: {"Null": {aws:MultiFactorAuthAge: "false"}}}'
    world.suite(
        "- {name: s, as: x, actions: s3:GetObject, on: shared, expect: deny}",
        head=f"resources: {{shared: {{arn: 'arn:aws:s3:::b/k', policy: {{Statement: [{statement}]}}}}}}",
    )
    assert [cell.session for cell in world.cells()] == ["with MFA", "console without MFA", "access key"]


def test_an_expectation_of_a_session_asks_for_it_even_of_a_policy_without_mfa(world: World) -> None:
    """A policy that has lost its condition must fail the scenario, not make it unreadable."""
    world.write("suites/account.yaml", "id: 123456789012\nusers: {x: }\n")
    world.suite("- {name: s, as: x, actions: iam:ListUsers, expect: {with MFA: allow, without MFA: deny}}")
    assert [cell.session for cell in world.cells()] == ["with MFA", "console without MFA", "access key"]


def test_roles_have_no_access_key(world: World) -> None:
    world.suite("- {name: s, as: [bob, auditor], session: access key, actions: iam:ListUsers, expect: deny}")
    assert world.told() == ["session-of-role 5:44"]


def test_the_sessions_state_the_three_states_of_mfa(world: World) -> None:
    world.suite("- {name: s, as: bob, actions: iam:ListUsers, expect: deny}")
    present = "aws:MultiFactorAuthPresent"
    cells = {cell.session: cell for cell in world.cells()}
    assert {name: cell.context.get(present) for name, cell in cells.items()} == {
        "with MFA": "true",
        "console without MFA": "false",
        "access key": None,
    }
    assert cells["with MFA"].context.get("aws:MultiFactorAuthAge") == "60"
    assert present.lower() in cells["access key"].stated_keys


def test_a_suite_adds_sessions_and_replaces_them(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: [stale, without MFA], actions: iam:ListUsers, expect: deny}",
        head="""
            sessions:
              stale: {aws:MultiFactorAuthPresent: true, aws:MultiFactorAuthAge: 43200}
              access key: {aws:SourceIp: 203.0.113.9}
        """,
    )
    cells = world.cells()
    assert [cell.session for cell in cells] == ["stale", "console without MFA", "access key"]
    assert cells[0].stated == {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "43200"}
    assert cells[2].stated == {"aws:SourceIp": "203.0.113.9"}


def test_an_unknown_session_is_told_with_the_nearest(world: World) -> None:
    world.suite("- {name: s, as: bob, session: with MAF, actions: iam:ListUsers, expect: deny}")
    (fault,) = world.faults()
    assert (fault.code, fault.help) == ("unknown-name", "did you mean `with MFA`?")


# --- actions ------------------------------------------------------------------------------------


def test_a_wildcard_is_one_cell_of_all_it_stands_for(world: World) -> None:
    world.suite("- {name: s, as: bob, session: with MFA, actions: 'iam:*VirtualMFADevice', on: '*', expect: deny}")
    (cell,) = world.cells()
    assert cell.action == "iam:*VirtualMFADevice"
    assert cell.actions == ("iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice")


def test_exceptions_are_taken_away(world: World) -> None:
    world.suite("""
        - {name: s, as: bob, session: with MFA, actions: ["iam:*MFADevice*", iam:GetUser], except: ["iam:*VirtualMFA*", iam:TagMFADevice],
           on: "*", expect: deny}
    """)
    first, second = world.cells()
    assert "iam:EnableMFADevice" in first.actions
    assert not {"iam:CreateVirtualMFADevice", "iam:TagMFADevice"} & set(first.actions)
    assert second.actions == ("iam:GetUser",)


def test_actions_can_be_chosen_by_access_level(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: {match: 'sts:*', access-level: [Read, List]}, on: '*', expect: deny}"
    )
    (cell,) = world.cells()
    assert cell.action == "sts:* (Read, List)"
    assert "sts:GetCallerIdentity" in cell.actions
    assert "sts:AssumeRole" not in cell.actions


def test_a_wildcard_for_nothing_is_an_error(world: World) -> None:
    world.suite("- {name: s, as: bob, actions: 'iamm:*', on: '*', expect: deny}")
    (fault,) = world.faults()
    assert (fault.code, fault.help) == ("no-action", "the nearest service is `iam`")


def test_nothing_left_is_an_error(world: World) -> None:
    world.suite("- {name: s, as: bob, actions: iam:GetUser, except: IAM:getuser, on: '*', expect: deny}")
    assert world.told() == ["no-action 5:33"]


def test_an_unknown_action_is_asked_literally_and_warned_of(world: World) -> None:
    world.suite("- {name: s, as: bob, session: with MFA, actions: iam:CreateVirtualMFADevise, expect: deny}")
    loaded = world.load()
    assert [(cell.actions, cell.resource) for cell in loaded.cells()] == [(("iam:CreateVirtualMFADevise",), "*")]
    assert [(one.code, one.help) for one in loaded.diagnostics] == [
        ("unknown-action", "did you mean `iam:CreateVirtualMFADevice`?")
    ]
    assert loaded.warnings[0].startswith("suites/suite.yaml:5:52: the catalogue of ")


@pytest.mark.parametrize("action", ["GetUser", "iam:", ":GetUser", "iam:Get User", "3", "true"])
def test_what_is_no_action_is_an_error(world: World, action: str) -> None:
    world.suite(f"- {{name: s, as: bob, actions: [{action}], on: '*', expect: deny}}")
    assert len(world.told()) == 1


def test_a_known_action_is_asked_in_the_catalogues_spelling(world: World) -> None:
    world.suite("- {name: s, as: bob, session: with MFA, actions: IAM:getuser, on: '*', expect: deny}")
    (cell,) = world.cells()
    assert (cell.action, cell.actions) == ("IAM:getuser", ("iam:GetUser",))


# --- context ------------------------------------------------------------------------------------


def test_what_follows_from_a_user_is_derived(world: World) -> None:
    world.suite("- {name: s, as: carol, session: with MFA, actions: iam:ListUsers, expect: deny}")
    derived = dict(world.cells()[0].derived)
    assert str(derived.pop("aws:userid")).startswith("AIDA")
    assert derived == {
        "aws:PrincipalArn": "arn:aws:iam::123456789012:user/staff/carol",
        "aws:PrincipalAccount": "123456789012",
        "aws:PrincipalType": "User",
        "aws:username": "carol",
        "aws:ViaAWSService": "false",
        "aws:PrincipalIsAWSService": "false",
        "aws:SecureTransport": "true",
    }


def test_the_nearer_context_wins(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nusers: {x: }\ncontext: {a:A: 1, a:B: 1, a:C: 1, a:D: 1}\n")
    world.suite(
        "- {name: s, as: x, session: t, actions: iam:ListUsers, context: {A:d: 4}, expect: deny}",
        head="context: {a:B: 2, a:C: 2, a:D: 2}\nsessions: {t: {a:C: 3, a:D: 3}}\n",
    )
    stated = world.cells()[0].stated
    assert {key.lower(): value for key, value in stated.items()} == {"a:a": "1", "a:b": "2", "a:c": "3", "a:d": "4"}


def test_what_is_stated_wins_over_what_follows(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: iam:ListUsers, context: {aws:UserName: eve}, expect: deny}"
    )
    (cell,) = world.cells()
    assert cell.stated["aws:username"] == "eve"
    assert "aws:username" not in cell.derived
    assert cell.context.get("aws:username") == "eve"


def test_null_states_that_a_key_is_absent(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: iam:ListUsers, context: {aws:username: null}, expect: deny}"
    )
    (cell,) = world.cells()
    assert cell.context.get("aws:username") is None
    assert "aws:username" in cell.stated_keys
    assert "aws:username" not in {**cell.stated, **cell.derived, **cell.types}


def test_types_are_the_catalogues_else_the_yaml_values(world: World) -> None:
    world.suite("""
        - name: s
          as: bob
          session: any sign-in
          actions: iam:ListUsers
          context:
            aws:SourceIp: 203.0.113.7
            aws:TagKeys: team
            aws:CalledVia: [a.amazonaws.com, b.amazonaws.com]
            my:Flag: true
            my:Number: 007
            my:Texts: [a, b]
            my:Ips: {type: ipList, values: 203.0.113.7}
          expect: deny
    """)
    (cell,) = world.cells()
    assert {key: (value, cell.types[key]) for key, value in cell.stated.items()} == {
        "aws:SourceIp": ("203.0.113.7", "ip"),
        "aws:TagKeys": (("team",), "stringList"),
        "aws:CalledVia": (("a.amazonaws.com", "b.amazonaws.com"), "stringList"),
        "my:Flag": ("true", "boolean"),
        "my:Number": ("007", "numeric"),
        "my:Texts": (("a", "b"), "stringList"),
        "my:Ips": (("203.0.113.7",), "ipList"),
    }


@pytest.mark.parametrize(
    ("context", "code"),
    [
        ("{aws:SourceIp: [203.0.113.7, 203.0.113.8]}", "context-value"),
        ("{aws:SourceIp: []}", "context-value"),
        ("{aws:MultiFactorAuthPresent: yes}", "context-value"),
        ("{aws:MultiFactorAuthAge: old}", "context-value"),
        ("{aws:CurrentTime: tomorrow}", "context-value"),
        ("{aws:SourceIp: 203.0.113.0/24}", "context-value"),
        ("{SourceIp: 203.0.113.7}", "wrong-value"),
        ("{aws:SourceIp: 203.0.113.7, AWS:sourceip: 203.0.113.7}", "duplicate-name"),
        ("{my:Ips: {type: ips, values: [1.2.3.4]}}", "wrong-value"),
        ("{my:Ips: {values: [1.2.3.4]}}", "missing-key"),
        ("{my:Ips: {type: ip, values: [1.2.3.4, 1.2.3.5]}}", "context-value"),
        ("{my:Lists: [[a]]}", "wrong-type"),
    ],
)
def test_a_context_that_can_not_be_is_an_error(world: World, context: str, code: str) -> None:
    world.suite(f"- {{name: s, as: bob, actions: iam:ListUsers, context: {context}, expect: deny}}")
    assert [one.code for one in world.faults() if one.severity.value == "error"] == [code]


def test_a_nearly_right_key_is_warned_of(world: World) -> None:
    world.suite("- {name: s, as: bob, actions: iam:ListUsers, context: {aws:SourceIpp: 203.0.113.7}, expect: deny}")
    (warning,) = world.load().diagnostics
    assert (warning.code, warning.help) == ("context-unknown-key", "did you mean `aws:SourceIp`?")


def test_cells_of_one_principal_session_and_target_share_their_context(world: World) -> None:
    world.suite("""
        - {name: a, as: bob, session: with MFA, actions: [iam:GetUser, iam:TagUser], on: user, expect: deny}
        - {name: b, as: bob, session: with MFA, actions: iam:UntagUser, on: user, expect: deny}
    """)
    assert len({id(cell.context) for cell in world.cells()}) == 1


def test_a_suite_of_policies_alone_has_one_role(world: World) -> None:
    world.write("p.json", '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    world.suite("- {name: s, actions: iam:ListUsers, expect: allow}", head="policies: [../p.json]")
    (cell,) = world.cells()
    assert cell.principal.arn == "arn:aws:iam::111111111111:role/principal"
    assert [policy.path for policy in cell.principal.policies] == ["p.json"]


def test_known_gap_and_skip_are_kept(world: World) -> None:
    world.suite("""
        - {name: a, as: bob, session: with MFA, actions: iam:ListUsers, expect: deny, skip: {reason: later}}
        - {name: b, as: bob, session: with MFA, actions: iam:ListUsers, expect: allow,
           known_gap: {reason: r, owner: o, until: 2030-01-31, ticket: T-1}}
    """)
    first, second = (cell.scenario for cell in world.cells())
    assert first.skip == "later"
    gap = second.known_gap
    assert gap is not None
    assert (gap.reason, gap.owner, gap.until, gap.ticket) == ("r", "o", "2030-01-31", "T-1")


@pytest.mark.parametrize(
    "marks",
    [
        "skip: later",
        "skip: {}",
        "known_gap: {reason: r}",
        "known_gap: {reason: r, until: soon}",
        "known_gap: {until: 2030-01-01}",
    ],
)
def test_skip_and_known_gap_need_a_reason_and_a_date(world: World, marks: str) -> None:
    world.suite(f"- {{name: s, as: bob, actions: iam:ListUsers, expect: deny, {marks}}}")
    assert len(world.told()) == 1


def test_tags_of_the_suite_are_tags_of_each_scenario(world: World) -> None:
    world.suite(
        "- {name: s, as: bob, session: with MFA, actions: iam:ListUsers, expect: deny, tags: [b]}", head="tags: [a]"
    )
    assert world.cells()[0].tags == ("a", "b")
