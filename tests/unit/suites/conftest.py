"""The folder that tests of suites work in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.suites.world import World

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty folder but for an account; it is the current one."""
    monkeypatch.chdir(tmp_path)
    return World(tmp_path)
