"""What ``iamproof catalogue`` found, as text for people, as plain data, and as rows for spreadsheets."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from typing import TYPE_CHECKING

from iamproof.grants import columns, safe
from reports.describe import shown
from reports.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.catalogue.answer import ActionRow, Answer, KeyRow, PolicyRow, Taken, Taker, TypeRow

__all__ = ["SCHEMA", "as_csv", "as_data", "as_text"]

SCHEMA = "iamproof/catalogue@1"
_IN_FULL = 3  # rows of a kind that are shown with all that is known
_REQUIRED = "TYPE* is required, as AWS's tables have it; * alone takes no resource"
_UNGATED = "; ? is not known"


def as_text(answer: Answer) -> str:
    """Return the answer in tables; a few rows of a kind with all that is known of them."""
    parts = [_services(answer), _actions(answer), _types(answer), _keys(answer), _policies(answer)]
    blocks = ["\n".join(part) for part in parts if part]
    return "\n\n".join((*blocks, f"catalogue of {answer.date}")) + "\n"


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    return list(columns([tuple(shown(text) for text in row) for row in rows])) if len(rows) > 1 else []


def _services(answer: Answer) -> list[str]:
    rows = [(s.prefix, f"{s.actions:,}", f"{s.resource_types:,}", f"{s.keys:,}", s.title) for s in answer.services]
    return _table([("service", "actions", "resource types", "keys", "title"), *rows])


def _actions(answer: Answer) -> list[str]:
    if len(answer.actions) > _IN_FULL:
        rows = [(a.name, a.level, _resources(a)) for a in answer.actions]
        legend = _REQUIRED + (_UNGATED if any(a.ungated for a in answer.actions) else "")
        return [*_table([("action", "level", "resources"), *rows]), legend]
    return [line for action in answer.actions for line in _action(action)]


def _resources(action: ActionRow) -> str:
    return ", ".join(map(_starred, action.resource_types)) or ("?" if action.ungated else "*")


def _starred(row: Taken | Taker) -> str:
    return f"{row.name}{'*' if row.required else ''}"


def _action(action: ActionRow) -> Iterator[str]:
    yield f"{shown(action.name)}  {action.level}"
    for kind in action.resource_types:
        for arn in kind.arns:
            yield f"  {shown(_starred(kind))}  {shown(arn)}"
    if not action.resource_types:
        known = "takes no resource: only `*` grants it"
        yield f"  {'what it takes is not known: any ARN may be asked of it' if action.ungated else known}"
    yield from _listed("keys", action.keys)


def _types(answer: Answer) -> list[str]:
    if len(answer.resource_types) > _IN_FULL:
        rows = [(t.name, count(len(t.actions), "action"), ", ".join(t.arns)) for t in answer.resource_types]
        return _table([("resource type", "taken by", "ARN"), *rows])
    return [line for kind in answer.resource_types for line in _type(kind)]


def _type(kind: TypeRow) -> Iterator[str]:
    yield f"{shown(kind.name)}  {', '.join(map(shown, kind.arns))}"
    yield from _listed("actions", [_starred(one) for one in kind.actions])
    yield from _listed("keys", kind.keys)


def _listed(label: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"  {label}: {', '.join(map(shown, names))}"


def _keys(answer: Answer) -> list[str]:
    rows = [(k.name, k.type, k.provider, _when(k)) for k in answer.keys]
    lines = _table([("key", "type", "from", "sent with"), *rows])
    told = answer.keys if len(answer.keys) <= _IN_FULL else ()
    return lines + [line for key in told if len(key.actions) > _IN_FULL for line in _listed(key.name, key.actions)]


def _when(key: KeyRow) -> str:
    if key.availability or key.always:
        return key.availability or "always"
    return ", ".join(key.actions) if len(key.actions) <= _IN_FULL else count(len(key.actions), "action")


def _policies(answer: Answer) -> list[str]:
    if len(answer.policies) == 1:
        return list(_policy(answer.policies[0]))
    rows = [(p.name, p.version, p.updated.partition("T")[0], p.arn) for p in answer.policies]
    return _table([("managed policy", "version", "updated", "ARN"), *rows])


def _policy(row: PolicyRow) -> Iterator[str]:
    yield f"{shown(row.name)}  {shown(row.arn)}"
    yield f"  {shown(row.version)} of {row.updated.partition('T')[0]}, created {row.created.partition('T')[0]}"
    yield f"  sha256 {row.sha256}"


def as_data(answer: Answer) -> str:
    """Return the answer as JSON."""
    data = dataclasses.asdict(answer)
    del data["suggestion"], data["date"], data["sha256"]
    catalogue = {"date": answer.date, "sha256": answer.sha256}
    return json.dumps({"schema": SCHEMA, "catalogue": catalogue, **data}, ensure_ascii=False, indent=1) + "\n"


def as_csv(answer: Answer) -> str:
    """Return a row for each service, action, resource type, key and policy."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("kind", "name", "what", "resources", "keys", "actions", "when", "catalogue"))
    writer.writerows([safe(value) for value in (*row, answer.date)] for row in _rows(answer))
    return file.getvalue()


def _rows(answer: Answer) -> Iterator[tuple[str, ...]]:
    for service in answer.services:
        sizes = str(service.resource_types), str(service.keys), str(service.actions)
        yield "service", service.prefix, service.title, *sizes, ""
    for action in answer.actions:
        kinds = "; ".join(f"{_starred(kind)} {' '.join(kind.arns)}" for kind in action.resource_types)
        yield "action", action.name, action.level, kinds or _resources(action), "; ".join(action.keys), "", ""
    for kind in answer.resource_types:
        takers = "; ".join(map(_starred, kind.actions))
        yield "resource type", kind.name, "", "; ".join(kind.arns), "; ".join(kind.keys), takers, ""
    for key in answer.keys:
        yield "key", key.name, key.type, "", "", "; ".join(key.actions), f"{key.provider}: {_when(key)}"
    for policy in answer.policies:
        yield "managed policy", policy.name, policy.version, policy.arn, "", "", policy.updated
