"""The canonical JSON ``iamproof/run@1``: every other format derives from what it holds.

Keys are sorted, text is UTF-8, there are no floats; a line holds a cell, so that two reports can be
compared with ``diff``.  The result digest covers what is stable (inputs, summary, cells), not who
ran it when: it is the SHA-256 of the members in `STABLE`, written with sorted keys and no white space.

Schema: ``reports/schema/run.schema.json``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import pairwise
from json.encoder import encode_basestring
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reports.read import fault, parse, read
from reports.redact import redact
from simulator.suites.result import CellResult, InvariantResult, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "SCHEMA",
    "STABLE",
    "chunks",
    "decode_invariant",
    "dump",
    "encode_invariant",
    "load",
    "result_digest",
    "stretch_encoder",
]

SCHEMA = "iamproof/run@1"

STABLE = frozenset(
    {
        "accounts",
        "backend",
        "catalogue",
        "cells",
        "corroboration",
        "coverage",
        "failures",
        "invariants",
        "mutation",
        "policies",
        "residual_risks",
        "schema",
        "selection",
        "source",
        "suites",
        "summary",
        "warnings",
    }
)
"""The members that the result digest covers, where a run has them: equal inputs and decisions give equal digests."""

_LATER = frozenset({"unspoken"})
"""Members of suites that older reports lack: left out where unknown, so that their digests stay what they were."""

_BATCH = 256  # cells a piece: bounds the memory of a writer that streams
_MEMO = 4096  # texts remembered a stretch of fields; a full memo starts anew


def dump(run: Run) -> str:
    """Return the run as canonical JSON."""
    return "".join(chunks(run))


def chunks(run: Run, beside: Mapping[str, Any] = MappingProxyType({})) -> Iterator[str]:
    """Yield the canonical JSON in pieces, for a writer that can't hold 100,000 cells as one text.

    Members that stand *beside* the run are not in the digest.
    """
    digest = _Digest()
    members = {**_members(run), **beside}
    opening = "{"
    for key in sorted([*members, "cells", "result_digest"]):
        yield f'{opening}\n"{key}":'
        opening = ","
        if key == "cells":
            yield from _cells(run.cells, digest)
        elif key == "result_digest":
            # INVARIANT: all stable members but the last few short ones sort before this one.
            for later in sorted(name for name in STABLE & members.keys() if name > key):
                digest.member(later, _encode(members[later]))
            yield f'"{digest.value()}"'
        else:
            text = _encode(members[key])
            if key in STABLE and key < "result_digest":
                digest.member(key, text)
            yield text
    yield "\n}\n"


def result_digest(run: Run) -> str:
    """Return the digest that `chunks` writes: of inputs, summary and cells, not of times and tools."""
    digest, members = _Digest(), _members(run)
    for key in sorted(STABLE & {*members, "cells"}):
        if key == "cells":
            for _ in _cells(run.cells, digest):
                pass
        elif key in members:
            digest.member(key, _encode(members[key]))
    return digest.value()


def load(text: str, *, verify: bool = True) -> Run:
    """Return the run that `dump` wrote; an `InputError` when it is none, or was changed since.

    *verify* holds the run to the result digest that stands in it.
    """
    data = parse(text)
    if not isinstance(data, dict) or not isinstance(data.get("schema"), str):
        raise fault("", "the report has no `schema`, so it is no run of iamproof")
    if data["schema"] != SCHEMA:
        raise fault("schema", f"is `{data['schema'][:80]}`, and this version reads `{SCHEMA}`")
    tool, git = _mapping(data, "tool"), _mapping(data, "git") if data.get("git") is not None else {}
    flat = {"tool_version": tool.get("version"), "git_commit": git.get("commit"), "git_dirty": git.get("dirty", False)}
    run = read(Run, {**data, **flat})
    stated = data.get("result_digest")
    if verify and stated is not None and stated != result_digest(run):
        raise fault("result_digest", "does not match the cells: the report was changed after it was written")
    return run


def encode_invariant(result: InvariantResult) -> str:
    """Return one invariant as JSON, to carry it from one process to another."""
    return _encode(result)


def decode_invariant(text: str) -> InvariantResult:
    """Return the invariant that `encode_invariant` wrote."""
    return read(InvariantResult, parse(text))


def _mapping(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    if not isinstance(value, dict):
        raise fault(name, "must be a mapping")
    return value


class _Digest:
    """A running SHA-256 over the stable members, which come in the order of their names."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._opening = "{"

    def member(self, key: str, text: str) -> None:
        self.start(key)
        self.add(text)

    def start(self, key: str) -> None:
        self.add(f'{self._opening}"{key}":')
        self._opening = ","

    def add(self, text: str) -> None:
        self._hash.update(text.encode())

    def value(self) -> str:
        self.add("}")
        return self._hash.hexdigest()


def _members(run: Run) -> dict[str, Any]:
    """Map every top-level member but the cells to its value."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "iamproof", "version": run.tool_version},
        "git": None if run.git_commit is None else {"commit": run.git_commit, "dirty": run.git_dirty},
        "command": redact(run.command),
        **({} if run.coverage is None else {"coverage": run.coverage}),
        "environment": {label: redact([value])[0] for label, value in run.environment.items()},
        # Left out where there are none, so that the digests of runs without them stay what they were.
        **({"invariants": run.invariants} if run.invariants else {}),
        **({} if run.mutation is None else {"mutation": run.mutation}),
        **{
            name: getattr(run, name)
            for name in (
                "accounts",
                "backend",
                "catalogue",
                "corroboration",
                "failures",
                "finished",
                "policies",
                "residual_risks",
                "selection",
                "source",
                "started",
                "suites",
                "summary",
                "warnings",
            )
        },
    }


def _cells(cells: Sequence[CellResult], digest: _Digest) -> Iterator[str]:
    encode = _cell_encoder()
    digest.start("cells")
    opening = "["
    for start in range(0, len(cells), _BATCH):
        lines = [encode(cell) for cell in cells[start : start + _BATCH]]
        digest.add(opening + ",".join(lines))
        yield opening + "\n" + ",\n".join(lines)
        opening = ","
    digest.add("]" if cells else "[]")
    yield "\n]" if cells else "[]"


def _cell_encoder() -> Callable[[CellResult], str]:
    """Return a writer of cells that encodes what repeats once: the id, and what stands before and behind it.

    Cells of one scenario share their values, down to the objects, so a stretch of fields is looked up by
    its objects' identities.  INVARIANT: a memo keeps the objects, so that an identity stays theirs.
    """
    getter, names = _layout(CellResult)
    id_, middle = names.index("id"), names.index("principal")
    context = names.index("derived_context")
    first, second, third, last = (
        stretch_encoder(names[start:end])
        for start, end in pairwise((0, context, id_, id_ + 1, middle, len(names)))
        if start != id_
    )

    def encode(cell: CellResult) -> str:
        items = getter(cell)
        return (
            f"{{{first(items[:context])},{second(items[context:id_])},"
            f'"id":{_text(items[id_])},{third(items[id_ + 1 : middle])},{last(items[middle:])}}}'
        )

    return encode


def stretch_encoder(names: Sequence[str]) -> Callable[[tuple[Any, ...]], str]:
    """Return a writer of the members *names*."""
    heads = [f'"{name}":' for name in names]
    memo: dict[tuple[int, ...], tuple[tuple[Any, ...], str]] = {}
    memos: dict[int, tuple[Any, str]] = {}

    known = memos.get

    def value(item: Any) -> tuple[Any, str]:
        if len(memos) >= _MEMO:
            memos.clear()
        found = memos[id(item)] = item, _encode(item)
        return found

    def encode(items: tuple[Any, ...]) -> str:
        key = tuple(map(id, items))
        found = memo.get(key)
        if found is None:
            if len(memo) >= _MEMO:
                memo.clear()
            pairs = zip(heads, items, strict=True)
            text = ",".join([head + (known(id(item)) or value(item))[1] for head, item in pairs])
            found = memo[key] = items, text
        return found[1]

    return encode


@cache
def _layout(cls: type) -> tuple[Callable[[Any], tuple[Any, ...]], tuple[str, ...]]:
    """Return a getter of all fields of a dataclass and their names, sorted as JSON wants them."""
    names = tuple(sorted(field.name for field in fields(cls)))
    return attrgetter(*names), names


def _plain(value: object) -> dict[str, Any]:
    if not is_dataclass(value):
        message = f"a run holds no {type(value).__name__}"
        raise TypeError(message)
    cls: Any = type(value)
    getter, names = _layout(cls)
    members = zip(names, getter(value), strict=True)
    return {name: item for name, item in members if item is not None or name not in _LATER}


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain, allow_nan=False)


def _encode(value: object) -> str:
    return _utf8(_ENCODER.encode(value))


def _text(value: str) -> str:
    """Return `_encode` of text, without what any other value takes."""
    return _utf8(encode_basestring(value))


def _utf8(text: str) -> str:
    # A lone surrogate, which JSON text may escape, has no UTF-8: it stays escaped.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
