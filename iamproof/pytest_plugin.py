"""The pytest plugin: a cell a test (``docs/pytest.md``).

Loaded in every pytest run of an environment that has iamproof, so it imports nothing until a suite is
collected: projects without suites pay for the options only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from iamproof.pytest_cells import Suites
    from iamproof.pytest_iam import Iam

_ENDINGS = (".yaml", ".yml")
_BACKENDS = "embedded, moto, aws or recording:FILE"
PROPERTY = "iamproof"  #: the name under which `user_properties` hold a cell's result, as JSON
_KEY: pytest.StashKey[Suites] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Mirror the options of ``iamproof test``."""
    group = parser.getgroup("iamproof", "IAM policy suites")
    group.addoption("--iam-backend", default="embedded", metavar="NAME", help=f"who decides: {_BACKENDS}")
    group.addoption(
        "--iam-report", action="append", default=[], metavar="[FORMAT=]FILE", help="write a report; repeatable"
    )
    group.addoption("--iam-strict", action="store_true", help="warnings, such as a vacuous pass, fail too")
    parser.addini("iamproof_paths", "folders and files with suites", type="args", default=["scenarios"])


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a report that can't be written before anything runs."""
    targets = config.getoption("--iam-report")
    if targets and not hasattr(config, "workerinput"):
        from iamproof.pytest_cells import checked_targets  # noqa: PLC0415  # only with --iam-report

        checked_targets(targets)
        config.pluginmanager.register(Results(config), "iamproof-results")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the suites below the configured paths."""
    if file_path.suffix not in _ENDINGS or not _configured(file_path, parent.config):
        return None
    from iamproof.pytest_cells import SuiteFile  # noqa: PLC0415  # only where there are suites

    if not _suites(parent.config).names(file_path):
        return None
    collected: pytest.Collector = SuiteFile.from_parent(parent, path=file_path, suites=_suites(parent.config))
    return collected


def _configured(file_path: Path, config: pytest.Config) -> bool:
    roots = (config.rootpath / path for path in config.getini("iamproof_paths"))
    return any(file_path == root or root in file_path.parents for root in roots)


def _suites(config: pytest.Config) -> Suites:
    from iamproof.pytest_cells import Suites  # noqa: PLC0415  # only where there are suites

    if _KEY not in config.stash:
        config.stash[_KEY] = Suites(config)
    return config.stash[_KEY]


class Results:
    """Gathers the results of cells from the reports of tests, those of other processes too."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the last result of each cell: a crashed worker's cells are run again elsewhere."""
        for name, value in report.user_properties:
            if name == PROPERTY:
                self._found[report.nodeid] = str(value)

    def pytest_sessionfinish(self) -> None:
        """Write the reports, in the process that has all results."""
        from iamproof.pytest_cells import write_reports  # noqa: PLC0415  # only with --iam-report

        write_reports(_suites(self._config), tuple(self._found.values()), self._config)


@pytest.fixture
def iam() -> Iam:
    """Give hand-written tests the embedded client, `assert_allowed` and `assert_denied`."""
    from iamproof.pytest_iam import Iam  # noqa: PLC0415  # only for tests that ask

    return Iam()
