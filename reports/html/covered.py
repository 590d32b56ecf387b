"""The section on coverage: each policy with its figures and its text, annotated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.coverage import lines_of, name_of, tally
from reports.evidence import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.coverage import Line, Tally
    from simulator.suites.coverage import PolicyCoverage
    from simulator.suites.result import Run

__all__ = ["Annotated", "Statement", "annotated"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement's name and lines."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Annotated:
    """A policy with its figures; `anchor` is its place in the appendix."""

    policy: PolicyCoverage
    tally: Tally
    anchor: str
    statements: tuple[Statement, ...]


def annotated(run: Run) -> tuple[Annotated, ...]:
    """Return what the section shows; nothing for a run without coverage."""
    return tuple(_policies(run)) if run.coverage is not None else ()


def _policies(run: Run) -> Iterator[Annotated]:
    assert run.coverage is not None  # who calls has looked
    texts = {(one.path, one.sha256): (f"policy-{n}", one) for n, one in enumerate(documents(run), 1)}
    for policy in run.coverage.policies:
        anchor, found = texts.get((policy.path, policy.sha256), ("", None))
        lines = dict(enumerate(found.text.split("\n"), found.line)) if found is not None and found.text else None
        statements = tuple(Statement(name_of(one), tuple(lines_of(one, lines))) for one in policy.statements)
        yield Annotated(policy, tally(policy), anchor, statements)
