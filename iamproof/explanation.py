"""An explanation as text for people, and as plain data.

The words are those of failures (`reports.describe`), so that whoever read one finds the same here.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from iamproof.current import catalogue_data
from reports.describe import place, shown
from reports.words import count
from simulator.analyse.changes import ContextChange, TargetChange
from simulator.analyse.edits import statement_text
from simulator.decide.decision import Effect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.analyse.edits import Edit
    from simulator.analyse.explain import Explanation, LayerTrace, StatementLine
    from simulator.analyse.flips import Change, Flip
    from simulator.analyse.pick import Summary
    from simulator.catalogue import Catalogue
    from simulator.decide.context import ContextValue
    from simulator.decide.decision import StatementRef

__all__ = ["SCHEMA", "as_data", "as_text"]

SCHEMA = "iamproof/explain@1"
_LABEL = 12
_TEXT = 2000
_CODES = {True: "32", False: "31", "head": "1"}
_MARKS = {True: "✓", False: "✗"}
_LAYERS = {"identity": "identity policies", "boundary": "permissions boundary", "session": "session policies",
           "resource": "resource policy", "scp": "service control policies", "rcp": "resource control policies"}  # fmt: skip  # a table


def as_text(
    found: Explanation, *, summary: Summary | None = None, catalogue: Catalogue | None = None, color: bool = False
) -> str:
    """Return the explanation for a terminal."""
    paint = _painter(color=color)
    parts = ["\n".join((*_head(found, summary, paint), *_dated(catalogue)))]
    parts += ["\n".join(_layer(layer, paint)) for layer in found.layers]
    parts += ["\n".join(_flips(found, paint)), "\n".join(_aws(found, paint))]
    return "\n\n".join(parts) + "\n"


def _painter(*, color: bool) -> Callable[[str, str], str]:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color else text

    return paint


# --- the request and its decision -----------------------------------------------------------------


def _head(found: Explanation, summary: Summary | None, paint: Callable[[str, str], str]) -> Iterator[str]:
    cell, request = found.question.cell, found.question.request
    title = shown(cell.id, None) if cell is not None else f"{shown(request.action)} on {shown(request.resource)}"
    yield paint(title, _CODES["head"])
    for label, group in groupby(_facts(found, summary), key=lambda fact: fact[0]):
        for index, (_, text) in enumerate(group):
            yield f"   {label if index == 0 else '':<{_LABEL}} {text}"


def _dated(catalogue: Catalogue | None) -> Iterator[str]:
    if catalogue is not None:
        yield f"   {'catalogue':<{_LABEL}} of {catalogue.date}"


def _facts(found: Explanation, summary: Summary | None) -> Iterator[tuple[str, str]]:
    yield from ((label, text) for label, text in (*_asked(found), *_of_many(summary), *_answered(found)) if text)


def _asked(found: Explanation) -> Iterator[tuple[str, str]]:
    question, request = found.question, found.question.request
    cell = question.cell
    if cell is not None:
        where = place(cell.suite.file, cell.scenario.line)
        yield "scenario", f"{shown(cell.scenario.name)}, {where}"
    yield "who", shown(question.who)
    yield "caller", shown(request.caller.arn or "nobody is named")
    yield "context", _pairs(question.stated)
    yield ("added" if question.derives else "filled in"), _pairs(question.derived)
    yield "not sent", ", ".join(shown(name) for name in found.absent)
    yield "action", shown(request.action)
    target = f"{shown(cell.target)}: " if cell is not None and cell.target != request.resource else ""
    yield "on", f"{target}{shown(request.resource)}" + (f", owned by {shown(request.owner)}" if request.owner else "")


def _of_many(summary: Summary | None) -> Iterator[tuple[str, str]]:
    """Say what the cell's other requests are, if there are others."""
    if summary is None or summary.requests == 1:
        return
    chosen = "the first that differs" if any(group.differs for group in summary.groups) else "the first"
    yield (
        "of many",
        f"this is {chosen} of the cell's {count(summary.requests, 'request')}; --action and --resource choose another",
    )
    for group in summary.groups:
        more = ", …" if group.count > len(group.actions) else ""
        differs = " (not as expected)" if group.differs else ""
        listed = ", ".join(shown(name) for name in group.actions)
        yield "of many", f"{group.effect}{differs}: {count(group.count, 'action')}: {listed}{more}"


def _answered(found: Explanation) -> Iterator[tuple[str, str]]:
    decision, cell = found.decision, found.question.cell
    if cell is not None:
        by = f" by {shown(cell.expected.by)}" if cell.expected.by else ""
        yield "expected", f"{cell.expected.verdict.value}{by}"
    yield "got", f"{decision.effect.word}, {_decider(found)}"
    yield from (("decided by", _statement_place(ref)) for ref in decision.deciding)
    yield "gate", shown(found.gate or "", _TEXT)
    if found.live is not None:
        other = "AWS's simulator answers" if found.question.rules else "the live services answer"
        yield "live", f"{other} {found.live.effect.word} ({found.live.rule}: {found.live.words})"
    if found.open_keys:
        keys = ", ".join(shown(name) for name in found.open_keys)
        yield "undetermined", f"the decision changes with {keys}, which AWS always sends and nobody stated"
    yield from (("note", shown(note, _TEXT)) for note in found.notes)


