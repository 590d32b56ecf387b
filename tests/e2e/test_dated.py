"""Every command whose answer hangs on the catalogue says of when it is, and that it is old."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.e2e.commands import run

if TYPE_CHECKING:
    from pathlib import Path

POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}]}'
SUITE = """\
suite: Readers
policies: [p.json]
scenarios:
  - {name: reads, actions: iam:ListUsers, session: any sign-in, expect: allow}
invariants:
  - {name: nothing else, actions: iam:GetUser, expect: deny}
"""
COMMANDS = {
    "test": ("s.yaml",),
    "explain": ("--policy", "p.json", "--action", "iam:ListUsers"),
    "init": ("p.json",),
    "prove": ("s.yaml",),
    "check": ("s.yaml",),
    "coverage": ("s.yaml",),
    "mutate": ("s.yaml",),
    "diff": ("p.json", "q.json", "s.yaml"),
    "sweep": ("--policy", "p.json"),
    "catalogue": ("iam:ListUsers",),
    "parity": ("s.yaml", "--backend", "embedded", "--backend", "embedded"),
    "controls": ("s.yaml",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_it_says_of_when_the_catalogue_is_and_that_it_is_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name, text in (("p.json", POLICY), ("q.json", POLICY.replace("ListUsers", "*Users")), ("s.yaml", SUITE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
    done = run(tmp_path, command, *COMMANDS[command])
    assert done.returncode in (0, 1)
    assert re.search(r"(?i)\bcatalogue +of \d{4}-\d\d-\d\d", done.stdout)
    assert re.search(r"catalogue of \d{4}-\d\d-\d\d is \d+ days old", done.stdout + done.stderr)
