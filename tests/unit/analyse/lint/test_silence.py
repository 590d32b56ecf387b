"""Silences: with a reason, for a code that exists, as long as they are needed."""

from __future__ import annotations

import pytest

from simulator.analyse.lint.silence import Silence, read_silences, silenced
from simulator.errors import Diagnostic, InputError, Severity, Span
from simulator.text.source import Source
from simulator.text.yaml import parse_yaml


def _read(text: str) -> tuple[Silence, ...]:
    return read_silences(parse_yaml(Source.of_text(text, name="iamproof.yaml")))


def _found(code: str, file: str, severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic(code, "a message", Span(file, 1, 1, 1, 2), severity=severity)


def test_a_silence_covers_its_code_in_its_files() -> None:
    silences = _read("- {code: policy-size, file: policies/*.json, reason: ' reviewed '}")
    found = [
        _found("policy-size", "policies/a.json"),
        _found("policy-size", "b.json"),
        _found("tag-near", "policies/a.json"),
    ]
    left, quiet = silenced(found, silences)
    assert left == (found[1], found[2])
    assert [(one.diagnostic, one.reason) for one in quiet] == [(found[0], "reviewed")]


def test_a_silence_without_file_covers_all() -> None:
    left, _ = silenced([_found("policy-size", "x/y.json")], _read("- {code: policy-size, reason: reviewed}"))
    assert left == ()


def test_what_silences_nothing_is_a_warning() -> None:
    left, _ = silenced([], _read("- code: policy-size\n  file: gone.json\n  reason: reviewed"))
    assert [(one.code, one.severity, one.span.line if one.span else 0) for one in left] == [
        ("silence-unused", Severity.WARNING, 1)
    ]


def test_an_unusable_input_is_never_silenced() -> None:
    fault = _found("json-syntax", "a.json", Severity.ERROR)
    left, quiet = silenced([fault], _read("- {code: json-syntax, reason: later}"), fatal=frozenset({"json-syntax"}))
    assert left[0] == fault
    assert quiet == ()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("- {code: policy-sizes, reason: x}", "wrong-value", "did you mean `policy-size`?"),
        ("- {code: policy-size}", "missing-key", ""),
        ("- {code: policy-size, reason: ' '}", "wrong-value", ""),
        ("- {code: policy-size, reason: x, files: y}", "unknown-key", "did you mean `file`?"),
        ("{code: policy-size}", "wrong-type", ""),
    ],
)
def test_a_silence_must_say_what_and_why(text: str, code: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(text)
    fault = caught.value.diagnostics[0]
    assert (fault.code, words in fault.help) == (code, True)


def test_none_and_nothing_are_no_silences() -> None:
    assert read_silences(None) == ()
    assert _read("~") == ()
