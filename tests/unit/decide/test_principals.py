"""Whom statements of a resource policy tell apart."""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

import pytest

from simulator.decide.principals import callers_apart, naming_of
from simulator.decide.request import Caller
from tests.unit.decide.build import allow, deny, resource_policy

if TYPE_CHECKING:
    from simulator.policy.model import Statement

ONE, TWO, ABROAD = "111122223333", "444455556666", "arn:aws-cn:iam::111122223333:user/ann"
ANN, ODD = f"arn:aws:iam::{ONE}:user/ann", f"arn:aws:iam::{ONE}:user/"
ROLES = [f"arn:aws:iam::{account}:role/{name}" for account in (ONE, TWO) for name in ("app", "path/app")]
SESSION = f"arn:aws:sts::{ONE}:assumed-role/app/x"
ROOTS = [f"arn:aws:iam::{account}:root" for account in (ONE, TWO)]
TEXTS = ("*", ONE, TWO, ANN, ABROAD, ODD, *ROLES, SESSION, *ROOTS, "AIDAX", f"arn:aws:iam::{TWO}:user/ann")


def _asking() -> list[Caller]:
    arns = [ANN, ABROAD, *ROLES, SESSION, *ROOTS, f"arn:aws:iam::{TWO}:user/ann", f"arn:aws:iam::{ONE}:user/ben"]
    found = [caller for arn in (*arns, "arn:aws:iam::777788889999:user/ann") if (caller := Caller.of_arn(arn))]
    sessions = [(f"arn:aws:sts::{role.split(':')[4]}:assumed-role/app/{name}", role) for role in ROLES for name in "xy"]
    found += [caller for arn, role in sessions if (caller := Caller.of_arn(arn, role_arn=role))]
    return [*found, Caller(), Caller(ODD, ONE, kind="user")]


def _statements(rng: random.Random) -> tuple[Statement, ...]:
    made = []
    for _ in range(rng.randint(1, 4)):
        whom = {"AWS": rng.sample(TEXTS, rng.randint(1, 3)), "Service": ["ec2.amazonaws.com"]}
        named = rng.choice(("*", whom, {"AWS": whom["AWS"]}, {"Service": whom["Service"]}))
        form: dict[str, Any] = {"NotPrincipal": named} if rng.random() < 0.3 else {"Principal": named}
        made.append(rng.choice((allow, deny))(**form))
    return resource_policy(*made).statements


@pytest.mark.parametrize("seed", range(3))
def test_whoever_asks_is_named_as_one_of_those_told_apart(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        statements = _statements(rng)

        def named(caller: Caller, statements: tuple[Statement, ...] = statements) -> tuple[object, ...]:
            pairs = itertools.product(statements, (False, True))
            return tuple(naming_of(one, caller, bounded=bounded) for one, bounded in pairs)

        apart = set(map(named, callers_apart(statements)))
        assert all(named(caller) in apart for caller in _asking()), statements


def test_who_is_told_apart_is_who_is_named_and_somebody_else_of_each_account_and_of_none() -> None:
    found = list(callers_apart(resource_policy(allow(Principal={"AWS": [ANN, ROLES[0]]})).statements))
    named = [(caller.arn or "", caller.account, caller.role_arn) for caller in found]
    assert [one for one in named if one[0] in (ANN, ROLES[0])] == [
        (ROLES[0], ONE, None),
        (ANN, ONE, None),
        (ANN, ONE, ROLES[0]),
    ]
    assert [(account, role) for arn, account, role in named if arn not in (ANN, ROLES[0])] == [
        (ONE, None),
        (ONE, ROLES[0]),
        (None, None),
    ]
