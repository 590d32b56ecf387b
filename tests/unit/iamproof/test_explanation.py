"""Explanations as text and as data: the words of failures, nothing hidden, nothing lost."""

from __future__ import annotations

import json

from iamproof.explanation import SCHEMA, as_data, as_text
from tests.unit.analyse.asking import allow, ask, deny

NO_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
SWITCH = "\u202e\x1b[31m"


def test_the_text_tells_request_layers_changes_and_the_line_for_aws() -> None:
    found = ask(allow(Sid="Read"), deny(Sid="NoMfa", Condition=NO_MFA), context={"aws:MultiFactorAuthPresent": "false"})
    lines = as_text(found).splitlines()
    assert lines[0] == "s3:GetObject on arn:aws:s3:::b/k"
    assert "   got          explicitDeny, by the identity policies" in lines
    assert any(line.startswith("   decided by   NoMfa of p, p:1:") for line in lines)
    assert "identity policies: explicitDeny (decides)" in lines
    assert "    ✓ Allow Read, line 1: allows it, but an explicit deny outranks it" in lines
    assert "        ✓ condition Bool aws:MultiFactorAuthPresent wants `false`, it is `false`" in lines
    assert "   context      with aws:MultiFactorAuthPresent = true → allowed by Read" in lines
    assert "aws iam simulate-custom-policy \\" in lines


def test_without_colour_there_is_no_escape_and_with_it_the_words_are_the_same() -> None:
    found = ask(allow())
    plain, coloured = as_text(found), as_text(found, color=True)
    assert "\x1b" not in plain
    assert "\x1b[" in coloured


def test_nothing_that_can_t_be_seen_reaches_the_terminal() -> None:
    found = ask(
        allow(resource=f"arn:aws:s3:::b/{SWITCH}", Condition={"StringEquals": {f"aws:RequestTag/{SWITCH}": SWITCH}}),
        resource=f"arn:aws:s3:::b/{SWITCH}x",
        context={f"aws:RequestTag/{SWITCH}": f"{SWITCH}y"},
    )
    assert not {"\u202e", "\x1b"} & set(as_text(found))


def test_the_data_hold_what_the_text_says() -> None:
    found = ask(allow("s3:PutObject", Sid="Write"))
    data = json.loads(as_data(found))
    assert data["schema"] == SCHEMA
    assert data["decision"] == {
        "effect": "implicitDeny",
        "layer": "identity",
        "deciding": [],
        "gate": None,
        "undetermined": [],
    }
    (statement,) = data["layers"][0]["statements"]
    assert (statement["sid"], statement["applies"]) == ("Write", False)
    assert [(part["part"], part["held"]) for part in statement["parts"]] == [("action", False), ("resource", True)]
    first = data["changes"][0]["changes"][0]
    assert first["becomes"]["Action"] == ["s3:PutObject", "s3:GetObject"]
    assert data["aws"]["params"]["ActionNames"] == ["s3:GetObject"]


def test_changes_of_context_and_target_are_data_too() -> None:
    found = ask(allow(resource="arn:aws:s3:::home/${aws:username}/*"), resource="arn:aws:s3:::home/eve/x")
    kinds = {change["kind"]: change["changes"] for change in json.loads(as_data(found))["changes"]}
    assert kinds["context"] == [{"context": {"aws:username": "eve"}, "session": None}]
    assert kinds["target"] == [{"resource": "arn:aws:s3:::home/bob/example", "target": None}]
