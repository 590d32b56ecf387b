"""SARIF 2.1.0, for code scanning: findings only, each at the line to mend.

A rule is a kind of failure and its id is stable.  A result's fingerprint is of rule and cell, so lines
that move reopen nothing.  A suite is a run of its own: uploading some suites closes no alert of others.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from reports.baseline import as_data, changes_in, told
from reports.claims import claim_facts, claim_headline, claim_place, claim_scenario
from reports.describe import facts, headline, live_words, shown
from reports.evidence import input_files
from reports.json import result_digest
from reports.locate import Location, of_text, places
from reports.options import Options
from reports.words import HINTS, Kind, by_severity, catalogue_date, kind_of, mark_of, source_line, unspoken
from simulator.suites.tally import holds

if TYPE_CHECKING:
    from simulator.suites.result import CellResult, InvariantResult, Run

__all__ = ["RULES", "render"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST_RUNS = 20  # that GitHub takes
_MOST_RESULTS = 5000  # that GitHub keeps of a run


class Rule(NamedTuple):
    """A kind of finding: its id, name, level, security severity and what it means."""

    id: str
    name: str
    level: str
    severity: str
    meaning: str


RULES: dict[str, Rule] = {
    Kind.UNEXPECTED_ALLOW.value: Rule("IPS001", "unexpected-allow", "error", "8.0", "The policies allow what the scenario says must be denied."),
    Kind.UNEXPECTED_DENY.value: Rule("IPS002", "unexpected-deny", "warning", "", "The policies deny what the scenario says must be allowed."),
    Kind.OTHER_STATEMENT.value: Rule("IPS003", "decided-otherwise", "warning", "", "Another statement, or another kind of denial, decided than the scenario states."),
    Kind.ERROR.value: Rule("IPS004", "scenario-error", "error", "", "The scenario can't be decided as it stands."),
    "run": Rule("IPS005", "run-failure", "error", "", "A check of the whole run failed, as a policy file that no scenario decides."),
    Kind.DISAGREES.value: Rule("IPS006", "aws-answered-differently", "error", "6.0", "A recorded answer of AWS differs from the simulated decision."),
    Kind.UNMET.value: Rule("IPS007", "expectation-not-met", "error", "", "The scenario's terms are not met, as a known gap that passes or is overdue."),
    "vacuous": Rule("IPS008", "vacuous-pass", "warning", "", "A denial holds because nothing could have matched: it proves nothing."),
    "refuted": Rule("IPS009", "invariant-refuted", "error", "8.0", "A claim about all requests is refuted by one that the evaluator decided against it."),
    "unknown": Rule("IPS010", "invariant-unknown", "warning", "", "A claim about all requests is neither proved nor refuted: nobody checked it."),
    "changed": Rule("IPS011", "changed-with-expectation", "warning", "", "Since the baseline the decision and what the scenario expects of it changed together, so nothing failed."),
}  # fmt: skip
"""The rules by kind of failure."""

_INDEX = {rule.id: number for number, rule in enumerate(RULES.values())}


def render(run: Run, options: Options | None = None) -> str:
    """Return the findings as SARIF."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": _runs(run, options or Options())}
    return json.dumps(log, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _runs(run: Run, options: Options) -> list[dict[str, Any]]:
    by_suite: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    suites = dict.fromkeys(shown(suite.name) for suite in run.suites)
    apart = len(suites) < _MOST_RUNS
    for suite in suites if apart else ():
        by_suite[f"iamproof/{suite}/"] = []
    known = frozenset(cell.id for cell in by_severity(options.baseline)) if options.baseline else None
    changes = changes_in(run, options)
    changed = told(changes)
    vacuous = [cell for cell in run.cells if cell.vacuous is not None and kind_of(cell) is None]
    for cell in (*by_severity(run), *vacuous):
        found = _result(cell, known, changed.get(cell.id, ()))
        by_suite[f"iamproof/{shown(cell.suite)}/" if apart else "iamproof/"].append(found)
    for one in (one for one in run.invariants if not holds(one)):
        by_suite[f"iamproof/{shown(one.suite)}/" if apart else "iamproof/"].append(_claim(one, options.baseline))
    for item in changes.reworded if changes else ():
        if item.with_decision and kind_of(item.cell) is None:
            suite = f"iamproof/{shown(item.cell.suite)}/" if apart else "iamproof/"
            by_suite[suite].append(_of_a_change(item.cell, changed[item.cell.id]))
    if run.failures or not by_suite:
        by_suite["iamproof/"] += [_of_the_run(run, text) for text in run.failures]
    runs = [_run(run, name, results) for name, results in by_suite.items()]
    if changes is not None:
        runs[0]["properties"]["changes"] = _shown(as_data(changes))
    return runs


def _run(run: Run, name: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    driver = {
        "name": "iamproof",
        "semanticVersion": shown(run.tool_version),
        "rules": [_rule(kind, rule) for kind, rule in RULES.items()],
    }
    cells = [cell for cell in run.cells if name in ("iamproof/", f"iamproof/{shown(cell.suite)}/")]
    invocation = {
        "executionSuccessful": not run.summary.not_run,
        "startTimeUtc": run.started,
        "endTimeUtc": run.finished,
        "toolExecutionNotifications": [
            *({"level": "warning", "message": {"text": _plain(shown(text, 2000))}} for text in run.warnings),
            *({"level": "note", "message": {"text": _plain(shown(text, 2000))}} for text in live_words(cells)),
        ],
    }
    artifacts = [
        {"location": {"uri": _uri(file.path), "uriBaseId": "%SRCROOT%"}, "hashes": {"sha-256": shown(file.sha256)}}
        for file in input_files(run)
        if not file.path.startswith("arn:")
    ]
    about = {
        "verdict": run.summary.verdict,
        "source": shown(source_line(run), 1000),
        "catalogue": catalogue_date(run),
        "resultDigest": result_digest(run),
        **({} if (number := unspoken(run)) is None else {"unspoken": number}),
    }
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": name},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "artifacts": artifacts,
        "results": results[:_MOST_RESULTS],
        "properties": {**about, "resultsLeftOut": max(0, len(results) - _MOST_RESULTS)},
    }


def _rule(kind: str, rule: Rule) -> dict[str, Any]:
    hint = next((text for name, text in HINTS.items() if name.value == kind), rule.meaning)
    properties: dict[str, Any] = {"tags": ["security", "iam"], "precision": "very-high"}
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": hint},
        "defaultConfiguration": {"level": rule.level},
        "properties": {**properties, **({"security-severity": rule.severity} if rule.severity else {})},
    }


