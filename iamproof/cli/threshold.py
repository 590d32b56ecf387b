"""``--fail-under``: the percentage that is asked for, and what misses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fractions import Fraction

    from simulator.suites.coverage import Coverage

__all__ = ["asked", "failing"]


def asked(text: str | None) -> Fraction | None:
    """Read a percentage; raise `InputError` for what is none."""
    if text is None:
        return None
    from iamproof.covered import percentage  # noqa: PLC0415  # --help needs no renderer

    return percentage(text, "--fail-under")


def failing(coverage: Coverage, threshold: Fraction | None) -> int:
    """Return 1, and say so, when less is covered than *threshold*."""
    from iamproof.covered import short_of  # noqa: PLC0415  # --help needs no renderer

    words = short_of(coverage, threshold)
    if words is not None:
        click.echo(f"iamproof: {words}", err=True)
    return 0 if words is None else 1
