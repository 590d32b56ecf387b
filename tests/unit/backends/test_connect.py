"""Engines are called by name; what does not fit a name is refused in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.backends import backend, client
from simulator.errors import InputError
from tests.unit.backends.samples import asks

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("embeded", {}, "there is no backend `embeded`"),
        ("embedded:x", {}, "there is no backend `embedded:x`"),
        ("recording", {}, "the backend `recording` needs a file"),
        ("aws", {"account": "account.yaml"}, "the backend `aws` takes no account"),
        ("embedded", {"profile": "x"}, "the backend `embedded` takes no `profile`"),
        ("moto", {"endpoint_url": "x"}, "the backend `moto` takes no `endpoint_url`"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, options: dict[str, Any], message: str) -> None:
    """By either function."""
    for make in (client, backend):
        with pytest.raises(InputError, match=message):
            make(name, **options)


def test_a_slip_is_set_right() -> None:
    """The nearest name is offered."""
    with pytest.raises(InputError) as caught:
        client("embeded")
    assert caught.value.diagnostics[0].help == "did you mean `embedded`?"


@pytest.mark.parametrize("name", ["embedded", "moto"])
def test_the_offline_engines_answer_alike(name: str) -> None:
    """As clients and as backends."""
    made: Any = backend(name)
    (outcome,) = made.answer([asks()])
    response = client(name).simulate_custom_policy(**asks())
    assert response["EvaluationResults"] == [outcome.result]
    assert made.name == name


ACCOUNT = """\
format: 1
id: "210987654321"
policies:
  all: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "*", Resource: "*"}}
  no-s3: {Version: "2012-10-17", Statement: {Effect: Deny, Action: "s3:*", Resource: "*"}}
  reads: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:Get*", Resource: "*"}}
users:
  ann: {policies: [all], boundary: all}
  ben: {policies: [reads], boundary: no-s3}
roles:
  job: {policies: [all]}
organization:
  scps: [[all], [all, no-s3]]
"""


@pytest.mark.parametrize("kind", ["user/ann", "user/ben", "role/job"])
def test_a_declared_account_answers_alike_in_both(kind: str, tmp_path: Path) -> None:
    """Its boundaries and its organization too."""
    path = tmp_path / "account.yaml"
    path.write_text(ACCOUNT, encoding="utf-8")
    asked: dict[str, Any] = {
        "PolicySourceArn": f"arn:aws:iam::210987654321:{kind}",
        "ActionNames": ["s3:GetObject", "ec2:RunInstances"],
    }
    embedded, moto = (
        client(name, account=path).simulate_principal_policy(**asked)["EvaluationResults"]
        for name in ("embedded", "moto")
    )
    assert embedded == moto
    assert embedded[0]["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
