"""Traceability: requirement → scenarios → cells → result, in the author's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from reports.words import count
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = ["Result", "Trace", "Verifying", "requirements", "result_of"]

Result: TypeAlias = Literal["held", "held with exceptions", "not held", "not exercised"]

_SYMBOLS: dict[str, str] = {"held": "✓", "held with exceptions": "~", "not held": "✗", "not exercised": "—"}
_DECIDED = frozenset({"passed", "failed", "error", "known_gap"})
_EXCEPTIONS = frozenset({"known_gap", "skipped", "unsupported", "not_run"})


@dataclass(frozen=True, slots=True)
class Verifying:
    """A scenario that verifies a requirement, and its cells."""

    name: str
    file: str
    line: int
    cells: tuple[CellResult, ...]

    @property
    def result(self) -> Result:
        """What its cells say."""
        return result_of(self.cells)

    def __str__(self) -> str:
        return f"{_SYMBOLS[self.result]} {self.result}"


@dataclass(frozen=True, slots=True)
class Trace:
    """One requirement, what verifies it, and what came of it."""

    id: str
    text: str
    scenarios: tuple[Verifying, ...]
    cells: tuple[CellResult, ...]
    invariants: tuple[InvariantResult, ...] = ()

    @property
    def result(self) -> Result:
        """What the cells and invariants together say of the requirement."""
        return result_of(self.cells, self.invariants)

    @property
    def symbol(self) -> str:
        """The symbol of the result."""
        return _SYMBOLS[self.result]

    def __str__(self) -> str:
        proofs = _proofs(self.invariants)
        if not self.cells and proofs:
            return f"{self.result}: {proofs}"
        return f"{self._of_cells()}; {proofs}" if proofs else self._of_cells()

    def _of_cells(self) -> str:
        match result_of(self.cells):
            case "not exercised":
                return "no scenario verifies it" if not self.cells else "not exercised: nothing of it was decided"
            case "held":
                return f"held in {_all(len(self.cells))}"
            case "not held":
                wrong = sum(cell.outcome in ("failed", "error") for cell in self.cells)
                return f"not held in {wrong:,} of {count(len(self.cells), 'cell')}"
            case _:
                held = sum(cell.outcome == "passed" and cell.vacuous is None for cell in self.cells)
                return f"held in {held:,} of {count(len(self.cells), 'cell')}, the rest are exceptions"


def _all(number: int) -> str:
    return "its one cell" if number == 1 else f"all {number:,} cells"


def _proofs(invariants: tuple[InvariantResult, ...]) -> str:
    """Say how many of *invariants* are proved, and that the others are not."""
    if not invariants:
        return ""
    proved = sum(one.outcome == "proved" and one.vacuous is None for one in invariants)
    return f"{proved:,} of {count(len(invariants), 'invariant')} proved"


_OF_PROOFS: dict[str, Result] = {"proved": "held", "not_run": "not exercised"}


def result_of(cells: tuple[CellResult, ...], invariants: tuple[InvariantResult, ...] = ()) -> Result:
    """Return what *cells* and *invariants* together say; an exception is never counted as held."""
    if not invariants:
        return _of_cells(cells)
    found = {
        "held with exceptions" if one.vacuous is not None else _OF_PROOFS.get(one.outcome, "not held")
        for one in invariants
    }
    found |= {_of_cells(cells)} if cells else set()
    if "not held" in found or found == {"not exercised"}:
        return "not held" if "not held" in found else "not exercised"
    return "held" if found == {"held"} else "held with exceptions"


def _of_cells(cells: tuple[CellResult, ...]) -> Result:
    if any(cell.outcome in ("failed", "error") for cell in cells):
        return "not held"
    if not any(cell.outcome in _DECIDED for cell in cells):
        return "not exercised"
    exceptional = any(cell.outcome in _EXCEPTIONS or cell.vacuous is not None for cell in cells)
    return "held with exceptions" if exceptional else "held"


def requirements(run: Run) -> tuple[Trace, ...]:
    """Trace all requirements, those that nothing verifies too; one that suites share is traced once."""
    texts = {(suite.name, item.id): item.text for suite in run.suites for item in suite.requirements}
    found: dict[tuple[str, str], list[CellResult]] = {(id_, text): [] for (_, id_), text in texts.items()}
    for cell in run.cells:
        for name in cell.requirement:
            found.setdefault((name, texts.get((cell.suite, name), "")), []).append(cell)
    claims: dict[tuple[str, str], list[InvariantResult]] = {}
    for one in run.invariants:
        for name in one.requirement:
            place = (name, texts.get((one.suite, name), ""))
            found.setdefault(place, [])
            claims.setdefault(place, []).append(one)
    return tuple(
        Trace(*place, _scenarios(cells), tuple(cells), tuple(claims.get(place, ()))) for place, cells in found.items()
    )


def _scenarios(cells: list[CellResult]) -> tuple[Verifying, ...]:
    found: dict[tuple[str, str, int], list[CellResult]] = {}
    for cell in cells:
        found.setdefault((cell.scenario, cell.file, cell.line), []).append(cell)
    return tuple(Verifying(*place, tuple(own)) for place, own in found.items())
