"""The packed files under ``data/``: a JSON index, then one compressed blob a service or policy.

Four bytes give the index's length; the index is JSON under zlib and holds, for each blob, its offset
behind the index and its length.  So one service costs one seek, and nothing is read at import.
The writing half is `simulator.catalogue.refresh.pack`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from functools import cached_property
from pathlib import Path
from typing import Any

from simulator.errors import DefectError

__all__ = ["DATA", "FORMAT", "HEADER", "Packed"]

DATA = Path(__file__).parent / "data"
FORMAT = 1  #: what `refresh` writes; another number in a file is not read
HEADER = 4  #: bytes of the index's length, the most significant first


class Packed:
    """One packed file, read when first asked and kept."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def _content(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise DefectError(f"the catalogue's file `{self.path.name}` can't be read: {error.strerror}") from error

    @cached_property
    def _start(self) -> int:
        return HEADER + int.from_bytes(self._content[:HEADER], "big")

    @cached_property
    def index(self) -> dict[str, Any]:
        """The index: what stands where, and where it came from."""
        try:
            index: dict[str, Any] = json.loads(zlib.decompress(self._content[HEADER : self._start]))
        except (zlib.error, ValueError) as error:
            raise DefectError(f"the catalogue's file `{self.path.name}` is damaged") from error
        if index.get("format") != FORMAT:
            raise DefectError(f"the catalogue's file `{self.path.name}` has format {index.get('format')}, not {FORMAT}")
        return index

    @cached_property
    def sha256(self) -> str:
        """The digest of the file, which reports print."""
        return hashlib.sha256(self._content).hexdigest()

    def text(self, offset: int, length: int) -> str:
        """Return the text of the blob at *offset* behind the index."""
        start = self._start + offset
        try:
            return zlib.decompress(self._content[start : start + length]).decode()
        except (zlib.error, ValueError) as error:
            raise DefectError(f"the catalogue's file `{self.path.name}` is damaged") from error
