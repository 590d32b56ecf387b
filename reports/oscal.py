"""OSCAL assessment results 1.2.1: observations, for GRC tools.

A run observes; it does not judge a control.  Findings are written only from a sign-off in which an
assessor states them, and only where the cells bear them out.  All UUIDs follow from the result digest,
so equal results give equal documents.  The suites are the assessment plan.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reports import controls
from reports.baseline import as_data, changes_in, figures, told
from reports.claims import claim_facts, claim_mark
from reports.describe import Fact, case_words, live_words, shown
from reports.evidence import PART_DIGEST, completeness, documents, evidence
from reports.json import dump
from reports.locate import Deciders, part
from reports.options import Options
from reports.words import NOT_SHOWN, catalogue_date, conclusion, count, mark_of, source_line, unspoken
from simulator.errors import InputError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reports.controls import Coverage
    from reports.signoff import Assessment, SignOff
    from simulator.errors import Diagnostic
    from simulator.suites.result import CellResult, Deciding, InvariantResult, Run

__all__ = ["OSCAL_VERSION", "render"]

OSCAL_VERSION = "1.2.1"

_NS = "urn:iamproof:oscal"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, _NS)
_EMBED_LIMIT = 1 << 20  # bytes of JSON that the document carries
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TOLD = 8000  # characters of what is told of an invariant
_MOST_LISTED = 50  # failing cells that an observation lists


@dataclass(frozen=True, slots=True)
class _Document:
    """What the parts of one document share."""

    run: Run
    options: Options
    digest: str
    deciders: Deciders
    resources: dict[str, dict[str, Any]] = field(default_factory=dict)

    def id(self, name: str) -> str:
        """Return the UUID of a part: the same for the same result."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.digest} {name}".encode("utf-8", "backslashreplace").decode()))


