"""The catalogue as text: one line a service, key, resource type and action, for reviewers and diffs.

The packed file holds exactly what this text says; a test reads both and compares.  Fields are
parted by tabs, lists by commas; a star marks a required resource type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.catalogue.facts import ServiceFacts
from simulator.catalogue.model import Action, ResourceType
from simulator.catalogue.refresh.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.catalogue.refresh.facts import PolicyFacts

__all__ = ["policies_text", "read_text", "write_text"]

_HEAD = """\
# {source}\t{date}
# sha256 of catalogue.bin: {digest}
# service prefix title | key name type | type service:name arns keys | action name level types keys | undocumented name
"""


def write_text(facts: Facts, digest: str) -> str:
    """Return the facts as text; *digest* is that of the packed file."""
    lines = [line for service in facts.services for line in _service(service)]
    lines += [f"undocumented\t{name}" for name in facts.undocumented]
    return _HEAD.format(source=facts.source, date=facts.date, digest=digest) + "\n".join(lines) + "\n"


def _service(service: ServiceFacts) -> Iterator[str]:
    yield f"service\t{service.name}\t{service.title}"
    for name, word in service.keys:
        yield f"key\t{name}\t{word}"
    for kind in service.types:
        yield "\t".join(("type", f"{kind.service}:{kind.name}", ",".join(kind.arns), ",".join(kind.condition_keys)))
    for action in service.actions:
        types = ",".join(kind.name + "*" * (kind.name in action.required) for kind in action.resource_types)
        yield "\t".join(("action", action.name, action.level, types, ",".join(action.condition_keys)))


def read_text(text: str) -> Facts:
    """Read facts back from their text."""
    head, *lines = text.splitlines()
    source, _, date = head.removeprefix("# ").partition("\t")
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    starts = [number for number, row in enumerate(rows) if row[0] == "service"]
    ends = [*starts[1:], len(rows)]
    services = tuple(_read_service(rows[start:end]) for start, end in zip(starts, ends, strict=True))
    return Facts(source, date, services, tuple(row[1] for row in rows if row[0] == "undocumented"))


def _read_service(rows: list[list[str]]) -> ServiceFacts:
    _, name, title = rows[0]
    types = {row[1].partition(":")[2]: _read_type(row) for row in rows if row[0] == "type"}
    actions = tuple(_read_action(row, types) for row in rows if row[0] == "action")
    keys = tuple((row[1], row[2]) for row in rows if row[0] == "key")
    return ServiceFacts(name, title, actions, tuple(types.values()), keys)


def _read_type(row: list[str]) -> ResourceType:
    service, _, name = row[1].partition(":")
    return ResourceType(service, name, _list(row[2]), _list(row[3]))


def _read_action(row: list[str], types: dict[str, ResourceType]) -> Action:
    _, name, level, taken, keys = row
    names = _list(taken)
    return Action(
        name,
        level,  # type: ignore[arg-type]  # written from an action's level
        tuple(types[kind.removesuffix("*")] for kind in names),
        frozenset(kind.removesuffix("*") for kind in names if kind.endswith("*")),
        _list(keys),
    )


def _list(field: str) -> tuple[str, ...]:
    return tuple(field.split(",")) if field else ()


def policies_text(source: str, policies: Iterable[PolicyFacts], digests: dict[str, str]) -> str:
    """Return the managed policies' versions, times and digests as text; the documents are in the packed file."""
    rows = (("policy", p.path + p.name, p.version, p.created, p.updated, digests[p.name]) for p in policies)
    return f"# {source}\n# policy path version created updated sha256\n" + "".join(
        "\t".join(row) + "\n" for row in rows
    )
