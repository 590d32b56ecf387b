"""What ``iamproof check`` found, as text for people, as plain data, and as SARIF for code scanning."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from iamproof import __version__
from iamproof.current import catalogue_data
from reports.describe import shown
from reports.words import count
from simulator.analyse.lint import CHECKS
from simulator.analyse.lint.codes import OWN, PAGED, READING
from simulator.errors import Severity
from simulator.text.show import show

if TYPE_CHECKING:
    from simulator.analyse.check import Checked
    from simulator.catalogue import Catalogue
    from simulator.errors import Diagnostic

__all__ = ["SCHEMA", "as_data", "as_sarif", "as_text"]

SCHEMA = "iamproof/check@1"
_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST_RESULTS = 5000  # that GitHub keeps of a run
_PAGES = "docs/diagnostics"
_LIMIT = 4000


def as_text(checked: Checked, catalogue: Catalogue, *, color: bool = False) -> str:
    """Return the findings for a terminal, a line that sums them up, and the date of the data behind them."""
    found = show(checked.diagnostics, colour=color)
    told = f"{_summary(checked)}\ncatalogue of {catalogue.date}\n"
    return f"{found}\n\n{told}" if found else told


def _summary(checked: Checked) -> str:
    policies = "1 policy" if checked.policies == 1 else f"{checked.policies:,} policies"
    what = f"{count(checked.suites, 'suite')} and {policies} checked"
    counts = [count(number, severity.value) for severity in Severity if (number := checked.count(severity))]
    counts += [f"{len(checked.silenced)} silenced"] if checked.silenced else []
    return f"{what}: {', '.join(counts) or 'nothing found'}"


# --- plain data ---------------------------------------------------------------------------------


def as_data(checked: Checked, catalogue: Catalogue) -> str:
    """Return the findings as JSON."""
    summary: dict[str, int] = {severity.value: checked.count(severity) for severity in Severity}
    data = {
        "schema": SCHEMA,
        "tool": {"name": "iamproof", "version": __version__},
        "catalogue": catalogue_data(catalogue),
        "checked": {"suites": checked.suites, "policies": checked.policies, "files": list(checked.files)},
        "summary": {**summary, "silenced": len(checked.silenced), "unusable": checked.unusable},
        "diagnostics": [_row(diagnostic) for diagnostic in checked.diagnostics],
        "silenced": [{**_row(one.diagnostic), "reason": one.reason} for one in checked.silenced],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _row(diagnostic: Diagnostic) -> dict[str, Any]:
    span = diagnostic.span
    names = ("file", "line", "column", "end_line", "end_column")
    place = {name: getattr(span, name) if span is not None else None for name in names}
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        **place,
        "docs": _page(diagnostic.code),
    }


def _page(code: str) -> str:
    return f"{_PAGES}/{code}.md" if code in PAGED else f"{_PAGES}/index.md"


# --- SARIF --------------------------------------------------------------------------------------

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def as_sarif(checked: Checked, catalogue: Catalogue) -> str:
    """Return the findings as SARIF 2.1.0; what stands in no file is told at the first file that was read."""
    codes = list(dict.fromkeys((*CHECKS, *(diagnostic.code for diagnostic in checked.diagnostics))))
    times: Counter[str] = Counter()
    results = [_result(diagnostic, codes, times, checked) for diagnostic in checked.diagnostics[:_MOST_RESULTS]]
    driver = {"name": "iamproof", "semanticVersion": __version__, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "iamproof/check/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not checked.unusable}],
        "results": results,
        "properties": {"catalogue": catalogue.date, "resultsLeftOut": len(checked.diagnostics) - len(results)},
    }
    return (
        json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"
    )


def _rule(code: str) -> dict[str, Any]:
    check = CHECKS.get(code)
    title = check.title if check is not None else READING.get(code) or OWN.get(code, code)
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": title},
        "help": {"text": f"See {_page(code)}."},
        "defaultConfiguration": {"level": _LEVELS[check.severity if check is not None else Severity.ERROR]},
        "properties": {"tags": ["security", "iam"], "precision": "high"},
    }


def _result(diagnostic: Diagnostic, codes: list[str], times: Counter[str], checked: Checked) -> dict[str, Any]:
    file = diagnostic.span.file if diagnostic.span is not None else next(iter(checked.files), "iamproof.yaml")
    said = f"{diagnostic.code} {file} {diagnostic.message}"
    times[said] += 1
    # Lines are no part of it: moving a statement reopens no alert.
    digest = hashlib.sha256(f"{said} {times[said]}".encode("utf-8", "surrogatepass")).hexdigest()
    text = ". ".join(shown(part, _LIMIT) for part in (diagnostic.message, diagnostic.help) if part)
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")},
        "locations": [_location(diagnostic, file)],
        "partialFingerprints": {"primaryLocationLineHash": f"{digest[:16]}:1"},
    }


def _location(diagnostic: Diagnostic, file: str) -> dict[str, Any]:
    span = diagnostic.span
    region = {"startLine": 1}
    if span is not None:
        region = {"startLine": span.line, "startColumn": span.column}
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    uri = quote(shown(file, 1000), safe="/-._~")
    return {"physicalLocation": {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}, "region": region}}
