"""Which statements changed against an earlier text."""

from __future__ import annotations

import pytest

from simulator.analyse.coverage.changed import changed_statements
from simulator.policy.parse import parse_policy_text

A = '{"Effect": "Allow",\n  "Action": "s3:GetObject", "Resource": "*"}'
B = '{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}'


def whole(*statements: str, version: str = "2012-10-17") -> str:
    return f'{{"Version": "{version}",\n "Statement": [{", ".join(statements)}]}}'


@pytest.mark.parametrize(
    ("earlier", "changed"),
    [
        (whole(A, B), set()),
        (whole(B, A.replace("\n  ", "\n      ")), set()),
        (whole(A), {2}),
        (whole(A, B.replace("Deny", "Allow")), {2}),
        (whole(A, B, version="2008-10-17"), {1, 2}),
        (None, {1, 2}),
        ("{", {1, 2}),
        ("", {1, 2}),
    ],
)
def test_statement_that_the_earlier_text_lacks_changed(earlier: str | None, changed: set[int]) -> None:
    assert changed_statements(parse_policy_text(whole(A, B), name="p"), earlier) == changed


def test_copy_of_a_statement_is_a_new_statement() -> None:
    assert changed_statements(parse_policy_text(whole(A, A), name="p"), whole(A)) == {2}
