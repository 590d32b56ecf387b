"""Every format says of which date the catalogue is, and warns where it is old."""

from __future__ import annotations

import dataclasses
import html

import pytest

import reports
from reports import terminal
from tests.unit.reports.sample import hostile_run, sample_run

AGED = "the catalogue of 2026-10-27 is 427 days old: newer actions are taken for unknown ones"
FORMATS = ["txt", *reports.FORMATS]


def rendered(fmt: str, *warnings: str) -> str:
    run = dataclasses.replace(sample_run(), warnings=warnings)
    return html.unescape(terminal.render(run) if fmt == "txt" else reports.render(run, fmt))


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_date_stands_in_every_format(fmt: str) -> None:
    catalogue = sample_run().catalogue
    assert catalogue is not None
    assert catalogue.date in rendered(fmt)


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_warning_stands_in_every_format(fmt: str) -> None:
    assert AGED in rendered(fmt, AGED)
    assert AGED not in rendered(fmt)


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_run_without_catalogue_names_none(fmt: str) -> None:
    run = dataclasses.replace(hostile_run(), catalogue=None)
    assert "Catalogue of" not in (terminal.render(run) if fmt == "txt" else reports.render(run, fmt))
