"""Mistakes as people make them: each example of ``docs/diagnostics/input.md`` says what the page shows."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from iamproof import cli
from simulator.analyse.lint.codes import READING

PAGE = Path(__file__).parents[2] / "docs" / "diagnostics" / "input.md"

_PIECE = re.compile(
    r"^### (?P<code>[a-z-]+)$"
    r"|^`(?P<name>[^`]+)`\n\n(?:```\w+\n(?P<text>.*?)\n```|is empty\.)$"
    r"|^```text\n\$ iamproof (?P<command>[^\n]+)\n(?P<said>.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NO_PLACE = {  # what stands in no file
    *("option", "unknown-format", "backend", "recording", "cell", "revision"),
    *("bad-report", "file-exists", "file-unwritable", "report-not-written", "serve-address"),
}


class Mistake(NamedTuple):
    """An example: the files, the command, and what is said."""

    code: str
    files: dict[str, str]
    command: str
    said: str


def _mistakes() -> list[Mistake]:
    usual: dict[str, str] = {}
    files: dict[str, str] = {}
    found: list[Mistake] = []
    code = ""
    for piece in _PIECE.finditer(PAGE.read_text(encoding="utf-8")):
        if piece["code"]:
            code = piece["code"]
        elif piece["name"]:
            (files if code else usual)[piece["name"]] = f"{piece['text']}\n" if piece["text"] else ""
        else:
            found.append(Mistake(code, usual | files, piece["command"], piece["said"]))
            files = {}
    return found


MISTAKES = _mistakes()


def _said(folder: Path, mistake: Mistake) -> str:
    for name, text in mistake.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli._run(shlex.split(mistake.command))
    if mistake.command.startswith("check"):  # which tells findings as its result
        assert code == 1
        return out.getvalue().rpartition("\n\n")[0]
    assert code == 2
    return err.getvalue().rstrip("\n")


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{place}-{one.code}" for place, one in enumerate(MISTAKES)])
def test_a_mistake_is_told_as_the_page_shows(tmp_path: Path, mistake: Mistake) -> None:
    said = _said(tmp_path, mistake)
    assert _DATE.sub("DATE", said) == _DATE.sub("DATE", mistake.said)
    assert f"[{mistake.code}]: " in said


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{place}-{one.code}" for place, one in enumerate(MISTAKES)])
def test_each_message_has_its_place_its_line_and_a_help(mistake: Mistake) -> None:
    for message in mistake.said.split("\n\n"):
        first, *rest = message.splitlines()
        assert rest, f"without help: {first}"
        assert rest[-1].startswith("  help: "), f"without help: {first}"
        if mistake.code in _NO_PLACE:
            assert re.match(r"(\S+:1:1: )?error\[[a-z-]+\]: [^A-Z]", first)
            continue
        assert re.match(r"[\w./-]+:\d+:\d+: (error|warning)\[[a-z-]+\]: \S", first)
        if "is empty" not in first:
            quoted, carets = rest[:2]
            assert re.match(r" *\d+ \| ", quoted)
            assert re.fullmatch(r" +\| .*\^+", carets)
        assert not first.endswith("."), "messages end without a period"


def test_the_page_has_every_code_of_a_reader() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {code for code in READING if f"### {code}\n" not in text and f"`{code}`" not in text} == set()
    assert {mistake.code for mistake in MISTAKES} <= set(READING)


def test_most_codes_have_an_example() -> None:
    assert len(set(READING) - {mistake.code for mistake in MISTAKES}) <= 20


def test_mistakes_of_several_files_are_told_at_once_file_by_file(tmp_path: Path) -> None:
    account = "id: 12\nusers:\n  ann: {policies: [p.json], grups: []}\n"
    suite = "suite: Readers\naccount: account.yaml\nscenarios:\n  - {name: a, as: ann, actions: iam:ListUsers, expect: alow}\n"
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": 1, "Resource": "*"}]}'
    files = {"account.yaml": account, "s.yaml": suite, "p.json": policy}
    said = _said(tmp_path, Mistake("", files, "test s.yaml", ""))
    places = [line.partition(": ")[0] for line in said.splitlines() if re.match(r"\S+:\d+:\d+: ", line)]
    assert places == [
        "s.yaml:4:56",
        "account.yaml:1:5",
        "account.yaml:3:29",
        "p.json:1:52",
        "p.json:1:71",
    ]


def test_no_reader_leaves_out_what_to_do() -> None:
    """In the source: whoever makes a diagnostic gives it a help."""
    root = PAGE.parents[2]
    folders = ("text", "policy", "accounts", "suites", "catalogue", "backends")
    files = [file for name in folders for file in (root / "simulator" / name).glob("*.py")]
    silent = [
        f"{file.relative_to(root)}:{call.lineno}"
        for file in (*files, *(root / "iamproof").rglob("*.py"))
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", ""))
        in ("fault", "Diagnostic")
        and len(call.args) in range(2, 6)
        and not any(keyword.arg == "help" for keyword in call.keywords)
    ]
    assert silent == []
