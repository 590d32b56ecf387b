"""A small suite to be asked about: a policy, two users, a dozen cells."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

from tests.serving import COMMAND, ROOT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CELLS", "environment", "run", "write_suite"]

CELLS = 8

_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::box/${aws:username}/*"},
        {
            "Sid": "NoWrite",
            "Effect": "Deny",
            "Action": "s3:Put*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
    ],
}
_SUITE = """\
format: 1
suite: Boxes
account:
  format: 1
  id: "123456789012"
  policies: {Boxes: policies/boxes.json}
  users:
    ann: {policies: [Boxes]}
    ben: {policies: [Boxes]}
resources:
  box: {own: "arn:aws:s3:::box/${aws:username}/a", others: arn:aws:s3:::box/carl/a}
scenarios:
  - name: Read the own box
    as: [ann, ben]
    actions: s3:GetObject
    on: box
    expect: {own: {verdict: allow, by: Read}, others: implicitDeny}
  - name: Write nothing
    as: [ann, ben]
    actions: s3:PutObject
    on: box
    expect: {verdict: explicitDeny, by: NoWrite}
"""


def write_suite(folder: Path) -> None:
    """Write the policy and the suite, which is called ``boxes.yaml``."""
    (folder / "policies").mkdir()
    (folder / "policies" / "boxes.json").write_text(json.dumps(_POLICY, indent=2), encoding="utf-8")
    (folder / "boxes.yaml").write_text(_SUITE, encoding="utf-8")


def environment() -> dict[str, str]:
    """Credentials that belong to nobody, and nothing of this machine's configuration."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``iamproof`` in *folder*."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
