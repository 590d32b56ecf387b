"""``iamproof init``: write a first suite for somebody's own policies, to be reviewed."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamproof.cli import completing
from simulator.errors import Diagnostic, InputError

if TYPE_CHECKING:
    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.draft import Written
    from simulator.catalogue import Catalogue

__all__ = ["command"]

_HELP = """Write a first suite for each POLICY (a file, or an AWS managed policy's ARN or name).

It asks what the policy names and what lies just beyond: other actions, others' resources, each condition right,
wrong and absent.  The verdicts are what the policy does today, each marked `# review`."""
_UNFIT = re.compile(r"[^A-Za-z0-9 ._+-]+")
_LONGEST = 60


@click.command("init", help=_HELP)
@click.argument("policies", nargs=-1, required=True, metavar="POLICY...", shell_complete=completing.policies)
@click.option(
    "--to",
    "folder",
    default="scenarios",
    show_default=True,
    metavar="DIR",
    help="Where to write.",
    shell_complete=completing.folders,
)
def command(policies: tuple[str, ...], folder: str) -> int:
    """Write the suites; all of them or none."""
    from iamproof.cli.aged import warn_of_age  # noqa: PLC0415  # --help needs no simulator
    from iamproof.current import current_catalogue  # noqa: PLC0415  # --help needs no simulator

    catalogue = current_catalogue()
    loaded = {text: _load(text) for text in policies}
    paths = _paths(tuple(loaded), Path(folder))
    written = {text: _draft(policy, text, Path(folder), catalogue) for text, policy in loaded.items()}
    warn_of_age(catalogue)
    for text, path in paths.items():
        _write(path, written[text].text)
        _tell(path, written[text])
    click.echo(
        f"\nRead each line marked `# review`; then run `iamproof test {_shown(folder)}`.\ncatalogue of {catalogue.date}"
    )
    return 0


def _load(text: str) -> LoadedPolicy:
    """Read a policy; raise `InputError` with its faults."""
    from simulator.analyse.adhoc import load_policy  # noqa: PLC0415  # --help needs no simulator

    return load_policy(text)


def _draft(loaded: LoadedPolicy, text: str, folder: Path, catalogue: Catalogue) -> Written:
    from simulator.analyse.draft import write_draft  # noqa: PLC0415  # --help needs no simulator

    place, found_at = _place(loaded, text, folder)
    return write_draft(loaded, name=_name(text), shown=loaded.path, place=place, found_at=found_at, catalogue=catalogue)


def _place(loaded: LoadedPolicy, text: str, folder: Path) -> tuple[object, object]:
    """Return how the suite names the policy, and how it is found from here.

    A suite names only files below the folder that a run starts in; the document of any other stands in
    the suite itself.
    """
    if loaded.path.startswith("arn:"):
        return loaded.path, loaded.path
    here, real, to = (os.path.realpath(path) for path in (".", text, folder))
    if not all(Path(path).is_relative_to(here) for path in (real, to)):
        document = json.loads(loaded.document)
        return document, document
    relative = Path(os.path.relpath(os.path.abspath(text), os.path.abspath(folder))).as_posix()  # noqa: PTH100  # links stay as written
    return relative if "/" in relative else f"./{relative}", os.path.abspath(text)  # noqa: PTH100  # links stay as written


def _name(text: str) -> str:
    """Return the policy's name: that of the managed policy, or the file's without its ending."""
    last = text.rpartition("/")[2]
    name = last if text.startswith("arn:") else Path(last).stem
    return (_UNFIT.sub("-", name).strip("-. ") or "policy")[:_LONGEST]


def _paths(texts: tuple[str, ...], folder: Path) -> dict[str, Path]:
    """Return where each suite goes; raise `InputError` for what is there, before anything is written."""
    found: dict[str, Path] = {}
    faults: list[Diagnostic] = []
    for text in texts:
        path = folder / f"{_name(text).lstrip('_')}.yaml"
        if path in found.values():
            message = f"two of the policies would have the suite `{_shown(str(path))}`"
            faults.append(Diagnostic("file-exists", message, help="write them to different folders with `--to DIR`"))
        elif os.path.lexists(path):
            message = f"`{_shown(str(path))}` is there already, and nothing is overwritten"
            advice = "move it away, or name another folder with `--to DIR`"
            faults.append(Diagnostic("file-exists", message, help=advice))
        found[text] = path
    if faults:
        raise InputError(faults)
    return found


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or "the system refuses it").lower()
        if isinstance(error, (FileExistsError, NotADirectoryError)):
            reason = "a part of its path is a file, not a folder"
        message, advice = f"`{_shown(str(path))}` can't be written: {reason}", "name another folder with `--to DIR`"
        raise InputError([Diagnostic("file-unwritable", message, help=advice)]) from None


def _tell(path: Path, written: Written) -> None:
    from reports.words import count  # noqa: PLC0415  # --help needs no reports

    click.echo(f"wrote {_shown(str(path))}: {count(written.scenarios, 'scenario')}, {count(written.cells, 'cell')}")
    for remark in written.remarks:
        click.echo(f"  not asked: {_shown(remark)}")


def _shown(text: str) -> str:
    from simulator.text.show import printable  # noqa: PLC0415  # --help needs no simulator

    return printable(text, limit=None)
