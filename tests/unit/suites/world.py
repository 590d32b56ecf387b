"""A folder with a suite in it, for tests: write files, load them, look at cells or faults."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

from simulator.errors import InputError
from simulator.suites.load import load_suites

if TYPE_CHECKING:
    from simulator.errors import Diagnostic
    from simulator.suites.cells import Cell
    from simulator.suites.load import Loaded

__all__ = ["ACCOUNT", "World", "told"]

ACCOUNT = """\
id: 123456789012
policies:
  Plain: {Version: 2012-10-17, Statement: [{Sid: All, Effect: Allow, Action: "*", Resource: "*"}]}
  Gate:
    Version: 2012-10-17
    Statement:
      - {Sid: NoMfa, Effect: Deny, Action: "*", Resource: "*",
         Condition: {BoolIfExists: {aws:MultiFactorAuthPresent: "false"}}}
groups:
  web: {policies: [Gate]}
users:
  bob: {groups: [web], tags: {team: web}}
  carol: {groups: web, path: /staff/}
roles:
  auditor: {policies: [Gate]}
"""


class World:
    """A folder that is the current one, with an account beside the suites."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("suites/account.yaml", ACCOUNT)

    def write(self, name: str, text: str) -> Path:
        """Write a file, folders made as needed."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def suite(self, scenarios: str, *, head: str = "", name: str = "suite") -> None:
        """Write a suite: *head* are further keys, *scenarios* the items of the list."""
        indented = "".join(f"  {line}\n" for line in dedent(scenarios).strip().splitlines())
        account = "" if "account:" in head or "policies:" in head or "extends:" in head else "account: account.yaml\n"
        self.write(f"suites/{name}.yaml", f"suite: {name}\n{account}{dedent(head)}\nscenarios:\n{indented}")

    def load(self, *paths: str) -> Loaded:
        """Load the folder of the suites, or *paths*."""
        return load_suites([Path(path) for path in paths or ("suites",)])

    def cells(self) -> tuple[Cell, ...]:
        """Return the cells."""
        return self.load().cells()

    def rows(self) -> list[str]:
        """Return each cell as ``principal [session] action target: verdict``."""
        return [
            f"{cell.principal.label} [{cell.session}] {cell.action} {cell.target}: {cell.expected.verdict.value}"
            for cell in self.cells()
        ]

    def faults(self, *paths: str) -> tuple[Diagnostic, ...]:
        """Return what makes the files unusable."""
        try:
            self.load(*paths)
        except InputError as error:
            return error.diagnostics
        return ()

    def told(self, *paths: str) -> list[str]:
        """Return the faults as ``code line:column``."""
        return told(self.faults(*paths))


def told(faults: tuple[Diagnostic, ...]) -> list[str]:
    """Return *faults* as ``code line:column``."""
    return [f"{one.code} {one.span.line}:{one.span.column}" if one.span else one.code for one in faults]
