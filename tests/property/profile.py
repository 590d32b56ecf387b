"""How long the laws are tried: shortly and always alike by default, long and at random on demand.

``IAMPROOF_LONG_LAWS=1 pytest tests/property --hypothesis-seed=N`` is the long form; a number above 1 multiplies it.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

__all__ = ["LONG", "law", "tell"]

LONG = int(os.environ.get("IAMPROOF_LONG_LAWS", "0"))

law = settings(
    max_examples=2_000 * LONG if LONG else 30,
    derandomize=not LONG,
    deadline=None,  # other work on the machine must not fail a law
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""Decorates a law."""


def tell(text: str) -> None:
    """Say what a long run has tried: ``tox -e nightly`` shows it, and other runs of pytest don't."""
    print(text)  # noqa: T201  # pytest keeps it
