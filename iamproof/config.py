"""The configuration file ``iamproof.yaml`` in the folder the run starts in.

::

    format: 1
    untested:                     # policy files that no scenario needs to decide
      policies/draft.json: not attached anywhere yet
    catalogue: catalogue-extra.yaml   # an overlay with private or newer actions

Contract: ``docs/cli.md``, "Configuration".
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import Collector, nearest
from simulator.text.source import Kind, Node
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONFIG_FILE", "Config", "read_config"]

CONFIG_FILE = "iamproof.yaml"
_SHAPE = "the lines are `KEY: …`, without `- `"
_KEYS = ("format", "untested", "catalogue", "silence")


@dataclass(frozen=True, slots=True)
class Config:
    """What the configuration says; empty without a file."""

    untested: Mapping[str, str] = field(default_factory=dict)
    catalogue: str | None = None
    silence: Node | None = None


def read_config(folder: Path | None = None) -> Config:
    """Read the configuration of *folder* (default: the current one); raise `InputError` for what is wrong."""
    path = (folder or Path()) / CONFIG_FILE
    if not path.exists():
        return Config()
    from simulator.text.files import read_source  # noqa: PLC0415  # only where there is a configuration
    from simulator.text.yaml import parse_yaml  # noqa: PLC0415  # only where there is a configuration

    return _read(parse_yaml(read_source(path)))


def _read(node: Node) -> Config:
    faults = Collector()
    if node.kind not in (Kind.MAPPING, Kind.NULL):
        faults.add(node.fault("config", f"the configuration must be a mapping, not a {node.kind.value}", help=_SHAPE))
    for key, value in node.pairs:
        if key.text not in _KEYS:
            near = nearest(key.text, _KEYS)
            advice = f"did you mean `{near}`?" if near else f"the keys are {', '.join(_KEYS)}"
            faults.add(key.fault("config", f"the configuration has no key `{key.text}`", help=advice))
        elif key.text == "format" and value.text != "1":
            faults.add(value.fault("config", f"format `{value.text}` is not known", help="write `format: 1`"))
        elif key.text == "catalogue" and value.kind is not Kind.STRING:
            faults.add(
                value.fault(
                    "config", "`catalogue` must be the path of an overlay file", help="as `catalogue: extra.yaml`"
                )
            )
    untested = _untested(node.get("untested"), faults)
    faults.finish()
    catalogue = node.get("catalogue")
    return Config(untested, catalogue.text if catalogue is not None else None, node.get("silence"))


def _untested(node: Node | None, faults: Collector) -> dict[str, str]:
    if node is None:
        return {}
    if node.kind is not Kind.MAPPING:
        faults.add(
            node.fault("config", "`untested` must map policy files to reasons", help="as `policies/x.json: REASON`")
        )
        return {}
    for key, value in node.pairs:
        if value.kind is not Kind.STRING or not value.text.strip():
            faults.add(key.fault("config", f"`{key.text}` is untested for no reason", help="say why after the colon"))
    return {key.text: value.text for key, value in node.pairs}
