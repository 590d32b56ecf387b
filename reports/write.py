"""Writing files whole or not at all.

A report that breaks off in the middle is worse than none: it may read as complete.  Text goes to a
temporary file beside the target, which replaces the target only when all files of the report are done.
"""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

__all__ = ["replace_files"]


def replace_files(path: str | os.PathLike[str], content: Mapping[str, Iterable[str]]) -> tuple[Path, ...]:
    """Write each text to its name beside *path* (the empty name is *path* itself); return the files."""
    target = Path(path)
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if target.exists() and not target.is_file():
            return _stream(target, content)
        target.parent.mkdir(parents=True, exist_ok=True)
        return _replace({target.with_name(name) if name else target: pieces for name, pieces in content.items()})
    except (FileExistsError, NotADirectoryError) as error:
        raise _unwritable(target, "a part of its path is a file, not a folder") from error
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        raise _unwritable(target, str(getattr(error, "strerror", None) or error).lower()) from error


def _unwritable(target: Path, reason: str) -> InputError:
    message = f"the report `{target}` can't be written: {reason}"
    return InputError([Diagnostic("report-not-written", message, help="name another file or folder")])


def _stream(target: Path, content: Mapping[str, Iterable[str]]) -> tuple[Path, ...]:
    """Write to a pipe or a device such as ``/dev/stdout``, which must not be replaced."""
    with target.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
        out.writelines(content[""])
    return (target,)


def _replace(content: Mapping[Path, Iterable[str]]) -> tuple[Path, ...]:
    with contextlib.ExitStack() as cleanup:
        written = [(_temporary(target, pieces, cleanup), target) for target, pieces in content.items()]
        for temporary, target in written:
            temporary.replace(target.resolve())  # through a link, not over it
    return tuple(content)


def _temporary(target: Path, pieces: Iterable[str], cleanup: contextlib.ExitStack) -> Path:
    path = target.resolve()
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}.part")
    with temporary.open("x", encoding="utf-8", errors="backslashreplace", newline="") as out:
        cleanup.callback(temporary.unlink, missing_ok=True)
        out.writelines(pieces)
    return temporary
