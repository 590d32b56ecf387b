"""iamproof: a policy simulation test suite for AWS IAM.

The public API; everything loads what it needs when it is called (``docs/python-api.md``)::

    run = iamproof.run("scenarios/")
    run.summary.verdict
    iamproof.write(run, "out/report.html")
    iam = iamproof.client("embedded")
    iam.simulate_custom_policy(PolicyInputList=[text], ActionNames=["iam:CreateUser"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamproof.shadow import check_shadow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from simulator.suites.result import Run

__all__ = ["__version__", "client", "render", "run", "write"]

__version__ = "0.1.0"

check_shadow()


def run(paths: str | Path | Sequence[str | Path] = "scenarios/", *, backend: str = "embedded", **options: Any) -> Run:
    """Run the suites under *paths* and return the `Run`.

    *options* are the fields of `iamproof.session.RunOptions`, as ``k``, ``tags``, ``controls``, ``only``,
    ``strict``, ``root``, ``allow_external_files``.  Raises `simulator.errors.InputError` when the input
    can't be used, `BackendError` when a backend could not answer.
    """
    from iamproof.session import RunOptions, run_session  # noqa: PLC0415  # loads the simulator only when used

    listed = (paths,) if not isinstance(paths, (list, tuple)) else tuple(paths)
    return run_session(RunOptions(paths=tuple(str(path) for path in listed), backend=backend, **options))


def client(backend: str = "embedded", **options: Any) -> Any:
    """Return an object with boto3's four simulation calls, answered by *backend*.

    ``embedded`` takes ``account=`` (a path to an account file) for the principal calls; ``moto`` and
    ``aws`` take what boto3's session takes (``profile``, ``region``, ``endpoint_url``).
    """
    from simulator.backends import client as make  # noqa: PLC0415  # loads a backend only when used

    return make(backend, **options)


def render(run: Run, fmt: str, **options: Any) -> str:  # noqa: A002, RUF100  # the noun of the API
    """Return the report of *run* in one format: html, md, json, junit, sarif, oscal, github, csv."""
    import reports  # noqa: PLC0415  # loads a renderer only when used

    return reports.render(run, fmt, **options)


def write(run: Run, path: str | Path, fmt: str | None = None, **options: Any) -> None:
    """Write the report of *run* to *path*, atomically; the ending names the format unless *fmt* does."""
    import reports  # noqa: PLC0415  # loads a renderer only when used

    reports.write(run, path, fmt, **options)
