"""What left cells out of a pytest run, in words, for the reports."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["selection_words"]

_MOST_WORDS = 200  # characters of a selection that came by arguments


def selection_words(config: pytest.Config) -> str:
    """Say what left cells out, without places of this machine."""
    option = config.option
    words = [f"-k {option.keyword}"] if option.keyword else []
    words += [f"-m {option.markexpr}"] if option.markexpr else []
    words += ["--lf"] if getattr(option, "lf", False) else []
    words += [f"--deselect {one}" for one in option.deselect or ()]
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        words += [_below(arg, config) for arg in config.args]
    text = " ".join(["pytest", *words])
    return text if len(text) <= _MOST_WORDS else f"{text[:_MOST_WORDS]}…"


def _below(arg: str, config: pytest.Config) -> str:
    """Return an argument relative to the root; of what lies elsewhere, its name."""
    file, colons, rest = arg.partition("::")
    path = Path(os.path.normpath(config.invocation_params.dir / file))
    name = path.relative_to(config.rootpath).as_posix() if path.is_relative_to(config.rootpath) else path.name
    return name + colons + rest
