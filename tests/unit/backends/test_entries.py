"""Context entries are refused and normalised as the service does it (Z7, A15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from simulator.backends.entries import read_entries
from simulator.backends.faults import Fault

if TYPE_CHECKING:
    from simulator.backends.shapes import ContextEntry


def entry(values: list[str], kind: str = "string", name: str = "stack:key") -> ContextEntry:
    """Make an entry."""
    return cast("ContextEntry", {"ContextKeyName": name, "ContextKeyValues": values, "ContextKeyType": kind})


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("string", " as given ", " as given "),
        ("string", "", ""),
        ("boolean", "yes", "yes"),
        ("numeric", "01.00", "1.00"),
        ("numeric", "+1", "1"),
        ("numeric", "-0.0", "0.0"),
        ("date", "2035-01-02", "2035-01-02T00:00:00.000Z"),
        ("date", "0", "1970-01-01T00:00:00.000Z"),
        ("date", "2035-01-02T03:04:05+02:00", "2035-01-02T01:04:05.000Z"),
        ("date", "2035-01-02T03:04:05.123456Z", "2035-01-02T03:04:05.123Z"),
        ("date", "253402300800", "+10000-01-01T00:00:00.000Z"),
        ("ip", "2001:0db8::1", "2001:0db8::1"),
        ("ip", "192.000.2.1", "192.000.2.1"),
        ("binary", "YQ==", "YQ=="),
    ],
)
def test_values_take_their_text_form(kind: str, text: str, expected: str) -> None:
    """The text is what String operators see."""
    assert read_entries([entry([text], kind)]) == {"stack:key": expected}
    assert read_entries([entry([text, text], f"{kind}List")]) == {"stack:key": (expected, expected)}


@pytest.mark.parametrize("text", ["1e2", "1e9999", "010", ".5", "5."])
def test_numbers_in_other_spellings_are_taken(text: str) -> None:
    """What Java reads as a decimal is a number."""
    assert isinstance(read_entries([entry([text], "numeric")])["stack:key"], str)


@pytest.mark.parametrize("text", ["2035", "2035-01", "2035-01-02T03:04Z", "1735787045", "2035-01-02T03:04:05"])
def test_dates_in_other_spellings_are_taken(text: str) -> None:
    """Year, month, minute, epoch seconds, no zone."""
    assert isinstance(read_entries([entry([text], "date")])["stack:key"], str)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("numeric", "abc", "numeric format"),
        ("numeric", "NaN", "numeric format"),
        ("numeric", "Infinity", "numeric format"),
        ("numeric", "0x10", "numeric format"),
        ("numeric", " 1 ", "numeric format"),
        ("date", "tomorrow", "DateTime format"),
        ("ip", "999.0.0.1", "IP address"),
        ("ip", "192.0.2.0/24", "IP address"),
        ("ip", "fe80::1%eth0", "IP address"),
        ("binary", "not base64", "base-64 encoded binary format"),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, text: str, expected: str) -> None:
    """The message names the key and the format."""
    for name in (kind, f"{kind}List"):
        with pytest.raises(Fault) as caught:
            read_entries([entry([text], name)])
        assert caught.value.message == f"Invalid context value for key stack:key: expected {expected}."


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{"ContextKeyValues": ["x"], "ContextKeyType": "string"}], "ContextKeyName cannot be null or empty."),
        ([{"ContextKeyName": "a:bcd", "ContextKeyValues": ["x"]}], "Context key a:bcd has invalid type null."),
        (
            [{"ContextKeyName": "a:bcd", "ContextKeyType": "string"}],
            "Context values for context key a:bcd cannot be null or empty.",
        ),
        ([entry([], "stringList", "a:bcd")], "Context values for context key a:bcd cannot be null or empty."),
        ([entry(["a", "b"])], "Context key string expected a single value, but received 2."),
        ([entry(["a"], name="a:bcd"), entry(["b"], name="A:BCD")], "Duplicate context key: A:BCD."),
    ],
)
def test_a_bad_entry_is_refused(entries: list[Any], expected: str) -> None:
    """In the service's words, with its code and status."""
    with pytest.raises(Fault) as caught:
        read_entries(entries)
    assert (caught.value.code, caught.value.status, caught.value.message) == ("InvalidInput", 400, expected)


def test_an_entry_without_members_is_ignored() -> None:
    """The errors for missing members need another member to be there."""
    assert read_entries([{}, entry(["x"])]) == {"stack:key": "x"}
