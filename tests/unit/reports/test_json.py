"""The canonical JSON: what it holds, that it reads back, that its digest covers what is stable."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from reports.json import SCHEMA, STABLE, chunks, dump, load, result_digest
from reports.redact import redact
from simulator.errors import InputError
from simulator.suites import coverage, mutation, result
from tests.unit.reports.sample import big_run, empty_run, hostile_run, make_run, sample_run

if TYPE_CHECKING:
    from simulator.suites.result import Run

RUNS = [sample_run(), empty_run(), hostile_run()]


def schema() -> dict[str, Any]:
    """Read the published schema."""
    text = resources.files("reports").joinpath("schema", "run.schema.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("run", RUNS, ids=["sample", "empty", "hostile"])
def test_a_report_reads_back_equal(run: Run) -> None:
    assert run == load(dump(run))


@pytest.mark.parametrize("run", RUNS, ids=["sample", "empty", "hostile"])
def test_a_report_is_valid_by_its_published_schema(run: Run) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(json.loads(dump(run)))


def test_keys_are_sorted_and_a_line_holds_a_cell() -> None:
    text = dump(sample_run())
    data = json.loads(text)
    assert json.dumps(data, sort_keys=True) == json.dumps(data)
    assert len(data["cells"]) == sum(line.startswith('{"action"') for line in text.splitlines())


def test_the_fields_of_the_contract_are_there() -> None:
    data = json.loads(dump(sample_run()))
    assert data["schema"] == SCHEMA
    assert data["tool"] == {"name": "iamproof", "version": "0.1.0"}
    assert data["git"] == {"commit": "0f" * 20, "dirty": False}
    assert {"policy", "sid", "file", "line", "column", "end_line", "end_column"} == set(data["cells"][0]["deciding"][0])
    live = next(cell["live"] for cell in data["cells"] if cell["live"])
    assert {"actual", "rule"} == set(live)


def test_without_a_checkout_git_is_null() -> None:
    assert json.loads(dump(sample_run(git_commit=None)))["git"] is None


def test_the_schema_names_every_field_of_the_model() -> None:
    definitions = schema()["$defs"]
    pairs = {
        "cell": "CellResult",
        "policy": "PolicyInfo",
        "suite": "SuiteInfo",
        "account": "AccountInfo",
        "catalogue": "CatalogueInfo",
        "policy_coverage": "PolicyCoverage",
        "statement_coverage": "StatementCoverage",
        "condition_coverage": "ConditionCoverage",
        "entry_coverage": "EntryCoverage",
        "left_out": "LeftOut",
        "mutated_policy": "MutatedPolicy",
        "invariant": "InvariantResult",
    }
    vocabulary = {**vars(result), **vars(coverage), **vars(mutation)}
    for name, definition in definitions.items():
        if name == "actual":
            continue
        model = vocabulary[pairs.get(name, name.capitalize())]
        assert sorted(field.name for field in dataclasses.fields(model)) == sorted(definition["properties"]), name


def test_anybody_can_check_the_digest_with_the_standard_library() -> None:
    data = json.loads(dump(hostile_run()))
    stable = {key: data[key] for key in STABLE if key in data}
    canonical = json.dumps(stable, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest() == data["result_digest"]


def test_a_report_from_before_the_unspoken_were_counted_keeps_its_digest() -> None:
    suites = tuple(dataclasses.replace(suite, unspoken=None) for suite in sample_run().suites)
    text = dump(sample_run(suites=suites))
    assert "unspoken" not in text
    assert load(text).suites == suites
    jsonschema.Draft202012Validator(schema()).validate(json.loads(text))


@pytest.mark.parametrize(
    "fields", [{"started": "2027-01-01T00:00:00Z"}, {"tool_version": "9"}, {"command": ("x",)}, {"git_commit": None}]
)
def test_the_digest_is_blind_to_who_and_when(fields: dict[str, Any]) -> None:
    assert result_digest(sample_run()) == result_digest(sample_run(**fields))


def test_the_digest_sees_every_stable_member() -> None:
    empty = dict.fromkeys(("failures", "warnings", "policies", "accounts", "suites", "residual_risks"), ())
    changes: dict[str, Any] = {**empty, "backend": "aws", "source": "x", "catalogue": None}
    digests = {result_digest(sample_run(**{name: value})) for name, value in changes.items()}
    digests |= {result_digest(sample_run()), result_digest(dataclasses.replace(sample_run(), cells=()))}
    assert len(digests) == len(changes) + 2


@pytest.mark.parametrize(
    "change",
    [
        ('"outcome":"failed"', '"outcome":"passed"'),
        ('"failed":4', '"failed":0'),
        ("not read from AWS", "read from AWS"),
    ],
)
def test_an_edited_report_is_found_out(change: tuple[str, str]) -> None:
    text = dump(sample_run())
    assert change[0] in text
    with pytest.raises(InputError, match="changed after it was written"):
        load(text.replace(*change, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("iamproof/run@1", "iamproof/run@2"), "this version reads `iamproof/run@1`"),
        (('"line":12', '"line":"12"'), r"`cells\[0\].line` must be a whole number, not text"),
        (('"line":12', '"line":true'), r"`cells\[0\].line` must be a whole number, not true or false"),
        (('"line":12', '"line":1.5'), "whole numbers only"),
        (('"line":12', '"line":NaN'), "whole numbers only"),
        (('"line":12', '"line":' + "1" * 5000), "too long"),
        (('"line":12', '"row":12'), r"`cells\[0\]` has no `line`"),
        (('"line":12', '"line":12,"line":13'), "`line` twice"),
        (('"outcome":"passed"', '"outcome":"great"'), r"`cells\[0\].outcome` must be one of `passed`"),
        (('"requirement":["R1"]', '"requirement":"R1"'), r"`cells\[0\].requirement` must be a list, not text"),
        (('"resource":"*"', '"resource":null'), r"`cells\[0\].resource` must be text or a list, not null"),
        (('"summary":{', '"summary":["a"],"x":{'), "`summary` must be a mapping, not a list"),
        (('"tool":{', '"tool":null,"x":{'), "`tool` must be a mapping"),
    ],
)
def test_a_bad_report_is_bad_input_that_names_the_place(change: tuple[str, str], message: str) -> None:
    text = dump(sample_run())
    assert change[0] in text
    with pytest.raises(InputError, match=message):
        load(text.replace(*change, 1))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", '"x"', "{}", "[" * 100_000, '{"schema": 1}', "\ufeff{}"])
def test_anything_else_is_bad_input(text: str) -> None:
    with pytest.raises(InputError):
        load(text)


def test_members_of_a_later_version_are_left_alone() -> None:
    assert sample_run() == load(dump(sample_run()).replace('"line":12', '"later":{"x":[]},"line":12'))


def test_an_unfinished_cell_needs_no_optional_member() -> None:
    data = json.loads(dump(make_run(sample_run().cells[:1])))
    data["cells"][0] = {
        key: value
        for key, value in data["cells"][0].items()
        if key not in ("live", "waiver", "near", "why", "deciding")
    }
    assert load(json.dumps(data), verify=False).cells[0].deciding == ()


def test_a_secret_in_the_command_is_not_written() -> None:
    command = (
        "iamproof",
        "--password",
        "hunter2",
        "--api-token=abc",
        "https://me:pw@host/x",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "0f" * 20,
        "scenarios/",
    )
    text = dump(sample_run(command=command, environment={"url": "https://me:pw@host/"}))
    for secret in ("hunter2", "abc", "me:pw", "AKIA", "wJal"):
        assert f'"{secret}' not in text
        assert f"/{secret}" not in text
    assert "0f" * 20 in redact(command)
    assert redact(command) == redact(redact(command))


def test_24000_cells_come_in_pieces() -> None:
    longest = max(map(len, chunks(big_run(24_000))))
    assert longest < 1_000_000