def _decider(found: Explanation) -> str:
    layer = found.decision.layer
    if layer == "gate":
        return "by the resource-type gate"
    if found.decision.effect is Effect.IMPLICIT_DENY:
        return f"since the {_layer_name(layer)} allow nothing here" if layer in _names(found) else f"by rule {layer}"
    return f"by the {_layer_name(layer)}" if layer in _names(found) else f"by rule {layer}"


def _names(found: Explanation) -> tuple[str, ...]:
    return tuple(layer.name for layer in found.layers)


def _layer_name(name: str) -> str:
    kind, _, level = name.partition(".")
    return _LAYERS.get(kind, kind) + (f" of level {level}" if level else "")


def _statement_place(ref: StatementRef) -> str:
    span = ref.policy.span(ref.statement)
    name = shown(ref.statement.sid) if ref.statement.sid else f"statement {ref.statement.index}"
    return f"{name} of {shown(ref.policy.name)}, {place(span.file, span.line, span.column)}"


# --- layers and statements ------------------------------------------------------------------------


def _layer(layer: LayerTrace, paint: Callable[[str, str], str]) -> Iterator[str]:
    yield paint(f"{_layer_name(layer.name)}: {layer.says} ({layer.role})", _CODES["head"])
    for policy, lines in groupby(layer.statements, key=lambda line: line.ref.policy):
        file = policy.source.name
        yield f"  {shown(policy.name)}" + (f", {shown(file)}" if file != policy.name else "")
        for line in lines:
            yield from _statement(line, paint)
    if not layer.statements:
        yield "  no policy"


def _statement(line: StatementLine, paint: Callable[[str, str], str]) -> Iterator[str]:
    statement = line.ref.statement
    name = shown(statement.sid) if statement.sid else f"statement {statement.index}"
    row = line.ref.policy.span(statement).line
    head = f"{statement.effect.value} {name}, line {row}: "
    said = line.role if line.applied else "does not apply"
    yield f"    {paint(_MARKS[line.applied] if line.applied else '·', _CODES[line.applied])} {head}{said}"
    for part in line.parts:
        mark = paint(_MARKS[part.held], _CODES[part.held])
        yield f"        {mark} {part.part:<9} {shown(part.words, _TEXT)}"


# --- changes --------------------------------------------------------------------------------------


def _flips(found: Explanation, paint: Callable[[str, str], str]) -> Iterator[str]:
    yield paint("The smallest changes that turn it, each decided again", _CODES["head"])
    for kind, group in groupby(found.flips, key=lambda flip: flip.kind):
        for index, flip in enumerate(group):
            yield f"   {kind if index == 0 else '':<{_LABEL}} {_flip(flip)}"
    if not found.flips:
        yield "   none found: no other context, target or statement by itself turns it"


def _flip(flip: Flip) -> str:
    words = "; ".join(_change(change) for change in flip.changes)
    by = ", ".join(_label(ref) for ref in flip.decision.deciding)
    return f"{words} → {flip.decision.effect.word}" + (f" by {by}" if by else "")


def _label(ref: StatementRef) -> str:
    return shown(ref.statement.sid) if ref.statement.sid else f"{shown(ref.policy.name)}#{ref.statement.index}"


def _change(change: Change) -> str:
    match change:
        case ContextChange(values, session):
            listed = ", ".join(_value(name, value) for name, value in values)
            return f"in the session `{shown(session)}` ({listed})" if session else f"with {listed}"
        case TargetChange(resource, name):
            return f"on {shown(resource)}" + (f" ({shown(name)})" if name else "")
        case _:
            return _edit(change)


def _value(name: str, value: ContextValue | None) -> str:
    if value is None:
        return f"{shown(name)} absent"
    return _pairs({name: value})


def _pairs(values: Mapping[str, ContextValue]) -> str:
    return ", ".join(f"{shown(name)} = {_texts(value)}" for name, value in values.items())


def _texts(value: ContextValue) -> str:
    return shown(value) if isinstance(value, str) else f"[{', '.join(map(shown, value))}]"


def _edit(edit: Edit) -> str:
    words = shown(edit.words, _TEXT)
    layer = "" if edit.layer == "identity" else f" ({_layer_name(edit.layer)})"
    if edit.policy is None:
        return f"in a new policy{layer}: {words}"
    if edit.old is None:
        return f"in {shown(edit.policy.name)}{layer}: {words}"
    span = edit.policy.span(edit.old)
    name = shown(edit.old.sid) if edit.old.sid else f"statement {edit.old.index}"
    return f"{edit.old.effect.value} {name} of {shown(edit.policy.name)}{layer}, {place(span.file, span.line)}: {words}"


