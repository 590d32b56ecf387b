"""Reading policies: a tree becomes a `Policy`, or all its faults at once.

Strict reading refuses what AWS refuses in a document that is simulated or stored; lenient reading is
what the two GetContextKeys calls do (K9).

Rules: ``docs/semantics.md``, section "Policy grammar" (G1 to G55).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.errors import Collector, Diagnostic, InputError, nearest
from simulator.policy.model import Element, Entry, Policy, PolicyKind, Principals, Statement, StatementEffect
from simulator.policy.parse_condition import in_words, read_conditions
from simulator.policy.texts import action_fault, resource_fault
from simulator.text.json import parse_json
from simulator.text.source import Kind, Node, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["charset_fault", "parse_policy", "parse_policy_text"]

_STATEMENT = 'as "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]'
_MOST_FAULTS = 500  # of one document
_DOCUMENT_KEYS = ("Version", "Id", "Statement")
_STATEMENT_KEYS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_VERSIONS = ("2012-10-17", "2008-10-17")
_PRINCIPAL_TYPES = ("AWS", "Federated", "Service", "CanonicalUser")
_WITH_PRINCIPAL = (PolicyKind.RESOURCE, PolicyKind.RCP, PolicyKind.TRUST)
_OUTSIDE_CHARSET = re.compile("[^\t\n\r\x20-\xff]")


def parse_policy(node: Node, *, name: str, kind: PolicyKind = PolicyKind.IDENTITY, lenient: bool = False) -> Policy:
    """Read the document at *node*; raise `InputError` with every fault found."""
    return _Reader(kind, lenient=lenient).document(node, name)


def parse_policy_text(text: str, *, name: str, kind: PolicyKind = PolicyKind.IDENTITY, lenient: bool = False) -> Policy:
    """Read a document from its JSON *text*; *name* also names the source in messages."""
    source = Source.of_text(text, name=name)
    fault = charset_fault(source)
    if fault is not None:
        raise InputError([fault])
    return parse_policy(parse_json(source), name=name, kind=kind, lenient=lenient)


def charset_fault(source: Source) -> Diagnostic | None:
    """Tell of the first character that AWS does not take in a policy's text (G20)."""
    found = _OUTSIDE_CHARSET.search(source.text)
    if found is None:
        return None
    return source.fault(
        "policy-charset",
        f"the character U+{ord(found[0]):04X} can't stand in a policy",
        found.start(),
        help="AWS takes tab, line ends and U+0020 to U+00FF; write others as \\u escapes",
    )


