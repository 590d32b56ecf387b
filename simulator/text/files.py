"""Files become sources: checked before they are opened, read once, never beyond a limit.

A suite names other files, and who runs it need not have written it.  So a file must lie under the
folder the run starts in, links resolved; only regular files are opened (a pipe would wait for ever,
a device never ends); and no more is read than the limit says.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from itertools import islice
from pathlib import Path
from typing import NoReturn

from simulator.errors import Diagnostic, InputError, nearest
from simulator.text.show import printable
from simulator.text.source import Source

__all__ = ["POLICY_LIMIT", "SUITE_LIMIT", "read_source"]

POLICY_LIMIT = 1 << 20
SUITE_LIMIT = 16 << 20

_NAMES_LOOKED_AT = 2000  # of a folder, to find the name that was meant
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ADVICE = {
    errno.ELOOP: "the link leads back to itself: make it anew",
    errno.ENAMETOOLONG: "is it the file that you mean?",
}


def read_source(path: Path, *, root: Path | None = None, shown: str | None = None, limit: int = SUITE_LIMIT) -> Source:
    """Read a file of at most *limit* bytes of UTF-8, or raise `InputError`.

    With *root*, the file must lie under that folder once links are resolved.  *shown* is its name in
    messages: by default the path from the current folder, if the file is below it.
    """
    name = _shown(path) if shown is None else shown
    real = path
    try:
        real = Path(os.path.realpath(path))
        if root is not None:
            _contain(real, Path(os.path.realpath(root)), name)
        data = _read(real, name, limit)
    except FileNotFoundError:
        _stop("file-missing", f"there is no file `{printable(name)}`", _did_you_mean(real))
    except NotADirectoryError:
        _stop("file-missing", f"there is no file `{printable(name)}`", "a part of its path is a file, not a folder")
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "ask for the right to read it")
        _stop("file-unreadable", f"`{printable(name)}` can't be read: {_reason(error)}", advice)
    except ValueError:  # a NUL, or a character that the file system's encoding lacks
        _stop("file-missing", f"`{printable(str(path))}` can't be the name of a file", "name a file that is there")
    return Source(name, _decode(data, name), hashlib.sha256(data).hexdigest())


def _stop(code: str, message: str, help: str) -> NoReturn:  # noqa: A002  # the field's name
    raise InputError([Diagnostic(code, message, help=help)]) from None


def _shown(path: Path) -> str:
    try:
        return Path(os.path.abspath(path)).relative_to(Path.cwd()).as_posix()  # noqa: PTH100  # links stay as written
    except (OSError, ValueError):  # not below the current folder, or that is gone
        return path.as_posix()


def _contain(real: Path, root: Path, name: str) -> None:
    if not real.is_relative_to(root):
        _stop(
            "file-outside",
            f"`{printable(name)}` lies outside of `{printable(_shown(root))}`",
            "a suite names only files below the folder the run starts in, links resolved; `--root` names a wider one",
        )


def _read(real: Path, name: str, limit: int) -> bytes:
    # Looked at before it is opened, since opening a device may do something; and again after it, since
    # the file may have been replaced meanwhile.
    _check_kind(real.stat().st_mode, name)
    descriptor = os.open(real, _FLAGS)
    with os.fdopen(descriptor, "rb") as file:
        _check_kind(os.fstat(descriptor).st_mode, name)
        data = file.read(limit + 1)
    if len(data) > limit:
        _stop("file-too-large", f"`{printable(name)}` has more than {_size(limit)}", "is it the file that you mean?")
    return data


def _check_kind(mode: int, name: str) -> None:
    if stat.S_ISREG(mode):
        return
    kind = next((word for test, word in _KINDS if test(mode)), "no file")
    _stop("file-not-regular", f"`{printable(name)}` is {kind}, not a file", "name a file")


def _size(limit: int) -> str:
    return f"{limit >> 20} MiB" if limit % (1 << 20) == 0 else f"{limit} bytes"


def _reason(error: OSError) -> str:
    return (error.strerror or "the system refuses it").lower()


def _did_you_mean(real: Path) -> str:
    """Return the help for a missing file: the first part of its path that does not exist, and what may be meant."""
    missing = real
    try:
        while not missing.parent.exists() and missing.parent != missing:
            missing = missing.parent
        with os.scandir(missing.parent) as entries:
            near = nearest(missing.name, [entry.name for entry in islice(entries, _NAMES_LOOKED_AT)])
    except OSError:
        near = None
    if near:
        return f"did you mean `{printable(near)}`?"
    if missing != real:
        return f"there is no folder `{printable(_shown(missing))}`"
    folder = _shown(missing.parent)
    where = "the folder that you are in" if folder == "." else f"`{printable(folder)}`"
    return f"nothing in {where} has a name like it"


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = len(data[: error.start].decode("utf-8"))
        source = Source(name, data.decode("utf-8", errors="replace"))
        message = f"the file is not UTF-8: byte 0x{data[error.start]:02x}"
        help_ = "it looks like UTF-16; save it as UTF-8" if data.startswith(_UTF16) else "save it as UTF-8"
        raise InputError([source.fault("file-encoding", message, offset, help=help_)]) from None