def render(run: Run, options: Options | None = None) -> str:
    """Return the run as OSCAL assessment results, in JSON."""
    document = _Document(run, options or Options(), evidence(run).digest, Deciders(run))
    _back_matter(document)
    results = {
        "uuid": document.id("results"),
        "metadata": _metadata(document),
        "import-ap": {"href": f"#{document.id('plan')}"},
        "results": [_result(document)],
        "back-matter": {"resources": list(document.resources.values())},
    }
    return json.dumps({"assessment-results": results}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _metadata(document: _Document) -> dict[str, Any]:
    review = _review(document)
    found: dict[str, Any] = {
        "title": "IAM policy simulation",
        "last-modified": _moment(document.run.finished),
        "version": document.digest[:16],
        "oscal-version": OSCAL_VERSION,
    }
    if review:
        found["roles"] = [{"id": "reviewer", "title": "Reviewer"}]
        found["parties"] = [{"uuid": document.id("reviewer"), "type": "person", "name": _line(review.reviewed_by)}]
    return found


def _moment(text: str) -> str:
    return text if _DATE.fullmatch(text) else "1970-01-01T00:00:00Z"


def _line(text: str) -> str:
    """Return text as OSCAL wants a string: one line, not empty, no blank at either end."""
    return shown(text, 2000).strip() or "-"


def _prop(name: str, value: str, **more: str) -> dict[str, str]:
    return {"name": name, "ns": _NS, "value": _line(value), **more}


def _result(document: _Document) -> dict[str, Any]:
    run = document.run
    found: dict[str, Any] = {
        "uuid": document.id("result"),
        "title": f"Simulation of {count(run.summary.cells, 'case')}",
        "description": f"{conclusion(run)} {_line(source_line(run))}. It does not show {'; '.join(NOT_SHOWN)}.",
        "start": _moment(run.started),
        "end": _moment(run.finished),
        "props": [
            _prop("verdict", run.summary.verdict),
            _prop("result-digest", document.digest),
            _prop("completeness", completeness(run)),
            *([] if (number := unspoken(run)) is None else [_prop("unspoken", str(number))]),
            _prop("engine", run.backend),
            *([_prop("catalogue", catalogue_date(run))] if run.catalogue else []),
            *(_prop("warning", text) for text in run.warnings),
        ],
        "local-definitions": _definitions(document),
        "reviewed-controls": _reviewed(run),
    }
    observations = [*_observations(document), *_changes(document)]
    found |= {"observations": observations} if observations else {}
    findings = list(_findings(document))
    found |= {"findings": findings} if findings else {}
    review = _review(document)
    return found | ({"attestations": [_attestation(document, review)]} if review else {})


def _definitions(document: _Document) -> dict[str, Any]:
    run = document.run
    policies = [
        {
            "uuid": document.id(f"policy {policy.path}"),
            "type": "policy",
            "title": _line(policy.name),
            "description": f"IAM policy, {_line(policy.role)}: {_line(policy.path)}",
            "status": {"state": "operational"},
        }
        for policy in documents(run)
    ]
    tool = {
        "uuid": document.id("tool"),
        "type": "software",
        "title": "iamproof",
        "description": "Simulates IAM policies against stated expectations.",
        "props": [{"name": "version", "value": _line(run.tool_version)}],
        "status": {"state": "operational"},
    }
    platform = {
        "uuid": document.id("platform"),
        "title": "iamproof",
        "uses-components": [{"component-uuid": tool["uuid"]}],
    }
    found: dict[str, Any] = {"assessment-assets": {"components": [tool], "assessment-platforms": [platform]}}
    return found | ({"components": policies} if policies else {})


def _reviewed(run: Run) -> dict[str, Any]:
    """Name the controls of NIST's catalogue that cells are mapped to; other frameworks stand in props."""
    ids = {row.control.oscal_id for rows in controls.coverage(run).values() for row in rows if row.control.oscal_id}
    words = "Controls that scenarios name. A simulated decision is evidence for the design of a rule."
    if not ids:
        # The schema asks for a selection, and `include-all` would claim a whole catalogue.
        ids, words = {"none"}, "The scenarios name no control of NIST's catalogue: no control was reviewed."
    controls_ = [{"control-id": id_} for id_ in sorted(ids)]
    return {"control-selections": [{"description": words, "include-controls": controls_}]}


def _observations(document: _Document) -> Iterator[dict[str, Any]]:
    """Yield an observation a scenario."""
    scenarios: defaultdict[tuple[str, str], list[CellResult]] = defaultdict(list)
    for cell in document.run.cells:
        scenarios[cell.file, cell.scenario].append(cell)
    for (file, name), cells in scenarios.items():
        yield _observation(document, file, name, cells)
    yield from (_proof(document, one) for one in document.run.invariants)


def _observation(document: _Document, file: str, name: str, cells: list[CellResult]) -> dict[str, Any]:
    well = [cell for cell in cells if cell.outcome == "passed" and cell.vacuous is None]
    rest = [cell for cell in cells if cell.outcome != "passed" or cell.vacuous is not None]
    listed = "; ".join(f"{case_words(c)}: {mark_of(c)}" for c in rest[:_MOST_LISTED])
    more = f"; and {len(rest) - _MOST_LISTED:,} more" if len(rest) > _MOST_LISTED else ""
    live = "; ".join(live_words(cells))
    found: dict[str, Any] = {
        "uuid": document.id(_key(file, name)),
        "title": _line(name),
        "description": f"{len(well):,} of {count(len(cells), 'case')} behaved as expected."
        + (f" Not so: {listed}{more}." if rest else "")
        + (f" Decided otherwise by the live services: {live}." if live else ""),
        "props": [
            _prop("cases", str(len(cells))),
            _prop("cases-as-expected", str(len(well))),
            _prop("scenario", f"{shown(file)}:{cells[0].line}"),
            *(_prop("requirement", name) for name in dict.fromkeys(r for cell in cells for r in cell.requirement)),
            *(_control_prop(control) for control in dict.fromkeys(c for cell in cells for c in cell.controls)),
        ],
        **_by_the_tool(document, "run", "The canonical run that this observation is taken from."),
    }
    return found | _subjects(document, (item for cell in cells for item in cell.deciding))


def _by_the_tool(document: _Document, resource: str, what: str) -> dict[str, Any]:
    """Say how every observation was made, when, and where its evidence is."""
    return {
        "methods": ["TEST"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": document.id("tool")}]}],
        "collected": _moment(document.run.finished),
        "relevant-evidence": [{"href": f"#{document.id(resource)}", "description": what}],
    }


def _subjects(document: _Document, deciding: Iterable[Deciding]) -> dict[str, Any]:
    """Name the policies whose statements decided, inline ones too; where none did, there is no subject."""
    policies = {document.deciders.of(item) for item in dict.fromkeys(deciding)}
    paths = sorted({policy.path for policy in policies if policy is not None})
    subjects = [{"subject-uuid": document.id(f"policy {path}"), "type": "component"} for path in paths]
    return {"subjects": subjects} if subjects else {}


def _proof(document: _Document, one: InvariantResult) -> dict[str, Any]:
    """Return the observation of an invariant: a claim about all requests."""
    told = "; ".join(f"{fact.label}: {fact.text}" for fact in claim_facts(one))
    found: dict[str, Any] = {
        "uuid": document.id(_key(one.file, one.id)),
        "title": _line(one.name),
        "description": f"Claimed of all requests: {claim_mark(one).text}. {shown(told, _TOLD)}",
        "props": [
            _prop("invariant", f"{shown(one.file)}:{one.line}"),
            _prop("outcome", claim_mark(one).text),
            *(_prop("requirement", name) for name in dict.fromkeys(one.requirement)),
            *(_control_prop(control) for control in dict.fromkeys(one.controls)),
        ],
        **_by_the_tool(document, "run", "The canonical run that this observation is taken from."),
    }
    return found | _subjects(document, one.refutation.deciding if one.refutation is not None else ())


def _changes(document: _Document) -> Iterator[dict[str, Any]]:
    """Yield the observation of what changed since the baseline, where there is one."""
    changes = changes_in(document.run, document.options)
    if changes is None:
        return
    lines = [f"{shown(name)}: {shown('; '.join(words), 600)}" for name, words in told(changes).items()]
    lines += [shown(str(one), 600) for one in changes.totals if one.file is not None]
    more = f"; and {len(lines) - _MOST_LISTED:,} more" if len(lines) > _MOST_LISTED else ""
    listed = f" {'; '.join(lines[:_MOST_LISTED])}{more}." if lines else ""
    data = json.dumps(as_data(changes), ensure_ascii=True, sort_keys=True).encode()
    resource: dict[str, Any] = {"title": "Changes since the baseline", "description": figures(changes)}
    if len(data) <= _EMBED_LIMIT:
        value = base64.b64encode(data).decode()
        resource["base64"] = {"filename": "changes.json", "media-type": "application/json", "value": value}
    _resource(document, "changes", resource)
    yield {
        "uuid": document.id("observation of changes"),
        "title": "Changes since the baseline",
        "description": f"{figures(changes)}.{listed}",
        "props": [_prop("baseline-digest", changes.digest), _prop("baseline-finished", changes.finished)],
        **_by_the_tool(document, "changes", "All that changed: decisions, expectations, cells, figures."),
    }


def _key(file: str, name: str) -> str:
    return f"observation {file}::{name}"


def _control_prop(name: str) -> dict[str, str]:
    control = controls.lookup(name)
    return _prop("control", name, **({"class": control.strength} if control else {}))


def _findings(document: _Document) -> Iterator[dict[str, Any]]:
    """Yield what an assessor states; an `InputError` where the cells don't bear it out."""
    review = document.options.oscal_findings
    if review is None:
        return
    if review.stale(document.digest):
        raise InputError([review.fault(document.digest)])
    rows = {row.control.name: row for found in controls.coverage(document.run).values() for row in found}
    direct = {name: row for name, row in rows.items() if row.control.strength == "direct" and row.control.oscal_id}
    faults = [found for found in (_unborne(stated, direct) for stated in review.findings) if found is not None]
    if faults:
        raise InputError(faults)
    for stated in review.findings:
        yield _finding(document, direct[stated.control], stated.state, stated.remark)


def _unborne(stated: Assessment, direct: Mapping[str, Coverage]) -> Diagnostic | None:
    """Say what of the cells doesn't bear out a finding."""
    row = direct.get(stated.control)
    if row is None:
        near = nearest(stated.control, direct)
        known = ", ".join(f"`{name}`" for name in direct) or "none: no scenario names one"
        advice = f"did you mean `{near}`?" if near else f"those that can: {known}"
        return stated.fault("can have no finding: no cell is mapped to it directly in NIST's catalogue", advice)
    if stated.state == "satisfied" and row.status != "behaved as expected":
        passed = f"{row.as_expected:,} of {count(len(row.cells), 'case')} behaved as expected"
        return stated.fault(f"is stated satisfied, and {passed}", "state `not-satisfied`, or leave the finding out")
    return None


def _finding(document: _Document, row: Coverage, state: str, remark: str) -> dict[str, Any]:
    control = row.control
    kind, target = (
        ("objective-id", control.objective_id) if control.objective_id else ("statement-id", f"{control.oscal_id}_smt")
    )
    related = dict.fromkeys(_key(cell.file, cell.scenario) for cell in row.cells)
    related |= dict.fromkeys(_key(one.file, one.id) for one in row.invariants)
    return {
        "uuid": document.id(f"finding {control.name}"),
        "title": f"{control.id}: {control.title}",
        "description": _line(remark)
        if remark
        else f"Stated by the assessor from {count(len(row.cells), 'simulated case')}.",
        "target": {
            "type": kind,
            "target-id": target,
            "status": {"state": state, "reason": "pass" if state == "satisfied" else "fail"},
        },
        "related-observations": [{"observation-uuid": document.id(key)} for key in related],
    }


def _review(document: _Document) -> SignOff | None:
    return document.options.oscal_findings or document.options.signoff


def _attestation(document: _Document, review: SignOff) -> dict[str, Any]:
    stale = "Stale: the review was of another result. " if review.stale(document.digest) else ""
    rows = (
        Fact("prepared by", review.prepared_by),
        Fact("reviewed by", review.reviewed_by + (f", {review.role}" if review.role else "")),
        Fact("decision", review.decision),
        Fact("date", review.date),
        Fact("reviewed digest", review.result_digest),
        Fact("comment", review.comment),
        Fact("distribution", ", ".join(review.distribution)),
    )
    prose = stale + "; ".join(f"{fact.label}: {_line(fact.text)}" for fact in rows if fact.text)
    return {
        "responsible-parties": [{"role-id": "reviewer", "party-uuids": [document.id("reviewer")]}],
        "parts": [{"name": "sign-off", "title": "Review and sign-off", "prose": prose}],
    }


def _back_matter(document: _Document) -> None:
    """Fill in the resources: the plan, the run, the inputs with their digests."""
    run = document.run
    files = {suite.path: suite.sha256 for suite in run.suites}
    files |= {file.path: file.sha256 for suite in run.suites for file in suite.extended}
    suites = [_rlink(path, sha256) for path, sha256 in files.items()]
    plan: dict[str, Any] = {"title": "Scenario suites: the assessment plan", "description": "What was to be verified."}
    _resource(document, "plan", plan | ({"rlinks": suites} if suites else {}))
    text = dump(run).encode()
    report: dict[str, Any] = {
        "title": "Canonical run, iamproof/run@1",
        "props": [_prop("result-digest", document.digest)],
    }
    if len(text) <= _EMBED_LIMIT:
        value = base64.b64encode(text).decode()
        report["base64"] = {"filename": "report.json", "media-type": "application/json", "value": value}
    else:
        report["description"] = "The JSON report with this result digest must accompany this document."
    _resource(document, "run", report)
    for policy in run.policies:
        content = {"title": _line(policy.name), "rlinks": [_rlink(policy.path, policy.sha256)]}
        inside = {"remarks": PART_DIGEST} if part(policy.path)[1] else {}
        _resource(document, f"file {policy.path}", content | inside)
    for account in run.accounts:
        # One that stands in a suite has the digest of the suite.
        link = _rlink(part(account.path)[0], account.sha256)
        _resource(document, f"file {account.path}", {"title": f"Account {_line(account.id)}", "rlinks": [link]})


def _resource(document: _Document, name: str, content: dict[str, Any]) -> None:
    id_ = document.id(name)
    document.resources[id_] = {"uuid": id_, **content}


def _rlink(path: str, sha256: str) -> dict[str, Any]:
    # The colons of an ARN are a URI's; one in the name of a file would make a scheme of the name.
    safe = "/-._~:" if path.startswith("arn:") else "/-._~"
    file, place = part(path)
    fragment = f"#{quote(shown(place, 1000), safe='/-._~:')}" if place else ""
    link: dict[str, Any] = {"href": (quote(shown(file, 1000), safe=safe) or "-") + fragment}
    if re.fullmatch(r"[0-9a-f]{64}", sha256):
        link["hashes"] = [{"algorithm": "SHA-256", "value": sha256}]
    return link
