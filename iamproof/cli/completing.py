"""What a shell completes beside the names of commands and options: formats, cells, names that suites declare.

click asks the functions here for one option's or argument's values (`docs/how-to/complete-in-the-shell.md`).
Half-written files are the rule while somebody types, so what can't be read completes nothing and says nothing.
"""

# ruff: noqa: ARG001  # click calls each with context, parameter and what is typed

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from simulator.errors import IamproofError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import click
    from click.shell_completion import CompletionItem

    from simulator.suites.cells import Cell
    from simulator.suites.load import Loaded

    _Items: TypeAlias = "list[CompletionItem]"
    _Complete: TypeAlias = Callable[[click.Context, click.Parameter, str], _Items]

__all__ = [
    "actions",
    "backends",
    "cells",
    "commands",
    "controls",
    "files",
    "folders",
    "only",
    "policies",
    "principals",
    "reports",
    "tags",
]

_BASH = "bash_complete"
_MOST = 2000  # items; a list beyond that helps nobody, and shells take long to show it


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
    return _plain(("embedded", "moto", "aws", "recording:"), incomplete)


def _of_suites(names: Callable[[Loaded], Iterable[str]], *, colons: bool = False) -> _Complete:
    """Return a function that completes names found in the suites; with *colons* they can't be typed in bash."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
        # bash breaks words at colons, and blanks would need quotes that it does not keep.
        if colons and os.environ.get("_IAMPROOF_COMPLETE") == _BASH:
            return []
        try:
            return _plain(dict.fromkeys(names(_loaded(ctx))), incomplete)
        except IamproofError:
            return []

    return complete


def _loaded(ctx: click.Context) -> Loaded:
    from iamproof.session import DEFAULT_PATH  # noqa: PLC0415  # only when a shell asks
    from simulator.suites.load import load_suites  # noqa: PLC0415  # only when a shell asks

    given = ctx.params
    paths = [Path(path) for path in given.get("paths") or ()] or [Path(DEFAULT_PATH)]
    root = Path(given.get("root") or ".")
    return load_suites(paths, root=root, allow_external=bool(given.get("allow_external_files")))


tags = _of_suites(lambda loaded: sorted({tag for cell in loaded.cells() for tag in cell.tags}))
controls = _of_suites(
    lambda loaded: sorted({name for cell in loaded.cells() for name in cell.scenario.controls}), colons=True
)
principals = _of_suites(lambda loaded: (name for account in loaded.accounts for name in account.principals))
_ids = _of_suites(lambda loaded: (cell.id for cell in loaded.cells()), colons=True)


def cells(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete a cell's id, and then the paths of suites."""
    found = files(ctx, param, incomplete)
    return found if ctx.params.get("arguments") else [*found, *_ids(ctx, param, incomplete)]


def only(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete the name of a dimension, then a value that cells have there."""
    from simulator.suites.select import DIMENSIONS  # noqa: PLC0415  # only when a shell asks

    name, equals, _ = incomplete.partition("=")
    if not equals or name not in DIMENSIONS:
        return _plain([f"{each}=" for each in DIMENSIONS], incomplete)
    said: Callable[[Cell], str] = DIMENSIONS[name]
    return _of_suites(lambda loaded: (f"{name}={said(cell)}" for cell in loaded.cells()))(ctx, param, incomplete)


def policies(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete a file, or the name of an AWS managed policy."""
    from simulator.catalogue.managed import managed_names  # noqa: PLC0415  # only when a shell asks

    return [*files(ctx, param, incomplete), *_plain(managed_names(), incomplete)]


def actions(ctx: click.Context, param: click.Parameter, incomplete: str) -> _Items:
    """Complete a service, then its actions."""
    from simulator.catalogue import load  # noqa: PLC0415  # only when a shell asks

    catalogue = load()
    service, colon, _ = incomplete.partition(":")
    names = catalogue.match(f"{service}:*") if colon else (f"{name}:" for name in catalogue.services())
    return _plain(names, incomplete)


def _plain(values: Iterable[str], incomplete: str) -> _Items:
    """Return the values that begin as typed, case ignored."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  # only when a shell asks

    start = incomplete.lower()
    return [CompletionItem(value) for value in values if value.lower().startswith(start)][:_MOST]
