"""Recordings: requests and AWS's answers as one file that can be reviewed, kept and replayed.

The file is JSON, sorted, an answer a line, so that two recordings differ only where AWS does.  It says
when, from which account and with what it was made, and carries a digest over all of it: an edited
recording is refused.  Documents and contexts that many requests share stand once.  A replay answers the
requests that were recorded and no other.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from simulator.backends.batch import Failure, SimulationAnswer
from simulator.backends.plan import request_key
from simulator.errors import Diagnostic, InputError
from simulator.text.files import read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import NoReturn

    from simulator.backends.batch import Outcome, SimulationRequest

__all__ = [
    "GENERATION",
    "SCHEMA",
    "Provenance",
    "Recording",
    "load",
    "plain_outcome",
    "read_outcome",
    "save",
]

SCHEMA = "iamproof/recording@1"
GENERATION = "2026"  #: of the API whose answers these are
_LIMIT = 512 << 20
_DOCUMENT = "$document"
_CONTEXT = "$context"
_DIGEST_LENGTH = 16  # of a document's or a context's name in the file


@dataclass(frozen=True, slots=True)
class Provenance:
    """When, from which account and with what the answers were recorded; times are ISO 8601 in UTC."""

    account: str
    started: str
    finished: str
    tool_version: str
    region: str | None = None
    endpoint_url: str | None = None
    generation: str = GENERATION


@dataclass(frozen=True)
class Recording:
    """Outcomes by request."""

    provenance: Provenance
    pairs: tuple[tuple[SimulationRequest, Outcome], ...]

    @cached_property
    def by_key(self) -> Mapping[str, Outcome]:
        """The outcomes by `request_key`."""
        return {request_key(request): outcome for request, outcome in self.pairs}


def save(recording: Recording, path: Path) -> None:
    """Write *recording* to *path*, whole or not at all."""
    content = _plain(recording)
    content["digest"] = _digest(content)
    text = _text(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("x", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
            file.write(text)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _text(content: dict[str, Any]) -> str:
    """Write *content* indented, but each answer, document and context on a line."""
    lines = []
    for name, value in content.items():
        rows = [_line(item) for item in value] if isinstance(value, list) else []
        if name in ("documents", "contexts"):
            rows = [f"{_line(key)}: {_line(item)}" for key, item in value.items()]
        opening, closing = "[]" if isinstance(value, list) else "{}"
        inner = ",\n    ".join(rows)
        written = f"{opening}\n    {inner}\n  {closing}" if rows else _line(value)
        lines.append(f"  {_line(name)}: {written}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def load(path: Path) -> Recording:
    """Read a recording; raise `InputError` when *path* is none, or not as it was written."""
    source = read_source(path, limit=_LIMIT)
    try:
        content = json.loads(source.text)
    except (ValueError, RecursionError):
        _refuse(source.name, "is no JSON", "`iamproof record --to FILE` writes one")
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        _refuse(source.name, "is no recording", f'a recording says "schema": "{SCHEMA}"')
    digest = content.pop("digest", None)
    if digest != _digest(content):
        _refuse(source.name, "is not as it was recorded: its digest differs", "record it again")
    try:
        return _read(content)
    except (KeyError, TypeError, AttributeError, ValueError):
        _refuse(source.name, "is not of the shape of a recording", "record it again")


def _refuse(name: str, what: str, advice: str) -> NoReturn:
    raise InputError([Diagnostic("recording", f"the file `{name}` {what}", help=advice)])


# --- the file's shape ---------------------------------------------------------------------------


def _plain(recording: Recording) -> dict[str, Any]:
    made = recording.provenance
    documents: dict[str, Any] = {}
    contexts: dict[str, Any] = {}
    rows = [(request["ActionNames"][0].lower(), request_key(request), outcome) for request, outcome in recording.pairs]
    rows.sort(key=lambda row: row[:2])
    answers = [
        {"request": _folded(json.loads(key), documents, contexts), **plain_outcome(outcome)} for _, key, outcome in rows
    ]
    return {
        "schema": SCHEMA,
        "generation": made.generation,
        "account": made.account,
        "region": made.region,
        "endpoint_url": made.endpoint_url,
        "started": made.started,
        "finished": made.finished,
        "tool": {"name": "iamproof", "version": made.tool_version},
        "documents": dict(sorted(documents.items())),
        "contexts": dict(sorted(contexts.items())),
        "answers": answers,
    }


def plain_outcome(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON has it, ``{"result": …}`` or ``{"error": …}``."""
    match outcome:
        case SimulationAnswer():
            return {"result": outcome.result}
        case Failure():
            return {"error": {"code": outcome.code, "message": outcome.message}}


def read_outcome(row: Mapping[str, Any]) -> Outcome:
    """Read what `plain_outcome` gave."""
    error = row.get("error")
    if error is not None:
        return Failure(str(error["code"]), str(error["message"]))
    return SimulationAnswer(row["result"])


def _folded(request: dict[str, Any], documents: dict[str, Any], contexts: dict[str, Any]) -> dict[str, Any]:
    """Put documents and the context where they are shared, and names in their places."""
    folded = _over_documents(request, lambda text: {_DOCUMENT: _shared(text, text, documents)})
    if "ContextEntries" in folded:
        entries = folded["ContextEntries"]
        folded["ContextEntries"] = {_CONTEXT: _shared(_line(entries), entries, contexts)}
    return folded


def _shared(text: str, value: object, shelf: dict[str, Any]) -> str:
    """Put *value* on the shelf under a name that follows from *text*."""
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]
    shelf[name] = value
    return name


def _over_documents(request: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    changed = dict(request)
    for name in ("PolicyInputList", "PermissionsBoundaryPolicyInputList"):
        if name in changed:
            changed[name] = [change(item) for item in changed[name]]
    if "ResourcePolicy" in changed:
        changed["ResourcePolicy"] = change(changed["ResourcePolicy"])
    if "OrderedOrganizationPolicyInputList" in changed:
        changed["OrderedOrganizationPolicyInputList"] = [
            {name: [change(item) for item in items] for name, items in level.items()}
            for level in changed["OrderedOrganizationPolicyInputList"]
        ]
    return changed


def _read(content: dict[str, Any]) -> Recording:
    documents, contexts = content["documents"], content["contexts"]
    provenance = Provenance(
        account=str(content["account"]),
        started=str(content["started"]),
        finished=str(content["finished"]),
        tool_version=str(content["tool"]["version"]),
        region=content["region"],
        endpoint_url=content["endpoint_url"],
        generation=str(content["generation"]),
    )
    return Recording(provenance, tuple(_pair(row, documents, contexts) for row in content["answers"]))


def _pair(
    row: dict[str, Any], documents: Mapping[str, str], contexts: Mapping[str, Any]
) -> tuple[SimulationRequest, Outcome]:
    request = _over_documents(row["request"], lambda item: documents[item[_DOCUMENT]])
    if "ContextEntries" in request:
        request["ContextEntries"] = contexts[request["ContextEntries"][_CONTEXT]]
    return cast("SimulationRequest", request), read_outcome(row)


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
