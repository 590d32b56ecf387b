"""Random policies, requests and contexts that have much to do with each other.

All texts come from small pools, and patterns are made from the texts that they are to match: characters are blanked
out by ``*`` and ``?`` or by a variable.  So statements match often, and almost match oftener.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from simulator.policy.texts import resource_fault
from tests.oracles import layers
from tests.oracles.conditions import OPERATORS
from tests.oracles.statements import Document, Request

if TYPE_CHECKING:
    from tests.oracles.variables import Value

__all__ = [
    "ACCOUNT",
    "ACTIONS",
    "ADDRESSES",
    "CALLERS",
    "DATES",
    "NO_DATES",
    "NUMBERS",
    "OWNERS",
    "RESOURCES",
    "conditions",
    "contexts",
    "identity_policies",
    "layered",
    "mangled",
    "policies",
    "requests",
    "variable_texts",
]

ACCOUNT, OTHER = "123456789012", "999999999999"
ACTIONS = (
    "s3:GetObject",
    "S3:getobjectacl",
    "s3:PutObject",
    "ec2:RunInstances",
    "made-up:Get Object",
    "s3:Get*",
    "s3:",
)
RESOURCES = (
    "*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/a:b/k",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/\U0001f600\n",
    f"arn:aws:sqs:us-east-1:{ACCOUNT}:q",
    f"arn:aws:sqs:us-east-1:{OTHER}:q:x",
    f"arn:aws:iam::{ACCOUNT}:user/bob",
)
KEYS = ("key:a", "KEY:A", "key:b", "aws:username", "AWS:UserName", "aws:TagKeys", "aws:PrincipalTag/Team")
USER, ROLE, GROUP = (f"arn:aws:iam::{ACCOUNT}:{name}" for name in ("user/div/bob", "role/app", "group/g"))
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"
CALLERS = (
    layers.Caller(USER),
    layers.Caller(ROLE),
    layers.Caller(GROUP),
    layers.Caller(SESSION, ROLE),
    layers.Caller(f"arn:aws:iam::{OTHER}:user/eve"),
)
OWNERS = (None, ACCOUNT, OTHER)

WORDS = ("a", "b", "k", "b/k", "bob", "*", "?", "", "A", "a:b", "${key:b}", "true", "TRUE", "no", "false", " true ")
LETTERS = (
    "k", "\u212a", "\u00df", "\u1e9e", "SS", "s", "\u017f", "\u0131", "I", "i", "\u0130", "i\u0307", "\u00e9", "e\u0301",
    "\u03a3", "\u03c3", "\u03c2", "\u0391\u03a3", "\u03b1\u03c2", "\u03b1\u03c3", "\U00010400", "\U00010428", "\U0001f600", "\n",
)  # fmt: skip
NUMBERS = (
    "1", "01", "1.0", "+1", "1e0", "10", "1e1", "-1", "-1.0", "0.1", ".1", "0.10", "1.", "few", "", " 1 ", "0x10", "1_0",
    "NaN", "Infinity", "1e9999", "1e-9999", "9007199254740993", "9007199254740992", "9007199254740993.0", "\u0661",
)  # fmt: skip
DATES = (
    "2020", "2020-01", "2020-01-01", "2020-01-01T00:00Z", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00",
    "2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.0009Z", "2020-01-01T00:00:00.001Z",
    "2019-12-31T19:00:00-05", "2020-01-01t00:00:00z", "1577836800", "0", "1970-01-01", "1969-12-31T23:59:59.999Z",
    "9223372036854775807", "12020-01-01", "-0001-01-01", "2020-02-29T23:59:59Z",
)  # fmt: skip
NO_DATES = ("yesterday", "2020-13", "2020-02-30", "2020-01-01T25:00Z", "9223372036854775808", "2020-1-1", "", "-1")
ADDRESSES = (
    "192.0.2.1", "192.000.2.1", "192.0.2.255", "203.0.113.1", "2001:db8::1", "2001:DB8:0:0::1", "::1", "::ffff:192.0.2.1",
    "0.0.0.0", "192.0.2.1/32", "junk", "", "192.0.2", "fe80::1%eth0", "256.0.0.1",
)  # fmt: skip
RANGES = (
    *ADDRESSES, "192.0.2.0/24", "192.0.2.7/24", "192.000.002.0/024", "192.0.2.0/+24", "192.0.2.0/0", "0.0.0.0/0", "::/0",
    "2001:DB8::/32", "2001:db8::1/128", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/", "/24", "::ffff:192.0.2.0/120",
)  # fmt: skip
ARNS = (
    "arn:aws:s3:::b", "arn:aws:s3:::b/k", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/A", "arn:aws:sqs:us-east-1:1:q:x/y",
    "arn:aws:iam::1:role/\U0001f600", "not-an-arn", "arn:aws:s3", "arn:aws:s3:::", "x:aws:s3:::b", "",
)  # fmt: skip
BINARIES = ("QQ==", "Qg==", "QQ", "QR==", "%%", "", "YWI=", "Y W I=")

_TEXTS = {
    "String": WORDS + LETTERS, "Numeric": NUMBERS, "Date": DATES, "Bool": WORDS, "Binary": BINARIES, "Ip": RANGES,
    "NotIp": RANGES, "Arn": ARNS,
}  # fmt: skip
_GIVEN = st.sampled_from(WORDS * 2 + LETTERS + NUMBERS + DATES + NO_DATES + ADDRESSES + ARNS + BINARIES)


@st.composite
def _blanked(draw: st.DrawFn, text: str, *, variables: bool = True) -> str:
    """*text* with some of its characters blanked out by wildcards, or by a variable that may have their value."""
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        what = draw(st.sampled_from(["*", "?", "**", "?*", "*?", "", "x"] + (["$"] if variables else [])))
        text = text[:start] + (draw(_variables(text[start:end])) if what == "$" else what) + text[end:]
    return text


@st.composite
def _variables(draw: st.DrawFn, default: str) -> str:
    key = draw(st.sampled_from(KEYS))
    quoted = default.replace("'", "")
    forms = [f"${{{key}}}", f"${{{key}}}", f"${{{key}, '{quoted}'}}", f"${{{key}, ''}}", "${*}", "${?}", "${$}"]
    odd = [f"${{{key}", "${}", f"${{{key} }}", f"${{{key},'x'}}", f"${{{key}, 'x}}", "$", "${", "}"]
    return draw(st.sampled_from(forms * 3 + odd))


@st.composite
def _actions(draw: st.DrawFn) -> str:
    vendor, _, name = draw(st.sampled_from(ACTIONS)).partition(":")
    if draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(["*", "*:*", f"*:{name}", f"{vendor}:*"]))
    cased = draw(st.sampled_from([name, name.lower(), name.upper()]))
    return f"{vendor}:{draw(_blanked(cased, variables=False))}"


@st.composite
def _resources(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(RESOURCES))
    if text == "*" or draw(st.integers(0, 9)) == 0:
        return "*"
    head, *parts = text.split(":", 5)
    parts = [draw(_blanked(part)) if draw(st.integers(0, 2)) == 0 else part for part in parts]
    if draw(st.integers(0, 3)) == 0:
        parts[draw(st.integers(0, 4))] = "*"
    kept = draw(st.sampled_from([5, 5, 5, 5, 4, 3, 2]))
    found = ":".join([head, *parts[:kept]])
    return found if resource_fault(found) is None else text


variable_texts = st.sampled_from(["ab", "a*b", "home/a/b", "x?"]).flatmap(_blanked)


@st.composite
def mangled(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """One of *texts*, a few of its characters changed for others of them."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        letters = st.text(st.sampled_from(sorted(set("".join(texts)))), max_size=2)
        text = text[:place] + draw(letters) + text[place + draw(st.integers(0, 2)) :]
    return text