def _shown(data: Any) -> Any:
    """Return plain data with its texts made printable."""
    match data:
        case str():
            return shown(data, 1000)
        case list():
            return [_shown(item) for item in data]
        case dict():
            return {name: _shown(item) for name, item in data.items()}
    return data


def _of_a_change(cell: CellResult, words: tuple[str, ...]) -> dict[str, Any]:
    title = f"{words[0].partition(':')[0]}, and expected so now: {shown(cell.scenario)}"
    text = "\n".join([f"{title}.", *words, *(f"{fact.label}: {fact.text}" for fact in facts(cell))])
    found = _finding(RULES["changed"], _plain(_lines(text)), places(cell, changed=True)[0], cell.id)
    return {**found, "baselineState": "new"}


def _lines(text: str) -> str:
    """Return text of several lines with each made printable."""
    return "\n".join(shown(line, 4000) for line in text.split("\n"))


def _result(cell: CellResult, known: frozenset[str] | None, changed: tuple[str, ...] = ()) -> dict[str, Any]:
    kind = kind_of(cell)
    rule = RULES[kind.value if kind else "vacuous"]
    primary, related = places(cell)
    lines = [*(f"{fact.label}: {fact.text}" for fact in facts(cell)), *(f"since the baseline: {w}" for w in changed)]
    about = _lines("\n".join(lines))
    title = headline(cell) if kind else f"vacuous: {shown(cell.scenario)}"
    other = "the scenario" if related == (cell.file, max(1, cell.line), 1, None, None) else "the statement"
    link = f" See also [{other}](1)." if related else ""
    found = _finding(rule, f"{_plain(title)}. {_plain(str(mark_of(cell)))}.{link}\n{_plain(about)}", primary, cell.id)
    if related:
        found["relatedLocations"] = [{"id": 1, **_location(related), "message": {"text": other}}]
    if known is not None:
        found["baselineState"] = "unchanged" if cell.id in known else "new"
    return found


def _claim(one: InvariantResult, baseline: Run | None) -> dict[str, Any]:
    """Return an invariant that is not proved, at the statement to mend."""
    primary, related = claim_place(one)
    told = "\n".join([*(f"{fact.label}: {fact.text}" for fact in claim_facts(one)), *claim_scenario(one)])
    link = " See also [the invariant](1)." if related else ""
    found = _finding(RULES[one.outcome], f"{_plain(claim_headline(one))}.{link}\n{_plain(told)}", primary, one.id)
    if related:
        found["relatedLocations"] = [{"id": 1, **_location(related), "message": {"text": "the invariant"}}]
    if baseline is not None:
        known = {old.id for old in baseline.invariants if old.outcome == one.outcome}
        found["baselineState"] = "unchanged" if one.id in known else "new"
    return found


def _of_the_run(run: Run, text: str) -> dict[str, Any]:
    return _finding(RULES["run"], _plain(shown(text, 2000)), of_text(run, text), text)


def _finding(rule: Rule, text: str, place: Location, identity: str) -> dict[str, Any]:
    digest = hashlib.sha256(f"{rule.id} {identity}".encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "ruleId": rule.id,
        "ruleIndex": _INDEX[rule.id],
        "level": rule.level,
        "kind": "fail",
        "message": {"text": text},
        "locations": [_location(place)],
        "partialFingerprints": {"primaryLocationLineHash": f"{digest[:16]}:1"},
    }


def _location(place: Location) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column}
    region |= {"endLine": place.end_line} if place.end_line else {}
    region |= {"endColumn": place.end_column} if place.end_column else {}
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(place.file), "uriBaseId": "%SRCROOT%"}, "region": region}
    }


def _uri(file: str) -> str:
    return quote(shown(file, 1000), safe="/-._~")


def _plain(text: str) -> str:
    """Keep brackets from being read as links."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
