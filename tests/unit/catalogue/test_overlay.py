"""Overlays: what they add, that they win, and how their faults are told."""

from __future__ import annotations

from textwrap import dedent

import pytest

from simulator.catalogue import Catalogue, load
from simulator.catalogue.gate import Gate, fits
from simulator.catalogue.overlay import read_overlay
from simulator.errors import Diagnostic, InputError
from simulator.text.source import Source
from simulator.text.yaml import parse_yaml

CATALOGUE = load()
ROCKET = "arn:aws:acme:r:1:rocket/x"
OVERLAY = """\
    extra_actions:
      acme:Launch:
        level: Tagging
        resources:
          rocket: arn:${Partition}:acme:${Region}:${Account}:rocket/${RocketId}
        required: [rocket]
        keys: [acme:Fuel, aws:TagKeys]
      acme:Abort: {resources: {}}
      iam:NewUserAction:
        resources: [user]
      iam:ListUsers:
        resources: {user: ["arn:${Partition}:iam::${Account}:user/${UserNameWithPath}"]}
      payments:GetAccountBalance:
    extra_keys:
      acme:Fuel: numericList
"""


def overlaid(text: str) -> Catalogue:
    node = parse_yaml(Source.of_text(dedent(text), name="overlay.yaml"))
    return CATALOGUE.with_overlay(read_overlay(node, CATALOGUE))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return overlaid(OVERLAY)


def test_private_actions_are_known(catalogue: Catalogue) -> None:
    action = catalogue.action("ACME:launch")
    assert action is not None
    assert (action.name, action.level, action.required) == ("acme:Launch", "Tagging", frozenset({"rocket"}))
    assert action.condition_keys == ("acme:Fuel", "aws:TagKeys")
    assert catalogue.match("acme:*") == ("acme:Abort", "acme:Launch")
    assert list(catalogue.actions()) == sorted(catalogue.actions(), key=str.lower)
    assert catalogue.level_mask("Tagging") & catalogue.mask(["acme:*"]) == catalogue.mask(["acme:Launch"])


def test_the_shipped_catalogue_stays_as_it_was(catalogue: Catalogue) -> None:
    assert CATALOGUE.action("acme:Launch") is None
    assert len(catalogue.actions()) == len(CATALOGUE.actions()) + 4
    assert (catalogue.date, catalogue.sha256) == (CATALOGUE.date, CATALOGUE.sha256)


def test_the_gate_knows_what_is_declared(catalogue: Catalogue) -> None:
    gate = Gate(
        catalogue, ["acme:Launch", "acme:Abort", "payments:GetAccountBalance", "iam:NewUserAction", "iam:ListUsers"]
    )
    assert gate.mask("*") == 0b11111
    assert gate.mask(ROCKET) == 0b00101
    assert gate.mask("arn:aws:iam::1:user/x") == 0b11100
    assert gate.mask("arn:aws:iam::1:role/x") == 0b00100


def test_an_action_without_a_word_may_be_asked_of_anything(catalogue: Catalogue) -> None:
    action = catalogue.action("payments:GetAccountBalance")
    assert action is not None
    assert fits(action, ROCKET)


def test_other_actions_of_an_extended_service_stay(catalogue: Catalogue) -> None:
    assert catalogue.action("iam:EnableMFADevice") == CATALOGUE.action("iam:EnableMFADevice")


def test_private_keys_have_their_type(catalogue: Catalogue) -> None:
    key = catalogue.key("ACME:fuel")
    assert key is not None
    assert (key.name, key.api_type) == ("acme:Fuel", "numericList")


def test_a_plain_list_names_actions() -> None:
    catalogue = overlaid("extra_actions: [payments:GetAccountBalance, acme:X]")
    assert catalogue.place("acme:x") is not None
    assert catalogue.nearest_action("acme:Y") is None


def test_overlays_add_up() -> None:
    node = parse_yaml(Source.of_text("extra_actions: [acme:Y]"))
    both = overlaid("extra_actions: [acme:X]").with_overlay(read_overlay(node, CATALOGUE))
    assert both.match("acme:*") == ("acme:X", "acme:Y")


def test_an_empty_overlay_adds_nothing() -> None:
    assert overlaid("{}").actions() == CATALOGUE.actions()


def faults(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        overlaid(text)
    return caught.value.diagnostics


@pytest.mark.parametrize(
    ("text", "message", "help_"),
    [
        (
            "extra_actions: 3",
            "`extra_actions` is a list of names or a mapping, not a number",
            "the lines are `NAME: …`",
        ),
        ("extra_actions: [Launch]", "`Launch` is not the name of an action", "write it as `service:Name`"),
        ("extra_actions: [[a]]", "`` is not the name of an action", "write it as `service:Name`"),
        ("extra_actions: ['acme:*']", "`acme:*` is not the name of an action", "write it as `service:Name`"),
        ("extra_actions: [acme:X, acme:x]", "the action `acme:x` is declared twice", "keep one of them"),
        ("extra_actions: {acme:X: 1}", "the action `acme:X` is a mapping, not a number", "the lines are `NAME: …`"),
        ("extra_actions: {acme:X: {levl: Read}}", "unknown field `levl`", "did you mean `level`?"),
        ("extra_actions: {acme:X: {level: read}}", "unknown access level `read`", "did you mean `Read`?"),
        ("extra_actions: {iam:X: {resources: [usr]}}", "`iam` has no resource type `usr`", "did you mean `user`?"),
        ("extra_actions: {acme:X: {resources: [user]}}", "`acme` has no resource type `user`", ""),
        (
            "extra_actions: {acme:X: {resources: {a: []}}}",
            "a resource type has at least one ARN format",
            "as `arn:${Partition}:svc:${Region}:${Account}:thing/${ThingId}`",
        ),
        (
            "extra_actions: {acme:X: {resources: {a: acme/b}}}",
            "`acme/b` is not the format of an ARN",
            "as `arn:${Partition}:svc:${Region}:${Account}:thing/${ThingId}`",
        ),
        (
            "extra_actions: {iam:X: {resources: [user], required: [use]}}",
            "the action takes no resource type `use`",
            "did you mean `user`?",
        ),
        ("extra_actions: {acme:X: {required: user}}", "`required` is a list, not a text", "as `[…]`"),
        (
            "extra_actions: {acme:X: {keys: [acme:Fuel]}}",
            "unknown context key `acme:Fuel`",
            "declare it under `extra_keys`",
        ),
        ("extra_keys: {acme:Fuel: strin}", "unknown type of key `strin`", "did you mean `string`?"),
        ("extra_keys: {Fuel: string}", "the key `Fuel` has no service before a colon", "as `acme:Fuel`"),
        (
            "extra_keys: [acme:Fuel]",
            "`extra_keys` is a mapping of names to types, not a list",
            "the lines are `NAME: …`",
        ),
    ],
)
def test_faults(text: str, message: str, help_: str) -> None:
    (fault,) = faults(text)
    assert (fault.message, fault.help) == (message, help_)


def test_all_faults_are_told_at_once_and_where() -> None:
    text = """\
        extra_actions:
          acme:X: {level: read}
          acme:Y:
            resources: {a: acme/b}
    """
    assert [str(fault.span) for fault in faults(text)] == ["overlay.yaml:2:19", "overlay.yaml:4:20"]