# --- AWS ------------------------------------------------------------------------------------------


def _aws(found: Explanation, paint: Callable[[str, str], str]) -> Iterator[str]:
    yield paint("To ask AWS the same", _CODES["head"])
    yield from (f"   note: {shown(note, _TEXT)}" for note in found.aws.notes)
    # INVARIANT: the line is not cut and nothing in it is replaced: it is to be pasted.  It holds nothing
    # that can't be seen (`simulator.analyse.aws_line`).
    yield found.aws.line


# --- data -----------------------------------------------------------------------------------------


def as_data(found: Explanation, *, summary: Summary | None = None, catalogue: Catalogue | None = None) -> str:
    """Return the explanation as JSON text."""
    dated = {} if catalogue is None else {"catalogue": catalogue_data(catalogue)}
    return json.dumps({**_data(found, summary), **dated}, indent=2, ensure_ascii=False) + "\n"


def _data(found: Explanation, summary: Summary | None) -> dict[str, Any]:
    question, request, decision = found.question, found.question.request, found.decision
    cell = question.cell
    return {
        "schema": SCHEMA,
        "cell": None if cell is None else cell.id,
        "expected": None if cell is None else cell.expected.verdict.value,
        "expected_by": None if cell is None else cell.expected.by,
        "semantics": "live" if question.rules else "simulator",
        "request": {
            "who": question.who,
            "caller": request.caller.arn,
            "action": request.action,
            "resource": request.resource,
            "owner": request.owner,
            "context": dict(question.stated),
            "derived_context": dict(question.derived),
            "absent": list(found.absent),
        },
        "decision": {
            "effect": decision.effect.word,
            "layer": decision.layer,
            "deciding": [_ref_data(ref) for ref in decision.deciding],
            "gate": found.gate,
            "undetermined": list(found.open_keys),
        },
        "live": None if found.live is None else _live_data(found),
        "layers": [_layer_data(layer) for layer in found.layers],
        "changes": [_flip_data(flip) for flip in found.flips],
        "notes": list(found.notes),
        "requests": None if summary is None else _summary_data(summary),
        "aws": {"command": found.aws.line, "params": dict(found.aws.params), "notes": list(found.aws.notes)},
    }


def _live_data(found: Explanation) -> dict[str, Any]:
    assert found.live is not None, "asked for only where it differs"
    return {"effect": found.live.effect.word, "rule": found.live.rule, "words": found.live.words}


def _ref_data(ref: StatementRef) -> dict[str, Any]:
    span = ref.policy.span(ref.statement)
    return {
        "policy": ref.policy.name,
        "sid": ref.statement.sid,
        "index": ref.statement.index,
        "file": span.file,
        "line": span.line,
        "column": span.column,
    }


def _layer_data(layer: LayerTrace) -> dict[str, Any]:
    return {
        "layer": layer.name,
        "decision": layer.says,
        "decides": layer.decides,
        "role": layer.role,
        "statements": [
            {
                **_ref_data(line.ref),
                "effect": line.ref.statement.effect.value,
                "applies": line.applied,
                "decides": line.decides,
                "role": line.role,
                "parts": [{"part": part.part, "held": part.held, "detail": part.words} for part in line.parts],
            }
            for line in layer.statements
        ],
    }


def _flip_data(flip: Flip) -> dict[str, Any]:
    return {
        "kind": flip.kind,
        "changes": [_change_data(change) for change in flip.changes],
        "words": "; ".join(_change(change) for change in flip.changes),
        "becomes": flip.decision.effect.word,
        "deciding": [_ref_data(ref) for ref in flip.decision.deciding],
    }


def _change_data(change: Change) -> dict[str, Any]:
    match change:
        case ContextChange(values, session):
            return {"context": dict(values), "session": session or None}
        case TargetChange(resource, name):
            return {"resource": resource, "target": name or None}
        case _:
            return _edit_data(change)


def _edit_data(edit: Edit) -> dict[str, Any]:
    old = None
    if edit.old is not None and edit.policy is not None:
        span = edit.policy.span(edit.old)
        old = {"sid": edit.old.sid, "index": edit.old.index, "file": span.file, "line": span.line}
    return {
        "change": edit.change,
        "layer": edit.layer,
        "policy": None if edit.policy is None else edit.policy.name,
        "statement": old,
        "words": edit.words,
        "becomes": None if edit.new is None else json.loads(statement_text(edit.new)),
    }


def _summary_data(summary: Summary) -> dict[str, Any]:
    return {
        "count": summary.requests,
        "groups": [
            {"decision": one.effect, "count": one.count, "actions": list(one.actions), "differs": one.differs}
            for one in summary.groups
        ],
    }
