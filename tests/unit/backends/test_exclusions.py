"""Policies are left out by type, ARN or inline name."""

from __future__ import annotations

from typing import Any, cast

import pytest

from simulator.backends.directory import Attachment, inline_id
from simulator.backends.documents import read_attached
from simulator.backends.exclusions import Exclusions
from simulator.backends.faults import Fault
from tests.unit.backends.samples import ALLOW

USER: Any = ("user", "alice")
INLINE = Attachment(read_attached(ALLOW, inline_id(USER, "Own")), "inline", "Own", USER)
ARN = "arn:aws:iam::123456789012:policy/TeamRead"
MANAGED = Attachment(read_attached(ALLOW, "TeamRead"), "user-managed", "TeamRead", USER, ARN)


def dropped(**identifier: Any) -> list[str]:
    """Return the names of what the identifier leaves out."""
    left_out = Exclusions.read([cast("Any", identifier)])
    return [item.name for item in (INLINE, MANAGED) if left_out.drops(item)]


def inline(name: str, kind: str, holder: str) -> dict[str, Any]:
    """Make an identifier of an inline policy."""
    return {"InlinePolicyIdentifier": {"PolicyName": name, "AttachmentType": kind, "AttachmentName": holder}}


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ({"PolicyType": "inline"}, ["Own"]),
        ({"PolicyType": "user-managed"}, ["TeamRead"]),
        ({"PolicyType": "aws-managed"}, []),
        ({"PolicyType": "rcp"}, []),
        ({"PolicyArn": ARN}, ["TeamRead"]),
        ({"PolicyArn": ARN.replace("TeamRead", "Team*")}, ["TeamRead"]),
        ({"PolicyArn": ARN.replace("TeamRead", "T?am*")}, ["TeamRead"]),
        ({"PolicyArn": ARN.replace("policy/", "policy/path/")}, []),
        (inline("Own", "user", "alice"), ["Own"]),
        (inline("Own", "user", "a*"), ["Own"]),
        (inline("Own", "group", "alice"), []),
        (inline("Other", "user", "alice"), []),
    ],
)
def test_an_identifier_leaves_out_what_it_fits(identifier: dict[str, Any], expected: list[str]) -> None:
    """And nothing else; a path in an ARN fits no policy."""
    assert dropped(**identifier) == expected


def test_only_a_type_leaves_out_boundary_and_organization() -> None:
    """They have no name here."""
    assert Exclusions.read([{"PolicyType": "permission-boundary"}]).boundary
    assert Exclusions.read([{"PolicyType": "scp"}]).organization
    assert not Exclusions.read([{"PolicyArn": ARN}]).boundary


@pytest.mark.parametrize(
    "identifier",
    [
        {"PolicyArn": "not-an-arn-but-long-enough"},
        {"PolicyArn": "arn:aws:iam::123456789012:user/alice"},
        {"PolicyArn": ARN.replace("TeamRead", "T*m*")},
        {"PolicyArn": ARN.replace("123456789012", "*")},
        inline("Own", "user", "*l*"),
    ],
)
def test_a_malformed_identifier_is_refused(identifier: dict[str, Any]) -> None:
    """As documented; the text was not recorded."""
    with pytest.raises(Fault, match="Invalid policy identifier"):
        dropped(**identifier)
