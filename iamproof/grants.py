"""What ``iamproof sweep`` found, as text for people, as plain data, and as rows for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamproof import __version__
from iamproof.current import catalogue_data
from reports.describe import shown
from reports.words import count
from simulator.catalogue import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.analyse.sweep import PolicyCounts, Sweep
    from simulator.catalogue import Catalogue

__all__ = ["COUNTS_SCHEMA", "SCHEMA", "Difference", "as_csv", "as_data", "as_text", "columns", "counts_as", "safe"]

SCHEMA = "iamproof/sweep@1"
COUNTS_SCHEMA = "iamproof/sweep-policies@1"
_LISTED = 60  # actions that are listed unasked
_TARGETS = 4  # of an action that a line names
_FORMULA = ("=", "+", "-", "@")
_OTHERS = ("user/others", "mfa device/others")
_SHORT = {"Permissions management": "Permissions"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Two sweeps over the same targets, and what each allows beyond the other."""

    old: Sweep
    new: Sweep

    @property
    def sides(self) -> tuple[tuple[str, Sweep], ...]:
        """What NEW adds, and what it takes away."""
        return ("added", self.new.beyond(self.old)), ("removed", self.old.beyond(self.new))


def _name(sweep: Sweep) -> str:
    return f"{shown(sweep.who)} [{shown(sweep.session)}]"


# --- text ---------------------------------------------------------------------------------------


def as_text(found: Sequence[Sweep | Difference], catalogue: Catalogue, *, full: bool = False) -> str:
    """Return sweeps as tables by service and access level, with the actions where they are few (or *full*)."""
    blocks = [
        "\n".join(
            _difference(one, catalogue, full=full) if isinstance(one, Difference) else _sweep(one, catalogue, full=full)
        )
        for one in found
    ]
    return "\n\n".join(blocks) + f"\n\ncatalogue of {catalogue.date}\n"


def _sweep(sweep: Sweep, catalogue: Catalogue, *, full: bool) -> Iterator[str]:
    total = len(catalogue.actions())
    yield f"{_name(sweep)}: {sweep.allowed.bit_count():,} of {total:,} actions"
    yield from _tables(sweep, catalogue, full=full)
    yield from _conditional(sweep, catalogue, full=full)
    if sweep.unstated:
        yield f"decided without {', '.join(shown(key) for key in sweep.unstated)}, which policies ask for and nobody states"


def _conditional(sweep: Sweep, catalogue: Catalogue, *, full: bool) -> Iterator[str]:
    rows = list(_conditional_rows(sweep, catalogue))
    if not rows:
        return
    yield f"{count(len(rows), 'more action')} where a request carries keys that nobody stated, with the right values:"
    shown_rows = rows if full else rows[:_LISTED]
    table = [(row["action"], row["level"], ", ".join(map(shown, row["keys"]))) for row in shown_rows]
    yield from (f"  {line}" for line in columns(table))
    if len(rows) > len(shown_rows):
        yield f"  and {len(rows) - len(shown_rows):,} more: `--list` has them"


