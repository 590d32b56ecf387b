"""The state of the checkout, for the evidence record."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GitState", "git_state"]

_SECONDS = 10


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit, and whether files differ from it."""

    commit: str
    dirty: bool


def git_state() -> GitState | None:
    """Ask git; None outside a checkout, before a first commit, or without git."""
    import subprocess  # noqa: PLC0415, S404, RUF100  # only a report asks for it

    command = ["git", "status", "--porcelain=v2", "--branch", "--untracked-files=normal"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603  # a fixed command
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    lines = done.stdout.splitlines()
    commit = next((line.rpartition(" ")[2] for line in lines if line.startswith("# branch.oid ")), "(initial)")
    if done.returncode or commit == "(initial)":
        return None
    return GitState(commit, any(not line.startswith("#") for line in lines))
