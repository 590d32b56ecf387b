"""Changes of a request: a context key set, changed or removed; another target.

Candidates come from what the policies themselves name.  Of two that make the same statements apply
only the first is kept, since they decide alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from simulator.analyse.samples import fill, fits_type, samples, single_in
from simulator.catalogue.examples import example_arn
from simulator.catalogue.gate import fits
from simulator.catalogue.keys import key as catalogue_key
from simulator.policy.arn import Arn
from simulator.policy.variables import Template, variables_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.analyse.question import Lab, Neighbour, Request
    from simulator.decide.context import ContextValue
    from simulator.decide.evaluate import Evaluator
    from simulator.policy.model import Statement

__all__ = ["ContextChange", "TargetChange", "applied", "context_changes", "session_changes", "target_changes"]

_PER_KEY = 24  # samples of one key that are tried
_KEYS = 40
_PATTERNS = 60
_WORD = re.compile(r"[^/:]+")
_SPECIALS = frozenset("*?$")
_PROVIDERS = ("session", "request", "network", "resource", "principal")


@dataclass(frozen=True, slots=True)
class ContextChange:
    """Keys set (None: removed); `session` names the sign-in state that does the same."""

    values: tuple[tuple[str, ContextValue | None], ...]
    session: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that it changes, in lower case."""
        return frozenset(name.lower() for name, _ in self.values)


@dataclass(frozen=True, slots=True)
class TargetChange:
    """Another resource; `name` is the suite's own target, where it is one."""

    resource: str
    name: str = ""


def applied(request: Request, *changes: ContextChange) -> Request:
    """Return *request* with its context changed."""
    context = request.context
    for name, value in (pair for change in changes for pair in change.values):
        context = context.without(name) if value is None else context.with_values({name: value})
    return replace(request, context=context)


# --- the context ----------------------------------------------------------------------------------


def context_changes(lab: Lab) -> list[ContextChange]:
    """Return changes of one key each that make other statements apply than now."""
    evaluator, request = lab.evaluator(), lab.request
    seen = {evaluator.masks(request.resource, request.context)}
    found: list[ContextChange] = []
    for name, statements in _keys(evaluator, request).items():
        # Masks that another key brings about are kept: it is another change.
        own = set(seen)
        for value in _values(name, statements, request):
            if not lab.afford():
                break
            change = ContextChange(((name, value),))
            masks = evaluator.masks(request.resource, applied(request, change).context)
            if masks not in own:
                own.add(masks)
                found.append(change)
    return sorted(found, key=lambda change: _distance(change.values[0][0]))


def _distance(name: str) -> int:
    """Tell how far a key is from what the caller can change: the sign-in first, who the caller is last."""
    known = catalogue_key(name)
    return _PROVIDERS.index("request" if known is None else known.provider)


def _keys(evaluator: Evaluator, request: Request) -> dict[str, list[Statement]]:
    """Return the keys that matter to the statements that name the action, as the catalogue or the request spells them.

    The conditions of a statement that can't name the resource, whatever its variables are, don't matter.
    """
    found: dict[str, list[Statement]] = {}
    spelled = {name.lower(): name for name in request.context}
    for statement, covers in _naming(evaluator, request):
        names = _variable_keys(statement)
        if covers or names:
            names |= dict.fromkeys(condition.key for condition in statement.conditions)
            names |= _value_keys(statement)
        for name in names:
            if name.lower() not in spelled:
                known = catalogue_key(name)
                spelled[name.lower()] = name if known is None else known.name
            if len(found) < _KEYS or spelled[name.lower()] in found:
                found.setdefault(spelled[name.lower()], []).append(statement)
    return found


def _naming(evaluator: Evaluator, request: Request) -> Iterator[tuple[Statement, bool]]:
    """Yield the statements that name the action, and whether they name the resource now."""
    bit = evaluator.table.bit(request.action)
    for _, layer in evaluator.layer_sets:
        naming, covering = layer.naming(bit), layer.covering(request.resource, request.context)
        for i, statement in enumerate(layer.statements()):
            if naming >> i & 1:
                yield statement, bool(covering >> i & 1)


def _variable_keys(statement: Statement) -> dict[str, None]:
    """Return the keys of variables in resources."""
    texts = statement.resources.texts if statement.resources is not None and statement.variables else ()
    return _keys_in(texts)


