"""Reading a request of the query protocol: the posted form becomes the parameters of a call.

``PolicyInputList.member.1=…&ContextEntries.member.1.ContextKeyName=…`` is a tree with dots; the table in
`params` says where a list or a structure is.  Numbers in lists need not be gapless: a client that sends
an empty structure sends nothing for it.  What isn't in the table is left alone, as the service does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from simulator.backends.params import Fields, Many, Shape, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MalformedFormError", "parse_form"]

_MEMBER = "member"


class MalformedFormError(ValueError):
    """A value of the form can't be read at all, as a word where a number belongs."""


class _Tree:
    """The form as a tree: the value at a dotted name, and the names below it."""

    __slots__ = ("below", "value")

    def __init__(self) -> None:
        self.value: str | None = None
        self.below: dict[str, _Tree] = {}


def parse_form(form: Iterable[tuple[str, str]], shape: Fields) -> dict[str, Any]:
    """Return the parameters that *form* states, of the kinds that *shape* names."""
    tree = _Tree()
    for name, value in form:
        place = tree
        # Nothing in the table lies deeper; a longer name can't be read and must not cost anything.
        for part in name.split(".", 8):
            place = place.below.setdefault(part, _Tree())
        place.value = value
    return _fields(tree, shape)


def _fields(tree: _Tree, shape: Fields) -> dict[str, Any]:
    return {
        name: _value(tree.below[name], member, name)
        for name, member in shape.members.items()
        if name in tree.below and _stated(tree.below[name], member)
    }


def _stated(tree: _Tree, shape: Shape) -> bool:
    match shape:
        case Text() | Whole():
            return tree.value is not None
        case Many():
            # An empty list is sent as an empty text under the list's own name.
            return tree.value == "" or _MEMBER in tree.below
        case Fields():
            return bool(tree.below)
        case _:
            assert_never(shape)


def _value(tree: _Tree, shape: Shape, name: str) -> Any:
    match shape:
        case Text():
            return tree.value
        case Whole():
            return _number(tree.value or "", name)
        case Many():
            members = tree.below.get(_MEMBER, _Tree()).below
            numbered = sorted((int(key), item) for key, item in members.items() if _is_index(key))
            return [_value(item, shape.member, name) for _, item in numbered if _stated(item, shape.member)]
        case Fields():
            return _fields(tree, shape)
        case _:
            assert_never(shape)


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= 9


def _number(text: str, name: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise MalformedFormError(f"{name} is not a number")
    return int(text)
