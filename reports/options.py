"""What a caller may choose about a report; one closed set for all formats.

A format reads the options that concern it and ignores the rest, so that one command line serves
several reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from simulator.values import dataclass

if TYPE_CHECKING:
    from reports.signoff import SignOff
    from simulator.suites.result import Run

__all__ = ["Options"]


@dataclass(frozen=True, slots=True)
class Options:
    """The choices; the defaults are those of ``--report FORMAT=FILE`` alone.

    `baseline` is an earlier run to compare with, `signoff` a review to print, `oscal_findings` a review
    whose statements become OSCAL findings.  `full` writes out what is otherwise shortened.  `strict`
    keeps JUnit to the elements every reader knows.  `external_assets` moves the HTML's style and
    script into files of their own; `split_by` writes an HTML page per suite.
    """

    baseline: Run | None = None
    signoff: SignOff | None = None
    oscal_findings: SignOff | None = None
    full: bool = False
    strict: bool = False
    external_assets: bool = False
    split_by: Literal["suite"] | None = None
