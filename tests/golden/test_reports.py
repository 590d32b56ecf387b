"""Every format of the sample run, to the byte.

A change that is meant is written with ``IAMPROOF_UPDATE_GOLDEN=1 pytest tests/golden`` and read in the
diff.  The HTML's style, script and their digests stand as placeholders.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import reports
from reports import terminal
from reports.html.environment import asset, policy
from tests.unit.reports.sample import make_run, sample_cells, sample_coverage, sample_mutation, sample_run

if TYPE_CHECKING:
    from simulator.suites.result import Run

FOLDER = Path(__file__).parent / "reports"
ENDINGS = {"junit": "junit.xml", "oscal": "oscal.json", "github": "github.txt"}


def earlier() -> Run:
    """Return a run before the pattern's star was planted, with a policy and a cell otherwise."""
    cells = [
        dataclasses.replace(cell, actual="implicitDeny", outcome="passed", differing=())
        if cell.target == "mfa device/others"
        else cell
        for cell in sample_cells()[1:]
    ]
    first, second = sample_run().policies
    before = dataclasses.replace(second, sha256="0" * 64, text=second.text.replace("username}*", "username}"))
    mutated, *others = sample_mutation().policies
    return make_run(
        tuple(cells),
        policies=(first, before),
        finished="2026-11-20T07:00:01Z",
        suites=tuple(dataclasses.replace(suite, unspoken=1300) for suite in sample_run().suites),
        coverage=sample_coverage(),
        mutation=dataclasses.replace(
            sample_mutation(), policies=(dataclasses.replace(mutated, killed=mutated.killed - 1), *others)
        ),
    )


def rendered(fmt: str) -> str:
    """Return the sample in one format, compared with `earlier`."""
    if fmt == "txt":
        return terminal.render(sample_run())
    text = reports.render(sample_run(), fmt, baseline=earlier())
    style, script = asset("report.css"), asset("report.js")
    security = policy(style, script, external=False).replace("'", "&#39;")
    return text.replace(style, "@@STYLE@@").replace(script, "@@SCRIPT@@").replace(security, "@@POLICY@@")


@pytest.mark.parametrize("fmt", ["txt", *reports.FORMATS])
def test_the_sample_renders_as_before(fmt: str) -> None:
    path = FOLDER / f"sample.{ENDINGS.get(fmt, fmt)}"
    actual = rendered(fmt).encode()
    if os.environ.get("IAMPROOF_UPDATE_GOLDEN"):
        path.write_bytes(actual)
    assert path.read_bytes().decode().splitlines() == actual.decode().splitlines()
    assert path.read_bytes() == actual
