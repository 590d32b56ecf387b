"""Templates, assets and the content security policy of the HTML report.

Every value is escaped by Jinja and first made printable here; a value that a template lacks is an
error.  Style and script are allowed by their digests, so an injected one would not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from reports.describe import shown

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["asset", "environment", "policy"]

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LIMIT = 4000  # of one value: the longest message is half of it
_KEPT = 1024  # the words of cells repeat: marks, statements, names


@cache
def asset(name: str) -> str:
    """Return the text of ``report.css`` or ``report.js``."""
    return resources.files(__package__).joinpath("assets", name).read_text("utf-8")


@cache
def environment() -> Environment:
    """Return the templates; Jinja is imported only here."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # 58 ms that only a page is worth

    made = Environment(
        loader=PackageLoader("reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["thousands"] = lambda number: f"{number:,}"
    made.filters["soft"] = _soft
    return made


@lru_cache(_KEPT)
def _soft(text: str) -> Markup:
    """Return a name that may break between its words: ``DenyAll`` after ``Deny``."""
    from markupsafe import Markup  # noqa: PLC0415  # Jinja's own

    return Markup("<wbr>").join(_HUMP.split(shown(text, _LIMIT)))  # joining escapes the pieces


def _final(value: Any) -> Any:
    """Make text printable; markup of our own passes."""
    if type(value) is not str or (len(value) <= _LIMIT and value.isascii() and value.isprintable()):
        return value  # most are plain: nothing in them is invisible
    return _shown(value)


@lru_cache(_KEPT)
def _shown(text: str) -> str:
    return shown(text, _LIMIT)


def policy(style: str, script: str, *, external: bool) -> str:
    """Return the content security policy: nothing loads, only this style and this script count."""
    styles, scripts = ("'self'", "'self'") if external else (_source(style), _source(script))
    return f"default-src 'none'; style-src {styles}; script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'"


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
