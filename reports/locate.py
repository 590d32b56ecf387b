"""Where to point: at the statement to mend, or at the scenario that asks.

An unexpected allow is mended where it is allowed, so it is shown at the deciding statement: that line
stands in the change that caused it.  What no statement decided is shown at the scenario.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from reports.words import Kind, kind_of

if TYPE_CHECKING:
    from simulator.suites.result import CellResult, Deciding, PolicyInfo, Run

__all__ = ["Deciders", "Location", "in_checkout", "of_text", "part", "places"]

_PART = re.compile(r"(?P<file>.+?)(?::(?P<inline>\d+:\d+)|#(?P<pointer>/.*))", re.DOTALL)

_AT_STATEMENT = (Kind.UNEXPECTED_ALLOW, Kind.UNEXPECTED_DENY, Kind.OTHER_STATEMENT)


class Location(NamedTuple):
    """A stretch of a file of the checkout; lines and columns count from 1."""

    file: str
    line: int
    column: int = 1
    end_line: int | None = None
    end_column: int | None = None


def places(cell: CellResult, *, changed: bool = False) -> tuple[Location, Location | None]:
    """Return where to show *cell*, and the other place that matters; a decision that *changed* is shown where it is made."""
    scenario = Location(cell.file, max(1, cell.line))
    statement = next(
        (Location(d.file, d.line, d.column, d.end_line, d.end_column) for d in cell.deciding if in_checkout(d.file)),
        None,
    )
    # By default no statement decides; of several requests those that are listed decided others.
    decides = cell.actual != "implicitDeny" and kind_of(cell) in _AT_STATEMENT
    if statement is not None and (changed or decides):
        return statement, scenario
    return scenario, statement


def part(path: str) -> tuple[str, str]:
    """Return the file of a policy and where it stands in it: a line and column, a JSON pointer, or nowhere as it is the whole."""
    found = None if path.startswith("arn:") else _PART.fullmatch(path)
    return (found["file"], found["inline"] or found["pointer"]) if found else (path, "")


class Deciders:
    """The policies of a run, to find whose a statement is: a file that holds several calls each by its name."""

    def __init__(self, run: Run) -> None:
        self._files: dict[str, PolicyInfo] = {}
        self._parts: dict[tuple[str, str], PolicyInfo] = {}
        for policy in run.policies:
            self._files.setdefault(policy.path, policy)
            self._parts.setdefault((part(policy.path)[0], policy.name), policy)

    def of(self, deciding: Deciding) -> PolicyInfo | None:
        """Return the policy that a statement is of."""
        return self._files.get(deciding.file) or self._parts.get((deciding.file, deciding.policy))


def in_checkout(file: str) -> bool:
    """Tell whether a policy is a file: an AWS managed policy has an ARN."""
    return bool(file) and not file.startswith(("arn:", "<"))


def of_text(run: Run, text: str) -> Location:
    """Return where to show a failure of the run itself: the policy that its text begins with, else a suite."""
    name = text.partition(": ")[0]
    paths = {policy.path for policy in run.policies}
    if name in paths or (name.endswith((".json", ".yaml", ".yml")) and " " not in name and len(name) < 500):
        return Location(name, 1)
    return Location(run.suites[0].path if run.suites else ".", 1)