def _some(strategy: st.SearchStrategy[Any], *, empty: bool = False) -> st.SearchStrategy[Any]:
    """One, or a list of them (G16)."""
    return st.one_of(strategy, st.lists(strategy, min_size=0 if empty else 1, max_size=3))


def _values(base: str) -> st.SearchStrategy[Any]:
    if base == "Null":
        return st.sampled_from(["true", "false", True, False, "TRUE"])
    kind = next(kind for kind in _TEXTS if base.startswith(kind))
    texts = st.sampled_from(_TEXTS[kind])
    if kind in {"Numeric", "Binary", "Ip", "NotIp"}:
        plain: st.SearchStrategy[Any] = st.one_of(texts, texts, texts, st.just("${key:a}"))
    elif kind == "Date":
        plain = texts
    else:
        plain = st.one_of(texts, texts.flatmap(_blanked))
    if kind == "Numeric":
        return st.one_of(plain, st.sampled_from([1, 10, -1]))
    return st.one_of(plain, st.booleans()) if kind == "Bool" else plain


@st.composite
def conditions(draw: st.DrawFn) -> Document:
    block: Document = {}
    for _ in range(draw(st.integers(0, 3))):
        base = draw(st.sampled_from(OPERATORS))
        name = draw(st.sampled_from(["", "", "", "ForAnyValue:", "ForAllValues:"])) + base
        name += draw(st.sampled_from(["", "", "IfExists"])) if base != "Null" else ""
        keys = draw(st.lists(st.sampled_from(KEYS), min_size=0, max_size=2, unique_by=str.lower))
        block[name] = {key: draw(_some(_values(base), empty=True)) for key in keys}
    return block