class _Reader:
    """Reads one document; faults go to `faults`."""

    def __init__(self, kind: PolicyKind, *, lenient: bool) -> None:
        self.kind = kind
        self.lenient = lenient
        self.faults = Collector(most=_MOST_FAULTS)
        self.variables = False

    def document(self, node: Node, name: str) -> Policy:
        if node.kind is not Kind.MAPPING:
            raise InputError([_expected(node, "policy-type", "a policy", "an object")])
        self._known_keys(node, _DOCUMENT_KEYS, "a policy")
        version = self._version(node.get("Version"))
        self.variables = version == _VERSIONS[0]
        identifier = node.get("Id")
        if identifier is not None and identifier.kind is not Kind.STRING:
            self.faults.add(_expected(identifier, "policy-type", "`Id`", "text"))
        statements = self._statements(node)
        self._unique_sids(statements, node)
        self.faults.finish()
        return Policy(name, self.kind, version, tuple(statements), node.source)

    def _version(self, node: Node | None) -> str | None:
        if node is None:
            return None
        if node.kind is not Kind.STRING or node.text not in _VERSIONS:
            self.faults.add(node.fault("policy-version", f"unknown Version `{node.text}`", help='write "2012-10-17"'))
            return None
        return node.text

    def _statements(self, document: Node) -> list[Statement]:
        node = document.get("Statement")
        if node is None or (node.kind is Kind.SEQUENCE and not node.items):
            if not self.lenient:
                where = node or document
                self.faults.add(
                    where.fault("policy-statement", "a policy needs at least one statement", help=_STATEMENT)
                )
            return []
        if node.kind is Kind.MAPPING:
            found = self._statement(node, 1, node.start + 1)
            return [found] if found else []
        if node.kind is not Kind.SEQUENCE:
            self.faults.add(_expected(node, "policy-type", "`Statement`", "an object or a list of objects"))
            return []
        statements: list[Statement | None] = []
        behind = node.start + 1  # where the token before the statement ends (A7)
        for index, item in enumerate(node.items, 1):
            statements.append(self._statement(item, index, behind))
            behind = item.end
        return [statement for statement in statements if statement]

    def _statement(self, node: Node, index: int, behind: int) -> Statement | None:
        if node.kind is not Kind.MAPPING:
            self.faults.add(
                node.fault("policy-type", f"a statement must be an object, not {in_words(node)}", help=_STATEMENT)
            )
            return None
        self._known_keys(node, _STATEMENT_KEYS, "a statement")
        effect = self._effect(node)
        return Statement(
            index=index,
            sid=self._sid(node.get("Sid")),
            effect=effect or StatementEffect.DENY,
            actions=self._element(node, "Action", action_fault),
            resources=self._element(node, "Resource", resource_fault),
            principals=self._principals(node),
            conditions=read_conditions(
                node.get("Condition"), self.faults, variables=self.variables, lenient=self.lenient
            ),
            variables=self.variables,
            start=node.start,
            end=node.end,
            aws_start=node.source.position(behind),
            aws_end=node.source.position(node.end),
        )

    def _known_keys(self, node: Node, known: Iterable[str], where: str) -> None:
        for key, _ in node.pairs:
            if key.text not in known:
                near = nearest(key.text, known)
                self.faults.add(
                    key.fault(
                        "policy-unknown-element",
                        f"{where} has no element `{key.text}`",
                        help=f"did you mean `{near}`?" if near else f"the elements are {', '.join(known)}",
                    )
                )

    def _effect(self, node: Node) -> StatementEffect | None:
        value = node.get("Effect")
        if value is None:
            self.faults.add(_opening(node, "policy-effect", "the statement has no `Effect`", 'write "Allow" or "Deny"'))
            return None
        for effect in StatementEffect:
            if value.kind is Kind.STRING and value.text == effect.value:
                return effect
        near = nearest(value.text, [effect.value for effect in StatementEffect])
        self.faults.add(
            value.fault(
                "policy-effect",
                f"`Effect` is `Allow` or `Deny`, not `{value.text}`",
                help=f"did you mean `{near}`? upper and lower case matter" if near else 'write "Allow" or "Deny"',
            )
        )
        return None

    def _sid(self, node: Node | None) -> str | None:
        if node is None:
            return None
        if node.kind is not Kind.STRING:
            self.faults.add(_expected(node, "policy-type", "`Sid`", "text"))
            return None
        free = self.kind in (PolicyKind.RESOURCE, PolicyKind.TRUST) or self.lenient
        if not free and not re.fullmatch(r"[A-Za-z0-9]*", node.text, re.ASCII):
            self.faults.add(
                node.fault("policy-sid", f"the Sid `{node.text}` is refused", help="IAM takes letters and digits only")
            )
        return node.text or None

    def _unique_sids(self, statements: list[Statement], document: Node) -> None:
        seen: dict[str, Statement] = {}
        for statement in statements:
            if statement.sid is None:
                continue
            first = seen.setdefault(statement.sid, statement)
            if first is not statement:
                source = document.source
                line, _ = source.position(first.start)
                self.faults.add(
                    source.fault(
                        "policy-sid",
                        f"the Sid `{statement.sid}` is taken by the statement in line {line}",
                        statement.start,
                        help="Sids in one policy must be unique",
                    )
                )

    def _either(self, node: Node, name: str) -> tuple[Node | None, bool]:
        """Return the node of element *name* or of its ``Not`` form, and whether it is the latter."""
        plain, negated = node.get(name), node.get(f"Not{name}")
        if plain is not None and negated is not None:
            message = f"`{name}` and `Not{name}` can't stand in one statement"
            self.faults.add(negated.fault("policy-element", message, help="keep one, or make two statements"))
        return (plain, False) if plain is not None else (negated, negated is not None)

    def _element(self, node: Node, name: str, fault_of: Callable[[str], tuple[str, str] | None]) -> Element | None:
        value, negated = self._either(node, name)
        if value is None:
            if not (self.lenient or (name == "Resource" and self.kind is PolicyKind.TRUST)):
                example = "service:Name" if name == "Action" else "*"
                message = f"the statement has neither `{name}` nor `Not{name}`"
                self.faults.add(_opening(node, "policy-element", message, f'write "{name}": "{example}"'))
            return None
        entries = self._texts(value, f"`{'Not' if negated else ''}{name}`")
        if not entries and not self.lenient and value.kind is Kind.SEQUENCE:
            self.faults.add(value.fault("policy-element", f"`{name}` is an empty list", help="name at least one"))
        if not self.lenient:
            for entry in entries:
                if (fault := fault_of(entry.text)) is not None:
                    message, advice = fault
                    self.faults.add(
                        value.source.fault(f"policy-{name.lower()}", message, entry.start, entry.end, help=advice)
                    )
        return Element(entries, negated)

    def _texts(self, node: Node, what: str) -> tuple[Entry, ...]:
        items = node.items if node.kind is Kind.SEQUENCE else (node,)
        texts = [item for item in items if item.kind is Kind.STRING]
        if len(texts) < len(items):
            for item in items:
                if item.kind is not Kind.STRING:
                    self.faults.add(_expected(item, "policy-type", f"an entry of {what}", "text"))
        return tuple([Entry(str(item.value), item.start, item.end) for item in texts])

    def _principals(self, node: Node) -> Principals | None:
        value, negated = self._either(node, "Principal")
        if value is None:
            if self.kind in _WITH_PRINCIPAL and not self.lenient:
                self.faults.add(
                    _opening(
                        node,
                        "policy-principal",
                        "the statement has no `Principal`",
                        'as "Principal": {"AWS": "111111111111"}',
                    )
                )
            return None
        if self.kind not in _WITH_PRINCIPAL and not self.lenient:
            self.faults.add(
                value.fault(
                    "policy-principal",
                    f"a policy of kind {self.kind.value} can't name a principal",
                    help="only resource-based policies do",
                )
            )
        return Principals(tuple(self._principal_entries(value)), negated)

    def _principal_entries(self, node: Node) -> Iterable[tuple[str, Entry]]:
        if node.kind is Kind.STRING and node.text == "*":
            return [("AWS", Entry("*", node.start, node.end))]
        if node.kind is not Kind.MAPPING:
            self.faults.add(_expected(node, "policy-principal", "`Principal`", '"*" or an object'))
            return []
        found: list[tuple[str, Entry]] = []
        for key, value in node.pairs:
            if key.text not in _PRINCIPAL_TYPES:
                near = nearest(key.text, _PRINCIPAL_TYPES)
                advice = f"did you mean `{near}`?" if near else f"the types are {', '.join(_PRINCIPAL_TYPES)}"
                self.faults.add(key.fault("policy-principal", f"unknown principal type `{key.text}`", help=advice))
            for entry in self._texts(value, "`Principal`"):
                if entry.text != "*" and "*" in entry.text and key.text == "AWS":
                    self.faults.add(
                        value.source.fault(
                            "policy-principal",
                            f"the principal `{entry.text}` holds a wildcard",
                            entry.start,
                            entry.end,
                            help='a principal is named whole, or `"*"`; use a condition on aws:PrincipalArn',
                        )
                    )
                found.append((key.text, entry))
        return found


def _expected(node: Node, code: str, what: str, shape: str) -> Diagnostic:
    quoted = shape == "text" and node.kind in (Kind.NUMBER, Kind.BOOLEAN)
    advice = f'write "{node.text}"' if quoted else _WRITTEN[shape]
    return node.fault(code, f"{what} must be {shape}, not {in_words(node)}", help=advice)


_WRITTEN = {
    "text": "write it in double quotes, or leave it out",
    "an object": 'as {"Version": "2012-10-17", "Statement": [{…}]}',
    "an object or a list of objects": _STATEMENT,
    '"*" or an object': 'as "Principal": {"AWS": "arn:aws:iam::123456789012:root"}',
}


def _opening(node: Node, code: str, message: str, advice: str) -> Diagnostic:
    """Point at the brace that opens *node*, for something that is not there."""
    return node.source.fault(code, message, node.start, help=advice)
