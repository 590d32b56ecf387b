"""The ways in which people run pytest, with suites: pytest's own options, its plugins, and hand-written tests."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml  # noqa: F401  # else pytester would forget it after a run, and what was built on it would be left

import iamproof.pytest_cells  # noqa: F401  # the same
from tests.e2e.test_pytest_plugin import ACCOUNT, READ, READS, SUITE, WRITES

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]
PLUGIN = ("-p", "iamproof.pytest_plugin", "-p", "no:cacheprovider")
BAD = READ.replace("s3:ListBucket", "s3:*")


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one suite of two cells that hold."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]\naddopts = --strict-markers\n")
    for name, text in {
        "scenarios/small.yaml": SUITE,
        "scenarios/_account.yaml": ACCOUNT,
        "policies/read.json": READ,
    }.items():
        (pytester.path / name).parent.mkdir(exist_ok=True)
        (pytester.path / name).write_text(text, encoding="utf-8")
    return pytester


def test_a_planted_bad_policy_turns_red(project: pytest.Pytester) -> None:
    project.runpytest_inprocess(*PLUGIN).assert_outcomes(passed=2)
    (project.path / "policies/read.json").write_text(BAD, encoding="utf-8")
    result = project.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*expected     implicitDeny*", "*policies/read.json*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_cell_stands_at_its_scenario_s_line(project: pytest.Pytester) -> None:
    """Explorers of editors and xunit1 take the place from the item; lines are counted from 0 there."""
    items, _ = project.inline_genitems(*PLUGIN)
    assert [item.nodeid for item in items] == [READS, WRITES]
    assert [item.location[:2] for item in items] == [("scenarios/small.yaml", 6), ("scenarios/small.yaml", 14)]
    assert [item.location for item in items] == [
        (str(Path(path).relative_to(project.path)), line, name)
        for path, line, name in (item.reportinfo() for item in items)
    ]


def test_junit_has_file_and_line(project: pytest.Pytester) -> None:
    project.runpytest_inprocess(*PLUGIN, "--junitxml=junit.xml", "-o", "junit_family=xunit1")
    cases = list(ET.parse(project.path / "junit.xml").iter("testcase"))
    assert [(case.get("file"), case.get("line")) for case in cases] == [
        ("scenarios/small.yaml", "6"),
        ("scenarios/small.yaml", "14"),
    ]
    assert not list(ET.parse(project.path / "junit.xml").iter("property"))


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_ids_are_shown_as_pytest_takes_them(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    (project.path / "policies/read.json").write_text(BAD, encoding="utf-8")
    result = project.runpytest_subprocess(*PLUGIN, *workers, "--junitxml=junit.xml", "-rA")
    shown = [line.split(" ", 1)[1].partition(" - ")[0] for line in result.outlines if line[:6] in ("FAILED", "PASSED")]
    assert sorted(shown) == [READS, WRITES]
    project.runpytest_subprocess(*PLUGIN, WRITES).assert_outcomes(failed=1)
    names = [case.get("name") for case in ET.parse(project.path / "junit.xml").iter("testcase")]
    assert sorted(map(str, names)) == [one.split("::")[2] for one in (WRITES, READS)]


def test_the_tree_is_file_scenario_cell_with_the_lines_of_the_file(project: pytest.Pytester) -> None:
    project.runpytest_inprocess(*PLUGIN, "--collect-only").stdout.fnmatch_lines(
        [
            "*<SuiteFile small.yaml>",
            "*<Scenario S-1, line 7>",
            "*<CellItem ann[[]with MFA[]]-s3:ListBucket-bucket, line 7>",
        ]
    )


@pytest.mark.parametrize("options", [("-p", "no:xdist"), ("-p", "no:logging", "-p", "no:junitxml", "-s")])
def test_without_other_plugins(project: pytest.Pytester, options: tuple[str, ...]) -> None:
    result = project.runpytest_subprocess(*PLUGIN, *options, "--iam-report=json=run.json")
    result.assert_outcomes(passed=2)
    assert len(json.loads((project.path / "run.json").read_text(encoding="utf-8"))["cells"]) == 2


def test_without_any_plugin_of_pytest_that_can_be_left_out(project: pytest.Pytester) -> None:
    names = (
        "python debugging unittest skipping legacypath tmpdir monkeypatch recwarn pastebin assertion junitxml doctest "
        "cacheprovider setuponly setupplan stepwise unraisableexception threadexception warnings logging faulthandler "
        "subtests timeout xdist html metadata"
    )
    refused = [word for name in names.split() for word in ("-p", f"no:{name}")]
    result = project.runpytest_subprocess("-p", "iamproof.pytest_plugin", *refused, "--iam-report=json=run.json")
    assert result.ret == pytest.ExitCode.OK, result.stdout.str() + result.stderr.str()
    assert json.loads((project.path / "run.json").read_text("utf-8"))["summary"]["verdict"] == "as expected"


@pytest.mark.parametrize("style", ["--tb=short", "--tb=native", "--tb=line", "--full-trace", "--showlocals"])
def test_no_style_of_tracebacks_shows_one(project: pytest.Pytester, style: str) -> None:
    (project.path / "policies/read.json").write_text(BAD, encoding="utf-8")
    result = project.runpytest_inprocess(*PLUGIN, style, "--disable-warnings")  # pytest's own name its files
    result.assert_outcomes(passed=1, failed=1)
    if style != "--tb=line":
        result.stdout.fnmatch_lines(["*expected     implicitDeny*"])
    assert not re.search(r"Traceback|\.py:\d", result.stdout.str())


def test_what_failed_is_first_alone_or_a_step(project: pytest.Pytester) -> None:
    """``--ff``, ``--lf`` and ``--sw``: the ids of cells come back from pytest's cache."""
    (project.path / "policies/read.json").write_text(BAD, encoding="utf-8")
    plugin = ("-p", "iamproof.pytest_plugin")
    project.runpytest_inprocess(*plugin).assert_outcomes(passed=1, failed=1)
    assert project.runpytest_inprocess(*plugin, "--ff", "--co", "-q").outlines[:2] == [WRITES, READS]
    assert project.runpytest_inprocess(*plugin, "--lf", "--co", "-q").outlines[:2] == [WRITES, ""]
    project.runpytest_inprocess(*plugin, "--sw").assert_outcomes(passed=1, failed=1)
    project.runpytest_inprocess(*plugin, "--sw").assert_outcomes(failed=1, deselected=1)


