"""Sign-off: a person's review of one result, bound to it by the result digest.

A review says something about the result that was looked at.  When policies, suites or decisions
change, the digest changes, and the review is shown as stale instead of vouching for what nobody saw.

The file is YAML or JSON::

    result_digest: 6a7410ff…          # from the report's evidence record
    prepared_by: …
    reviewed_by: …
    role: …                           # optional
    date: 2026-11-24
    decision: accepted                # accepted, accepted with exceptions, rejected
    comment: …                        # optional
    distribution: [audit, platform]   # optional
    findings:                         # optional: an assessor's statements, for --oscal-findings
      - {control: "NIST-800-53r5:AC-6(10)", state: satisfied, remark: …}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from simulator.errors import Collector, Diagnostic
from simulator.text.record import Field, Record
from simulator.text.shape import ListOf, Text
from simulator.text.source import Kind, Source
from simulator.text.yaml import parse_yaml

if TYPE_CHECKING:
    from simulator.text.source import Node

__all__ = ["Assessment", "Decision", "SignOff", "State", "load_signoff", "read_signoff"]

Decision: TypeAlias = Literal["accepted", "accepted with exceptions", "rejected"]
State: TypeAlias = Literal["satisfied", "not-satisfied"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an assessor states of one control; the tool never states it by itself."""

    control: str
    state: State
    remark: str = ""
    node: Node | None = field(default=None, repr=False, compare=False)  #: where it says so, for messages

    def fault(self, problem: str, advice: str) -> Diagnostic:
        """Say what is wrong with it."""
        return _fault(self.node, "signoff-finding", f"`{self.control}` {problem}", advice)


@dataclass(frozen=True, slots=True)
class SignOff:
    """A review of the result with this digest."""

    result_digest: str
    prepared_by: str
    reviewed_by: str
    date: str
    decision: Decision
    role: str = ""
    comment: str = ""
    distribution: tuple[str, ...] = ()
    findings: tuple[Assessment, ...] = ()
    node: Node | None = field(default=None, repr=False, compare=False)  #: where the digest stands, for messages

    def stale(self, digest: str) -> bool:
        """Tell whether the review was of another result than the one with *digest*."""
        return self.result_digest.lower() != digest

    def fault(self, digest: str) -> Diagnostic:
        """Say that it is no review of the result with *digest*."""
        message = "the sign-off is of another result: its findings don't belong to this one"
        advice = f"it names {self.result_digest[:16]}…, and this result is {digest[:16]}…: it wants a review of its own"
        return _fault(self.node, "signoff-stale", message, advice)


def _fault(node: Node | None, code: str, message: str, advice: str) -> Diagnostic:
    """Make a fault at *node*; a review that was made in Python stands nowhere."""
    return Diagnostic(code, message, help=advice) if node is None else node.fault(code, message, help=advice)


_TEXT = Text()
_ASSESSMENT = Record(
    "a finding",
    (
        Field("control", Text("a control, as `NIST-800-53r5:AC-3`"), required=True),
        Field("state", Text("a state", choices=("satisfied", "not-satisfied")), required=True),
        Field("remark", _TEXT),
    ),
)
_SIGNOFF = Record(
    "a sign-off",
    (
        Field(
            "result_digest",
            # Without a letter, or with an `e` alone, YAML takes it for a number.
            Text("a result digest", r"[0-9a-fA-F]{64}\Z", digits=True, help="copy it from the report"),
            required=True,
        ),
        Field("prepared_by", _TEXT, required=True),
        Field("reviewed_by", _TEXT, required=True),
        Field("date", Text("a date, as 2026-11-24", r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"), required=True),
        Field(
            "decision", Text("a decision", choices=("accepted", "accepted with exceptions", "rejected")), required=True
        ),
        Field("role", _TEXT),
        Field("comment", _TEXT),
        Field("distribution", ListOf(_TEXT)),
        Field("findings", ListOf(_ASSESSMENT)),
    ),
)


def load_signoff(text: str, *, name: str = "<sign-off>") -> SignOff:
    """Read a sign-off from YAML or JSON text; *name* is its file, for messages."""
    return read_signoff(Source.of_text(text, name=name))


def read_signoff(source: Source) -> SignOff:
    """Read a sign-off; an `InputError` with all faults when it is none."""
    node, faults = parse_yaml(source), Collector()
    _SIGNOFF.check(node, faults)
    faults.finish()
    return SignOff(
        _text(node, "result_digest").lower(),
        _text(node, "prepared_by"),
        _text(node, "reviewed_by"),
        _text(node, "date"),
        cast("Decision", _text(node, "decision")),
        _text(node, "role"),
        _text(node, "comment"),
        tuple(item.text for item in _items(node, "distribution")),
        tuple(_assessment(item) for item in _items(node, "findings")),
        node.get("result_digest"),
    )


def _assessment(node: Node) -> Assessment:
    control = node.get("control")
    return Assessment(_text(node, "control"), cast("State", _text(node, "state")), _text(node, "remark"), control)


def _text(node: Node, key: str) -> str:
    found = node.get(key)
    return "" if found is None or found.kind is Kind.NULL else found.text


def _items(node: Node, key: str) -> tuple[Node, ...]:
    found = node.get(key)
    return () if found is None else found.items
