"""Invariants as pytest sees them: an invariant an item; loaded only where a suite has some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from iamproof.pytest_names import line_of, with_line
from iamproof.pytest_plugin import PROOF
from simulator.errors import IamproofError
from simulator.suites.tally import holds

if TYPE_CHECKING:
    import os

    from iamproof.pytest_cells import Suites
    from simulator.suites.asserted import Asserted
    from simulator.suites.result import InvariantResult

__all__ = ["InvariantItem"]


class InvariantItem(pytest.Item):
    """An invariant."""

    def __init__(self, *, asserted: Asserted, suites: Suites, **rest: Any) -> None:
        super().__init__(**rest)
        self.asserted, self._suites = asserted, suites
        self.extra_keyword_matches.update((asserted.suite.name, asserted.invariant.name, *asserted.tags))
        for tag in asserted.tags:
            if not tag.startswith("_") and tag not in self._suites.acting:
                self.add_marker(tag)

    def __repr__(self) -> str:
        return with_line(self, line_of(self.asserted))

    def runtest(self) -> None:
        """Decide the invariant; raise unless it is proved."""
        result = self._suites.prove(self.asserted)
        if self._suites.in_worker:
            from reports.json import encode_invariant  # noqa: PLC0415  # only where the result has to travel

            self.user_properties.append((PROOF, encode_invariant(result)))
        if not holds(result, strict=self._suites.strict):
            raise InvariantFailure(result)

    def teardown(self) -> None:
        """Let the result travel once: the report of the teardown has no need of it."""
        if self.user_properties and self.user_properties[-1][0] == PROOF:
            self.user_properties.pop()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show what `iamproof prove` shows; a defect of iamproof itself keeps its traceback."""
        if isinstance(excinfo.value, InvariantFailure):
            from reports.terminal import claim_text  # noqa: PLC0415  # only for failures

            return claim_text(excinfo.value.result)
        if isinstance(excinfo.value, IamproofError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Point at the invariant in its file."""
        return self.path, line_of(self.asserted) - 1, self.asserted.id.removeprefix(f"{self.asserted.suite.file}::")


class InvariantFailure(Exception):  # noqa: N818  # pytest shows the name nowhere; it is a failure, not an error
    """An invariant that is not proved."""

    def __init__(self, result: InvariantResult) -> None:
        super().__init__(result.message)
        self.result = result
