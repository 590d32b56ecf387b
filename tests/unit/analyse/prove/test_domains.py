"""Domains: what a key may be, and how that is told."""

from __future__ import annotations

import pytest

from simulator.analyse.prove.arns import admits, assumption
from simulator.analyse.prove.domains import ABSENT, ANY, SESSIONS, Domain, Domains, default_domain
from simulator.catalogue import load


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("aws:multifactorauthpresent", "in {absent, false, true}"),
        ("aws:multifactorauthage", "in {absent, any whole number}"),
        ("aws:username", "in {absent, any text of [0-9A-Za-z+=,.@_-] with 1 to 64 characters}"),
        ("aws:principalaccount", "in {any text of [0-9] with 12 characters}"),
        ("aws:resourceaccount", "in {absent, any text of [0-9] with 12 characters}"),
        ("aws:requestedregion", "in {any text of [0-9a-z-]}"),
        ("aws:userid", "in {any text of [0-9A-Za-z+=,.@_-:]}"),
        ("aws:securetransport", "in {false, true}"),
        ("aws:sourceip", "in {absent, any address}"),
        ("aws:currenttime", "in {any date}"),
        ("aws:tagkeys", "in {absent, any list of any text}"),
        ("aws:principalarn", "in {any ARN}"),
        ("nobody:knows", "in {absent, any text or list}"),
    ],
)
def test_the_domain_of_a_key_is_told_in_words(key: str, words: str) -> None:
    assert words == default_domain(load(), key).words()


def test_an_empty_value_is_told_too() -> None:
    assert Domain(values=("", "a", ("b", "c"))).words() == 'in {absent, "", a, [b, c]}'


def test_whose_resources_are_meant_is_told() -> None:
    assert "belongs to the account 123456789012 or AWS and" in assumption("123456789012")
    assert "belongs to the caller's account and" in assumption(None)


def test_a_fixed_key_has_one_value() -> None:
    domains = Domains.of({"aws:UserName": "bob", "k:list": ("a", "b"), "k:none": None})
    assert domains.of_key("aws:username", load()).words() == "in {bob}"
    assert domains.of_key("k:list", load()).words() == "in {[a, b]}"
    assert domains.of_key("k:none", load()) == ABSENT
    assert Domains.of({"k:empty": ()}).of_key("k:empty", load()) == ABSENT


def test_a_declared_principal_has_no_other_tags() -> None:
    domains = Domains.of({"aws:PrincipalTag/team": "x"}, only_tags=True)
    assert domains.of_key("aws:principaltag/other", load()) == ABSENT
    assert domains.of_key("aws:principaltag/team", load()).values == ("x",)
    assert Domains.of({}).of_key("aws:principaltag/other", load()).values is None
    assert Domains().of_key("aws:principaltag/other", load()).values is None


def test_later_domains_win() -> None:
    joined = Domains.of({"k": "a"}).joined(Domains.of({"K": "b"}))
    assert joined.of_key("k", load()).values == ("b",)


@pytest.mark.parametrize(
    ("domain", "value", "admitted"),
    [
        (ANY, None, True),
        (ANY, ("a",), True),
        (ABSENT, "a", False),
        (Domain(), ("a",), False),
        (Domain(alphabet="b", lists="maybe"), ("b", "a"), False),
        (ABSENT, (), True),
        (Domain(lists="always"), "a", False),
        (Domain(lists="always"), ("a",), True),
        (Domain(values=("a", ("b", "c"))), ("b", "c"), True),
        (Domain(values=("a", ("b", "c"))), ("b",), False),
        (Domain(kind="ip"), "10.0.0.1", True),
        (Domain(kind="ip"), "10.0.0.0/8", False),
        (Domain(kind="numeric", whole=True), "-1", False),
        (Domain(kind="numeric", whole=True), "1.0", True),
        (Domain(kind="date"), "2026-02-30", False),
        (Domain(kind="arn"), "arn:aws:s3:::b", True),
        (Domain(kind="arn"), "b", False),
        (Domain(alphabet="ab", shortest=1, longest=2), "abb", False),
        (Domain(alphabet="ab", shortest=1, longest=2), "ab", True),
    ],
)
def test_what_a_domain_admits(domain: Domain, value: str | tuple[str, ...] | None, admitted: bool) -> None:  # noqa: FBT001  # a column
    assert admitted is domain.admits(value)


def test_without_mfa_means_both_states() -> None:
    present = [domains.of_key("aws:multifactorauthpresent", load()) for domains in SESSIONS["without MFA"]]
    assert [domain.values for domain in present] == [("false",), ()]


@pytest.mark.parametrize(
    ("resource", "account", "admitted"),
    [
        ("*", None, True),
        ("arn:aws:s3:::b", None, True),
        ("arn:aws-cn:iam::1:user/a", None, True),
        ("arn:aws:iam::1:user/a:b", None, False),
        ("arn:aws:s3:::a:b", None, True),
        ("arn:aws:s3:::", None, False),
        ("b", None, False),
        ("arn:aws:iam::123456789012:user/a", "123456789012", True),
        ("arn:aws:iam::999999999999:user/a", "123456789012", False),
        ("arn:aws:iam::aws:policy/a", "123456789012", True),
        ("arn:aws:s3:::b", "123456789012", True),
    ],
)
def test_which_resources_a_request_may_have(resource: str, account: str | None, admitted: bool) -> None:  # noqa: FBT001  # a column
    assert admitted is admits(resource, account)
