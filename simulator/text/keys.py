"""The keys of a mapping: each stands once.

JSON and YAML libraries keep the last of two equal keys without a word, so that a second `Effect`
would quietly turn a policy round; AWS refuses such a policy (rule G18).  Here it is an error, at the
second key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.text.show import printable
from simulator.text.source import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from simulator.errors import Diagnostic
    from simulator.text.source import Node

__all__ = ["repeated_keys"]


def repeated_keys(pairs: Sequence[tuple[Node, Node]], code: str) -> Iterator[Diagnostic]:
    """Give a fault for each key that stands a second time; ``1`` and ``"1"`` are the same key."""
    if len({key.value if key.kind is Kind.STRING else key.text for key, _ in pairs}) == len(pairs):
        return
    first: dict[str, Node] = {}
    for key, _ in pairs:
        if key.kind in (Kind.MAPPING, Kind.SEQUENCE):  # an error of its own
            continue
        if key.text in first:
            line, column = key.source.position(first[key.text].start)
            yield key.fault(
                code,
                f"duplicate key `{printable(key.text)}`: first at {line}:{column}",
                help="keep one of them; only one of the two values could count",
            )
        else:
            first[key.text] = key
