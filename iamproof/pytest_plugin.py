"""The pytest plugin: a cell, or an invariant, a test (``docs/pytest.md``).

Loaded in every pytest run of an environment that has iamproof, so it imports nothing until a suite is
collected: projects without suites pay for the options only.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from iamproof.pytest_cells import Suites
    from iamproof.pytest_iam import Iam

_ENDINGS = (".yaml", ".yml")
_DEFAULT = ("scenarios",)
_HEAD = 1 << 20  # how far into a file the word `suite` is looked for
_BACKENDS = "embedded, moto, aws or recording:FILE"
PROPERTY = "iamproof"  #: the name under which `user_properties` hold a cell's result, as JSON
PROOF = "iamproof-invariant"  #: the same for an invariant's
_KEY: pytest.StashKey[Suites] = pytest.StashKey()
_ROOTS: pytest.StashKey[tuple[Path, ...]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Mirror the options of ``iamproof test``."""
    group = parser.getgroup("iamproof", "IAM policy suites")
    group.addoption("--iam-backend", default="embedded", metavar="NAME", help=f"who decides: {_BACKENDS}")
    group.addoption(
        "--iam-report", action="append", default=[], metavar="[FORMAT=]FILE", help="write a report; repeatable"
    )
    group.addoption("--iam-strict", action="store_true", help="warnings, such as a vacuous pass, fail too")
    group.addoption("--iam-coverage", action="store_true", help="say what the cells cover of the policies")
    group.addoption("--iam-fail-under", metavar="PERCENT", help="fail when less of the policies is covered")
    parser.addini("iamproof_paths", "folders and files with suites (default: scenarios)", type="args", default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what can't be used before anything runs."""
    stated = config.getini("iamproof_paths")
    roots = tuple(config.rootpath / path for path in stated or _DEFAULT)
    missing = [str(path) for path in stated or () if not (config.rootpath / path).exists()]
    if missing:
        raise pytest.UsageError(f"iamproof_paths: there is no `{missing[0]}` below {config.rootpath}")
    # The default folder has a common name: without a suite in it, it is somebody else's.
    empty: tuple[Path, ...] = ()
    config.stash[_ROOTS] = roots if stated or _mentioned(roots) else empty
    if not hasattr(config, "workerinput"):  # a worker judges nothing: its results travel with pytest's
        targets = config.getoption("--iam-report")
        if targets:
            from iamproof.pytest_conclusion import checked_targets  # noqa: PLC0415  # only with --iam-report

            checked_targets(targets)
        if config.getoption("--iam-fail-under") is not None:
            from iamproof.pytest_conclusion import checked_percentage  # noqa: PLC0415  # only with --iam-fail-under

            checked_percentage(config)
        config.pluginmanager.register(Results(config), "iamproof-results")


def _mentioned(roots: Sequence[Path]) -> bool:
    """Tell whether a YAML file below *roots* has the word `suite`; reading YAML takes imports."""
    return any(_has_word(path) for root in roots for path in root.rglob("*") if path.suffix.lower() in _ENDINGS)


def _has_word(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"suite" in file.read(_HEAD)
    except OSError:
        return False


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the suites below the configured paths."""
    if file_path.suffix.lower() not in _ENDINGS or not _configured(file_path, parent.config):
        return None
    from iamproof.pytest_cells import SuiteFile  # noqa: PLC0415  # only where there are suites

    suites = _suites(parent.config)
    if not suites.names(file_path):
        return None
    collected: pytest.Collector = SuiteFile.from_parent(parent, path=file_path, suites=suites)
    return collected


def _configured(file_path: Path, config: pytest.Config) -> bool:
    return any(file_path == root or root in file_path.parents for root in config.stash[_ROOTS])


def _suites(config: pytest.Config) -> Suites:
    from iamproof.pytest_cells import Suites  # noqa: PLC0415  # only where there are suites

    if _KEY not in config.stash:
        config.stash[_KEY] = Suites(config)
    return config.stash[_KEY]


class Results:
    """Gathers what was selected and decided, in other processes too, and judges the run as a whole."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._selected: set[str] = set()
        self._found: dict[str, str] = {}  # a crashed worker's cells are run again elsewhere: the last counts
        self._lost: dict[str, str] = {}  # why cells have no result
        self._proofs: dict[str, str] = {}
        self._said: list[str] = []
        self._told: list[str] = []
        self._unusable = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is left after all deselection."""
        self._selected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note what a worker will run: the process that writes reports collects nothing itself."""
        self._selected.update(ids)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a worker's result, and take it away before it fills the JUnit file."""
        if report.user_properties and (name := report.user_properties[-1][0]) in (PROPERTY, PROOF):
            text = str(report.user_properties.pop()[1])
            (self._found if name == PROPERTY else self._proofs)[report.nodeid] = text
        elif report.failed and _is_cell(report.nodeid):
            self._lost[report.nodeid] = f"not decided: {_first_line(report)}"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note that suites can't be used, in whatever process."""
        self._unusable = self._unusable or (report.failed and report.nodeid.endswith(_ENDINGS))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Iterator[None]:
        """Write the reports; fail a full run that leaves a policy undecided."""
        option = self._config.option
        if option.collectonly:
            return (yield)
        if any(map(_is_cell, self._selected)):
            from iamproof.pytest_conclusion import Elsewhere, conclude  # noqa: PLC0415  # only where there are suites

            self._said, self._told = conclude(
                _suites(self._config),
                self._selected,
                Elsewhere(self._found, self._lost, tuple(self._proofs.values())),
                self._config,
            )
            from iamproof.pytest_names import mend_junit  # noqa: PLC0415  # only where there are suites

            mend_junit(self._config.pluginmanager.get_plugins(), self._selected)
        elif self._config.getoption("--iam-report") and not session.testsfailed:
            self._said = ["no cell was selected"]
        if self._said and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if not self._config.pluginmanager.hasplugin("terminalreporter"):
            sys.stderr.writelines(f"iamproof: {line}\n" for line in self._said)
        # pytest-xdist counts errors of collection as failed tests; without it they end the run.
        if self._unusable and not option.continue_on_collection_errors:
            session.exitstatus = pytest.ExitCode.INTERRUPTED
        return (yield)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what is covered, and why the run as a whole fails; the short summary follows."""
        if any(map(_is_cell, self._selected)):
            from iamproof.pytest_names import mend_summary  # noqa: PLC0415  # only where there are suites

            mend_summary(terminalreporter.stats)
        if self._told:
            terminalreporter.section("IAM policy coverage", sep="=")
            for line in self._told:
                terminalreporter.line(line)
        if self._said:
            terminalreporter.section("iamproof", sep="=", red=True, bold=True)
            for line in self._said:
                terminalreporter.line(line, red=True)


def _is_cell(nodeid: str) -> bool:
    return ".yaml::" in nodeid or ".yml::" in nodeid


def _first_line(report: pytest.TestReport) -> str:
    return str(report.longrepr).strip().partition("\n")[0] if report.longrepr else "the test failed"


@pytest.fixture
def iam() -> Iam:
    """Give hand-written tests the embedded client, `assert_allowed` and `assert_denied`."""
    from iamproof.pytest_iam import Iam  # noqa: PLC0415  # only for tests that ask

    return Iam()
