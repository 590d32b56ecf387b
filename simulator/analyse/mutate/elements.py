"""Operators on actions, resources and principals.

A change keeps the offsets of the entry that it changes, so that the text can be changed in the same place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from simulator.policy.model import Entry
from simulator.policy.texts import action_fault, resource_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from simulator.analyse.mutate.model import Changed, Operator, Setting
    from simulator.policy.model import Element, Statement

__all__ = [
    "Part",
    "change_variables",
    "drop",
    "drop_principals",
    "fix_open_parts",
    "narrow_actions",
    "swap",
    "swap_principals",
    "swap_types",
    "variable_texts",
    "widen_actions",
    "widen_principals",
    "widen_resources",
]

Part: TypeAlias = Literal["actions", "resources"]

_NAMES: Final[dict[Part, str]] = {"actions": "Action", "resources": "Resource"}
_VERB = re.compile(r"[A-Z][a-z0-9]*")
_COLON = re.compile(r":(?![^{}]*\})")  # none of a variable's
_SEPARATOR = re.compile(r"[/:](?![^{}]*\})")
_VARIABLE = re.compile(r"\$\{([^\s,{}'$*?]+)[^}]*\}")
_OTHERS = {"aws:username": "${aws:userid}", "aws:userid": "${aws:username}"}
_SOMEBODY = re.compile(r"(arn:[^:]*:)(?:iam|sts)::(\d{12}):(?!root$)")
_ANYBODY = (("AWS", Entry("*")),)


# --- actions and resources --------------------------------------------------------------------------


def swap(part: Part) -> Operator:
    """Write the Not form for the other, and the other way round."""

    def operator(statement: Statement, setting: Setting) -> Iterator[Changed]:
        del setting
        if (element := getattr(statement, part)) is not None:
            words = _swapped(_NAMES[part], negated=element.negated)
            yield words, _with(statement, part, replace(element, negated=not element.negated))

    return operator


def drop(part: Part) -> Operator:
    """Take each of several entries out; without its only entry a Not form names everything."""

    def operator(statement: Statement, setting: Setting) -> Iterator[Changed]:
        del setting
        element: Element | None = getattr(statement, part)
        if element is not None and len(element.entries) > 1:
            for words, left in _fewer(_NAMES[part], element):
                yield words, _with(statement, part, left)
        elif element is not None and element.negated and element.entries:
            (only,) = element.entries
            words = f"take `{only.text}` out of Not{_NAMES[part]}, which leaves {_NAMES[part]} `*`"
            yield words, _with(statement, part, replace(element, entries=(replace(only, text="*"),), negated=False))

    return operator


def _fewer(name: str, element: Element) -> Iterator[tuple[str, Element]]:
    called = f"Not{name}" if element.negated else name
    for place, entry in enumerate(element.entries):
        left = (*element.entries[:place], *element.entries[place + 1 :])
        yield f"take `{entry.text}` out of {called}", replace(element, entries=left)


def rewrite(part: Part, texts_of: Callable[[str, Setting], Iterable[str]]) -> Operator:
    """Write one entry otherwise, in each way that AWS takes."""

    def operator(statement: Statement, setting: Setting) -> Iterator[Changed]:
        element: Element | None = getattr(statement, part)
        for place, entry in enumerate(element.entries if element is not None else ()):
            assert element is not None, "an entry stands in an element"
            for text in dict.fromkeys(texts_of(entry.text, setting)):
                if text != entry.text and _taken(text):
                    entries = (*element.entries[:place], replace(entry, text=text), *element.entries[place + 1 :])
                    words = f"write `{text}` for `{entry.text}`"
                    yield words, _with(statement, part, replace(element, entries=entries))

    return operator


def _with(statement: Statement, part: Part, element: Element) -> Statement:
    return replace(statement, actions=element) if part == "actions" else replace(statement, resources=element)


def _taken(text: str) -> bool:
    return (resource_fault if text.startswith("arn:") else action_fault)(text) is None


def _wider_actions(text: str, _: Setting) -> Iterator[str]:
    service, colon, name = text.partition(":")
    if not colon:
        return
    verb = _VERB.match(name)
    if verb is not None:
        yield f"{service}:{verb[0]}*"
    yield f"{service}:*" if name != "*" else "*"


def _wider_resources(text: str, _: Setting) -> Iterator[str]:
    if text == "*":
        return
    yield "*"
    separators = [found.end() for found in _SEPARATOR.finditer(text.removesuffix("/*"))]
    if separators:
        yield f"{text[: separators[-1]]}*"
    if not text.endswith("*"):
        yield f"{text}*"


def _other_type(text: str, _: Setting) -> Iterator[str]:
    for one, other in ((":user/", ":mfa/"), (":mfa/", ":user/")):
        if ":iam:" in text and one in text:
            yield text.replace(one, other, 1)


def _other_parts(text: str, setting: Setting) -> Iterator[str]:
    parts = _COLON.split(text, maxsplit=5)
    if len(parts) < 6:  # noqa: PLR2004, RUF100  # an ARN's parts
        return
    fixed = {1: setting.partition, 4: setting.account}
    for place, part in enumerate(parts[:5]):
        # Another partition than the account's is out of reach, so opening it is no widening.
        new = fixed.get(place) if part == "*" else "*" if part and place in (3, 4) else None
        if new is not None:
            yield ":".join((*parts[:place], new, *parts[place + 1 :]))


def variable_texts(text: str, setting: Setting, *, wild: bool = True) -> Iterator[str]:
    """Yield *text* with each of its variables changed; without *wild* stars are no wildcards there."""
    for found in _VARIABLE.finditer(text):
        key = found[1].lower()
        fixed = {"aws:username": setting.user, "aws:principalaccount": setting.account}.get(key)
        news = ["*", f"{found[0]}*", f"*{found[0]}"] if wild else []
        news += [new for new in (fixed, _OTHERS.get(key)) if new is not None]
        for new in news:
            yield text[: found.start()] + new + text[found.end() :]


def narrow_actions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Take the star off the end of the only entry, which then names next to nothing."""
    # Of several it is like dropping the entry.
    if statement.actions is not None and len(statement.actions.entries) == 1:
        yield from _starless(statement, setting)


