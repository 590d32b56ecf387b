"""The time of a run: UTC, to the second, fixed by ``SOURCE_DATE_EPOCH`` so that equal runs give equal bytes."""

from __future__ import annotations

import datetime as dt
import os

from simulator.errors import Diagnostic, InputError

__all__ = ["now", "today"]

_VARIABLE = "SOURCE_DATE_EPOCH"


def now() -> str:
    """Return the time as ``2026-10-27T12:00:00Z``; raise `InputError` when the variable can't be read."""
    return _moment().strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> dt.date:
    """Return the date."""
    return _moment().date()


def _moment() -> dt.datetime:
    fixed = os.environ.get(_VARIABLE)
    if not fixed:
        return dt.datetime.now(dt.UTC)
    try:
        return dt.datetime.fromtimestamp(int(fixed), dt.UTC)
    except (ValueError, OverflowError, OSError):
        message = f"the environment's `{_VARIABLE}` is `{fixed[:40]}`, and no time"
        raise InputError([Diagnostic("option", message, help="give seconds since 1970, or unset it")]) from None
