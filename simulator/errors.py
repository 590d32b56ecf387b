"""What can go wrong, as values and as exceptions.

A fault in the user's text is a `Diagnostic`: a value with a code, a message, a span and a help text.
They are collected, so that one run shows all of them.  An exception means "cannot go on"; its class
fixes the exit code of the command (``docs/cli.md``, "Exit codes")::

    IamproofError
    ├── InputError        2  the input can't be used; carries diagnostics
    ├── BackendError      3  a backend could not answer
    ├── DefectError       4  an internal check failed
    └── SelectionError    5  nothing was selected
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "BackendError",
    "Collector",
    "DefectError",
    "Diagnostic",
    "IamproofError",
    "InputError",
    "SelectionError",
    "Severity",
    "Span",
    "nearest",
]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file; lines and columns count from 1, the end is just behind the last character."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(Enum):
    """How bad a diagnostic is; an error makes the input unusable."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault in the user's text.

    `code` is stable and names a page of the docs; `message` starts in lower case and has no final
    period; `span` is None only for faults that stand in no file (an option of the command);
    `help` says what to do; `quote` is the text of the span's first line, for the caret display.
    """

    code: str
    message: str
    span: Span | None = None
    help: str = ""
    severity: Severity = Severity.ERROR
    quote: str = ""


class IamproofError(Exception):
    """Base of all errors that a command reports in words instead of a traceback."""

    exit_code: ClassVar[int] = 4


class InputError(IamproofError):
    """The input can't be used; `diagnostics` holds at least one error."""

    exit_code = 2

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(f"{d.span}: {d.message}" if d.span else d.message for d in self.diagnostics))


class BackendError(IamproofError):
    """A backend could not answer: AWS unreachable, refused, throttled for good."""

    exit_code = 3


class DefectError(IamproofError):
    """An internal check failed: a defect of iamproof, not of the input."""

    exit_code = 4


class SelectionError(IamproofError):
    """Nothing was selected, so nothing could be shown."""

    exit_code = 5


class Collector:
    """Gathers diagnostics while reading goes on; `finish` raises when one of them is an error.

    With *most*, the one that makes so many raises at once: more of them help nobody.
    """

    def __init__(self, *, most: int | None = None) -> None:
        self._found: list[Diagnostic] = []
        self._most = most

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found)

    def add(self, diagnostic: Diagnostic) -> None:
        """Note one diagnostic and go on."""
        self._found.append(diagnostic)
        if len(self._found) == self._most:
            raise InputError(self._found)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Note several, as those of a caught `InputError`."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    @property
    def failed(self) -> bool:
        """Tell whether an error was noted."""
        return any(d.severity is Severity.ERROR for d in self._found)

    def finish(self) -> tuple[Diagnostic, ...]:
        """Return what was noted, or raise `InputError` with all of it when there is an error."""
        if self.failed:
            raise InputError(self._found)
        return tuple(self._found)


def nearest(name: str, candidates: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the candidate most like *name* (case ignored), or None when none is near enough."""
    import difflib  # noqa: PLC0415  # only for a name that is wrong

    folded = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None
