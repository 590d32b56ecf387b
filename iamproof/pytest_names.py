"""The ids and lines of cells as pytest shows them.

A cell's id goes on behind the bracket: ``ann[with MFA]-s3:ListBucket-bucket``.  Since 9.2 pytest takes all
behind the first bracket for parameters and, where it shows an id, closes the bracket at the end once more; such
an id can't be given back to pytest.  What is shown is mended here, and what pytest compares is left alone.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pytest

    from simulator.suites.asserted import Asserted
    from simulator.suites.cells import Cell

__all__ = ["line_of", "mend_junit", "mend_summary", "with_line"]


def line_of(one: Cell | Asserted) -> int:
    """Return where a cell's scenario or an invariant stands in its file."""
    return one.invariant.node.span.line if hasattr(one, "invariant") else one.scenario.line


def with_line(node: pytest.Item | pytest.Collector, line: int) -> str:
    """Return what ``--collect-only`` shows of *node*."""
    return f"<{type(node).__name__} {node.name}, line {line}>"


def mend_summary(stats: Mapping[str, Sequence[Any]]) -> None:
    """Let the reports that the short summary lists have ids without parameters."""
    for report in (one for reports in stats.values() for one in reports):
        found: Any = getattr(report, "_id", None)
        if found is not None and found.params is not None and not str(found).endswith("]"):
            last = f"{found.names[-1]}[{found.params}"
            report._id = dataclasses.replace(found, names=(*found.names[:-1], last), params=None)  # noqa: SLF001  # no setter keeps it


def mend_junit(plugins: Iterable[Any], ids: Collection[str]) -> None:
    """Take the second bracket from the names of cells in what is to be written as JUnit's XML."""
    tails = {_tail(one) for one in ids if not one.endswith("]")}
    for plugin in plugins:
        for reporter in getattr(plugin, "node_reporters_ordered", ()):
            case = reporter.to_xml()
            if case.get("name", "").endswith("]") and case.get("name")[:-1] in tails:
                case.set("name", case.get("name")[:-1])


def _tail(nodeid: str) -> str:
    head, bracket, rest = nodeid.partition("[")
    return head.rpartition("::")[2] + bracket + rest
