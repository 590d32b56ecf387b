"""Files that are no suite, policy or report at all: every command says so, at once and without a traceback."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from iamproof import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

CONTENT: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b" \n\t\n",
    "binary": bytes(range(256)) * 8,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "zeros": bytes(4096),
    "UTF-16": "suite: x\n".encode("utf-16"),
    "a byte order mark": "\ufeffsuite: x\n".encode(),
    "a lone surrogate": b'{"Version": "\\ud800"}',
    "one number": b"1",
    "a text": b'"text"',
    "null": b"null",
    "a list": b"[[], {}]",
    "deep brackets": b"[" * 100_000,
    "deep mappings": b'{"a":' * 20_000,
    "deep indentation": b"".join(b" " * n + b"a:\n" for n in range(400)),
    "a bomb": _BOMB.encode(),
    "an alias to itself": b"suite: &a [*a]\n",
    "long line": b"suite: " + b"x" * 3_000_000,
    "many keys": b"".join(b"k%d: 1\n" % n for n in range(20_000)),
    "many documents": b"---\nsuite: x\n" * 2_000,
    "control characters": b"suite: \x1b[31mred\x07\n",
    "a huge number": b'{"Version": ' + b"9" * 5_000 + b"}",
    "not a number": b'{"Version": NaN}',
}


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


KINDS: dict[str, Callable[[Path], None]] = {
    "a pipe": _fifo,
    "an endless device": _device,
    "a folder": _folder,
    "a link to itself": _loop,
    "a link to nothing": _dangling,
}
NAMES = {"YAML": "x.yaml", "JSON": "x.json"}
COMMANDS = (
    "test {0}",
    "check {0}",
    "explain --policy {0} --action iam:GetUser",
    "explain --account {0} --as bob --action iam:GetUser",
    "init {0} --to out",
    "report {0}",
    "verify {0}",
    "test --baseline {0} s.yaml",
    "test --corroborate {0} s.yaml",
    "test --backend recording:{0} s.yaml",
    "sweep --account {0} --as bob",
    "controls {0}",
)

pytestmark = pytest.mark.timeout(60)


def _run(folder: Path, command: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli._run(shlex.split(command))
    return code, err.getvalue() + out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound suite in it."""
    (tmp_path / "p.json").write_text('{"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}', "utf-8")
    suite = "suite: S\npolicies: [p.json]\nscenarios:\n  - {name: a, actions: iam:ListUsers, expect: allow}\n"
    (tmp_path / "s.yaml").write_text(suite, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("ending", NAMES)
@pytest.mark.parametrize("content", CONTENT)
def test_no_content_makes_a_command_stumble(folder: Path, content: str, ending: str) -> None:
    (folder / NAMES[ending]).write_bytes(CONTENT[content])
    for command in COMMANDS:
        code, said = _run(folder, command.format(NAMES[ending]))
        assert code in (1, 2), (command, code, said[:500])
        assert "\x1b" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")
@pytest.mark.parametrize("ending", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_is_not_opened(folder: Path, kind: str, ending: str) -> None:
    KINDS[kind](folder / NAMES[ending])
    for command in COMMANDS:
        if kind == "a folder" and command in ("test {0}", "check {0}", "controls {0}"):
            continue  # a folder of suites is what they take
        code, said = _run(folder, command.format(NAMES[ending]))
        assert code == 2, (command, code, said[:500])
        # `controls` takes a framework too, and says that it is none.
        assert any(f"error[{code}" in said for code in ("file-", "recording]", "option]")), (command, said[:500])


@pytest.mark.parametrize(
    "name", ["p\\0.json", "../../../../../../etc/hostname", "/etc/hostname", "x" * 5_000 + ".json"]
)
def test_a_suite_cannot_name_its_way_out(folder: Path, name: str) -> None:
    text = f'suite: S\npolicies: ["{name}"]\nscenarios:\n  - {{name: a, actions: iam:ListUsers, expect: allow}}\n'
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    code, said = _run(folder, "test s.yaml")
    assert code == 2
    assert said.startswith("s.yaml:2:12: error[file-")


def test_a_pointer_that_leads_to_itself_ends(folder: Path) -> None:
    """What a pointer finds is read as a policy, never followed again."""
    (folder / "plan.json").write_text('{"a": "{\\"file\\": \\"plan.json\\", \\"at\\": \\"/a\\"}"}', encoding="utf-8")
    text = "suite: S\npolicies: [{file: plan.json, at: /a}]\nscenarios:\n  - {name: a, actions: iam:ListUsers, expect: allow}\n"
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    code, said = _run(folder, "test s.yaml")
    assert code == 2
    assert "a policy has no element `file`" in said


def test_folders_that_lead_into_each_other_are_walked_once(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "again").symlink_to("../scenarios")
    (folder / "s.yaml").rename(folder / "scenarios" / "s.yaml")
    (folder / "p.json").rename(folder / "scenarios" / "p.json")
    code, said = _run(folder, "test --list")
    assert code == 0
    assert said.count("scenarios/s.yaml::a::") == 1
