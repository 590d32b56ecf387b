"""Each check has a page; its bad example trips that check alone, its good one none."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from simulator.analyse.lint import CHECKS
from simulator.analyse.lint.codes import OWN, PAGED, READING
from simulator.errors import Severity
from tests.unit.analyse.lint.pages import PAGES, checked, page_of

if TYPE_CHECKING:
    from pathlib import Path

_ROOT = PAGES.parents[1]
_READERS = (
    *(f"simulator/{name}" for name in ("text", "policy", "accounts", "suites", "catalogue", "backends")),
    "simulator/analyse",
    *("iamproof", "iamproof/cli", "reports"),
)
_NO_CODES = {"schema"}  # a place in a report, which its reader names first
_MAKERS = {"fault", "Diagnostic", "_report", "_stop", "_expected", "_opening", "where"}
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_OF_READERS = re.compile(r"(json|yaml|policy|file|overlay|expect)-[a-z-]+")


@pytest.mark.parametrize("code", PAGED)
def test_a_bad_example_trips_its_check_alone(code: str, tmp_path: Path) -> None:
    ending, text = page_of(code).bad
    if code == "policy-size":
        text = re.sub(r'("arn:[^"]*")', ",".join([r"\1"] * 200), text)
    found = checked(tmp_path, (ending, text)).diagnostics
    assert {diagnostic.code for diagnostic in found} == {code}, found
    severity = CHECKS[code].severity if code in CHECKS else Severity.ERROR
    assert severity in {diagnostic.severity for diagnostic in found}


@pytest.mark.parametrize("code", PAGED)
def test_a_good_example_trips_nothing(code: str, tmp_path: Path) -> None:
    assert checked(tmp_path, page_of(code).good).diagnostics == ()


@pytest.mark.parametrize("code", PAGED)
def test_a_page_says_what_the_table_says(code: str) -> None:
    severity, title = (CHECKS[code].severity, CHECKS[code].title) if code in CHECKS else (Severity.ERROR, READING[code])
    assert page_of(code).head.startswith(f"# {code}\n\n**{severity.value}**: {title}.\n")


def test_the_index_lists_every_code_in_order() -> None:
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (?:\[)?`([a-z-]+)`", index, re.MULTILINE)
    assert listed == [*CHECKS, *READING, *OWN]


def test_every_check_has_a_page_and_every_page_a_check() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == {*PAGED, "index", "input"}


def _made() -> set[str]:
    """Return the codes that the readers give to what they find."""
    found: set[str] = set()
    for path in (path for folder in _READERS for path in (_ROOT / folder).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            texts = [*call.args[:2], *(keyword.value for keyword in call.keywords if keyword.arg == "code")]
            codes = (text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str))
            found |= {code for code in codes if name in _MAKERS and _CODE.fullmatch(code)}
            found |= {
                text.value
                for text in ast.walk(call)
                if isinstance(text, ast.Constant) and isinstance(text.value, str) and _OF_READERS.fullmatch(text.value)
            }
    return found


def test_every_code_of_a_reader_is_in_the_table() -> None:
    assert _made() - set(READING) - set(OWN) - _NO_CODES == set()


def test_every_code_in_the_table_is_given_by_a_reader() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for folder in (*_READERS, "simulator/analyse/draft")
        for path in (_ROOT / folder).glob("*.py")
    )
    # `policy-action` and `policy-resource` are put together from the element's name.
    assert {code for code in READING if f'"{code}"' not in sources} == {"policy-action", "policy-resource"}
