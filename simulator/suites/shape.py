"""What a suite file looks like, and the JSON Schemas of suites, of what they extend, and of accounts.

Run as ``python -m simulator.suites.shape`` to write the schemas anew; a test holds the committed ones
equal to these tables.  Format: ``docs/scenario-format.md``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.accounts.shape import ACCOUNT, ACCOUNT_ID, CONTEXT, END, FORMAT, PLACE, PLACES, TAGS
from simulator.catalogue.model import LEVELS
from simulator.text.record import AnyOf, AtLeastOne, Case, Field, NotBoth, Record, Ref, lacks, schema_of
from simulator.text.shape import Flag, ListOf, MapOf, OneOrMany, Text
from simulator.text.source import Kind
from simulator.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.errors import Diagnostic
    from simulator.text.shape import JsonSchema, Shape
    from simulator.text.source import Node

__all__ = ["BASE", "CLAIMS", "SCHEMA_FOLDER", "SEMANTICS", "SUITE", "VERDICTS", "schema_text", "schemas"]

VERDICTS = ("allow", "deny", "implicitDeny", "explicitDeny", "noExplicitDeny")
CLAIMS = ("no new access", "equivalent", "disjoint")  #: what an invariant says of two lists of policies
SEMANTICS = ("simulator", "live")
_RESERVED = ("verdict", "by")
_TEXTS = (Kind.STRING, Kind.NUMBER)

# A segment of an ARN; the colons in a variable are none of the ARN's.
_SEGMENT = r"(?:[^:$]|\$(?!\{)|\$\{[^}]*\})"
_ARN = Text(
    "an ARN",
    pattern=rf"^(?:\*{END}|arn:{_SEGMENT}+:{_SEGMENT}+:{_SEGMENT}*:{_SEGMENT}*:[\s\S]+)",
    help="an ARN is arn:partition:service:region:account:resource",
)
_ACTION = Text(
    "an action",
    pattern=rf"^(?:\*|[^: \t\r\n]+:[^ \t\r\n]+){END}",
    help="an action is service:Name, as iam:GetUser, with `*` for any run of characters",
)
_NAMED = Text("a name")
_PROSE = Text("text", empty=True)
_LABELS = OneOrMany(_NAMED, "a list of names", least=0)

_ATTRIBUTES = (
    Field("owner", ACCOUNT_ID, "the account that owns it; by default the caller's own"),
    Field("policy", PLACE, "the resource-based policy"),
    Field("tags", TAGS, "aws:ResourceTag/…, and the service's own key"),
)
_ARNS = ListOf(_ARN, "a list of ARNs", least=1)
_ONE = Record("a resource", (Field("arn", _ARN, "the ARN", required=True), *_ATTRIBUTES), name="resource")
_TOGETHER = Record(
    "resources of one operation",
    (Field("together", _ARNS, "allowed only if each is", required=True), *_ATTRIBUTES),
    name="together",
)
_EACH = Record(
    "resources, one by one",
    (Field("each", _ARNS, "each must give the verdict", required=True), *_ATTRIBUTES),
    name="each",
)
_WRITTEN = (
    Case((Kind.STRING,), _ARN),
    Case((Kind.MAPPING,), _ONE, ("arn",)),
    Case((Kind.MAPPING,), _TOGETHER, ("together",)),
    Case((Kind.MAPPING,), _EACH, ("each",)),
)
_TARGET = AnyOf("an ARN, or a mapping with `arn`, `together` or `each`", (*_WRITTEN, Case((Kind.MAPPING,), _ONE)))
_TARGETS = MapOf(_TARGET, "a mapping of targets", key=Text("a target"), reserved=_RESERVED, least=1)
_RESOURCE = AnyOf(
    "an ARN, or a mapping with `arn`, `together`, `each` or named targets",
    (*_WRITTEN, Case((Kind.MAPPING,), _TARGETS)),
    name="resourceOrTargets",
)

_SELECTED = Record(
    "a choice of actions",
    (
        Field("match", _ACTION, "an action, wildcards allowed; all by default"),
        Field(
            "access-level",
            OneOrMany(Text("an access level", choices=LEVELS), "a list of access levels"),
            "only actions of these levels",
        ),
    ),
    rules=(AtLeastOne(("match", "access-level"), "a choice of actions needs `match` or `access-level`"),),
    name="actions",
)
_ACTIONS = OneOrMany(
    AnyOf("an action or a choice of actions", (Case((Kind.STRING,), _ACTION), Case((Kind.MAPPING,), _SELECTED))),
    "a list of actions",
)


@dataclass(frozen=True, slots=True)
class _SomethingDecides:
    """No statement decides an implicit denial, so none can be demanded."""

    def faults(self, node: Node) -> Iterable[Diagnostic]:
        verdict, by = node.get("verdict"), node.get("by")
        if verdict is not None and by is not None and verdict.text == "implicitDeny":
            yield by.fault("wrong-value", "no statement decides an `implicitDeny`", help="leave `by` out")

    def schema(self) -> JsonSchema:
        return {"not": {"required": ["by"], "properties": {"verdict": {"const": "implicitDeny"}}}}


_VERDICT = Text("a verdict", choices=VERDICTS)
_DECIDED = Record(
    "a verdict",
    (
        Field("verdict", _VERDICT, "the verdict", required=True),
        Field("by", _NAMED, "the statement that must decide: SID, POLICY#SID or POLICY#3"),
    ),
    rules=(_SomethingDecides(),),
    name="verdict",
)


def _expect() -> Shape:
    return EXPECT


EXPECT = AnyOf(
    "a verdict, or a mapping of names to verdicts",
    (
        Case(_TEXTS, _VERDICT),
        Case((Kind.MAPPING,), _DECIDED, _RESERVED),
        Case((Kind.MAPPING,), MapOf(Ref("an expectation", _expect), "a mapping of names to verdicts", least=1)),
    ),
    name="expect",
)

_SKIP = Record("a skip", (Field("reason", _NAMED, "why it is left out", required=True),), name="skip")
_KNOWN_GAP = Record(
    "a known gap",
    (
        Field("reason", _NAMED, "why it fails today", required=True),
        Field("owner", _NAMED, "who closes it"),
        Field(
            "until",
            Text(
                "a date",
                pattern=rf"^[0-9]{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]){END}",
                help="write YYYY-MM-DD",
            ),
            "the last day on which it may fail",
            required=True,
        ),
        Field("ticket", _NAMED, "where it is tracked"),
    ),
    name="knownGap",
)
_DESCRIBED = (
    Field("id", _NAMED, "unique in the suite; else the name is the identity"),
    Field("name", _NAMED, "the title, unique in the suite", required=True),
    Field("description", _PROSE, "more words"),
    Field("requirement", _LABELS, "the requirements that it verifies"),
    Field("why", _PROSE, "the reason, for auditors"),
    Field("controls", _LABELS, "controls that it is evidence for, as NIST-800-53r5:IA-5"),
    Field("tags", _LABELS, "tags, for selection"),
    Field("context", CONTEXT, "context keys of these requests"),
)
SCENARIO = Record(
    "a scenario",
    (
        *_DESCRIBED,
        Field("as", OneOrMany(_NAMED, "a list of principals"), "principals or groups"),
        Field("session", OneOrMany(_NAMED, "a list of sessions"), "sign-in states"),
        Field("actions", _ACTIONS, "actions, wildcards allowed", required=True),
        Field("except", _ACTIONS, "what a wildcard shall not stand for"),
        Field("on", OneOrMany(_NAMED, "a list of resources"), "resources, ARNs, `each type` or `*`"),
        Field("expect", EXPECT, "the verdict, or verdicts by session, target, principal or action", required=True),
        Field("skip", _SKIP, "leaves the scenario out"),
        Field("known_gap", _KNOWN_GAP, "marks a scenario that fails today"),
    ),
    rules=(NotBoth("skip", "known_gap"),),
    name="scenario",
)


@dataclass(frozen=True, slots=True)
class _ClaimFits:
    """An invariant over two lists of policies makes a claim of its own kind; any other expects a verdict."""

    def faults(self, node: Node) -> Iterable[Diagnostic]:
        expect = node.get("expect")
        compares = node.get("policies") is not None
        if expect is not None and expect.text in (VERDICTS if compares else CLAIMS):
            message = f"`{expect.text}` is no claim about {'two lists of policies' if compares else 'requests'}"
            known = ", ".join(CLAIMS if compares else VERDICTS)
            yield expect.fault("wrong-value", message, help=f"write one of: {known}")

    def schema(self) -> JsonSchema:
        return {
            "if": {"required": ["policies"]},
            "then": {"properties": {"expect": {"not": {"enum": list(VERDICTS)}}}},
            "else": {"properties": {"expect": {"not": {"enum": list(CLAIMS)}}}},
        }


_SIDE = OneOrMany(PLACE, "a list of policies")
_ANY_BUT = Record(
    "a choice of resources",
    (
        Field("any", _NAMED, "a resource with targets: any of its kind", required=True),
        Field("except", OneOrMany(_NAMED, "a list of targets"), "but these targets"),
    ),
    name="anyBut",
)
INVARIANT = Record(
    "an invariant",
    (
        *_DESCRIBED,
        Field("as", OneOrMany(_NAMED, "a list of principals"), "principals, `any user` or `any user like NAME`"),
        Field("session", OneOrMany(_NAMED, "a list of sessions"), "sign-in states"),
        Field("actions", _ACTIONS, "actions, wildcards allowed"),
        Field("except", _ACTIONS, "actions that it says nothing of"),
        Field(
            "on",
            AnyOf(
                "resources",
                (
                    Case((Kind.MAPPING,), _ANY_BUT),
                    Case((Kind.STRING, Kind.SEQUENCE), OneOrMany(_NAMED, "a list of resources")),
                ),
            ),
            "resources, `any resource`, or {any: RESOURCE, except: TARGET}",
        ),
        Field("expect", Text("a claim", choices=(*VERDICTS, *CLAIMS)), "what holds for all of them", required=True),
        Field(
            "policies",
            Record(
                "two lists of policies",
                (Field("new", _SIDE, "after", required=True), Field("old", _SIDE, "before", required=True)),
                name="policyPair",
            ),
            "policies that are compared",
        ),
    ),
    rules=(_ClaimFits(),),
    name="invariant",
)


@dataclass(frozen=True, slots=True)
class _SomebodyActs:
    """Scenarios beside an `account:` say `as:`; only beside `policies:` is there one principal alone."""

    def faults(self, node: Node) -> Iterable[Diagnostic]:
        scenarios = node.get("scenarios")
        if node.get("account") is None or scenarios is None:
            return
        for scenario in scenarios.items:
            if scenario.kind is Kind.MAPPING and scenario.get("as") is None:
                yield lacks(scenario, "a scenario", "as", example="USER")

    def schema(self) -> JsonSchema:
        acting = {"if": {"type": "object"}, "then": {"required": ["as"]}}
        scenarios = {"if": {"type": "array"}, "then": {"items": acting}}
        return {"if": {"required": ["account"]}, "then": {"properties": {"scenarios": scenarios}}}


_SHARED = (
    FORMAT,
    Field("description", _PROSE, "what the suite is about"),
    Field(
        "account",
        AnyOf("a file or an account", (Case(_TEXTS, Text("a file")), Case((Kind.MAPPING,), ACCOUNT))),
        "the account: a file relative to this one, or the mapping itself",
    ),
    Field("policies", PLACES, "in place of an account: the policies of its one role, `principal`"),
    Field("extends", Text("a file"), "a file whose account, sessions, resources and so on this one takes over"),
    Field("tags", _LABELS, "tags of every scenario"),
    Field("context", CONTEXT, "context keys of every request of this suite"),
    Field("requirements", MapOf(_PROSE, "a mapping of requirements", blank=True), "what is to be verified"),
    Field(
        "sessions",
        MapOf(CONTEXT, "a mapping of sessions", key=Text("a session"), reserved=_RESERVED, blank=True),
        "sign-in states, beside the built-in ones",
    ),
    Field(
        "resources",
        MapOf(_RESOURCE, "a mapping of resources", reserved=("each type", "any resource", "*"), blank=True),
        "resources, beside the built-in ones",
    ),
)
_EITHER = NotBoth("account", "policies")
BASE = Record("a file that suites extend", _SHARED, rules=(_EITHER,))
SUITE = Record(
    "a suite",
    (
        Field("suite", _NAMED, "the title in reports", required=True),
        *_SHARED,
        Field("semantics", Text("a mode", choices=SEMANTICS), "which answer is judged: the simulator's by default"),
        Field("closed", Flag(), "every cell that no scenario speaks about is an error"),
        Field("scenarios", ListOf(SCENARIO, "a list of scenarios", least=1), "what is expected"),
        Field("invariants", ListOf(INVARIANT, "a list of invariants", least=1), "claims about all requests"),
    ),
    rules=(_EITHER, _SomebodyActs(), AtLeastOne(("scenarios", "invariants"), "a suite needs `scenarios`")),
)

SCHEMA_FOLDER = Path(__file__).parent / "schema"


def schemas() -> dict[str, JsonSchema]:
    """Return the JSON Schemas by the name of their file."""
    return {
        "account.schema.json": schema_of(ACCOUNT, title="iamproof account"),
        "base.schema.json": schema_of(BASE, title="iamproof: what suites extend"),
        "suite.schema.json": schema_of(SUITE, title="iamproof suite"),
    }


def schema_text(schema: JsonSchema) -> str:
    """Return the text of a schema's file."""
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    for name, schema in schemas().items():
        (SCHEMA_FOLDER / name).write_text(schema_text(schema), encoding="utf-8")
