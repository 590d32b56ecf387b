"""How values are read: numbers, dates, addresses."""

from __future__ import annotations

import pytest

from simulator.policy.operators import COMPARISONS, parse_date, parse_ip, parse_number
from simulator.policy.pattern import Pattern


@pytest.mark.parametrize("text", ["1", "01", "+1", "1.0", "1e0", "10e-1"])
def test_one_has_many_spellings(text: str) -> None:
    assert parse_number(text) == 1


@pytest.mark.parametrize(
    "text", ["", " 1 ", "1_000", "0x10", "NaN", "Infinity", "1e9999999999", "١", "1,0", "9" * 2000]
)
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_a_number_has_at_most_1024_characters() -> None:
    assert parse_number("9" * 1024) == int("9" * 1024)
    assert parse_number("9" * 1025) is None


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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "234-13",
        "2020-13-01",
        "2020-02-30",
        "2020-01-01T25:00Z",
        "2020-01-01T23:60Z",
        "2020-01-01T23:59:60Z",
        "2020-01-01T24:00:01Z",
        "2020-01-01T24:01Z",
        "9" * 20,
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2020-01-01T00:00:00-0130", 1_577_836_800 + 5400),
        ("2020-01-01T00:00:00+01", 1_577_836_800 - 3600),
        ("2020-01-01T01:02:03Z", 1_577_836_800 + 3723),
        ("1970-01-02", 86_400),
        ("1600-01-01", -11_676_096_000),
        ("2399-12-31", 13_569_465_600 - 86_400),
        ("2400-01-01", 13_569_465_600),
    ],
)
def test_moments(text: str, seconds: int) -> None:
    assert parse_date(text) == seconds * 1000


def test_of_a_fraction_milliseconds_count() -> None:
    assert [parse_date(f"1970-01-01T00:00:00{text}Z") for text in (".1", ",05", ".0019")] == [100, 50, 1]


def test_epoch_seconds_end_with_64_bits() -> None:
    last = 2**63 - 1
    assert (parse_date(str(last)), parse_date(str(last + 1))) == (last * 1000, None)


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
        ("0" * 57 + "1.2.3.4", "1.2.3.4"),
        ("0" * 58 + "1.2.3.4", None),
        ("", None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    found = parse_ip(text)
    assert (None if found is None else str(found)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("10.1.2.3/+08", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3/32"),
        ("10.1.2.3/32", "10.1.2.3/32"),
        ("10.1.2.3/33", None),
        ("10.1.2.3/00008", None),
        ("10.1.2.3/", None),
        ("10.1.2.3/-8", None),
        ("2001:db8::1", "2001:db8::1/128"),
        ("2001:db8::1/129", None),
        ("junk/8", None),
    ],
)
def test_ranges(text: str, expected: str | None) -> None:
    found = COMPARISONS["IpAddress"].read_policy(Pattern.parse(text))
    assert (None if found is None else str(found)) == expected


def test_an_address_lies_in_ranges_of_its_own_version() -> None:
    row = COMPARISONS["IpAddress"]
    everywhere = [row.read_policy(Pattern.parse(text)) for text in ("0.0.0.0/0", "::/0")]
    holds = [[row.holds(row.read(address), one) for one in everywhere] for address in ("10.0.0.1", "::1")]
    assert holds == [[True, False], [False, True]]


def test_arns_have_six_parts_or_are_none() -> None:
    row = COMPARISONS["ArnLike"]
    assert row.read("arn:aws:s3:::b:c") == ("arn", "aws", "s3", "", "", "b:c")
    assert [row.read(text) for text in ("arn:aws:s3::b", "ARN:aws:s3:::b")] == [None, None]
    assert [row.read_policy(Pattern.parse(text)) for text in ("arn:aws:s3::b", "a*")] == [None, None]
    star = row.read_policy(Pattern.parse("*"))
    assert row.holds(row.read("arn:aws:s3:::b"), star)


def test_letters_beyond_the_first_plane_keep_their_case() -> None:
    row = COMPARISONS["StringEqualsIgnoreCase"]
    assert row.read("ÄB") == "äb"
    assert row.read("A\U00010400B") == "a\U00010400b"


@pytest.mark.parametrize("name", COMPARISONS)
def test_variables_stand_in_texts_arns_and_flags_and_wildcards_in_some_of_them(name: str) -> None:
    row = COMPARISONS[name]
    assert row.variables is name.startswith(("String", "Arn", "Bool"))
    assert row.wildcards is (name in {"StringLike", "ArnLike", "ArnEquals"})
