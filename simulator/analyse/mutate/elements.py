"""Operators on actions, resources and principals.

A change keeps the offsets of the entry that it changes, so that the text can be changed in the same place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.policy.model import Entry
from simulator.policy.texts import action_fault, resource_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.mutate.model import Changed, Setting
    from simulator.policy.model import Element, Statement

__all__ = [
    "change_variables",
    "drop_actions",
    "drop_principals",
    "drop_resources",
    "fix_open_parts",
    "narrow_actions",
    "swap_actions",
    "swap_principals",
    "swap_resources",
    "swap_types",
    "variable_texts",
    "widen_actions",
    "widen_principals",
    "widen_resources",
]

_VERB = re.compile(r"[A-Z][a-z0-9]*")
_COLON = re.compile(r":(?![^{}]*\})")  # none of a variable's
_SEPARATOR = re.compile(r"[/:](?![^{}]*\})")
_VARIABLE = re.compile(r"\$\{([^\s,{}'$*?]+)[^}]*\}")
_OTHERS = {"aws:username": "${aws:userid}", "aws:userid": "${aws:username}"}
_ANYBODY = (("AWS", Entry("*")),)


# --- actions ----------------------------------------------------------------------------------------


def swap_actions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Write Action for NotAction and the other way round."""
    del setting
    if (element := statement.actions) is not None:
        words = _swapped("Action", negated=element.negated)
        yield words, replace(statement, actions=replace(element, negated=not element.negated))


def drop_actions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Take each entry out of Action or NotAction."""
    del setting
    for words, element in _dropped("Action", statement.actions):
        yield words, replace(statement, actions=element)


def widen_actions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Let an entry name all of its verb, all of its service, everything."""
    del setting
    for words, element in _rewritten(statement.actions, lambda entry: _wider_actions(entry.text)):
        yield words, replace(statement, actions=element)


def _wider_actions(text: str) -> Iterator[str]:
    service, colon, name = text.partition(":")
    if not colon:
        return
    verb = _VERB.match(name)
    if verb is not None:
        yield f"{service}:{verb[0]}*"
    yield f"{service}:*" if name != "*" else "*"


def narrow_actions(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Take the star off the end of the only entry, which then names next to nothing."""
    del setting
    if statement.actions is None or len(statement.actions.entries) > 1:
        return  # of several it is like dropping the entry
    for words, element in _rewritten(statement.actions, lambda entry: _starless(entry.text)):
        yield words, replace(statement, actions=element)


def _starless(text: str) -> Iterator[str]:
    bare = text.rstrip("*")
    if bare != text and bare and not bare.endswith(":"):
        yield bare


# --- resources --------------------------------------------------------------------------------------


def swap_resources(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Write Resource for NotResource and the other way round."""
    del setting
    if (element := statement.resources) is not None:
        words = _swapped("Resource", negated=element.negated)
        yield words, replace(statement, resources=replace(element, negated=not element.negated))


def drop_resources(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Take each entry out of Resource or NotResource."""
    del setting
    for words, element in _dropped("Resource", statement.resources):
        yield words, replace(statement, resources=element)


def widen_resources(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Let an entry name everything, everything in its place, everything that it begins."""
    del setting
    for words, element in _rewritten(statement.resources, lambda entry: _wider_resources(entry.text)):
        yield words, replace(statement, resources=element)


def _wider_resources(text: str) -> Iterator[str]:
    if text == "*":
        return
    yield "*"
    separators = [found.end() for found in _SEPARATOR.finditer(text.removesuffix("/*"))]
    if separators:
        yield f"{text[: separators[-1]]}*"
    if not text.endswith("*"):
        yield f"{text}*"


def swap_types(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Mean the user by a device's ARN, and the device by a user's."""
    del setting
    for words, element in _rewritten(statement.resources, lambda entry: _other_type(entry.text)):
        yield words, replace(statement, resources=element)


def _other_type(text: str) -> Iterator[str]:
    for one, other in ((":user/", ":mfa/"), (":mfa/", ":user/")):
        if ":iam:" in text and one in text:
            yield text.replace(one, other, 1)


def fix_open_parts(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Fix an open partition or account to the one of this account; open a fixed region or account."""
    for words, element in _rewritten(statement.resources, lambda entry: _other_parts(entry.text, setting)):
        yield words, replace(statement, resources=element)


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


def change_variables(statement: Statement, setting: Setting) -> Iterator[Changed]:
    """Write ``*``, a fixed value or another variable for a variable, or a star beside it."""
    if not statement.variables:
        return
    for words, element in _rewritten(statement.resources, lambda entry: variable_texts(entry.text, setting)):
        yield words, replace(statement, resources=element)


def variable_texts(text: str, setting: Setting, *, wild: bool = True) -> Iterator[str]:
    """Yield *text* with each of its variables changed; without *wild* stars are no wildcards there."""
    for found in _VARIABLE.finditer(text):
        key = found[1].lower()
        fixed = {"aws:username": setting.user, "aws:principalaccount": setting.account}.get(key)
        news = ["*", f"{found[0]}*", f"*{found[0]}"] if wild else []
        news += [new for new in (fixed, _OTHERS.get(key)) if new is not None]
        for new in news:
            yield text[: found.start()] + new + text[found.end() :]


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
    """Mean everybody."""
    del setting
    principals = statement.principals
    if principals is not None and [(kind, entry.text) for kind, entry in principals.entries] != [("AWS", "*")]:
        name = "NotPrincipal" if principals.negated else "Principal"
        yield f"write `*` for {name}", replace(statement, principals=replace(principals, entries=_ANYBODY))


# --- any element ------------------------------------------------------------------------------------


def _swapped(name: str, *, negated: bool) -> str:
    old, new = (f"Not{name}", name) if negated else (name, f"Not{name}")
    return f"write {new} for {old}"


def _dropped(name: str, element: Element | None) -> Iterator[tuple[str, Element]]:
    if element is None or len(element.entries) < 2:  # noqa: PLR2004, RUF100  # one must stay
        return
    called = f"Not{name}" if element.negated else name
    for place, entry in enumerate(element.entries):
        left = (*element.entries[:place], *element.entries[place + 1 :])
        yield f"take `{entry.text}` out of {called}", replace(element, entries=left)


def _rewritten(element: Element | None, texts_of: _Rewriter) -> Iterator[tuple[str, Element]]:
    """Yield the element with one entry written otherwise, if AWS takes that."""
    for place, entry in enumerate(element.entries if element is not None else ()):
        assert element is not None, "an entry stands in an element"
        for text in dict.fromkeys(texts_of(entry)):
            if text != entry.text and _taken(text):
                entries = (*element.entries[:place], replace(entry, text=text), *element.entries[place + 1 :])
                yield f"write `{text}` for `{entry.text}`", replace(element, entries=entries)


def _taken(text: str) -> bool:
    return (resource_fault if text.startswith("arn:") else action_fault)(text) is None


if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    _Rewriter: TypeAlias = Callable[[Entry], Iterable[str]]
