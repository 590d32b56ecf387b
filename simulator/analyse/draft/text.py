"""A drafted suite as YAML, with comments for whoever reviews it.

Texts come from files that nobody vouches for, so a scalar is written plain only where nothing in it
could mean anything else; what can't be seen is written as an escape.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from simulator.analyse.draft.verdicts import Leaf
from simulator.suites.model import ACCESS_KEY, CONSOLE, WITHOUT_MFA
from simulator.text.show import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from simulator.analyse.draft.model import Draft, DraftScenario, Target, Values
    from simulator.analyse.draft.verdicts import Answers
    from simulator.decide.context import ContextValue

__all__ = ["REVIEW", "scalar", "suite_text"]

REVIEW = "# review"
_PLAIN = re.compile(r"[A-Za-z_](?:[A-Za-z0-9_ ./:'-]*[A-Za-z0-9_./'-])?", re.ASCII)
_MEANT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_WIDTH = 100
_LONGEST_KEY = 900  # YAML takes 1,024 characters before the colon
_PLACEHOLDER = Leaf("noExplicitDeny")


def scalar(text: str) -> str:
    """Write *text* so that YAML reads it as this text and nothing else."""
    if _PLAIN.fullmatch(text) and text.lower() not in _MEANT and ": " not in text and "  " not in text:
        return text
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if printable(char, limit=None) == char:
        return char
    return f"\\u{ord(char):04x}" if char <= "\uffff" else f"\\U{ord(char):08x}"


def suite_text(draft: Draft, answers: Answers | None = None, *, place: object = None) -> str:
    """Return the suite; without *answers* with a placeholder for each verdict.

    *place* is where the policy is found, if not where the draft says.
    """
    lines = [*_head(draft), *_account(draft, draft.place if place is None else place)]
    lines += [*_context(draft), *_sessions(draft), *_resources(draft), "", "scenarios:"]
    for scenario in draft.scenarios:
        lines += [*_scenario(draft, scenario, answers), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(draft: Draft) -> Iterator[str]:
    yield from (f"# {printable(line, limit=None)}".rstrip() for line in draft.comment)
    yield "format: 1"
    yield f"suite: {scalar(draft.title)}"


def _account(draft: Draft, place: object) -> Iterator[str]:
    yield ""
    yield "account:"
    yield f"  id: {scalar(draft.account)}"
    yield f"  partition: {draft.partition}"
    yield "  policies:"
    yield from _block(scalar(draft.policy_name), place, "    ")
    attached = f"policies: [{scalar(draft.policy_name)}]"
    if not draft.users:
        yield f"  roles: {{principal: {{{attached}}}}}"
        return
    yield "  users:"
    for name, path in draft.users.items():
        shown = "" if path == "/" else f"path: {scalar(path)}, "
        yield f"    {scalar(name)}: {{{shown}{attached}}}"


def _block(key: str, value: object, indent: str) -> Iterator[str]:
    """Write a value of JSON under *key*, blocks for what holds something."""
    head = f"{indent}{key}:"
    if len(key) > _LONGEST_KEY:
        yield f"{indent}? {key}"
        head = f"{indent}:"
    if not value or not isinstance(value, (dict, list)):
        yield f"{head} {_flat(value)}"
        return
    yield head
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _block(scalar(name), inner, f"{indent}  ")
    else:
        for item in value:
            yield from _item(item, f"{indent}  ")


def _item(value: object, indent: str) -> Iterator[str]:
    if not value or not isinstance(value, dict):
        yield f"{indent}- {_flat(value)}"
        return
    first = True
    for name, inner in value.items():
        for line in _block(scalar(name), inner, f"{indent}  "):
            yield f"{indent}- {line.lstrip()}" if first else line
            first = False


def _flat(value: object) -> str:
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case dict() | list():
            return "{}" if isinstance(value, dict) else "[]"
        case _:
            return scalar(str(value))


# --- context, sessions, resources -----------------------------------------------------------------


def _context(draft: Draft) -> Iterator[str]:
    if draft.context:
        yield ""
        yield "# Every request carries these: with them the policy's Allows apply, and its Denies don't."
        yield f"context: {_values(draft.context)}"


def _sessions(draft: Draft) -> Iterator[str]:
    if draft.sessions:
        yield ""
        yield "# Both sides of each condition, and the key's absence."
        yield "sessions:"
        for name, values in draft.sessions.items():
            yield f"  {scalar(name)}: {_values(values)}"


def _values(values: Values) -> str:
    return "{" + ", ".join(f"{scalar(name)}: {_value(value)}" for name, value in values.items()) + "}"


def _value(value: ContextValue | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return scalar(value)
    return "[" + ", ".join(map(scalar, value)) + "]"


def _resources(draft: Draft) -> Iterator[str]:
    if draft.resources:
        yield ""
        yield "resources:"
        for name, targets in draft.resources.items():
            yield f"  {scalar(name)}:"
            for target, arns in targets.items():
                yield from _target(scalar(target), arns)


def _target(key: str, arns: tuple[str, ...]) -> Iterator[str]:
    if len(arns) == 1:
        yield f"    {key}: {scalar(arns[0])}"
        return
    yield f"    {key}:"
    yield "      each:"
    yield from (f"        - {scalar(arn)}" for arn in arns)


# --- scenarios ------------------------------------------------------------------------------------


def _scenario(draft: Draft, scenario: DraftScenario, answers: Answers | None) -> Iterator[str]:
    yield f"  - name: {scalar(scenario.name)}"
    yield f"    as: {scalar(scenario.who)}"
    if scenario.sessions:
        yield from _listed("session", scenario.sessions)
    yield from _listed("actions", scenario.actions)
    yield from _listed("on", _on(draft, scenario))
    context = {name: value for name, value in scenario.context.items() if draft.context.get(name, "") != value}
    if context:
        yield f"    context: {_values(context)}"
    if answers is None:
        yield f"    expect: {_leaf(_PLACEHOLDER)}"
        return
    tree = _tree(scenario, answers)
    if isinstance(tree, Leaf):
        yield f"    expect: {_leaf(tree)}  {REVIEW}"
        return
    yield "    expect:"
    yield from _branch(tree, "      ")


def _on(draft: Draft, scenario: DraftScenario) -> list[str]:
    """Name the targets: a resource by its own name where all its targets are asked."""
    asked: dict[str, list[str]] = {}
    for target in scenario.targets:
        asked.setdefault(target.resource, []).append(target.label)
    found: list[str] = []
    for resource, labels in asked.items():
        found += [resource] if resource and len(labels) == len(draft.resources[resource]) else labels
    return found


def _listed(key: str, texts: Sequence[str]) -> Iterator[str]:
    """Write one text or a list: on one line where it fits."""
    written = [scalar(text) for text in texts]
    whole = written[0] if len(written) == 1 else f"[{', '.join(written)}]"
    if len(whole) <= _WIDTH or len(written) == 1:
        yield f"    {key}: {whole}"
        return
    yield f"    {key}:"
    yield from (f"      - {text}" for text in written)


def _leaf(leaf: Leaf) -> str:
    return leaf.verdict if leaf.by is None else f"{{verdict: {leaf.verdict}, by: {scalar(leaf.by)}}}"


_Tree: TypeAlias = "Leaf | dict[str, _Tree]"


def _branch(tree: Mapping[str, _Tree], indent: str) -> Iterator[str]:
    for key, inner in tree.items():
        if isinstance(inner, Leaf):
            yield f"{indent}{scalar(key)}: {_leaf(inner)}  {REVIEW}"
        else:
            yield f"{indent}{scalar(key)}:"
            yield from _branch(inner, f"{indent}  ")


def _tree(scenario: DraftScenario, answers: Answers) -> _Tree:
    """Return the verdicts by session and target, in whichever order says it shorter.

    INVARIANT: all actions of a scenario have the same verdicts.
    """
    action = scenario.actions[0]
    table = {
        (session, target): leaf
        for (name, session, target, asked), leaf in answers.leaves.items()
        if (name, asked) == (scenario.name, action)
    }
    sessions, targets = (list(dict.fromkeys(pair[place] for pair in table)) for place in (0, 1))

    def of_targets(inner: Callable[[str], _Tree]) -> _Tree:
        return _level({name: inner(name) for name in targets}, _short(scenario.targets))

    def of_sessions(inner: Callable[[str], _Tree]) -> _Tree:
        return _level({name: inner(name) for name in sessions}, _signed_in)

    by_session = of_sessions(lambda one: of_targets(lambda two: table[one, two]))
    by_target = of_targets(lambda two: of_sessions(lambda one: table[one, two]))
    return min(by_session, by_target, key=_size)


def _level(found: dict[str, _Tree], renamed: Callable[[dict[str, _Tree]], dict[str, _Tree]]) -> _Tree:
    """Return a level of the tree, left out where it makes no difference."""
    first = next(iter(found.values()))
    return first if all(one == first for one in found.values()) else renamed(found)


def _size(tree: _Tree) -> int:
    return 1 if isinstance(tree, Leaf) else sum(map(_size, tree.values()))


def _signed_in(found: dict[str, _Tree]) -> dict[str, _Tree]:
    """Say ``without MFA`` where both states without it are alike."""
    if not {CONSOLE, ACCESS_KEY} <= found.keys() or found[CONSOLE] != found[ACCESS_KEY]:
        return found
    return {WITHOUT_MFA if name == CONSOLE else name: one for name, one in found.items() if name != ACCESS_KEY}


def _short(targets: Iterable[Target]) -> Callable[[dict[str, _Tree]], dict[str, _Tree]]:
    """Call targets as short as is clear: by their own name, ``*/own`` where all of that name are alike."""
    own: dict[str, list[str]] = {}
    for target in targets:
        own.setdefault(target.name if target.resource else "", []).append(target.label)

    def renamed(found: dict[str, _Tree]) -> dict[str, _Tree]:
        short: dict[str, str] = {}
        for name, labels in own.items():
            alike = all(found[label] == found[labels[0]] for label in labels)
            if name and alike:
                short |= dict.fromkeys(labels, name if len(labels) == 1 else f"*/{name}")
        return {short.get(label, label): one for label, one in found.items()}

    return renamed