def _value_keys(statement: Statement) -> dict[str, None]:
    """Return the keys of variables in condition values."""
    conditions = statement.conditions if statement.variables else ()
    return _keys_in(value.text for condition in conditions for value in condition.values)


def _keys_in(texts: Iterable[str]) -> dict[str, None]:
    found = (name for text in texts if "${" in text for name in variables_in(text))
    return dict.fromkeys(name for name in found if name and name not in _SPECIALS)


def _values(name: str, statements: Iterable[Statement], request: Request) -> list[ContextValue | None]:
    """Return values to try for a key, None for its absence; what AWS always sends is never absent."""
    now = request.context.get(name)
    known = catalogue_key(name)
    found: dict[ContextValue | None, None] = {}
    for statement in statements:
        for condition in statement.conditions:
            if condition.key.lower() == name.lower():
                found.update(dict.fromkeys(samples(condition, request.context)))
        found.update(dict.fromkeys(_variable_values(name, statement, request)))
    tried: list[ContextValue | None] = [value for value in found if value != now][:_PER_KEY]
    if now is not None and (known is None or not known.always):
        tried.append(None)
    return tried


def _variable_values(name: str, statement: Statement, request: Request) -> Iterator[str]:
    """Yield values with which a resource that names the key by a variable might match: words of the request's."""
    texts = statement.resources.texts if statement.resources is not None else ()
    if not statement.variables or not any(name.lower() in map(str.lower, variables_in(text)) for text in texts):
        return
    arn = Arn.parse(request.resource)
    words = _WORD.findall(arn.resource if arn is not None else request.resource)
    yield from (word for word in reversed(words[-8:]) if fits_type(name, word))
    if arn is not None and arn.account and fits_type(name, arn.account):
        yield arn.account
    if fits_type(name, "somebody-else"):
        yield "somebody-else"


def session_changes(neighbours: Iterable[Neighbour]) -> Iterator[ContextChange]:
    """Yield the sign-in states of the suite."""
    for one in neighbours:
        if one.kind == "session":
            yield ContextChange(tuple(one.values.items()), one.name)


# --- the target -----------------------------------------------------------------------------------


def target_changes(lab: Lab) -> Iterator[TargetChange]:
    """Yield other targets: the suite's own, those that the policies name, made-up ones."""
    request = lab.request
    seen = {request.resource}
    candidates = (
        *((one.resource, one.name) for one in lab.question.neighbours if one.kind == "target"),
        *((arn, "") for arn in _named_by_policies(lab)),
        *((arn, "") for arn in _made_up(lab)),
    )
    known = lab.catalogue.action(request.action)
    for resource, name in candidates:
        # A target behind the resource-type gate turns every allow, and tells nothing.
        fitting = Arn.parse(resource) is not None if known is None else fits(known, resource)
        if resource not in seen and (resource == "*" or fitting):
            seen.add(resource)
            yield TargetChange(resource, name)


def _named_by_policies(lab: Lab) -> Iterator[str]:
    """Yield an ARN for each pattern of the statements that name the action."""
    request = lab.request
    value_of = single_in(request.context)
    patterns = (
        Template.parse(text, variables=statement.variables).resolve(value_of, arn=True)
        for statement, _ in _naming(lab.evaluator(), request)
        for text in (statement.resources.texts if statement.resources is not None else ())
    )
    for pattern in islice(patterns, _PATTERNS):
        if pattern is not None:
            yield fill(pattern, request.resource)


def _made_up(lab: Lab) -> Iterator[str]:
    """Yield ARNs of the action's types, a neighbour of the request's own, and ``*`` where it takes none."""
    request = lab.request
    arn = Arn.parse(request.resource)
    if arn is not None:
        head, slash, last = arn.resource.rpartition("/")
        yield str(replace(arn, resource=f"{head}{slash}{'somebody-else' if last != 'somebody-else' else 'example'}"))
    known = lab.catalogue.action(request.action)
    if known is None or not known.resource_types:
        yield "*"
        return
    account = request.caller.account or (arn.account if arn is not None and arn.account.isdecimal() else "")
    for kind in known.resource_types[:_PATTERNS]:
        yield example_arn(kind, partition=request.caller.partition, account=account or "123456789012")
