"""How values are read: numbers, dates, addresses."""

from __future__ import annotations

import pytest

from simulator.policy.operators import parse_date, parse_ip, parse_number


@pytest.mark.parametrize("text", ["1", "01", "+1", "1.0", "1e0", "10e-1"])
def test_one_has_many_spellings(text: str) -> None:
    assert parse_number(text) == 1


@pytest.mark.parametrize(
    "text", ["", " 1 ", "1_000", "0x10", "NaN", "Infinity", "1e9999999999", "١", "1,0", "9" * 2000]
)
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-01",
        "2020",
        "2020-01-01T00:00Z",
        "2020-01-01T01:00:00+01:00",
        "2020-01-01T01:00:00+0100",
        "2019-12-31T24:00:00Z",
        "2020-01-01t00:00:00.000000000z",
        "1577836800",
    ],
)
def test_one_moment_has_many_spellings(text: str) -> None:
    expected = 2020 if text == "2020" else 1_577_836_800
    assert parse_date(text) == expected * 1000


@pytest.mark.parametrize("text", ["", "tomorrow", "234-13", "2020-13-01", "2020-02-30", "2020-01-01T25:00Z", "9" * 20])
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_years_beyond_pythons_calendar_are_dates() -> None:
    far, near = parse_date("+100000-01-01"), parse_date("2000-01-01")
    assert far is not None
    assert near is not None
    assert far - near == (98_000 // 400) * 146_097 * 86_400_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.000.002.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("10.0.0.0/8", None),
        ("fe80::1%eth0", None),
        ("", None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    found = parse_ip(text)
    assert (None if found is None else str(found)) == expected
