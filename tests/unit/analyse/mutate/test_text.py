"""A mutant's text: only what changed is otherwise, and the layout stays."""

from __future__ import annotations

from simulator.analyse.mutate import Mutant, diff_of, mutants, text_of
from simulator.policy.parse import parse_policy_text

POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow",
      "Action": [
        "iam:GetUser",
        "iam:ListUsers"
      ],
      "Resource": "arn:aws:iam::*:user/${aws:username}" },
    {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}
  ]
}
"""


def find(operator: str, text: str = POLICY, *, place: int = 0) -> Mutant:
    """Return one of the mutants that an operator makes."""
    return [one for one in mutants(parse_policy_text(text, name="p")) if one.operator == operator][place]


def test_an_entry_goes_with_its_line() -> None:
    assert diff_of(find("drop-action"), context=0) == ("@@ -6 +5,0 @@", '-        "iam:GetUser",')
    assert diff_of(find("drop-action", place=1), context=0) == (
        "@@ -6,2 +6 @@",
        '-        "iam:GetUser",',
        '-        "iam:ListUsers"',
        '+        "iam:GetUser"',
    )


def test_a_statement_goes_with_its_comma() -> None:
    assert text_of(find("drop-statement", place=1)) == POLICY.replace(
        ',\n    {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}', ""
    )


def test_a_condition_is_added_at_the_author_s_indent() -> None:
    lines = text_of(find("ask-for-mfa")).splitlines()
    assert lines[9] == '      "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}} },'
    assert (
        text_of(find("ask-for-mfa", place=1))
        .splitlines()[9]
        .endswith('"Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}')
    )


def test_the_line_is_that_of_the_entry() -> None:
    assert find("drop-action", place=1).line == 7
    assert find("change-variable").line == 9
    assert find("flip-effect", place=1).line == 10
    assert find("old-version").line == 2


def test_line_ends_stay_what_they_are() -> None:
    windows = POLICY.replace("\n", "\r\n")
    assert text_of(find("drop-action", windows)) == windows.replace('        "iam:GetUser",\r\n', "")
    assert diff_of(find("drop-action", windows), context=0) == diff_of(find("drop-action"), context=0)


def test_what_is_written_anew_is_escaped() -> None:
    text = POLICY.replace("iam:GetUser", 'iam:Get\\"User')
    assert '"iam:*"' in text_of(find("widen-action", text, place=1))
