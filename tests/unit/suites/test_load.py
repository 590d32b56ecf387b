"""Loading: folders, containment, extended files, and all faults of all files in one go."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.errors import InputError
from simulator.suites.load import load_suites, suite_files

if TYPE_CHECKING:
    from tests.unit.suites.world import World

ONE = "- {name: s, as: bob, session: with MFA, actions: iam:ListUsers, expect: deny}"


def test_a_folder_is_walked_in_order(world: World) -> None:
    for name in ("b", "a", "deeper/c"):
        world.suite(
            ONE.replace("name: s", f"name: {name}"), head="account: ../account.yaml" if "/" in name else "", name=name
        )
    assert [suite.file for suite in world.load().suites] == ["suites/a.yaml", "suites/b.yaml", "suites/deeper/c.yaml"]


@pytest.mark.parametrize(
    "name", [".hidden.yaml", "_part.yaml", ".venv/x.yaml", "node_modules/x.yml", "_old/x.yaml", "notes.txt"]
)
def test_some_names_are_left_out(world: World, name: str) -> None:
    world.suite(ONE)
    world.write(f"suites/{name}", "- no suite")
    assert len(world.cells()) == 1


@pytest.mark.parametrize("text", ["", "# only a comment\n", "[a]", "text", "{users: {}}", "tags: []"])
def test_a_file_that_is_neither_suite_nor_account_nor_extended_is_an_error(world: World, text: str) -> None:
    world.suite(ONE)
    world.write("suites/other.yml", text)
    assert [(one.code, one.span and one.span.file) for one in world.faults()] == [("no-suite", "suites/other.yml")]


def test_scenarios_without_a_title_are_a_suite_that_lacks_it(world: World) -> None:
    world.write("suites/other.yml", "scenarios: []")
    (fault,) = world.faults()
    assert (fault.code, fault.help) == ("missing-key", "write `suite: TITLE`")


def test_an_unused_account_is_skipped_but_checked(world: World) -> None:
    world.suite(ONE)
    world.write("suites/spare.yaml", "id: 210987654321\n")
    assert world.told() == []
    world.write("suites/spare.yaml", "id: 210987654321\nuser: {}\n")
    assert world.told() == ["unknown-key 2:1"]


def test_a_file_that_is_named_must_be_a_suite(world: World) -> None:
    (fault,) = world.faults("suites/account.yaml")
    assert fault.message == "this is an account, not a suite"


def test_a_missing_path_is_an_error(world: World) -> None:
    assert world.told("nowhere") == ["file-missing"]


def test_a_folder_without_suites_gives_nothing(world: World) -> None:
    loaded = world.load()
    assert (loaded.suites, loaded.cells()) == ((), ())


def test_a_suite_that_is_named_twice_is_read_once(world: World) -> None:
    world.suite(ONE)
    assert len(world.load("suites", "suites/suite.yaml", str(world.folder / "suites")).suites) == 1


def test_all_faults_of_all_files_come_together(world: World) -> None:
    world.write("suites/account.yaml", "id: 12\nusers: {bob: {groups: [web]}}\npolicies: {P: nope.json}\n")
    world.suite("- {name: a, as: bobb, actions: iam:ListUsers, expect: deny}\n- {nome: b}", name="one")
    world.suite("- {name: a, as: bob, session: x, actions: GetUser, expect: maybe}", name="two")
    assert sorted(world.told()) == sorted([
        "wrong-value 1:5",
        "unknown-name 2:24",
        "file-missing 3:15",
        "unknown-name 5:19",
        "unknown-key 6:6",
        *["missing-key 6:6"] * 3,  # what `nome` was to be is told once
        "unknown-name 5:33",
        "wrong-value 5:45",
        "wrong-value 5:62",
    ])  # fmt: skip  # a fault a line


def test_a_sound_scenario_is_checked_beside_a_broken_one(world: World) -> None:
    world.suite("""
        - {name: a, as: nobody, actions: iam:ListUsers, expect: deny}
        - {name: b, as: bob, actions: iam:ListUsers, expect: {with MFA: deny}}
    """)
    assert [one.code for one in world.faults()] == ["unknown-name", "expect-none"]


def test_a_broken_account_is_not_blamed_on_its_suites(world: World) -> None:
    world.write("suites/account.yaml", "id: 123456789012\nusers: {bob: {policies: [nope.json]}}\n")
    world.suite("- {name: a, as: bob, actions: iam:ListUsers, expect: {with MFA: deny, without MFA: deny}}")
    assert [one.code for one in world.faults()] == ["file-missing"]


def test_a_policys_faults_are_told_once(world: World) -> None:
    world.write("bad.json", '{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}')
    world.write(
        "suites/account.yaml",
        "id: 123456789012\npolicies: {P: ../bad.json}\nusers: {bob: {policies: [P, ../bad.json]}}\n",
    )
    world.suite(ONE, name="a")
    world.suite(ONE, name="b")
    assert [(one.code, str(one.span)) for one in world.faults()] == [("policy-effect", "bad.json:1:26")]


@pytest.mark.parametrize("key", ["suit", "Suite"])
def test_a_misspelt_key_names_the_nearest(world: World, key: str) -> None:
    world.suite(ONE, head=f"{key}s: x")
    (fault,) = world.faults()
    assert (fault.code, fault.help) == ("unknown-key", "did you mean `suite`?")


@pytest.mark.parametrize("number", ["2", "'1'", "true", "1.5"])
def test_another_format_is_an_error(world: World, number: str) -> None:
    world.suite(ONE, head=f"format: {number}")
    assert [one.code for one in world.faults()] == ["wrong-value"]


def test_format_1_is_fine(world: World) -> None:
    world.suite(ONE, head="format: 1")
    assert world.told() == []


@pytest.mark.parametrize(
    ("scenarios", "code"),
    [
        ("- {name: s, as: bob, actions: iam:ListUsers, expect: deny, requirement: R9}", "unknown-name"),
        ("- {name: s, as: [], actions: iam:ListUsers, expect: deny}", "wrong-value"),
        ("- {name: s, actions: iam:ListUsers, expect: deny}", "missing-key"),
        ("- {name: s, as: bob, actions: [], expect: deny}", "wrong-value"),
        ("- {name: s, as: bob, actions: iam:ListUsers, on: [], expect: deny}", "wrong-value"),
        ("- {name: s, as: bob, actions: iam:ListUsers, session: [], expect: deny}", "wrong-value"),
        ("- {name: '', as: bob, actions: iam:ListUsers, expect: deny}", "wrong-value"),
        ("- just text", "wrong-type"),
        (f"{ONE}\n{ONE}", "duplicate-name"),
        (f"{ONE}\n{ONE.replace('name: s', 'id: s, name: t')}", "duplicate-name"),
        (f"{ONE.replace('name: s', 'id: x, name: s')}\n{ONE.replace('name: s', 'id: x, name: t')}", "duplicate-name"),
        (f"{ONE.replace('name: s', 'id: x, name: s')}\n{ONE.replace('name: s', 'id: y, name: s')}", "duplicate-name"),
    ],
)
def test_a_scenario_that_can_not_be_is_an_error(world: World, scenarios: str, code: str) -> None:
    world.suite(scenarios, head="requirements: {R1: x}")
    assert [one.code for one in world.faults()] == [code]


def test_a_suite_says_who_acts_and_what_it_claims(world: World) -> None:
    world.write("suites/a.yaml", "suite: a\nscenarios:\n  - {name: s, actions: iam:ListUsers, expect: deny}\n")
    world.write("suites/b.yaml", "suite: b\naccount: account.yaml\n")
    world.write("suites/c.yaml", "suite: c\naccount: account.yaml\npolicies: []\nscenarios: []\n")
    assert world.told() == ["missing-key 1:1", "missing-key 1:1", "wrong-value 4:12", "wrong-value 3:1"]


# --- sharing ------------------------------------------------------------------------------------

BASE = """
account: ../account.yaml
tags: [base]
context: {aws:SourceIp: 203.0.113.7, aws:UserAgent: base}
requirements: {R1: one, R2: two}
sessions: {stale: {aws:MultiFactorAuthAge: 43200}}
resources: {queue: "arn:aws:sqs:eu-west-1:123456789012:base", other: {arn: "arn:aws:s3:::b/k", policy: policy.json}}
"""


def test_what_is_stated_here_wins_key_by_key(world: World) -> None:
    world.write("suites/shared/_root.yaml", "format: 1\ncontext: {aws:Referer: root}\ntags: [root]\n")
    world.write("suites/shared/base.yaml", f"extends: _root.yaml\n{BASE}")
    world.write(
        "suites/shared/policy.json",
        '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k"}}',
    )
    world.suite(
        "- {name: s, as: bob, session: stale, requirement: R1, actions: sqs:SendMessage, on: [queue, other], expect: deny}",
        head="""
            extends: shared/base.yaml
            tags: [here]
            context: {aws:UserAgent: here}
            requirements: {R2: zwei}
            resources: {queue: "arn:aws:sqs:eu-west-1:123456789012:here"}
        """,
    )
    loaded = world.load()
    (suite,) = loaded.suites
    queue, other = loaded.cells()
    assert suite.requirements == {"R1": "one", "R2": "zwei"}
    assert suite.tags == ("root", "base", "here")
    assert queue.resource == "arn:aws:sqs:eu-west-1:123456789012:here"
    assert queue.stated == {
        "aws:referer": "root",
        "aws:SourceIp": "203.0.113.7",
        "aws:UserAgent": "here",
        "aws:MultiFactorAuthAge": "43200",
    }
    assert other.resource_policy is not None
    assert other.resource_policy.path == "suites/shared/policy.json"


def test_a_suite_can_be_extended_too(world: World) -> None:
    world.suite(ONE, name="first")
    world.suite(ONE, head="extends: first.yaml", name="second")
    assert [(cell.suite.name, cell.principal.name) for cell in world.cells()] == [("first", "bob"), ("second", "bob")]


def test_policies_here_take_the_place_of_an_account_there(world: World) -> None:
    world.write("suites/base.yaml", "account: account.yaml\n")
    world.suite("- {name: s, actions: iam:ListUsers, expect: deny}", head="extends: base.yaml\npolicies: []")
    assert [cell.principal.label for cell in world.cells()] == ["principal"]


def test_cycles_are_errors(world: World) -> None:
    world.write("suites/a.yaml", "extends: b.yaml\n")
    world.write("suites/b.yaml", "extends: a.yaml\n")
    world.suite(ONE, head="extends: a.yaml\naccount: account.yaml")
    world.suite(ONE, head="extends: self.yaml\naccount: account.yaml", name="self")
    assert [(one.code, str(one.span)) for one in world.faults()] == [
        ("extends-cycle", "suites/self.yaml:2:10"),
        ("extends-cycle", "suites/b.yaml:1:10"),
    ]


def test_a_base_has_only_what_is_taken_over(world: World) -> None:
    world.write("suites/base.yaml", "closed: true\n")
    world.suite(ONE, head="extends: base.yaml\naccount: account.yaml")
    assert [(one.code, str(one.span)) for one in world.faults()] == [("unknown-key", "suites/base.yaml:1:1")]


def test_a_base_that_is_extended_by_a_broken_suite_is_no_stray_file(world: World) -> None:
    world.write("suites/base.yaml", "tags: [a]\n")
    world.suite(ONE, head="extends: base.yaml")
    assert [one.code for one in world.faults()] == ["missing-key"]


# --- containment --------------------------------------------------------------------------------


def outside(world: World) -> Path:
    """Write an account beside the folder of the run."""
    path = world.folder.parent / f"{world.folder.name}-outside"
    path.mkdir(exist_ok=True)
    (path / "account.yaml").write_text("id: 123456789012\nusers: {bob: }\n", encoding="utf-8")
    return path


def test_files_that_a_suite_names_lie_below_the_folder_of_the_run(world: World) -> None:
    away = outside(world)
    world.suite(ONE.replace("with MFA", "any sign-in"), head=f"account: ../../{away.name}/account.yaml")
    assert world.told() == ["file-outside 2:10"]
    assert len(load_suites([Path("suites")], allow_external=True).cells()) == 1
    assert len(load_suites([Path("suites")], root=world.folder.parent).cells()) == 1


def test_links_are_resolved(world: World) -> None:
    away = outside(world)
    (world.folder / "suites" / "linked.yaml").symlink_to(away / "account.yaml")
    world.suite(ONE, head="account: linked.yaml")
    assert {one.code for one in world.faults()} == {"file-outside"}


def test_a_file_found_by_walking_lies_below_what_was_walked(world: World) -> None:
    away = outside(world)
    world.suite(ONE)
    (away / "suite.yaml").write_text((world.folder / "suites/suite.yaml").read_text(), encoding="utf-8")
    (world.folder / "suites" / "z.yaml").symlink_to(away / "suite.yaml")
    assert world.told() == ["file-outside"]


def test_links_that_lead_back_end(world: World) -> None:
    world.suite(ONE)
    (world.folder / "suites" / "loop").symlink_to(world.folder / "suites")
    assert len(world.cells()) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_can_not_be_read_is_an_error(world: World) -> None:
    world.write("suites/closed/x.yaml", "")
    (world.folder / "suites/closed").chmod(0)
    assert world.told() == ["file-unreadable"]


def test_the_files_of_a_folder_can_be_listed(world: World) -> None:
    world.suite(ONE)
    assert suite_files([Path("suites")]) == (Path("suites/account.yaml"), Path("suites/suite.yaml"))


# --- bad bytes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "suite: x\nsuite: y\n",
        "suite: [",
        "suite: &a [*a]",
        'suite: x\naccount: "\\0"\nscenarios: [{name: s, as: b, actions: a:B, expect: deny}]\n',
        "suite: x\naccount: .\nscenarios: [{name: s, as: b, actions: a:B, expect: deny}]\n",
        "suite: {a: b}\naccount: {id: 1}\nscenarios: {a: b}\ntags: {a: b}\nresources: []\nsessions: []\ncontext: []\n",
        "suite: x\naccount: [a]\nscenarios: [null, 1, [], {}]\n",
        "suite: x\naccount: account.yaml\nscenarios: [{name: [a], as: {a: b}, actions: {a: b}, on: {a: b}, session: {a: b}, expect: [a], context: [a], skip: a}]\n",
        "suite: x\naccount: account.yaml\nextends: {a: b}\nscenarios: [{name: s, as: bob, actions: a:B, expect: deny, except: {}, requirement: {}}]\n",
        "suite: x\naccount: account.yaml\ninvariants: [null, {name: a}, {name: b, as: {a: b}, on: {any: {}}, policies: [], expect: allow}]\n",
        "suite: x\npolicies: {a: b}\nscenarios: [{name: s, actions: a:B, expect: deny}]\n",
        "suite: x\naccount: {id: 123456789012, users: [], roles: a, groups: 1, policies: [a], organization: [], context: a}\nscenarios: [{name: s, as: b, actions: a:B, expect: deny}]\n",
        "suite: x\naccount: {id: 123456789012, users: {a: [], b: {groups: {a: b}, tags: [a], policies: a, boundary: [a]}}}\nscenarios: [{name: s, as: b, actions: a:B, expect: deny}]\n",
    ],
)
def test_bad_input_is_told_and_never_a_traceback(world: World, text: str) -> None:
    path = world.write("suites/suite.yaml", "")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        world.load()
    assert all(one.span is not None for one in raised.value.diagnostics)
