"""``python -m reports.verify FILE``: is this report what was written?

Reads a JSON report, or an HTML report that carries its run, computes the result digest anew and
compares.  A digest shows that a copy is unedited, not who made it: for that, keep the digest elsewhere.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.json import load, result_digest
from reports.read import fault, parse
from simulator.errors import InputError
from simulator.text.files import read_source
from simulator.text.show import show

if TYPE_CHECKING:
    from simulator.suites.result import Run

__all__ = ["EMBEDDED", "carried", "is_page", "main", "stated_changes", "stated_digest", "verify"]

EMBEDDED = ('<script type="application/json" id="iamproof-run">', "</script>")
"""Between these an HTML report carries its run."""

_LIMIT = 1 << 30


def verify(text: str) -> str:
    """Return the result digest of a report; an `InputError` when it was changed, or carries no run."""
    run = carried(text, verify=False)
    stated, digest = stated_digest(text), result_digest(run)
    if stated != digest:
        raise fault("result_digest", "does not match the cells: the report was changed after it was written")
    return digest


def carried(text: str, *, verify: bool = True) -> Run:
    """Return the run that a report carries, JSON or HTML; *verify* holds it to the digest in it."""
    return load(_json_of(text), verify=verify)


def stated_digest(text: str) -> str:
    """Return the digest that a report states; without one it can't be told from an edited copy."""
    found = parse(_json_of(text)).get("result_digest")
    if not isinstance(found, str):
        raise fault("", "the report states no `result_digest`, so an edit would not show")
    return found


def stated_changes(text: str) -> dict[str, Any] | None:
    """Return what a JSON report states to have changed since a baseline; None where it states nothing."""
    if is_page(text) or '"changes":' not in text:
        return None
    found = parse(text).get("changes")
    return found if isinstance(found, dict) else None


def is_page(text: str) -> bool:
    """Tell whether a report is an HTML page."""
    return text.lstrip()[:9].lower() == "<!doctype"


def _json_of(text: str) -> str:
    if not is_page(text):
        return text
    start, end = EMBEDDED
    _, found, rest = text.partition(start)
    if not found:
        raise fault("", "this page names its result's digest only: check the JSON report that came with it")
    return rest.partition(end)[0]


def main(arguments: list[str]) -> int:
    """Check the files; 0 when all are what was written."""
    if not arguments:
        sys.stderr.write("usage: python -m reports.verify REPORT.json|REPORT.html…\n")
        return 2
    worst = 0
    for name in arguments:
        try:
            digest = verify(read_source(Path(name), limit=_LIMIT).text)
        except InputError as error:
            sys.stderr.write(f"{name}: {show(error.diagnostics)}\n")
            worst = 1
        else:
            sys.stdout.write(f"{name}: unchanged, result digest {digest}\n")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
