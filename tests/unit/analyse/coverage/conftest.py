"""The folder that tests of coverage work in."""

from tests.unit.suites.conftest import world

__all__ = ["world"]
