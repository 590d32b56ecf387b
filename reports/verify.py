"""``python -m reports.verify FILE``: is this report what was written?

Reads a JSON report, or an HTML report that carries its run, computes the result digest anew and
compares.  A digest shows that a copy is unedited, not who made it: for that, keep the digest elsewhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

from reports.json import load, result_digest
from reports.read import fault
from simulator.errors import InputError
from simulator.text.files import read_source
from simulator.text.show import show

__all__ = ["EMBEDDED", "main", "verify"]

EMBEDDED = ('<script type="application/json" id="iamproof-run">', "</script>")
"""Between these an HTML report carries its run."""

_LIMIT = 1 << 30


def verify(text: str) -> str:
    """Return the result digest of a report; an `InputError` when it was changed, or carries no run."""
    start, end = EMBEDDED
    if text.lstrip()[:9].lower() == "<!doctype":
        _, found, rest = text.partition(start)
        if not found:
            raise fault("", "this page names its result's digest only: check the JSON report that came with it")
        text = rest.partition(end)[0]
    return result_digest(load(text))


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
