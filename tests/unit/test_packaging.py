"""What packaging promises elsewhere than in code: lock files, licences, commands written in two places."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = {
    "requirements.lock": [],
    "requirements-dev.lock": ["dev"],
    "requirements-awscli.lock": ["awscli"],
    "requirements-pytest8.lock": ["pytest8"],
}
COMMAND = re.compile(r"^```sh\n(python3 -m venv .*)\n```$", re.MULTILINE)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _lines(lock: str) -> list[str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if not line.startswith("#")]


def _pinned(lock: str) -> dict[str, list[Requirement]]:
    pinned: dict[str, list[Requirement]] = {}
    for line in _lines(lock):
        requirement = Requirement(line)
        pinned.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return pinned


def _group(name: str) -> list[Requirement]:
    """Return the requirements of a dependency group, its included groups among them."""
    found = []
    for item in _project()["dependency-groups"][name]:
        found += _group(item["include-group"]) if isinstance(item, dict) else [Requirement(item)]
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_exact_versions_and_names_no_place(lock: str) -> None:
    exact = re.compile(r"[\w.-]+==[\w.+!]+( ; [^/@]+)?")
    assert [line for line in _lines(lock) if not exact.fullmatch(line)] == []
    assert not re.search(r"://|--(find-links|(extra-)?index-url)", (ROOT / lock).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("lock", "groups"), LOCKS.items())
def test_lock_satisfies_what_the_project_asks_for(lock: str, groups: list[str]) -> None:
    pinned = _pinned(lock)
    asked = [Requirement(text) for text in _project()["project"]["dependencies"]]
    asked += [requirement for group in groups for requirement in _group(group)]
    for requirement in asked:
        for found in pinned[canonicalize_name(requirement.name)]:
            (pin,) = found.specifier
            assert requirement.specifier.contains(pin.version), requirement


def test_both_commands_agree_on_what_runs() -> None:
    """The second set-up must not change a version that the first one installed."""
    dev = _pinned("requirements-dev.lock")
    for name, pins in _pinned("requirements.lock").items():
        assert {pin.specifier for pin in pins} <= {pin.specifier for pin in dev[name]}, name


def test_ci_runs_the_test_command_of_the_readme() -> None:
    commands = COMMAND.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_plugin_is_registered_under_its_module_name() -> None:
    """Under another name pytest would refuse the second registration, by the top conftest.py."""
    entries = _project()["project"]["entry-points"]["pytest11"]
    assert list(entries.keys()) == list(entries.values())


def test_distribution_carries_its_licences() -> None:
    try:
        files = metadata.files("iamproof") or []
    except metadata.PackageNotFoundError:
        pytest.skip("iamproof is not installed here")
    names = {file.name for file in files if file.parent.name == "licenses"}
    assert names == {"LICENSE", "NOTICE"}