def _without_star(text: str, _: Setting) -> Iterator[str]:
    bare = text.rstrip("*")
    if bare != text and bare and not bare.endswith(":"):
        yield bare


def change_variables(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Write ``*``, a fixed value or another variable for a variable, or a star beside it."""
    if statement.variables:
        yield from _revaried(statement, setting)


widen_actions = rewrite("actions", _wider_actions)  #: all of its verb, all of its service, everything
widen_resources = rewrite("resources", _wider_resources)  #: everything, everything in its place, all that it begins
swap_types = rewrite("resources", _other_type)  #: the user for a device, the device for a user
fix_open_parts = rewrite("resources", _other_parts)  #: what is open fixed, a fixed region or account opened
_starless = rewrite("actions", _without_star)
_revaried = rewrite("resources", variable_texts)


# --- principals -------------------------------------------------------------------------------------


def swap_principals(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Write Principal for NotPrincipal and the other way round."""
    del setting
    if (principals := statement.principals) is not None:
        words = _swapped("Principal", negated=principals.negated)
        yield words, replace(statement, principals=replace(principals, negated=not principals.negated))


def drop_principals(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Take each entry out of Principal or NotPrincipal."""
    del setting
    if (principals := statement.principals) is None or len(principals.entries) < 2:  # noqa: PLR2004, RUF100  # one must stay
        return
    name = "NotPrincipal" if principals.negated else "Principal"
    for place, (_, entry) in enumerate(principals.entries):
        left = (*principals.entries[:place], *principals.entries[place + 1 :])
        yield f"take `{entry.text}` out of {name}", replace(statement, principals=replace(principals, entries=left))


def widen_principals(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Mean everybody, or for somebody everybody of the account."""
    del setting
    principals = statement.principals
    if principals is None or [(kind, entry.text) for kind, entry in principals.entries] == [("AWS", "*")]:
        return
    name = "NotPrincipal" if principals.negated else "Principal"
    yield f"write `*` for {name}", replace(statement, principals=replace(principals, entries=_ANYBODY))
    if principals.negated:
        return  # that an account is exempt exempts nobody in it (E7)
    for place, (kind, entry) in enumerate(principals.entries):
        found = _SOMEBODY.match(entry.text) if kind == "AWS" else None
        if found is not None:
            whole = (kind, replace(entry, text=f"{found[1]}iam::{found[2]}:root"))
            entries = (*principals.entries[:place], whole, *principals.entries[place + 1 :])
            words = f"write `{whole[1].text}` for `{entry.text}` of {name}"
            yield words, replace(statement, principals=replace(principals, entries=entries))


def _swapped(name: str, *, negated: bool) -> str:
    old, new = (f"Not{name}", name) if negated else (name, f"Not{name}")
    return f"write {new} for {old}"
