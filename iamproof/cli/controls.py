"""``iamproof controls``: which scenario covers which control; nothing is decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from iamproof.cli import completing
from iamproof.cli.choosing import file_options
from simulator.errors import Diagnostic, InputError, SelectionError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.controls import Control
    from simulator.catalogue import Catalogue
    from simulator.suites.load import Loaded

__all__ = ["command"]

_HELP = """Which scenario covers which control, from the suites alone (default: scenarios/); nothing is decided.

With FRAMEWORK, as NIST-800-53r5, that one alone; otherwise those that the suites name."""

_USABLE = ("direct", "supporting")


@dataclass(frozen=True, slots=True)
class _Claim:
    """A scenario or an invariant that names controls."""

    id: str
    kind: str
    title: str
    file: str
    line: int
    cells: int
    state: str  #: empty, ``skipped`` or ``known gap``


@click.command("controls", help=_HELP)
@click.argument("arguments", nargs=-1, metavar="[FRAMEWORK] [PATH]...", shell_complete=completing.framework)
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
@file_options
def command(**options: Any) -> int:
    """Print the controls with their claims, and return 0."""
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator
    from iamproof.session import suite_paths  # noqa: PLC0415  # --help needs no simulator
    from simulator.suites.load import load_suites  # noqa: PLC0415  # --help needs no simulator

    framework, paths = _arguments(options["arguments"])
    catalogue = current_catalogue()
    loaded = load_suites(
        suite_paths(paths),
        root=Path(options["root"]) if options["root"] else Path(),
        allow_external=options["allow_external_files"],
        catalogue=catalogue,
    )
    if not loaded.suites:
        raise SelectionError("there is no suite")
    claims = _claims(loaded)
    chosen = list(_chosen(framework, claims))
    warn_of_age(catalogue)
    click.echo((_json if options["fmt"] == "json" else _text)(chosen, claims, catalogue))
    return 0


def _arguments(arguments: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    """Tell the framework from the paths; the first argument is one unless it is a file or a folder."""
    from reports.controls import frameworks  # noqa: PLC0415  # --help needs no controls

    if not arguments or arguments[0] in frameworks():
        return (arguments[0] if arguments else None), arguments[1:]
    if "/" in arguments[0] or Path(arguments[0]).exists():
        return None, arguments
    near = nearest(arguments[0], frameworks())
    advice = f"did you mean `{near}`?" if near else f"the frameworks are {', '.join(frameworks())}"
    message = f"`{arguments[0]}` is neither a framework nor a file or folder"
    raise InputError([Diagnostic("option", message, help=advice)])


def _claims(loaded: Loaded) -> dict[str, list[_Claim]]:
    """Return the claims that name each control, in the order of the files."""
    cells = Counter(cell.scenario for cell in loaded.cells())
    found: defaultdict[str, list[_Claim]] = defaultdict(list)
    for suite in loaded.suites:
        for scenario in suite.scenarios:
            state = "skipped" if scenario.skip is not None else "known gap" if scenario.known_gap is not None else ""
            id_ = f"{suite.file}::{scenario.identity}"
            claim = _Claim(id_, "scenario", scenario.name, suite.file, scenario.line, cells[scenario], state)
            for name in scenario.controls:
                found[name].append(claim)
        for invariant in suite.invariants:
            id_ = f"{suite.file}::{invariant.id or invariant.name}"
            claim = _Claim(id_, "invariant", invariant.name, suite.file, invariant.node.span.line, 0, "")
            for name in dict.fromkeys(invariant.controls):
                found[name].append(claim)
    return dict(found)


def _chosen(framework: str | None, claims: dict[str, list[_Claim]]) -> Iterator[Control]:
    """Yield what to show: each control that is named, and those beside them that a suite could name."""
    from reports.controls import control_named, lookup, names  # noqa: PLC0415  # --help needs no controls

    used = {framework} if framework else {control.framework for name in claims if (control := lookup(name))}
    for name in names():
        control = control_named(name)
        if control.framework in used and (name in claims or control.strength in _USABLE):
            yield control
    for name in sorted(claims):
        control = control_named(name)
        if lookup(name) is None and framework in (None, control.framework):
            yield control


def _text(chosen: Sequence[Control], claims: dict[str, list[_Claim]], catalogue: Catalogue) -> str:
    from reports.controls import frameworks  # noqa: PLC0415  # --help needs no controls
    from simulator.text.show import printable  # noqa: PLC0415  # --help needs no controls

    lines: list[str] = []
    for framework in dict.fromkeys(control.framework for control in chosen):
        own = [control for control in chosen if control.framework == framework]
        known = frameworks().get(framework)
        covered = sum(control.name in claims for control in own)
        lines += [f"{framework or 'no framework'}{f' ({known.title})' if known else ''}: {covered} of {len(own)} named"]
        lines += [line for control in own for line in _lines(control, claims.get(control.name, []))]
        lines += [f"  {known.notice}"] if known and known.notice else []
        lines.append("")
    lines.append(
        "A control that is named is not thereby met: `iamproof test` says whether its cells behave as expected."
    )
    lines.append(f"catalogue of {catalogue.date}")
    return "\n".join(printable(line, limit=None) for line in lines)


def _lines(control: Control, claims: Sequence[_Claim]) -> Iterator[str]:
    needs = f"; needs also: {', '.join(control.needs_also)}" if control.needs_also else ""
    yield f"  {control.id}  [{control.strength}]  {control.own_words.removesuffix('.')}{needs}"
    if not claims:
        yield "      no scenario"
    for claim in claims:
        amount = "invariant" if claim.kind == "invariant" else f"{claim.cells} cell{'s' * (claim.cells != 1)}"
        yield f"      {claim.id}  {', '.join(filter(None, (amount, claim.state)))}"


def _json(chosen: Sequence[Control], claims: dict[str, list[_Claim]], catalogue: Catalogue) -> str:
    import json  # noqa: PLC0415  # only with --format json

    from iamproof.current import catalogue_data  # noqa: PLC0415  # --help needs no simulator

    rows = [
        {"name": control.name, **_plain(control), "claims": [_plain(claim) for claim in claims.get(control.name, [])]}
        for control in chosen
    ]
    told = {"catalogue": catalogue_data(catalogue), "controls": rows}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _plain(row: Control | _Claim) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}