def test_workers_run_what_failed_last(project: pytest.Pytester) -> None:
    (project.path / "policies/read.json").write_text(BAD, encoding="utf-8")
    plugin = ("-p", "iamproof.pytest_plugin")
    project.runpytest_inprocess(*plugin).assert_outcomes(passed=1, failed=1)
    project.runpytest_subprocess(*plugin, "--lf", "-n", "2", "--iam-report=json=run.json").assert_outcomes(failed=1)
    found = json.loads((project.path / "run.json").read_text(encoding="utf-8"))
    assert found["selection"] == {"left_out": 1, "text": "pytest --lf"}
    assert [cell["id"] for cell in found["cells"]] == [WRITES]


def test_a_plan_is_no_run(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess(*PLUGIN, "--setup-plan", "--iam-report=json=run.json")
    assert result.ret == pytest.ExitCode.OK
    summary = json.loads((project.path / "run.json").read_text(encoding="utf-8"))["summary"]
    assert (summary["passed"], summary["not_run"], summary["verdict"]) == (0, 2, "incomplete")


def test_markers_choose_by_tags(project: pytest.Pytester) -> None:
    project.runpytest_inprocess(*PLUGIN, "-m", "small and not read-only").assert_outcomes(passed=1, deselected=1)


def test_without_a_terminal_the_exit_code_and_stderr_tell(project: pytest.Pytester) -> None:
    assert project.runpytest_subprocess(*PLUGIN, "-p", "no:terminal").ret == pytest.ExitCode.OK
    (project.path / "policies/other.json").write_text(READ, encoding="utf-8")
    result = project.runpytest_subprocess(*PLUGIN, "-p", "no:terminal")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stderr.fnmatch_lines(["iamproof: policies/other.json: no scenario decides it"])


@pytest.mark.parametrize("mode", ["loadscope", "loadfile", "loadgroup", "worksteal", "each"])
def test_however_workers_share_the_cells(project: pytest.Pytester, mode: str) -> None:
    group = "import pytest\ndef pytest_collection_modifyitems(items):\n    items[0].add_marker(pytest.mark.xdist_group('g'))\n"
    project.makeconftest(group)
    result = project.runpytest_subprocess(*PLUGIN, "-n", "2", "--dist", mode, "--iam-report=json=run.json")
    assert result.ret == pytest.ExitCode.OK, result.stdout.str()
    found = json.loads((project.path / "run.json").read_text(encoding="utf-8"))
    assert [(cell["id"], cell["outcome"]) for cell in found["cells"]] == [(READS, "passed"), (WRITES, "passed")]
    assert found["summary"]["verdict"] == "as expected"


def test_beside_pytest_html(project: pytest.Pytester) -> None:
    pytest.importorskip("pytest_html")
    (project.path / "policies/read.json").write_text(BAD, encoding="utf-8")
    project.runpytest_subprocess(*PLUGIN, "-n", "2", "--html=page.html").assert_outcomes(passed=1, failed=1)
    page = (project.path / "page.html").read_text(encoding="utf-8")
    assert WRITES in page
    assert "expected     implicitDeny" in page
    assert "missing_context" not in page  # the result's data stay out of it


def test_beside_tests_in_python(project: pytest.Pytester) -> None:
    project.makepyfile(test_it="def test_it():\n    pass\n")
    project.runpytest_inprocess(*PLUGIN).assert_outcomes(passed=3)
    project.runpytest_inprocess(*PLUGIN, "-k", "test_it or Reads").assert_outcomes(passed=2, deselected=1)


def test_the_example_of_the_documentation_runs(project: pytest.Pytester) -> None:
    text = (ROOT / "docs/pytest.md").read_text(encoding="utf-8")
    (code,) = (found for found in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "def test_" in found)
    shutil.copy(ROOT / "policies/IAMUsersMFAManagement.json", project.path / "policies")
    project.makepyfile(test_it=code)
    project.runpytest_inprocess(*PLUGIN, "test_it.py").assert_outcomes(passed=1)


def test_the_fixture_says_what_is_otherwise(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_it="""
        ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

        def test_denied(iam):
            iam.assert_denied([ALL], "iam:GetUser")

        def test_allowed(iam):
            iam.assert_allowed("policies/read.json", "s3:GetObject", "arn:aws:s3:::b/k")

        def test_file(iam):
            iam.assert_allowed("policies/gone.json", "s3:GetObject")

        def test_client(iam):
            assert iam.simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["iam:GetUser"])
        """
    )
    result = project.runpytest_inprocess(*PLUGIN, "test_it.py")
    result.assert_outcomes(failed=4)
    result.stdout.fnmatch_lines(
        [
            "expected implicitDeny or explicitDeny for iam:GetUser on [*], got allowed",
            "expected allowed for s3:GetObject on arn:aws:s3:::b/k, got implicitDeny",
            "the policy `policies/gone.json` can't be read: no such file or directory",
        ]
    )
