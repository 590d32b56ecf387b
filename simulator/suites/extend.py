"""What a suite takes over from the files it extends; what is nearer wins, key by key.

`account` and `policies` stand for each other, tags add up, and a relative path belongs to the file in
which it stands.  Format: ``docs/scenario-format.md``, "Sharing".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.accounts.context import merge, read_context
from simulator.suites.shape import BASE, SUITE
from simulator.text.files import SUITE_LIMIT
from simulator.text.source import Kind, Node
from simulator.values import dataclass

if TYPE_CHECKING:
    from simulator.accounts.context import Layer
    from simulator.accounts.files import Files

__all__ = ["Merged", "merged", "texts"]


@dataclass(frozen=True, slots=True)
class Merged:
    """The shared sections of a suite, bases included; `account` is what stands for it: either key's value."""

    account: Node | None
    policies: Node | None
    context: Layer
    tags: tuple[str, ...]
    requirements: dict[str, tuple[Node, Node]]
    sessions: dict[str, tuple[Node, Node]]
    resources: dict[str, tuple[Node, Node]]
    extended: tuple[Node, ...]  #: the files extended, the farthest first


def merged(node: Node, files: Files) -> Merged:
    """Lay the suite at *node* over what it extends; faults go to *files*."""
    chain = _chain(node, files)
    account = next((one for one in reversed(chain) if one.get("account") or one.get("policies")), node)
    return Merged(
        account=account.get("account"),
        policies=account.get("policies"),
        context=merge(read_context(one.get("context"), files.faults, files.catalogue) for one in chain),
        tags=tuple(dict.fromkeys(tag.text for one in chain for tag in texts(one.get("tags")))),
        requirements=_section(chain, "requirements"),
        sessions=_section(chain, "sessions"),
        resources=_section(chain, "resources"),
        extended=chain[:-1],
    )


def texts(node: Node | None) -> tuple[Node, ...]:
    """Return the texts of one or many; what is none was reported with the shape."""
    items = () if node is None else node.items if node.kind is Kind.SEQUENCE else (node,)
    return tuple(item for item in items if item.kind in (Kind.STRING, Kind.NUMBER))


def _section(chain: tuple[Node, ...], key: str) -> dict[str, tuple[Node, Node]]:
    sections = (one.get(key) for one in chain)
    return {name.text: (name, value) for one in sections if one is not None for name, value in one.pairs}


def _chain(node: Node, files: Files) -> tuple[Node, ...]:
    """Return the files extended, the farthest first, and *node* itself."""
    chain = [node]
    while (named := chain[-1].get("extends")) is not None and named.text:
        base = files.named(named, limit=SUITE_LIMIT)
        if base is None:
            break
        if any(base.source.name == one.source.name for one in chain):
            names = " → ".join(f"`{one.source.name}`" for one in (*chain, base))
            files.faults.add(
                named.fault("extends-cycle", f"the files extend each other: {names}", help="take one `extends` away")
            )
            break
        (SUITE if base.get("suite") is not None else BASE).check(base, files.faults)
        if base.kind is not Kind.MAPPING:
            break
        chain.append(base)
    return tuple(reversed(chain))
