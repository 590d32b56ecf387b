"""The warning that the catalogue's data are old, by commands whose answers hang on them.

Runs of suites and `check` tell it among their own warnings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from simulator.catalogue import Catalogue

__all__ = ["warn_of_age"]


def warn_of_age(catalogue: Catalogue) -> None:
    """Say on standard error that the data are old, where they are."""
    from simulator.clock import today  # noqa: PLC0415  # --help needs no simulator

    message = catalogue.stale(today())
    if message is not None:
        click.echo(f"warning: {message}", err=True)
