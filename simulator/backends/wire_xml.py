"""Writing answers as the query protocol sends them: XML in which lists are members and maps are entries.

`query` reads the other direction.  The request's id is left out: who sends the answer knows it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["answer_xml", "refusal_xml"]

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAPS = frozenset({"EvalDecisionDetails"})


def answer_xml(operation: str, answer: Mapping[str, Any]) -> str:
    """Write the answer to a call."""
    body = "".join(_xml(dict(answer)))
    return (
        f'<{operation}Response xmlns="{_NAMESPACE}"><{operation}Result>{body}</{operation}Result>'
        f"<ResponseMetadata><RequestId></RequestId></ResponseMetadata></{operation}Response>"
    )


def refusal_xml(code: str, message: str, *, sender: bool = True) -> str:
    """Write an error; *sender* tells whose fault it is."""
    return (
        f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>{"Sender" if sender else "Receiver"}</Type>'
        f"<Code>{code}</Code><Message>{_text(message)}</Message></Error><RequestId></RequestId></ErrorResponse>"
    )


def _xml(value: Any) -> Iterator[str]:
    match value:
        case bool():
            yield "true" if value else "false"
        case dict():
            for name, item in value.items():
                yield f"<{name}>"
                yield from _entries(item) if name in _MAPS else _xml(item)
                yield f"</{name}>"
        case list():
            for item in value:
                yield "<member>"
                yield from _xml(item)
                yield "</member>"
        case _:
            yield _text(str(value))


def _entries(details: Mapping[str, str]) -> Iterator[str]:
    for key, word in details.items():
        yield f"<entry><key>{_text(key)}</key><value>{word}</value></entry>"


def _text(text: str) -> str:
    """Escape *text*: what XML can't hold is replaced, and a bare CR would not survive any reader."""
    return escape(_NOT_IN_XML.sub("\ufffd", text), {"\r": "&#13;"})
