"""The catalogue that a command works with: the shipped one, with the configuration's overlay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from iamproof.config import read_config
from simulator.catalogue import load

if TYPE_CHECKING:
    from simulator.catalogue import Catalogue

__all__ = ["catalogue_data", "current_catalogue"]


def catalogue_data(catalogue: Catalogue) -> dict[str, Any]:
    """Return which catalogue an answer hangs on, as every command's JSON states it."""
    return {"date": catalogue.date, "sha256": catalogue.sha256}


def current_catalogue() -> Catalogue:
    """Return the catalogue, with the configuration's overlay."""
    overlay = read_config().catalogue
    if overlay is None:
        return load()
    from simulator.catalogue.overlay import read_overlay  # noqa: PLC0415  # only where there is an overlay
    from simulator.text.files import read_source  # noqa: PLC0415  # only where there is an overlay
    from simulator.text.yaml import parse_yaml  # noqa: PLC0415  # only where there is an overlay

    node = parse_yaml(read_source(Path(overlay), root=Path()))
    return load().with_overlay(read_overlay(node, load(), alone=True))
