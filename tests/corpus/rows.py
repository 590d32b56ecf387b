"""The rows of ``tests/corpus/*.yaml``: one sentence each, read strictly.

`Row` is the format: ``_schema.json`` is generated from it (``python -m tests.corpus.rows`` writes it anew), and
editors check the files against it as one types.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

__all__ = ["FOLDER", "Recording", "Row", "recordings", "rows", "schema"]

FOLDER = Path(__file__).parent

Status = Literal["DOC", "REC", "OBS", "INF", "SILENT"]
Expectation = Literal["allowed", "implicitDeny", "explicitDeny", "refused"]

_POLICY = {"type": "object", "required": ["Statement"]}
_ARN = {"type": "string", "pattern": "^arn:"}


def _about(text: str, shape: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, **shape}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request, and what has to become of it."""

    name: str = field(
        metadata=_about(
            "a sentence that says the rule, in kebab-case", {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)+$"}
        )
    )
    rule: str = field(
        metadata=_about(
            "the rule's id in docs/semantics.md", {"type": "string", "pattern": r"^([A-Z]\d+[a-z]?|7\.\d)$"}
        )
    )
    status: Status = field(
        metadata=_about(
            "how sure it is: documented, recorded, observed, inferred, or our choice where AWS is silent",
            {"enum": ["DOC", "REC", "OBS", "INF", "SILENT"]},
        )
    )
    source: str = field(metadata=_about("where the rule is written or was seen", {"type": "string", "minLength": 1}))
    policies: tuple[dict[str, Any], ...] = field(
        default=(), metadata=_about("the identity policies", {"type": "array", "items": _POLICY})
    )
    texts: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "identity policies as text, where the text is the point", {"type": "array", "items": {"type": "string"}}
        ),
    )
    boundary: dict[str, Any] | None = field(default=None, metadata=_about("the permissions boundary", _POLICY))
    session: tuple[dict[str, Any], ...] = field(
        default=(), metadata=_about("the session policies", {"type": "array", "items": _POLICY})
    )
    resource_policy: dict[str, Any] | None = field(default=None, metadata=_about("the resource's own policy", _POLICY))
    scps: tuple[tuple[dict[str, Any], ...], ...] = field(
        default=(),
        metadata=_about(
            "service control policies, a list a level, the root first",
            {"type": "array", "items": {"type": "array", "items": _POLICY}},
        ),
    )
    rcps: tuple[tuple[dict[str, Any], ...], ...] = field(
        default=(),
        metadata=_about(
            "resource control policies, a list a level, the root first",
            {"type": "array", "items": {"type": "array", "items": _POLICY}},
        ),
    )
    caller: str | None = field(default=None, metadata=_about("the ARN of the principal that asks", _ARN))
    owner: str | None = field(
        default=None, metadata=_about("the account that owns the resource", {"type": "string", "pattern": r"^\d{12}$"})
    )
    action: str = field(metadata=_about("the action asked for", {"type": "string"}))
    resource: str = field(metadata=_about("the ARN asked for, or *", {"type": "string"}))
    context: dict[str, str | list[str]] = field(
        default_factory=dict,
        metadata=_about(
            "the request's context; a list is a list-typed key, even of one value",
            {
                "type": "object",
                "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            },
        ),
    )
    expect: Expectation = field(
        metadata=_about(
            "AWS's word, or `refused` for a policy that is no policy",
            {"enum": ["allowed", "implicitDeny", "explicitDeny", "refused"]},
        )
    )
    because: tuple[str, ...] = field(
        default=(),
        metadata=_about(
            "the deciding statements: AWS's id of the policy, #, the statement's number",
            {"type": "array", "items": {"type": "string", "pattern": r"^[A-Za-z]+(\.\d+)*#\d+$"}},
        ),
    )
    note: str = field(default="", metadata=_about("what else a reader should know", {"type": "string"}))
    file: str = field(default="", metadata={"internal": True})

    def __str__(self) -> str:
        return f"{self.file}/{self.name}"

    @property
    def documents(self) -> tuple[str, ...]:
        """The identity policies as text."""
        return self.texts or tuple(json.dumps(policy) for policy in self.policies)


@dataclass(frozen=True)
class Recording:
    """An answer of AWS as it was recorded or documented: facts to conform to."""

    id: str
    api: str
    recorded: str
    source: str
    notes: str
    request: dict[str, Any]
    response: dict[str, Any]
    file: str

    def __str__(self) -> str:
        return f"{self.file}/{self.id}"


def schema() -> dict[str, Any]:
    """The JSON Schema of a file of rows."""
    shown = [member for member in fields(Row) if "internal" not in member.metadata]
    needed = [m.name for m in shown if m.default is MISSING and m.default_factory is MISSING]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rows of the corpus: a request, and what has to become of it",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": needed,
            "oneOf": [{"required": ["policies"]}, {"required": ["texts"]}],
            "properties": {member.name: dict(member.metadata) for member in shown},
        },
    }


@cache
def rows() -> tuple[Row, ...]:
    """All rows, file by file; the schema's test is what makes sure of their shape."""
    return tuple(
        Row(**{name: _frozen(name, value) for name, value in row.items()}, file=path.stem)
        for path in sorted(FOLDER.glob("*.yaml"))
        for row in read(path)
    )


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of one file as they stand in it."""
    found: list[dict[str, Any]] = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return found


def _frozen(name: str, value: Any) -> Any:
    if name in {"scps", "rcps"}:
        return tuple(tuple(level) for level in value)
    return tuple(value) if isinstance(value, list) else value


@cache
def recordings() -> tuple[Recording, ...]:
    """All recordings, file by file."""
    return tuple(
        Recording(**case, file=path.stem)
        for path in sorted(FOLDER.glob("recorded/*.json"))
        for case in json.loads(path.read_text("utf-8"))
    )


if __name__ == "__main__":
    (FOLDER / "_schema.json").write_text(json.dumps(schema(), indent=2) + "\n", "utf-8")
