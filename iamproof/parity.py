"""A comparison of two backends as text for people and as data."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from iamproof.current import catalogue_data
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.analyse.parity import Difference, Parity
    from simulator.catalogue import Catalogue

__all__ = ["SCHEMA", "as_data", "as_text"]

SCHEMA = "iamproof/parity@1"
_SHOWN = 50  # differences told as text; the JSON has more
_SHOWN_CELLS = 3
_SHOWN_UNANSWERED = 10


def as_text(found: Parity, catalogue: Catalogue) -> str:
    """Return the comparison for a terminal."""
    sources = f"{_sources(found)}\ncatalogue of {catalogue.date}"
    parts = [sources, *_differences(found), *_unanswered(found), *_left_out(found), _closing(found)]
    return "\n\n".join(parts) + "\n"


def as_data(found: Parity, catalogue: Catalogue) -> str:
    """Return the comparison as JSON."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "catalogue": catalogue_data(catalogue),
        "backends": [
            {"name": name, "source": source} for name, source in zip(found.backends, found.sources, strict=True)
        ],
        "cells": found.cells,
        "unsupported": [{"reason": reason, "cells": count} for reason, count in found.unsupported],
        "requests": found.requests,
        "alike": found.alike,
        "differing": found.differing,
        "unknown": found.unknown,
        "differences": [_plain(one) for one in found.differences],
        "without_answer": found.without_answer,
        "unanswered": [
            {"backend": one.backend, "cell": one.cell, "action": one.action}
            | {"code": one.failure.code, "message": one.failure.message}
            for one in found.unanswered
        ],
        "unused": [{"place": one.place, "reason": one.reason} for one in found.unused],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _plain(one: Difference) -> dict[str, Any]:
    return {
        "what": one.aspect.value,
        "principal": one.principal,
        "action": one.action,
        "resources": list(one.resources),
        "answers": list(one.answers),
        "cells": list(one.cells),
        "reason": one.reason,
    }


def _sources(found: Parity) -> str:
    pairs = zip(found.backends, found.sources, strict=True)
    return "\n".join(f"{_shown(name)}: {_shown(source)}" for name, source in pairs)


def _differences(found: Parity) -> Iterator[str]:
    width = max(len(_shown(name)) for name in found.backends)
    for number, one in enumerate(found.differences[:_SHOWN], 1):
        more = f" and {len(one.resources) - 1} more" if len(one.resources) > 1 else ""
        lines = [f"{number}. {one.aspect.value}: {_shown(one.action)} on {_shown(one.resources[0])}{more}"]
        for name, answer in zip(found.backends, one.answers, strict=True):
            lines.append(f"   {_shown(name):<{width}}  {_shown(answer)}")
        lines += [f"   cell: {_shown(cell)}" for cell in one.cells[:_SHOWN_CELLS]]
        if len(one.cells) > _SHOWN_CELLS:
            lines.append(f"   and {len(one.cells) - _SHOWN_CELLS:,} more cells")
        if one.reason is not None:
            lines.append(f"   known: {_shown(one.reason)}")
        yield "\n".join(lines)
    if len(found.differences) > _SHOWN:
        yield f"and {len(found.differences) - _SHOWN:,} more; --format json has them"


def _unanswered(found: Parity) -> Iterator[str]:
    if not found.unanswered:
        return
    lines = [f"Without an answer: {found.without_answer:,} of {found.requests:,} requests"]
    reasons = Counter((one.backend, one.failure.message) for one in found.unanswered)
    for (backend, message), count in reasons.most_common(_SHOWN_UNANSWERED):
        lines.append(f"  {_shown(backend)}: {_shown(message)}" + (f" ({count:,} times)" if count > 1 else ""))
    if len(reasons) > _SHOWN_UNANSWERED:
        lines.append(f"  and {len(reasons) - _SHOWN_UNANSWERED:,} more")
    yield "\n".join(lines)


def _left_out(found: Parity) -> Iterator[str]:
    lines = [f"Not asked, {count:,} cells: {_shown(reason)}" for reason, count in found.unsupported]
    lines += [f"Known, but not seen any more: {_shown(one.reason)} ({_shown(one.place)})" for one in found.unused]
    if lines:
        yield "\n".join(lines)


def _closing(found: Parity) -> str:
    line = f"{found.cells:,} cells, {found.requests:,} requests: {found.alike:,} answered alike"
    known = found.differing - found.unknown
    line += f", {found.unknown:,} differ" if found.unknown else ""
    line += f", {known:,} differ as known" if known else ""
    return line + (f", {found.without_answer:,} without an answer" if found.without_answer else "")


def _shown(text: str) -> str:
    return printable(text, limit=500)
