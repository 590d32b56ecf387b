"""Mistakes as people make them: each example of ``docs/diagnostics/input.md`` says what the page shows."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

import iamproof
from iamproof import cli
from reports.json import result_digest
from simulator.analyse.lint.codes import OWN, READING

PAGE = Path(__file__).parents[2] / "docs" / "diagnostics" / "input.md"

_PIECE = re.compile(
    r"^### (?P<code>[a-z-]+)$"
    r"|^`(?P<name>[^`]+)`(?:, saved in `(?P<encoding>[\w-]+)`|, with[^\n]*)?\n\n"
    r"(?:```\w+\n(?P<text>.*?)\n```|is empty\.|holds (?P<held>[^\n]+)\.)$"
    r"|^```text\n(?P<commands>(?:\$ [^\n]+\n)+)(?P<said>.*?)\n```$",
    re.MULTILINE | re.DOTALL,
)
_HELD = re.compile(r"`([^`]+)`(?: (\d+) times)?( \(`#` counts\))?")
_VARYING = re.compile(r"\d{4}-\d\d-\d\d|\b\d+ days|`v\d+`|\b[0-9a-f]{12,16}\b")
_NO_PLACE = {  # what stands in no file
    *("option", "unknown-format", "backend", "recording", "cell", "revision", "too-large", "no-request"),
    *("bad-report", "file-exists", "file-unwritable", "report-not-written", "serve-address", "catalogue-stale"),
}
_WITHOUT_LINE = ("is empty", "has too many values")


class Mistake(NamedTuple):
    """An example: the files, what is done first, the command, and what is said."""

    code: str
    files: dict[str, bytes]
    before: tuple[str, ...]
    command: str
    said: str


def _mistakes() -> list[Mistake]:
    usual: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    found: list[Mistake] = []
    code = ""
    for piece in _PIECE.finditer(PAGE.read_text(encoding="utf-8")):
        if piece["code"]:
            code = piece["code"]
        elif piece["name"]:
            text = f"{piece['text']}\n" if piece["text"] else _held(piece["held"] or "")
            (files if code else usual)[piece["name"]] = text.encode(piece["encoding"] or "utf-8")
        else:
            *before, command = (line.removeprefix("$ ") for line in piece["commands"].splitlines())
            found.append(Mistake(code, usual | files, tuple(before), command, piece["said"]))
            files = {}
    return found


def _held(words: str) -> str:
    """Return the text that a page tells of as ``holds `[`, `0,` 400 times and `0]```."""
    return "".join(
        "".join(piece.replace("#", str(number)) if counts else piece for number in range(int(times or 1)))
        for piece, times, counts in _HELD.findall(words)
    )


MISTAKES = _mistakes()


def _said(folder: Path, mistake: Mistake) -> str:
    for name, content in mistake.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if b"DIGEST" in content:
            with contextlib.chdir(folder):
                digest = result_digest(iamproof.run("s.yaml", with_git=False))
            content = content.replace(b"DIGEST", digest.encode())  # noqa: PLW2901  # the file as its reader has it
        path.write_bytes(content)
    for command in mistake.before:
        subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True)
    out, err = io.StringIO(), io.StringIO()
    setting, _, command = mistake.command.rpartition("iamproof ")
    told = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with contextlib.chdir(folder), told[0], told[1], pytest.MonkeyPatch.context() as patch:
        for name, _, value in (one.partition("=") for one in setting.split()):
            patch.setenv(name, value)
        code = cli._run(shlex.split(command))
    if command.startswith("check"):  # which tells findings as its result
        assert code == (0 if mistake.code == "catalogue-stale" else 1)  # old data are no fault of the files
        return out.getvalue().rpartition("\n\n")[0]
    assert code == 2
    return "\n".join(line for line in err.getvalue().splitlines() if not line.startswith(("warning: ", "wrote ")))


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{place}-{one.code}" for place, one in enumerate(MISTAKES)])
def test_a_mistake_is_told_as_the_page_shows(tmp_path: Path, mistake: Mistake) -> None:
    said = _said(tmp_path, mistake)
    assert _VARYING.sub("…", said) == _VARYING.sub("…", mistake.said)
    assert f"[{mistake.code}]: " in said


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{place}-{one.code}" for place, one in enumerate(MISTAKES)])
def test_each_message_has_its_place_its_line_and_a_help(mistake: Mistake) -> None:
    for message in mistake.said.split("\n\n"):
        first, *rest = message.splitlines()
        assert rest, f"without help: {first}"
        assert rest[-1].startswith("  help: "), f"without help: {first}"
        if mistake.code in _NO_PLACE:
            assert re.match(r"(\S+:1:1: )?(?:error|warning)\[[a-z-]+\]: [^A-Z]", first)
            continue
        assert re.match(r"[\w./-]+:\d+:\d+: (error|warning)\[[a-z-]+\]: \S", first)
        if not first.endswith(_WITHOUT_LINE):
            quoted, carets = rest[:2]
            assert re.match(r" *\d+ \| ", quoted)
            assert re.fullmatch(r" +\| .*\^+", carets)
        assert not first.endswith("."), "messages end without a period"


def test_every_code_has_an_example() -> None:
    assert {mistake.code for mistake in MISTAKES} == {*READING, *OWN}


def test_mistakes_of_several_files_are_told_at_once_file_by_file(tmp_path: Path) -> None:
    account = "id: 12\nusers:\n  ann: {policies: [p.json], grups: []}\n"
    suite = "suite: Readers\naccount: account.yaml\nscenarios:\n  - {name: a, as: ann, actions: iam:ListUsers, expect: alow}\n"
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": 1, "Resource": "*"}]}'
    files = {"account.yaml": account.encode(), "s.yaml": suite.encode(), "p.json": policy.encode()}
    said = _said(tmp_path, Mistake("", files, (), "iamproof test s.yaml", ""))
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
