"""The JSON Schemas as editors and CI use them: by check-jsonschema, on the shipped files and on mistakes."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from iamproof import cli

ROOT = Path(__file__).parents[2]
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
FILES = sorted((ROOT / "scenarios").glob("*.yaml"))

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(
        importlib.util.find_spec("check_jsonschema") is None, reason="check-jsonschema is not installed; tox brings it"
    ),
]


def validated(schema: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    """Validate files as CI would."""
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(schema), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"NO_COLOR": "1"})


def schema_of(file: Path) -> Path:
    """Return the schema that the first line of *file* names."""
    found = MODELINE.match(file.read_text(encoding="utf-8"))
    assert found is not None, f"{file.name} names no schema"
    return (file.parent / found[1]).resolve()


@pytest.mark.parametrize("kind", ["suite", "account", "base"])
def test_the_shipped_files_are_valid_by_the_schema_that_they_name(kind: str) -> None:
    files = [file for file in FILES if schema_of(file).name == f"{kind}.schema.json"]
    assert files
    done = validated(schema_of(files[0]), *files)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_every_shipped_file_names_a_schema_that_is_there() -> None:
    assert {schema_of(file).is_file() for file in FILES} == {True}


def test_mistakes_are_told_by_the_schema_that_the_command_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli._run(["schema", "suite"])
    (tmp_path / "suite.schema.json").write_text(capsys.readouterr().out, encoding="utf-8")
    text = "suite: S\npolicies: [p.json]\nscenarios:\n  - {name: a, action: iam:ListUsers, expect: alow}\n"
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    done = validated(tmp_path / "suite.schema.json", tmp_path / "s.yaml")
    assert done.returncode == 1
    assert "$.scenarios[0].expect: 'alow' is not one of ['allow', 'deny', " in done.stdout
    assert "$.scenarios[0]: Additional properties are not allowed ('action' was unexpected)" in done.stdout
