"""A shell at a terminal of its own, as somebody types in it: what does the command get in the end?"""

from __future__ import annotations

import os
import pty
import shutil
import signal
import sys
import time
from pathlib import Path

__all__ = ["SHELLS", "command_in", "typed"]

ROOT = Path(__file__).parents[2]
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(_IAMPROOF_COMPLETE=bash_source iamproof)"'),
    "zsh": (
        ["zsh", "-f", "-i"],
        'autoload -U compinit; compinit -u -D; eval "$(_IAMPROOF_COMPLETE=zsh_source iamproof)"',
    ),
    "fish": (["fish", "--no-config", "-i"], "_IAMPROOF_COMPLETE=fish_source iamproof | source"),
}
"""How each starts without the user's own files, and what its start-up file has."""

# Asked to complete it is the command; else it notes its arguments.
_COMMAND = """\
#!/bin/sh
if [ -n "$_IAMPROOF_COMPLETE" ]; then
    PYTHONPATH={root} exec {python} -c "from iamproof.cli import main; main()" "$@"
fi
: > {folder}/part
for one in "$@"; do printf '%s\\n' "$one" >> {folder}/part; done
mv {folder}/part {folder}/got
"""
_SECONDS = 50


def command_in(folder: Path) -> Path:
    """Write a command `iamproof` into *folder*, which must be on the PATH."""
    path = folder / "iamproof"
    path.write_text(_COMMAND.format(root=ROOT, python=sys.executable, folder=folder), encoding="utf-8")
    path.chmod(0o755)
    return path


def typed(shell: str, line: str, folder: Path, where: Path) -> list[str]:
    """Return the arguments that the command gets when *line* and Return are typed in the folder *where*."""
    command_in(folder)
    arguments, setup = SHELLS[shell]
    process, terminal = pty.fork()
    if not process:
        os.chdir(where)
        os.environ |= {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb", "HOME": str(folder)}
        os.execv(str(shutil.which(arguments[0])), arguments)  # a shell is what is tested
    os.set_blocking(terminal, False)
    try:
        _wait(terminal, f"{setup}; iamproof ready\n", folder / "got")
        return _wait(terminal, f"{line}\n", folder / "got")
    finally:
        os.close(terminal)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _wait(terminal: int, keys: str, got: Path) -> list[str]:
    """Press *keys*, and wait for the command to be called."""
    shown = b""
    os.write(terminal, keys.encode())
    end = time.monotonic() + _SECONDS
    while not got.exists():
        assert time.monotonic() < end, shown.decode(errors="replace")
        try:
            shown += os.read(terminal, 1 << 16)
        except BlockingIOError:
            time.sleep(0.02)
    found = got.read_text(encoding="utf-8").splitlines()
    got.unlink()
    return found
