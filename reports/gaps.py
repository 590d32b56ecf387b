"""Gaps: what nobody asked, as far as a run shows it.

A report that says only what was tested reads as if that were everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports import controls
from reports.describe import place, shown
from reports.matrix import MFA_STATES, Column, by_suite, columns, keyless
from reports.trace import requirements
from reports.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.suites.result import PolicyInfo, Run

__all__ = ["MFA_ACTIONS", "Gap", "gaps"]

MFA_ACTIONS = tuple(
    f"iam:{name}"
    for name in (
        *("CreateVirtualMFADevice", "DeactivateMFADevice", "DeleteVirtualMFADevice", "EnableMFADevice", "GetMFADevice"),
        *("ListMFADeviceTags", "ListMFADevices", "ListVirtualMFADevices", "ResyncMFADevice"),
        *("TagMFADevice", "UntagMFADevice"),
    )
)
"""IAM's actions on MFA devices; a test holds them to the catalogue."""

_POLICY_ROLES = {
    "boundary": "permissions boundary",
    "session": "session policy",
    "resource": "resource-based policy",
    "scp": "service control policy",
    "rcp": "resource control policy",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One kind of gap: what it means, and where it is."""

    title: str
    items: tuple[str, ...]


def gaps(run: Run) -> tuple[Gap, ...]:
    """Return the gaps of a run; kinds without one are left out."""
    partly = bool(run.summary.not_run or run.selection)
    found = (
        Gap(
            "Requirements that no scenario verifies",
            tuple(f"{shown(t.id)}: {shown(t.text)}" for t in requirements(run) if not t.cells and not t.invariants),
        ),
        Gap("Suites with cells that no scenario speaks about", tuple(_unspoken(run))),
        Gap(
            "Policies that decide none of the cells that were run" if partly else "Policies that no cell decides",
            tuple(dict.fromkeys(shown(p.path) for p in run.policies if not p.decided)),
        ),
        Gap(
            "Statements that decide none of the cells that were run" if partly else "Statements that never decide",
            tuple(_idle_statements(run)),
        ),
        Gap("Actions on MFA devices that no cell asks by name", tuple(_mfa_actions(run))),
        Gap("Sign-in states that nothing covers", tuple(dict.fromkeys(_uncovered_states(run)))),
        Gap("Cells that prove little", tuple(_weak(run))),
        Gap("Cells that were not decided", tuple(_undecided(run))),
        Gap("Kinds of policies that were not supplied", tuple(_missing_kinds(run))),
        Gap(
            "Controls of the frameworks in use that no scenario names",
            tuple(f"{c.name}: {c.own_words}" for c in controls.unexercised(run)),
        ),
    )
    return tuple(gap for gap in found if gap.items)


def _unspoken(run: Run) -> Iterator[str]:
    for suite in run.suites:
        if suite.unspoken:
            yield f"{shown(suite.name)} ({shown(suite.path)}): {count(suite.unspoken, 'cell')} of account × actions × targets"


def _idle_statements(run: Run) -> Iterator[str]:
    # By the file: one may stand under several names, in several accounts, in the lists of an invariant.
    deciding = {(item.file, item.line) for cell in run.cells for item in cell.deciding}
    for policy in {policy.path: policy for policy in run.policies}.values():
        if policy.decided:  # else the whole policy is a gap already
            found = list(_statements(policy))
            idle = [one for one in found if (policy.path, one[1]) not in deciding]
            # Where none decides, the lines are those of another file, around an inline document: nothing can be told.
            yield from (f"{name}, {place(policy.path, line)}" for name, line in idle if len(idle) < len(found))


def _mfa_actions(run: Run) -> Iterator[str]:
    """Yield the rest of the family, where some of it is asked: a wildcard may take it in, or leave it out."""
    asked = {cell.action.lower() for cell in run.cells}
    rest = [name for name in MFA_ACTIONS if name.lower() not in asked]
    yield from rest if len(rest) < len(MFA_ACTIONS) else ()


def _statements(policy: PolicyInfo) -> Iterator[tuple[str, int]]:
    from simulator.errors import InputError  # noqa: PLC0415  # beside its use
    from simulator.policy.parse import parse_policy_text  # noqa: PLC0415  # only reports for people show gaps

    try:
        parsed = parse_policy_text(policy.text, name=policy.name, lenient=True)
    except InputError:
        return  # a text that isn't at hand, or a policy of another kind
    for statement in parsed.statements:
        yield shown(statement.sid or f"statement {statement.index}"), parsed.span(statement).line


def _uncovered_states(run: Run) -> Iterator[str]:
    for suite, cells in by_suite(run).items():
        asked = dict.fromkeys(Column(cell.principal, cell.session) for cell in cells)
        roles = keyless(cells)
        for column in columns(asked):
            role_key = column.session == "access key" and column.principal in roles
            if column.session in MFA_STATES and not role_key and column not in asked:
                yield f"{shown(column.principal)}, {shown(column.session)} (suite {shown(suite)})"


def _weak(run: Run) -> Iterator[str]:
    summary = run.summary
    if summary.default_only:
        yield f"{count(summary.default_only, 'denial')} by default only: nothing forbids it, nothing grants it"
    for cell in run.cells:
        if cell.vacuous is not None:
            yield f"vacuous: {shown(cell.scenario)}, {place(cell.file, cell.line)}: {shown(cell.vacuous)}"


def _undecided(run: Run) -> Iterator[str]:
    summary = run.summary
    left_out = run.selection.left_out if run.selection else 0
    for number, words in (
        (left_out, "left out by selection"),
        (summary.not_run, "not run"),
        (summary.skipped, "skipped"),
        (summary.unsupported, "not supported by the engine"),
    ):
        if number:
            yield f"{count(number, 'cell')} {words}"


def _missing_kinds(run: Run) -> Iterator[str]:
    roles = {policy.role.partition(".")[0] for policy in run.policies}
    yield from (words for role, words in _POLICY_ROLES.items() if role not in roles)
