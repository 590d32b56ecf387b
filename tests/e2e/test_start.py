"""What a plain run loads: little, since people wait for it each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LOADED = """
import dataclasses, json, sys
from iamproof.cli import main
try:
    main(["test"])
except SystemExit as stop:
    assert not stop.code, stop.code
own = [module for name, module in sys.modules.items() if name.split(".")[0] in ("iamproof", "simulator", "reports")]
classes = {one for module in own for one in vars(module).values() if isinstance(one, type)}
dear = [one for one in classes if dataclasses.is_dataclass(one) and one.__dataclass_params__.frozen]
print(json.dumps([sorted(sys.modules), sorted(one.__qualname__ for one in dear)]), file=sys.stderr)
"""


@pytest.fixture(scope="module")
def loaded() -> tuple[list[str], list[str]]:
    """The modules that a run of the shipped suites has loaded, and the values that the standard library made in them."""
    done = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    modules, dear = json.loads(done.stderr.splitlines()[-1])
    return modules, dear


def test_a_plain_run_loads_no_library_that_it_does_not_use(loaded: tuple[list[str], list[str]]) -> None:
    assert not {"boto3", "botocore", "moto", "jinja2", "pytest"} & set(loaded[0])
    assert {"click", "yaml", "tabulate"} <= set(loaded[0])


def test_what_a_plain_run_loads_makes_its_values_the_cheap_way(loaded: tuple[list[str], list[str]]) -> None:
    """`simulator.values` makes them; what the command loads beside it may be made by the standard library."""
    assert loaded[1] == []
