"""Suites: what a scenario asks that can't be meant, told without deciding it.

Unknown actions, principals, resources and sessions are the loader's business
(`simulator.suites.load`); here stands what a sound suite may still get wrong.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from simulator.analyse.lint.model import Finding
from simulator.catalogue.spelling import CUTOFF
from simulator.errors import nearest
from simulator.suites.caution import lacking_types
from simulator.suites.model import Verdict
from simulator.text.source import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.lint.model import SuiteSubject
    from simulator.suites.cells import Cell
    from simulator.text.source import Node

__all__ = ["control_unknown", "partial", "tag_near"]


def partial(subject: SuiteSubject) -> Iterator[Finding]:
    """An expected allow on only some of the resource types that the action needs together."""
    for cell in _allowed(subject.loaded.cells()):
        action = subject.facts.catalogue.action(cell.asked.literal or "")
        if action is None or cell.mode == "each":
            continue
        lacking = lacking_types(action, cell.resources)
        if lacking:
            place = next((one.node for one in cell.scenario.actions if one.text == cell.asked.text), cell.scenario.node)
            message = f"`{action.name}` on {cell.target} also needs a resource of type {', '.join(lacking)}"
            yield Finding(place, message, "ask for all of them: a resource with `together:`")


def _allowed(cells: Iterable[Cell]) -> Iterator[Cell]:
    return (c for c in cells if c.expected.verdict is Verdict.ALLOW and c.asked.literal is not None)


def control_unknown(subject: SuiteSubject) -> Iterator[Finding]:
    """A control that the catalogue of controls does not have."""
    if not subject.controls:
        return
    for node in _named(subject, "controls"):
        if node.text not in subject.controls:
            near = nearest(node.text, subject.controls, cutoff=CUTOFF)
            advice = f"did you mean `{near}`?" if near else "reports show it as unmapped"
            yield Finding(node, f"the catalogue of controls has no `{node.text}`", advice)


def tag_near(subject: SuiteSubject) -> Iterator[Finding]:
    """A tag that stands once and is nearly one that stands more often."""
    nodes = list(_named(subject, "tags"))
    times = Counter(node.text for node in nodes)
    common = [tag for tag, count in times.items() if count > 1]
    for node in nodes:
        near = nearest(node.text, common, cutoff=CUTOFF) if times[node.text] == 1 else None
        if near is not None:
            yield Finding(node, f"the tag `{node.text}` stands nowhere else", f"did you mean `{near}`?")


def _named(subject: SuiteSubject, key: str) -> Iterator[Node]:
    """Yield the items under *key* of all suites, scenarios and invariants."""
    owners = [
        node
        for suite in subject.loaded.suites
        for node in (suite.node, *(s.node for s in suite.scenarios), *(i.node for i in suite.invariants))
    ]
    for value in (found for owner in owners if (found := owner.get(key)) is not None):
        yield from value.items if value.kind is Kind.SEQUENCE else (value,)
