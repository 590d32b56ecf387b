"""Large suites for benchmarks: users × sign-in states × actions × own and others' objects, all as expected."""

from __future__ import annotations

import shutil
from pathlib import Path

POLICY = Path(__file__).resolve().parent.parent / "policies" / "IAMUsersMFAManagement.json"
HOMES = """\
{"Version": "2012-10-17", "Statement": [
  {"Sid": "OwnHome", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::homes/${aws:username}/*"}]}
"""
ACTIONS = (
    *(f"s3:{verb}Object{what}" for verb in ("Get", "Put", "Delete") for what in ("", "Tagging", "VersionTagging")),
    *(f"s3:{verb}Object{what}" for verb in ("Get", "Put") for what in ("Acl", "VersionAcl", "Retention", "LegalHold")),
    *("s3:GetObjectVersion", "s3:DeleteObjectVersion", "s3:RestoreObject"),
)
SUITE = """\
suite: Homes
account: account.yaml
resources:
  home:
    own: arn:aws:s3:::homes/${{aws:username}}/notes.txt
    others: arn:aws:s3:::homes/someone-else/notes.txt
scenarios:
  - name: Everybody to his own
    as: everybody
    session: [with MFA, without MFA]
    actions: [{actions}]
    on: home
    expect:
      with MFA: {{own: allow, others: implicitDeny}}
      without MFA: explicitDeny
"""
ACCOUNT = """\
id: "123456789012"
policies: {mfa: ../policies/mfa.json, homes: ../policies/homes.json}
groups:
  everybody: {policies: [mfa, homes]}
users:
"""


def write_homes(folder: Path, users: int) -> int:
    """Write a suite of *users* × 3 states × 20 actions × 2 targets to *folder*; return the number of cells."""
    for name in ("policies", "scenarios"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(POLICY, folder / "policies" / "mfa.json")
    (folder / "policies" / "homes.json").write_text(HOMES, encoding="utf-8")
    names = "".join(f"  user{number:05}: {{groups: [everybody]}}\n" for number in range(users))
    (folder / "scenarios" / "account.yaml").write_text(ACCOUNT + names, encoding="utf-8")
    suite = SUITE.format(actions=", ".join(ACTIONS))
    (folder / "scenarios" / "homes.yaml").write_text(suite, encoding="utf-8")
    return users * 3 * len(ACTIONS) * 2
