"""What ``iamproof catalogue`` found, as text for people, as plain data, and as rows for spreadsheets."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from typing import TYPE_CHECKING

from iamproof.grants import columns, safe
from reports.describe import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.catalogue.query import ActionRow, Answer, TypeRow

__all__ = ["SCHEMA", "as_csv", "as_data", "as_text"]

SCHEMA = "iamproof/catalogue@1"
_IN_FULL = 3  # actions whose ARNs and keys are shown


def as_text(answer: Answer) -> str:
    """Return the answer in tables; a few actions with their ARNs and keys."""
    parts = [_services(answer), _actions(answer), _keys(answer), _policies(answer)]
    blocks = ["\n".join(part) for part in parts if part]
    return "\n\n".join((*blocks, f"catalogue of {answer.date}")) + "\n"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    return list(columns([tuple(shown(text) for text in row) for row in rows])) if len(rows) > 1 else []


def _services(answer: Answer) -> list[str]:
    rows = [(s.prefix, f"{s.actions:,}", f"{s.resource_types:,}", f"{s.keys:,}", s.title) for s in answer.services]
    return _table([("service", "actions", "resource types", "keys", "title"), *rows])


def _actions(answer: Answer) -> list[str]:
    if len(answer.actions) > _IN_FULL:
        rows = [(a.name, a.level, ", ".join(map(_type, a.resource_types)) or "*") for a in answer.actions]
        legend = "TYPE* is required, as AWS's tables have it; * alone takes no resource"
        return [*_table([("action", "level", "resources"), *rows]), legend]
    return [line for action in answer.actions for line in _in_full(action)]


def _type(row: TypeRow) -> str:
    return f"{row.name}{'*' if row.required else ''}"


def _in_full(action: ActionRow) -> Iterator[str]:
    yield f"{action.name}  {action.level}"
    for kind in action.resource_types:
        for arn in kind.arns:
            yield f"  {_type(kind)}  {shown(arn)}"
    if not action.resource_types:
        yield "  takes no resource: only `*` grants it"
    if action.keys:
        yield f"  keys: {', '.join(map(shown, action.keys))}"


def _keys(answer: Answer) -> list[str]:
    rows = [(k.name, k.type, k.provider, "always" if k.always else k.availability) for k in answer.keys]
    return _table([("key", "type", "from", "sent with"), *rows])


def _policies(answer: Answer) -> list[str]:
    rows = [(p.name, p.version, p.updated.partition("T")[0], p.arn) for p in answer.policies]
    return _table([("managed policy", "version", "updated", "ARN"), *rows])


def as_data(answer: Answer) -> str:
    """Return the answer as JSON."""
    data = dataclasses.asdict(answer)
    del data["suggestion"]
    return json.dumps({"schema": SCHEMA, **data}, ensure_ascii=False, indent=1) + "\n"


def as_csv(answer: Answer) -> str:
    """Return a row for each service, action, key and policy."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("kind", "name", "what", "resources", "keys"))
    writer.writerows([safe(value) for value in row] for row in _rows(answer))
    return file.getvalue()


def _rows(answer: Answer) -> Iterator[tuple[str, ...]]:
    for service in answer.services:
        yield "service", service.prefix, service.title, str(service.resource_types), str(service.keys)
    for action in answer.actions:
        kinds = "; ".join(f"{_type(kind)} {' '.join(kind.arns)}" for kind in action.resource_types)
        yield "action", action.name, action.level, kinds, "; ".join(action.keys)
    for key in answer.keys:
        yield "key", key.name, key.type, key.provider, "always" if key.always else key.availability
    for policy in answer.policies:
        yield "policy", policy.name, policy.version, policy.arn, policy.updated
