"""What a proof may cost: steps are counted, so that hostile policies end in an answer.

Every limit ends in `Undecided`, which becomes the answer `Unknown`: nothing is called proved because the
search was cut short.
"""

from __future__ import annotations

__all__ = ["Budget", "Undecided"]


class Undecided(Exception):  # noqa: N818  # no error: the third of three answers
    """The question can't be decided here; `reason` says why, as in an answer."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Budget:
    """Steps that are left of *limit*; a step costs about ten microseconds."""

    __slots__ = ("left", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = self.left = limit

    @property
    def spent(self) -> bool:
        """Tell whether nothing is left."""
        return self.left < 0

    def spend(self, steps: int = 1) -> None:
        """Take *steps*, or give up."""
        self.left -= steps
        if self.left < 0:
            raise Undecided(f"more than {self.limit:,} steps")