@st.composite
def _statements(draw: st.DrawFn) -> Document:
    statement: Document = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))}
    statement[draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))] = draw(_some(_actions()))
    statement[draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))] = draw(_some(_resources()))
    if draw(st.booleans()):
        statement["Condition"] = draw(conditions())
    return statement


@st.composite
def policies(draw: st.DrawFn) -> Document:
    """A policy as it may be attached to a user."""
    version = draw(st.sampled_from([{"Version": "2012-10-17"}] * 4 + [{"Version": "2008-10-17"}, {}]))
    return {**version, "Statement": draw(_some(_statements()))}


identity_policies = st.lists(policies(), max_size=3)


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, Value]:
    """Single values and lists, no key twice."""
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=5, unique_by=str.lower))
    values = st.one_of(_GIVEN, _GIVEN, _GIVEN, st.lists(_GIVEN, max_size=3))
    return {key: draw(values) for key in keys}


requests = st.builds(Request, st.sampled_from(ACTIONS), st.sampled_from(RESOURCES), contexts())

_PRINCIPALS = (USER, ROLE, SESSION, "*", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", OTHER, USER.replace("bob", "Bob"))


@st.composite
def _with_principal(draw: st.DrawFn, policy: Document) -> Document:
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return {**policy, "Statement": [{**statement, **draw(_principals())} for statement in statements]}


@st.composite
def _principals(draw: st.DrawFn) -> Document:
    if draw(st.integers(0, 4)) == 0:
        listed = st.lists(st.sampled_from([name for name in _PRINCIPALS if name != "*"]), min_size=1, max_size=3)
        return {"NotPrincipal": {"AWS": draw(listed)}}
    kinds = st.sampled_from([{"Service": "ec2.amazonaws.com"}, "*", *({"AWS": name} for name in _PRINCIPALS)])
    return {"Principal": draw(kinds)}


def _open(policy: Document) -> st.SearchStrategy[list[Document]]:
    """A level of an organization: a policy, and mostly the one that allows everything."""
    full = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    return st.sampled_from([[policy, full], [full, policy], [full], [policy]])


def _for_everyone(policy: Document) -> Document:
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return {**policy, "Statement": [{**statement, "Principal": "*"} for statement in statements]}


_levels: st.SearchStrategy[list[list[Document]]] = st.one_of(
    st.just([]), st.lists(policies().flatmap(_open), min_size=1, max_size=2)
)

layered = st.builds(
    layers.Stack,
    identity=identity_policies,
    boundary=st.one_of(st.none(), policies()),
    session=st.one_of(st.none(), st.lists(policies(), min_size=1, max_size=2)),
    resource=st.one_of(st.none(), policies().flatmap(_with_principal)),
    scps=_levels,
    rcps=_levels.map(lambda levels: [[_for_everyone(policy) for policy in level] for level in levels]),
)
