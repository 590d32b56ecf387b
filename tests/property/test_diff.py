"""Laws of comparing two versions of a policy.

- A version compared with itself says nothing.
- Swapping the versions swaps what is gained and lost, and what is no longer and what is now denied.
- The naive evaluator confirms every gain, and every denial that is lifted.
- Where it is proved that nothing new is allowed, no gain is listed, neither of a policy nor of a principal.
- Sessions that are decided together are told what each is told alone.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accounts.context import Stated
from simulator.accounts.model import Principal
from simulator.accounts.policies import LoadedPolicy
from simulator.analyse.diff import Subject, compare_access, prove_subject
from simulator.analyse.diff.access import touched
from simulator.analyse.diff.model import EXPLICIT, IMPLICIT, NEW_ALLOWS, OLD_ALLOWS
from simulator.analyse.sweep import Sweeper
from simulator.catalogue import load
from simulator.errors import Collector
from simulator.policy.parse import parse_policy_text
from simulator.suites.model import Session
from simulator.suites.sessions import MFA_SESSIONS, concrete, read_sessions
from tests.oracles.statements import ALLOWED, EXPLICIT_DENY, Request, decide
from tests.property.profile import law

if TYPE_CHECKING:
    from simulator.analyse.diff import Access, Row

SESSIONS = concrete(MFA_SESSIONS, read_sessions({}, Collector()))
ACTIONS = ("iam:GetUser", "iam:*MFADevice", "iam:CreateAccessKey", "s3:GetObject", "s3:Put*", "sqs:*")
RESOURCES = (
    "*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::*:user/${aws:username}*",
    "arn:*:iam::*:mfa/${aws:username}",
    "arn:aws:s3:::b/*",
    "arn:aws:sqs:*:*:q",
)
CONDITIONS = (
    None,
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringEquals": {"aws:username": "somebody"}},
    {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    {"Bool": {"aws:ViaAWSService": "true"}},
    {"StringEquals": {"aws:PrincipalTag/team": "web"}},
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    found = {
        "Effect": draw(st.sampled_from(("Allow", "Allow", "Deny"))),
        "Action": draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True)),
        draw(st.sampled_from(("Resource", "Resource", "NotResource"))): draw(
            st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True)
        ),
    }
    condition = draw(st.sampled_from(CONDITIONS))
    return found if condition is None else {**found, "Condition": condition}


policies = st.lists(statements(), min_size=1, max_size=4).map(lambda s: {"Version": "2012-10-17", "Statement": s})


@pytest.fixture(scope="module")
def sweeper() -> Sweeper:
    return Sweeper(load())


def somebody(document: dict[str, Any]) -> Principal:
    text = json.dumps(document)
    loaded = LoadedPolicy("p", "p.json", str(hash(text)), parse_policy_text(text, name="p"), text)
    return Principal("somebody", "user", "somebody", "111111111111", "aws", policies=(loaded,))


def subject(old: dict[str, Any], new: dict[str, Any]) -> Subject:
    return Subject(("p",), None, somebody(old), somebody(new), SESSIONS, alone=True)


def declared(name: str, **context: str) -> Session:
    stated = {key.replace("_", ":"): value for key, value in context.items()}
    return Session(name, {key.lower(): Stated(key, value, "string") for key, value in stated.items()})


DECLARED = (
    *SESSIONS,
    declared("office", aws_SourceIp="192.0.2.7"),
    declared("branch", aws_SourceIp="192.0.2.8"),
    declared("home", aws_SourceIp="198.51.100.1"),
    declared("other name", aws_username="somebodyelse"),
    declared("region", aws_RequestedRegion="eu-west-1"),
    declared("via", aws_ViaAWSService="true"),
    declared("team", **{"aws_PrincipalTag/team": "web"}),
)


def lists(access: Access) -> tuple[tuple[Row, ...], ...]:
    return access.gained, access.lost, access.lifted, access.forbidden


@law
@given(policy=policies)
def test_a_policy_compared_with_itself_says_nothing(sweeper: Sweeper, policy: dict[str, Any]) -> None:
    one = subject(policy, json.loads(json.dumps(policy)))
    found = compare_access(one, sweeper, prove_subject(one, sweeper.catalogue))
    assert lists(found) == ((), (), (), ())
    assert [proof.outcome for proof in found.proofs] == ["proved"] * 3
    assert not found.opens


@law
@given(old=policies, new=policies)
def test_swapping_the_versions_swaps_what_is_gained_and_lost(
    sweeper: Sweeper, old: dict[str, Any], new: dict[str, Any]
) -> None:
    gained, lost, lifted, forbidden = lists(compare_access(subject(old, new), sweeper))
    assert lists(compare_access(subject(new, old), sweeper)) == (lost, gained, forbidden, lifted)


@law
@given(old=policies, new=policies)
def test_the_naive_evaluator_confirms_every_gain(sweeper: Sweeper, old: dict[str, Any], new: dict[str, Any]) -> None:
    one = subject(old, new)
    possible = touched(one, sweeper)
    for session in SESSIONS:
        stated = {s.name: s.value for s in session.context.values() if isinstance(s.value, str)}
        context: dict[str, Any] = {**one.new.derived_context(), **stated}
        for target in sweeper.compare((None, one.old), (None, one.new), session, possible=possible):
            gained = target.new.allowed & ~target.old.allowed
            lifted = target.old.denied & ~target.new.denied
            for bits, effects in ((gained, (None, ALLOWED)), (lifted, (EXPLICIT_DENY, None))):
                for action in sweeper.catalogue.of_mask(bits):
                    request = Request(action, target.resource, context)
                    before, after = (decide([each], request).effect for each in (old, new))
                    assert effects[0] in (None, before)
                    assert effects[1] in (None, after)
                    assert before != after


def withstands(one: Subject, sweeper: Sweeper) -> None:
    """Hold what is proved of a subject against the lists of what it gains and loses."""
    found = compare_access(one, sweeper, prove_subject(one, sweeper.catalogue))
    proved = {proof.claim for proof in found.proofs if proof.outcome == "proved"}
    assert not (NEW_ALLOWS in proved and found.gained)
    assert not (OLD_ALLOWS in proved and found.lost)


@law
@given(old=policies, new=policies)
def test_where_nothing_new_is_proved_no_gain_is_listed(
    sweeper: Sweeper, old: dict[str, Any], new: dict[str, Any]
) -> None:
    withstands(subject(old, new), sweeper)


@law
@given(old=policies, new=policies)
def test_where_nothing_new_is_proved_of_a_principal_no_gain_is_listed_in_any_session(
    sweeper: Sweeper, old: dict[str, Any], new: dict[str, Any]
) -> None:
    withstands(replace(subject(old, new), sessions=DECLARED, alone=False), sweeper)


@law
@given(old=policies, new=policies)
def test_sessions_decided_together_are_told_what_each_is_told_alone(
    sweeper: Sweeper, old: dict[str, Any], new: dict[str, Any]
) -> None:
    one = replace(subject(old, new), sessions=DECLARED)
    together = lists(compare_access(one, sweeper))
    alone = [lists(compare_access(replace(one, sessions=(each,)), sweeper)) for each in DECLARED]
    for kind, rows in enumerate(together):
        found = {(row.action, session, labels) for row in rows for session, labels in row.where}
        single = {
            (row.action, session, labels) for each in alone for row in each[kind] for session, labels in row.where
        }
        assert found == single


@law
@given(old=policies, new=policies)
def test_an_action_moves_from_or_to_the_denial_that_is_told(
    sweeper: Sweeper, old: dict[str, Any], new: dict[str, Any]
) -> None:
    gained, lost, lifted, forbidden = lists(compare_access(subject(old, new), sweeper))
    assert all(set(row.denied) <= {EXPLICIT, IMPLICIT} and row.denied for row in (*gained, *lost))
    assert all(row.denied == (EXPLICIT,) for row in (*lifted, *forbidden))
    denies = [any(one["Effect"] == "Deny" for one in each["Statement"]) for each in (old, new)]
    assert denies[0] or not any(EXPLICIT in row.denied for row in gained)
    assert denies[1] or not any(EXPLICIT in row.denied for row in lost)
