"""Each fault that policies in the wild have is found, in the statement that has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.analyse.check import check_paths
from simulator.catalogue import load

_PLANTED = Path(__file__).parent / "planted"

#: File, code, the number of the statement, and what is told.
FAULTS = (
    ("iam-open-without-mfa", "mfa-allow-without", 2, ["aws:MultiFactorAuthPresent"]),
    ("iam-open-without-mfa", "condition-json-boolean", 2, ["false"]),
    ("promised-deny-missing", "statement-sid", 3, ["{"]),
    ("promised-deny-missing", "mfa-no-deny", 2, ["iam:EnableMFADevice"]),
    ("no-deny-at-all", "mfa-no-deny", 2, ["iam:EnableMFADevice"]),
    ("json-boolean", "condition-json-boolean", 3, ["false"]),
    ("account-id", "resource-account-id", 2, ["arn:aws:iam::123456789012:user"]),
    ("mfa-arn-on-user-actions", "resource-type", 2, ["iam:DeactivateMFADevice", "iam:EnableMFADevice"]),
    ("mfa-arn-on-access-keys", "resource-never-taken", 2, ["arn:aws:iam::*:mfa/"]),
    ("misspelt-action", "action-unknown", 2, ["iam:UpdateAccessKeys"]),
    ("misspelt-exemption", "action-unknown", 3, ["iam:EnableMFADevise"]),
    ("bool-in-deny", "mfa-deny-bool", 3, ["aws:MultiFactorAuthPresent"]),
    ("prefix-trap", "variable-prefix", 2, ["arn:aws:iam::*:user/${aws:username}*"]),
    ("exempts-all-of-iam", "mfa-exemption", 3, ["iam:*"]),
    ("exempts-deactivation", "mfa-exemption", 3, ["iam:DeactivateMFADevice"]),
    (
        "arn-on-account-reads",
        "action-takes-no-resource",
        1,
        ["iam:ListUsers", "iam:ListVirtualMFADevices", "iam:GetAccountSummary"],
    ),
)


@pytest.mark.parametrize(("name", "code", "number", "quoted"), FAULTS)
def test_a_planted_fault_is_found_in_its_statement(name: str, code: str, number: int, quoted: list[str]) -> None:
    path = _PLANTED / f"{name}.json"
    found = [d for d in check_paths([path], load()).diagnostics if d.code == code]
    first, last = _lines(path, number)
    assert len(found) == len(quoted)
    for diagnostic, text in zip(found, quoted, strict=True):
        assert diagnostic.span is not None
        assert first <= diagnostic.span.line <= last
        assert text in diagnostic.quote[diagnostic.span.column - 1 :]


def test_nothing_else_is_found_in_planted_files() -> None:
    found = {
        (path.stem, diagnostic.code)
        for path in _PLANTED.glob("*.json")
        for diagnostic in check_paths([path], load()).diagnostics
    }
    assert found == {(name, code) for name, code, _, _ in FAULTS}


def _lines(path: Path, number: int) -> tuple[int, int]:
    """Return the first and last line of a statement of a file that `json` laid out."""
    text = path.read_text(encoding="utf-8")
    statement = json.dumps(json.loads(text)["Statement"][number - 1], indent=2).replace("\n", "\n    ")
    first = text[: text.index(statement)].count("\n") + 1
    return first, first + statement.count("\n")
