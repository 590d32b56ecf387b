"""Engines are called by name; what does not fit a name is refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.backends import backend, client
from simulator.errors import InputError
from tests.unit.backends.samples import asks


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
