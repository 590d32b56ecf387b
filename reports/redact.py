"""Redaction: what a recorded command must not carry into a report.

A report travels further than a shell history.  Redacting twice changes nothing, so every format may
do it again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["REDACTED", "redact"]

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(r"password|passwd|secret|token|credential|api[-_]?key|access[-_]?key", re.IGNORECASE)
_RULES = (
    (re.compile(r"(://)[^/@\s]+@"), rf"\1{REDACTED}@"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), REDACTED),
)
_KEY_LIKE = re.compile(r"[A-Za-z0-9/+]+")


def redact(command: Iterable[str]) -> tuple[str, ...]:
    """Return the arguments with what looks like a secret replaced."""
    return tuple(_arguments(command))


def _arguments(command: Iterable[str]) -> Iterator[str]:
    secret_follows = False
    for argument in command:
        yield REDACTED if secret_follows else _argument(argument)
        secret_follows = argument.startswith("-") and "=" not in argument and _SECRET_NAME.search(argument) is not None


def _argument(text: str) -> str:
    name, equals, _ = text.partition("=")
    if equals and _SECRET_NAME.search(name):
        return f"{name}={REDACTED}"
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return _KEY_LIKE.sub(_key, text)


def _key(run: re.Match[str]) -> str:
    """Redact a secret access key: 40 characters with all three kinds, which a digest in hexadecimal has not."""
    text = run.group()
    if len(text) == 40 and any(map(str.isupper, text)) and any(map(str.islower, text)) and any(map(str.isdigit, text)):
        return REDACTED
    return text
