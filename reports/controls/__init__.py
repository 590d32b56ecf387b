"""Controls: what a scenario's ``controls:`` names, and what the run says of them.

A name is ``FRAMEWORK:ID``, the framework with its version since ids move between versions:
``NIST-800-53r5:AC-6(10)``, ``CIS-AWS-6.0.0:2.9``, ``PCI-DSS-4.0.1:7.3.3``.  Each control has a strength:

- *direct*: the decision is what the control is about;
- *supporting*: other evidence is needed too, and named;
- *context*: a tag, as a technique of attackers;
- *out-of-scope*: a policy's simulation says nothing of it.

The words are this project's own where a licence keeps the original's (``frameworks.json`` says which).
The mapping is this project's assertion unless its provenance names another.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = [
    "Control",
    "Coverage",
    "Framework",
    "Strength",
    "control_named",
    "coverage",
    "frameworks",
    "lookup",
    "names",
    "unexercised",
]

Strength: TypeAlias = Literal["direct", "supporting", "context", "out-of-scope", "unmapped"]


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework in one version; `titles` tells whether its own titles may be reproduced."""

    name: str
    title: str
    pattern: str
    titles: bool
    notice: str


@dataclass(frozen=True, slots=True)
class Control:
    """A control of the catalogue; one that a suite names and the catalogue lacks is *unmapped*."""

    framework: str
    id: str
    own_words: str
    strength: Strength
    provenance: str
    title: str = ""
    needs_also: tuple[str, ...] = ()
    oscal_id: str = ""
    objective_id: str = ""
    url: str = ""

    @property
    def name(self) -> str:
        """How scenarios name it."""
        return f"{self.framework}:{self.id}" if self.framework else self.id


@dataclass(frozen=True, slots=True)
class Coverage:
    """A control, and the cells and invariants that name it."""

    control: Control
    cells: tuple[CellResult, ...]
    invariants: tuple[InvariantResult, ...] = ()

    @property
    def proved(self) -> int:
        """How many of the invariants are proved; a proof about no request is none."""
        return sum(one.outcome == "proved" and one.vacuous is None for one in self.invariants)

    @property
    def words(self) -> str:
        """How much of what names the control is as expected, in figures."""
        cells = f"{self.as_expected:,} of {len(self.cells):,}"
        return f"{cells}; {self.proved:,} of {len(self.invariants):,} proved" if self.invariants else cells

    @property
    def as_expected(self) -> int:
        """How many of the cells behaved as expected; a vacuous pass is none."""
        return sum(cell.outcome == "passed" and cell.vacuous is None for cell in self.cells)

    @property
    def status(self) -> Literal["behaved as expected", "exceptions", "not exercised"]:
        """What the cells together show; never that a control is met."""
        outcomes: list[str] = [*(cell.outcome for cell in self.cells), *(one.outcome for one in self.invariants)]
        if not any(outcome not in ("skipped", "not_run", "unsupported") for outcome in outcomes):
            return "not exercised"
        well = self.as_expected == len(self.cells) and self.proved == len(self.invariants)
        return "behaved as expected" if well else "exceptions"


@cache
def frameworks() -> Mapping[str, Framework]:
    """Return the frameworks of the catalogue by name."""
    rows = json.loads(_data("frameworks.json"))["frameworks"]
    return {row["name"]: Framework(**row) for row in rows}


@cache
def _catalogue() -> Mapping[str, Control]:
    rows = json.loads(_data("controls.json"))["controls"]
    controls = [Control(**{**row, "needs_also": tuple(row["needs_also"])}) for row in rows]
    return {control.name: control for control in controls}


def _data(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text("utf-8")


def names() -> tuple[str, ...]:
    """Return the names of all controls in the catalogue."""
    return tuple(_catalogue())


def lookup(name: str) -> Control | None:
    """Return the control that a scenario names, or None when the catalogue has it not."""
    return _catalogue().get(name)


def control_named(name: str) -> Control:
    """Return the control that a scenario names, *unmapped* when the catalogue has it not."""
    return lookup(name) or _unmapped(name)


def coverage(run: Run) -> Mapping[str, tuple[Coverage, ...]]:
    """Return the controls that cells and invariants name, by framework; unmapped ones under their own prefix."""
    cells: defaultdict[str, list[CellResult]] = defaultdict(list)
    for cell in run.cells:
        for name in dict.fromkeys(cell.controls):
            cells[name].append(cell)
    claims: defaultdict[str, list[InvariantResult]] = defaultdict(list)
    for one in run.invariants:
        for name in dict.fromkeys(one.controls):
            claims[name].append(one)
    found: defaultdict[str, list[Coverage]] = defaultdict(list)
    order = {name: place for place, name in enumerate(_catalogue())}
    for name in sorted({**cells, **claims}, key=lambda name: (order.get(name, len(order)), name)):
        control = control_named(name)
        found[control.framework].append(Coverage(control, tuple(cells[name]), tuple(claims[name])))
    return {framework: tuple(rows) for framework, rows in found.items()}


def unexercised(run: Run) -> tuple[Control, ...]:
    """Return the controls of the frameworks in use that no cell names, though a policy's suite could."""
    named = {name for cell in run.cells for name in cell.controls}
    named |= {name for one in run.invariants for name in one.controls}
    used = {control.framework for name in named if (control := lookup(name))}
    return tuple(
        control
        for name, control in _catalogue().items()
        if control.framework in used and name not in named and control.strength in ("direct", "supporting")
    )


def _unmapped(name: str) -> Control:
    framework, colon, id_ = name.partition(":")
    words = "Not in the catalogue: the suite names it."
    return Control(framework if colon else "", id_ if colon else name, words, "unmapped", "suite")
