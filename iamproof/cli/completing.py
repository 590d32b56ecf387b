"""What a shell completes beside the names of commands and options: formats, cells, names that suites declare.

click asks the functions here for one option's or argument's values (`docs/how-to/complete-in-the-shell.md`).
Half-written files are the rule while somebody types, so what can't be read completes nothing and says nothing.
"""

# ruff: noqa: ARG001  # click calls each with context, parameter and what is typed

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from simulator.errors import IamproofError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import FrameType

    import click
    from click.shell_completion import CompletionItem

    from simulator.suites.cells import Cell
    from simulator.suites.load import Loaded

    _Items: TypeAlias = "list[CompletionItem]"
    _Complete: TypeAlias = Callable[[click.Context, click.Parameter, str], _Items]

__all__ = [
    "PART",
    "actions",
    "backends",
    "catalogued",
    "cells",
    "commands",
    "compared",
    "controls",
    "files",
    "folders",
    "framework",
    "only",
    "own_policies",
    "policies",
    "principals",
    "reports",
    "sessions",
    "tags",
]

PART = "part"  #: the type of a value that goes on: the shell sets no blank behind it
_MANY = 200  # ids: beyond that they are offered part by part
_MOST = 2000  # items; a list beyond that helps nobody, and shells take long to show it
_SECONDS = 2.0  # a prompt that hangs is worse than one that completes nothing
_GOES_ON = ("=", ":", "]-", "/")


def commands(names: Mapping[str, str], incomplete: str) -> _Items:
    """Complete the name of a command without importing any."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # only when a shell asks

    return [CompletionItem(name, help=text) for name, text in names.items() if name.startswith(incomplete)]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Let the shell complete a file."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # only when a shell asks

    return [CompletionItem(incomplete, type="file")]


def folders(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Let the shell complete a folder."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # only when a shell asks

    return [CompletionItem(incomplete, type="dir")]


def reports(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete ``FORMAT=FILE`` with a file of that ending."""
    from reports import FORMATS  # noqa: PLC0415  # only when a shell asks

    rows = {f"{row.name}=report{row.endings[0] if row.endings else '.txt'}": row.purpose for row in FORMATS.values()}
    return [*files(ctx, param, incomplete), *commands(rows, incomplete)]


def backends(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete the name of a backend."""
    return _offered(("embedded", "moto", "aws", "recording:"), incomplete)


def _of_suites(names: Callable[[Loaded], Iterable[str]]) -> _Complete:
    """Return a function that completes names found in the suites."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
        try:
            with _limited():
                return _offered(dict.fromkeys(names(_loaded(ctx, incomplete))), incomplete)
        except (IamproofError, _TooLongError):
            return []

    return complete


def _loaded(ctx: click.Context, incomplete: str) -> Loaded:
    from iamproof.session import suite_paths  # noqa: PLC0415  # only when a shell asks
    from simulator.suites.load import load_suites  # noqa: PLC0415  # only when a shell asks

    given = ctx.params
    file, colons, _ = incomplete.partition("::")
    # An id names its file, wherever that is.
    paths = [Path(file)] if colons and Path(file).is_file() else suite_paths(given.get("paths") or ())
    root = Path(given.get("root") or ".")
    return load_suites(paths, root=root, allow_external=bool(given.get("allow_external_files")))


class _TooLongError(BaseException):  # no reader of files may take it for a fault of its file
    """Reading the suites takes longer than anybody waits for a completion."""


@contextmanager
def _limited() -> Iterator[None]:
    """Give up after a while, where the system has a clock that interrupts."""
    import signal  # noqa: PLC0415  # only when a shell asks

    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise _TooLongError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


tags = _of_suites(lambda loaded: sorted({tag for cell in loaded.cells() for tag in cell.tags}))
controls = _of_suites(lambda loaded: sorted({name for cell in loaded.cells() for name in cell.scenario.controls}))
_frameworks = _of_suites(
    lambda loaded: sorted({name.partition(":")[0] for cell in loaded.cells() for name in cell.scenario.controls})
)
principals = _of_suites(lambda loaded: (name for account in loaded.accounts for name in account.principals))
sessions = _of_suites(lambda loaded: (cell.session for cell in loaded.cells()))
compared = _of_suites(
    lambda loaded: (
        *(name for account in loaded.accounts for name in account.principals),
        *(cell.session for cell in loaded.cells()),
    )
)
own_policies = _of_suites(lambda loaded: (one.name for account in loaded.accounts for one in account.loaded_policies))
_ids = _of_suites(lambda loaded: (cell.id for cell in loaded.cells()))


def cells(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete a cell's id, step by step where there are many, and then the paths of suites."""
    found = files(ctx, param, incomplete)
    return found if ctx.params.get("arguments") else [*found, *_ids(ctx, param, incomplete)]


def framework(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete a framework that scenarios name controls of, and then the paths of suites."""
    found = files(ctx, param, incomplete)
    return found if ctx.params.get("arguments") else [*found, *_frameworks(ctx, param, incomplete)]


def only(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete the name of a dimension, then a value that cells have there."""
    from simulator.suites.select import DIMENSIONS  # noqa: PLC0415  # only when a shell asks

    name, equals, _ = incomplete.partition("=")
    if not equals or name not in DIMENSIONS:
        return _offered([f"{each}=" for each in DIMENSIONS], incomplete)
    said: Callable[[Cell], str] = DIMENSIONS[name]
    return _of_suites(lambda loaded: (f"{name}={said(cell)}" for cell in loaded.cells()))(ctx, param, incomplete)


def policies(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete a file, or the name of an AWS managed policy."""
    from simulator.catalogue.managed import managed_names  # noqa: PLC0415  # only when a shell asks

    return [*files(ctx, param, incomplete), *_offered(managed_names(), incomplete)]


def actions(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete a service, then its actions."""
    from simulator.catalogue import load  # noqa: PLC0415  # only when a shell asks

    catalogue = load()
    service, colon, _ = incomplete.partition(":")
    names = catalogue.match(f"{service}:*") if colon else (f"{name}:" for name in catalogue.services())
    return _offered(names, incomplete)


def catalogued(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete an action, or the name of an AWS managed policy."""
    from simulator.catalogue.managed import managed_names  # noqa: PLC0415  # only when a shell asks

    named = _offered(managed_names(), incomplete) if incomplete else []
    return [*actions(ctx, param, incomplete), *named]


def _offered(values: Iterable[str], incomplete: str) -> _Items:
    """Return the values that begin as typed, case ignored; of too many, how they go on up to where they part."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # only when a shell asks

    start = incomplete.lower()
    found = [value for value in values if value.lower().startswith(start) and value.isprintable()]
    if len(found) > _MANY and (stages := _stages(found, len(incomplete))):
        found = stages
    # A list that is cut would let the shell complete what only its beginning has in common.
    if len(found) > _MOST:
        found = list(dict.fromkeys(value[: len(incomplete) + 1] for value in found))
        return [CompletionItem(value, type=PART) for value in found]
    return [CompletionItem(value, type=PART if value.endswith(_GOES_ON) else "plain") for value in found]


def _stages(found: Sequence[str], typed: int) -> list[str]:
    """Cut the ids of cells behind the first part in which they differ; none where nothing is cut."""
    for parts in count(1):
        ends = re.compile(f"(?s).{{{typed}}}(?:.*?(?:::|]-)){{{parts}}}")
        cut = list(dict.fromkeys(match[0] if (match := ends.match(value)) else value for value in found))
        if len(cut) > 1:
            return cut if len(cut) < len(found) else []
    return []