def _conditional_rows(sweep: Sweep, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Yield each action that is allowed under conditions, with the keys of the first statement that has it."""
    keys: dict[str, tuple[str, ...]] = {}
    for one in sweep.conditional:
        for name in catalogue.of_mask(one.allowed):
            keys.setdefault(name, one.keys)
    levels = _levels(sum(catalogue.table.bit(name) for name in keys), catalogue)
    for name in sorted(keys, key=str.lower):
        yield {"action": name, "level": levels[name], "keys": list(keys[name])}


def _levels(mask: int, catalogue: Catalogue) -> dict[str, str]:
    return {name: level for level in LEVELS for name in catalogue.of_mask(mask & catalogue.level_mask(level))}


def _difference(one: Difference, catalogue: Catalogue, *, full: bool) -> Iterator[str]:
    yield f"{_name(one.new)} against {_name(one.old)}"
    for word, sweep in one.sides:
        yield f"{word}: {sweep.allowed.bit_count():,} actions"
        yield from _tables(sweep, catalogue, full=full)


def _tables(sweep: Sweep, catalogue: Catalogue, *, full: bool) -> Iterator[str]:
    if not sweep.allowed:
        return
    yield from (f"  {line}" for line in columns(list(_counts(sweep, catalogue)), right=True))
    yield from _indented("", *columns(list(_where(sweep)), right=True))
    if full or sweep.allowed.bit_count() <= _LISTED:
        rows = [(row["action"], row["level"], _targets(row["on"])) for row in _rows(sweep, catalogue)]
        yield from _indented("", *columns(rows))


def _indented(*lines: str) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in lines)


def _where(sweep: Sweep) -> Iterator[tuple[str, str]]:
    """Yield on what the actions are allowed, and how many: others' users and devices even where it is none."""
    yield "on", "actions"
    single = dict.fromkeys(_OTHERS, 0)
    single |= {one.label: one.allowed.bit_count() for one in sweep.granted if one.kind in ("any", "people")}
    for label in sorted(single, key=lambda label: (label != "*", label)):
        yield shown(label), f"{single[label]:,}"
    for kind, noun in (("type", "resource type"), ("pattern", "pattern")):
        labels, mask = set(), 0
        for one in (one for one in sweep.granted if one.kind == kind):
            labels.add(one.label)
            mask |= one.allowed
        if labels:
            yield (
                f"{count(len(labels), noun)} {'' if kind == 'type' else 'of the policies'}".rstrip(),
                f"{mask.bit_count():,}",
            )


def _targets(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - _TARGETS} more" if len(labels) > _TARGETS else ""
    return ", ".join(shown(label) for label in labels[:_TARGETS]) + more


def _counts(sweep: Sweep, catalogue: Catalogue) -> Iterator[tuple[str, ...]]:
    yield ("service", *(_SHORT.get(level, level) for level in LEVELS), "all", "of")
    allowed = sweep.allowed
    for service in catalogue.services():
        mask = catalogue.service_mask(service)
        if allowed & mask:
            levels = ((allowed & mask & catalogue.level_mask(level)).bit_count() for level in LEVELS)
            counts = (f"{count:,}" if count else "·" for count in levels)
            yield (service, *counts, f"{(allowed & mask).bit_count():,}", f"{mask.bit_count():,}")


def columns(rows: Sequence[Sequence[str]], *, right: bool = False) -> Iterator[str]:
    """Lay out rows in columns; with *right* all but the first are numbers."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            text.rjust(width) if right and place else text.ljust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


# --- data ---------------------------------------------------------------------------------------


def as_data(found: Sequence[Sweep | Difference], catalogue: Catalogue) -> str:
    """Return sweeps as JSON."""
    sweeps = [_data(one, catalogue) for one in found if not isinstance(one, Difference)]
    differences = [_difference_data(one, catalogue) for one in found if isinstance(one, Difference)]
    return _json({"schema": SCHEMA, **_head(catalogue), "sweeps": sweeps, "differences": differences})


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _head(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "tool": {"name": "iamproof", "version": __version__},
        "catalogue": {**catalogue_data(catalogue), "actions": len(catalogue.actions())},
    }


def _data(sweep: Sweep, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "who": sweep.who,
        "session": sweep.session,
        "allowed": sweep.allowed.bit_count(),
        "unstated": list(sweep.unstated),
        "actions": list(_rows(sweep, catalogue)),
        "conditional": list(_conditional_rows(sweep, catalogue)),
    }


def _difference_data(one: Difference, catalogue: Catalogue) -> dict[str, Any]:
    sides = {word: list(_rows(sweep, catalogue)) for word, sweep in one.sides}
    return {
        "old": {"who": one.old.who, "session": one.old.session},
        "new": {"who": one.new.who, "session": one.new.session},
        **sides,
    }


def _rows(sweep: Sweep, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Yield each allowed action with its level and where it is allowed."""
    labels = sweep.labels()
    levels = _levels(sweep.allowed, catalogue)
    for name in catalogue.of_mask(sweep.allowed):
        place = catalogue.place(name)
        assert place is not None, "a name of the catalogue has a place"
        yield {"action": name, "level": levels[name], "on": list(labels[place])}


def as_csv(found: Sequence[Sweep | Difference], catalogue: Catalogue) -> str:
    """Return a row for each action."""
    rows: list[Sequence[object]] = []
    for one in found:
        sides = one.sides if isinstance(one, Difference) else (("allowed", one),)
        for word, sweep in sides:
            for row in _rows(sweep, catalogue):
                service = row["action"].partition(":")[0]
                rows.append(
                    (sweep.who, sweep.session, word, service, row["level"], row["action"], "; ".join(row["on"]), "")
                )
            for row in _conditional_rows(sweep, catalogue):
                service = row["action"].partition(":")[0]
                keys = "; ".join(row["keys"])
                rows.append((sweep.who, sweep.session, "conditional", service, row["level"], row["action"], "", keys))
    dated = [(*row, catalogue.date) for row in rows]
    return _csv(("who", "session", "what", "service", "level", "action", "on", "if", "catalogue"), dated)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([safe(value) for value in row] for row in rows)
    return file.getvalue()


def safe(value: object) -> object:
    """Return a field of a spreadsheet: what can't be seen is escaped, and nothing reads as a formula."""
    text = shown(value) if isinstance(value, str) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


# --- many policies ------------------------------------------------------------------------------


def counts_as(fmt: str, counts: Sequence[PolicyCounts], sessions: Sequence[str], catalogue: Catalogue) -> str:
    """Return how many actions each policy allows on ``*`` in each session."""
    if fmt == "csv":
        return _csv(("policy", *sessions, "catalogue"), [(one.name, *one.allowed, catalogue.date) for one in counts])
    if fmt == "json":
        data = [{"policy": one.name, "allowed": dict(zip(sessions, one.allowed, strict=True))} for one in counts]
        return _json({"schema": COUNTS_SCHEMA, **_head(catalogue), "policies": data})
    rows: list[tuple[str, ...]] = [
        ("policy", *sessions),
        *((shown(one.name), *(f"{n:,}" for n in one.allowed)) for one in counts),
    ]
    decided = len(counts) * len(sessions) * len(catalogue.actions())
    lines = [*columns(rows, right=True), "", f"{decided:,} decisions on `*`, catalogue of {catalogue.date}"]
    return "\n".join(lines) + "\n"
