"""What an account file looks like, and the parts of it that suites have too: contexts, places for policies.

The tables are read by `simulator.accounts.load` and give ``account.schema.json``.
Format: ``docs/scenario-format.md``, "Account".
"""

from __future__ import annotations

from simulator.text.record import AnyOf, Case, Field, Record
from simulator.text.shape import Digits, Flag, Free, ListOf, MapOf, Number, OneOrMany, Text
from simulator.text.source import Kind

__all__ = [
    "ACCOUNT",
    "ACCOUNT_ID",
    "API_TYPES",
    "CONTEXT",
    "END",
    "FORMAT",
    "MANAGED_KEYS",
    "PARTITIONS",
    "PLACE",
    "PLACES",
    "POINTER_KEYS",
    "TAGS",
]

END = r"(?![\s\S])"  #: the very end of the text, in Python and in JavaScript
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
_SCALAR_TYPES = ("string", "numeric", "boolean", "ip", "binary", "date")
API_TYPES = (*_SCALAR_TYPES, *(f"{name}List" for name in _SCALAR_TYPES))  #: ``ContextKeyType`` of the API
MANAGED_KEYS = ("arn", "version", "sha256")
POINTER_KEYS = ("file", "at")

FORMAT = Field("format", Number("the format of this file", 1), "the version of the file format: 1")
ACCOUNT_ID = Digits("an account id", 12)

_SCALARS = (Kind.STRING, Kind.NUMBER, Kind.BOOLEAN)
_VALUE = Text("a value", empty=True, booleans=True)
_TYPED = Record(
    "a typed value",
    (
        Field("type", Text("a type of the simulator API", choices=API_TYPES), "the ContextKeyType", required=True),
        Field("values", AnyOf("values", (
            Case((Kind.SEQUENCE,), ListOf(_VALUE)),
            Case(_SCALARS, _VALUE),
        )), "the values", required=True),
    ),
    name="typed",
)  # fmt: skip  # a case a line
CONTEXT = MapOf(
    AnyOf(
        "a value, a list of values, null or a typed value",
        (
            Case((Kind.MAPPING,), _TYPED),
            Case((Kind.SEQUENCE,), ListOf(_VALUE, "a list of values")),
            Case((*_SCALARS, Kind.NULL), Free("a value", (*_SCALARS, Kind.NULL))),
        ),
        name="contextValue",
    ),
    "a context",
    key=Text("a context key", pattern=r"^[^: ]+:[\s\S]", help="a key is prefix:Name, as aws:SourceIp"),
    blank=True,
)

TAGS = MapOf(Text("a tag's value", empty=True, booleans=True), "a mapping of tags", blank=True)

_MANAGED = Record(
    "a pinned AWS managed policy",
    (
        Field("arn", Text("an ARN"), "the AWS managed policy's ARN", required=True),
        Field("version", Text("a version"), "the version it must have, as v5"),
        Field("sha256", Text("a digest"), "the digest its document must have"),
    ),
    name="managedPolicy",
)
_POINTER = Record(
    "a policy in a file",
    (
        Field("file", Text("a file"), "a file relative to this one", required=True),
        Field("at", Text("a JSON pointer", pattern=rf"^(/[\s\S]*)?{END}", empty=True, help="a pointer starts with `/`"),
              "where the policy stands in it; text found there is read as JSON"),
    ),
    name="policyAt",
)  # fmt: skip  # a field a line
_DOCUMENT = Free("a policy document", (Kind.MAPPING,))
PLACE = AnyOf(
    "a policy: a name, a file, an AWS managed policy's ARN or a document",
    (
        Case((Kind.MAPPING,), _POINTER, POINTER_KEYS),
        Case((Kind.MAPPING,), _MANAGED, MANAGED_KEYS),
        Case((Kind.MAPPING,), _DOCUMENT),
        Case((Kind.STRING, Kind.NUMBER), Text("a policy")),
    ),
    name="policy",
)
PLACES = ListOf(PLACE, "a list of policies", blank=True)
_LEVELS = ListOf(
    ListOf(PLACE, "a level (a list of policies)", least=1),
    "a list of levels, each a list of policies",
    blank=True,
)

_IAM_PATH = Field(
    "path",
    Text("an IAM path", pattern=rf"^/([\x21-\x7e]*/)?{END}", help="a path begins and ends with `/`, as /web/"),
    "the IAM path, / by default",
)
_PERSON = (
    _IAM_PATH,
    Field("id", Text("a unique id"), "the unique id, for aws:userid"),
    Field("tags", TAGS, "tags, for aws:PrincipalTag/…"),
    Field("boundary", PLACE, "the permissions boundary"),
    Field("policies", PLACES, "attached policies"),
)
_NAME = Text("a name without `/`", pattern=rf"^[^/]+{END}", help="the path stands under `path`")
_GROUP = Record("a group", (_IAM_PATH, Field("policies", PLACES, "attached policies")), blank=True, name="group")
_USER = Record(
    "a user",
    (*_PERSON, Field("groups", OneOrMany(Text("a group"), "a list of groups", least=0), "the groups the user is in")),
    blank=True,
    name="user",
)
_ROLE = Record(
    "a role",
    (
        *_PERSON,
        Field("session_name", Text("a session name"), "calls as this session of the role"),
        Field("session_policies", PLACES, "policies passed to the session"),
    ),
    blank=True,
    name="role",
)
_ORGANIZATION = Record(
    "an organization",
    (
        Field("scps", _LEVELS, "service control policies, a list a level, root first"),
        Field("rcps", _LEVELS, "resource control policies, a list a level, root first"),
    ),
    blank=True,
    name="organization",
)
ACCOUNT = Record(
    "an account",
    (
        FORMAT,
        Field("id", ACCOUNT_ID, "12 digits", required=True),
        Field("partition", Text("a partition", choices=PARTITIONS), "aws by default"),
        Field("context", CONTEXT, "context keys of every request in this account"),
        Field("policies", MapOf(PLACE, "a mapping of policies", blank=True), "policies by name"),
        Field("groups", MapOf(_GROUP, "a mapping of groups", key=_NAME, blank=True), "groups by name"),
        Field("users", MapOf(_USER, "a mapping of users", key=_NAME, blank=True), "users by name"),
        Field("roles", MapOf(_ROLE, "a mapping of roles", key=_NAME, blank=True), "roles by name"),
        Field("organization", _ORGANIZATION, "SCPs and RCPs"),
        Field("allow_users_to_change_password", Flag(), "the account's password setting; matters in live semantics"),
    ),
    name="account",
)
