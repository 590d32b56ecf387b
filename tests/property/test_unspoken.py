"""What no scenario speaks about, counted on masks, is what is left when the whole product is walked cell by cell.

The walk makes every principal × session × target × action, asks the types of each by name, and strikes out what
the cells ask.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import given, reject
from hypothesis import strategies as st

from simulator.catalogue import load
from simulator.errors import Collector, InputError
from simulator.suites.actions import ActionTable
from simulator.suites.load import load_suites
from simulator.suites.model import ANY_SIGN_IN, EACH_TYPE, Target
from simulator.suites.resources import OTHERS, OWN
from simulator.suites.sessions import MFA_SESSIONS, concrete, names_mfa
from simulator.suites.situations import Situations
from simulator.suites.targets import Binder, Bound, BuiltIn
from simulator.suites.types import type_table
from tests.property.profile import law

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from simulator.accounts.model import Principal
    from simulator.decide.context import Context
    from simulator.suites.actions import Asked
    from simulator.suites.cell import Cell
    from simulator.suites.load import Loaded
    from simulator.suites.model import Resource, Session, Suite

ROOT = Path(__file__).parents[2]


# --- the walk ---------------------------------------------------------------------------------------


def walked(suite: Suite, cells: Sequence[Cell]) -> set[str]:
    """Return what no scenario of *suite* speaks about, as `--unspoken` lists it."""
    spoken = _spoken(cells)
    situations, binder = Situations(), Binder(suite.account, Collector())
    targets = _targets(suite)
    asked: dict[str, Asked] = {}
    table = ActionTable(load(), Collector())
    for scenario in suite.scenarios:
        for one in table.of(scenario):
            asked.setdefault(one.text, one)
    labels = _labels(suite, cells)
    found = set()
    for who in suite.account.principals.values():
        for session, label in product(_sessions(suite, cells, who, labels), labels):
            layer = situations.layer((suite.account.context, suite.context, session.context))
            context = situations.of_caller(who, layer).context
            bound = _bound(label, targets[label], who, binder, context)
            if bound is None:
                continue
            places = [f"together {label}"] if bound.mode == "together" else bound.resources
            known = [(spoken[who, session.name, place], spoken[who, ANY_SIGN_IN, place]) for place in places]
            for one in asked.values():
                wanted = _possible(one, bound.resources)
                if not all(wanted - here <= anyhow for here, anyhow in known):
                    found.add(f"{suite.file}::{who.label}[{session.name}]-{one.text}-{label}")
    return found


def _labels(suite: Suite, cells: Sequence[Cell]) -> dict[str, None]:
    """Return the targets of the suite: those of cells, and those that a scenario names, for whomever."""
    named = {node.text for scenario in suite.scenarios for node in scenario.on or ()}
    resources = [resource for name, resource in suite.resources.items() if name in named]
    given = [f"{one.name}/{name}" for one in resources if one.built_in for name in (OWN, OTHERS)]
    own = [target.label for one in resources for target in one.targets]
    single = named - suite.resources.keys()
    return dict.fromkeys(
        label for label in (*(cell.target for cell in cells), *given, *own, *single) if label != EACH_TYPE
    )


def _spoken(cells: Sequence[Cell]) -> defaultdict[tuple[Principal, str, str], set[str]]:
    found: defaultdict[tuple[Principal, str, str], set[str]] = defaultdict(set)
    for cell in cells:
        for actions, arns in cell.asks:
            for place in [f"together {cell.target}"] if cell.mode == "together" else arns:
                found[cell.principal, cell.session, place].update(map(str.lower, actions))
    return found


def _sessions(suite: Suite, cells: Sequence[Cell], who: Principal, labels: dict[str, None]) -> dict[Session, None]:
    """Return the sessions in which scenarios ask a principal, else those of its policies, and those that one names."""
    own = dict.fromkeys(suite.sessions[cell.session] for cell in cells if cell.principal is who)
    targets = (target for resource in suite.resources.values() for target in resource.targets)
    near = [target.policy for target in targets if target.label in labels and target.policy is not None]
    mfa = names_mfa(loaded.policy for loaded in (*who.loaded_policies, *near))
    usual = concrete(MFA_SESSIONS if mfa else (ANY_SIGN_IN,), suite.sessions)
    names = [name for scenario in suite.scenarios for name, _ in scenario.sessions or ()]
    return dict.fromkeys(
        session
        for session in (*(own or usual), *concrete(names, suite.sessions))
        if who.kind == "user" or session.for_roles
    )


def _targets(suite: Suite) -> dict[str, Target | Resource | None]:
    """Return what each label stands for: a built-in resource, a target of the suite, an ARN that a scenario names."""
    found: dict[str, Target | Resource | None] = {
        node.text: Target(node.text, None, "single", (node,)) for one in suite.scenarios for node in one.on or ()
    }
    for resource in suite.resources.values():
        found |= {target.label: target for target in resource.targets}
        found |= {f"{resource.name}/{name}": resource for name in (OWN, OTHERS) if resource.built_in}
    return found | {"*": None}


def _bound(
    label: str, target: Target | Resource | None, who: Principal, binder: Binder, context: Context
) -> Bound | None:
    """Return a target for one principal, None where that one has none."""
    if target is None:
        return Bound("*", None, "single", ("*",))
    if isinstance(target, Target):
        return binder.bind(target, who, context)
    return next((one for one in BuiltIn(binder.account).of(target, who) if one.label == label), None)


@cache
def _possible(asked: Asked, arns: tuple[str, ...]) -> frozenset[str]:
    """Return which actions the gate lets be asked of all *arns*; of ``*``, those that take no resource."""
    types = type_table(load())
    kinds = [frozenset(types.of_arn(arn)) for arn in arns]
    found = set()
    for name in asked.actions:
        taken = frozenset(types.of_action(name))
        if not types.knows(name) or (not taken if arns == ("*",) else all(taken & of_arn for of_arn in kinds)):
            found.add(name.lower())
    return frozenset(found)


def agree(loaded: Loaded) -> int:
    """Hold each suite's count and list to the walk; return how many cells are left."""
    for suite in loaded.suites:
        unspoken = loaded.unspoken[suite]
        listed = [str(gap) for gap in unspoken.gaps()]
        assert unspoken.count == len(listed) == len(set(listed))
        assert set(listed) == walked(suite, [cell for cell in loaded.cells() if cell.suite is suite])
    return sum(loaded.unspoken[suite].count for suite in loaded.suites)


# --- suites to walk -----------------------------------------------------------------------------------

_GATE = {
    "Effect": "Deny",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
}
_OPEN = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ACCOUNT: dict[str, Any] = {
    "id": "123456789012",
    "policies": {
        "Gate": {"Version": "2012-10-17", "Statement": [_GATE]},
        "Open": {"Version": "2012-10-17", "Statement": [_OPEN]},
    },
    "users": {
        "ann": {"policies": ["Gate"], "tags": {"team": "a"}},
        "bea": {"policies": ["Open"], "path": "/staff/", "tags": {"team": "b"}},
        "cy": {"policies": ["Open"]},
    },
    "roles": {"app": {"policies": ["Open"], "tags": {"team": "a"}}, "ops": {"policies": ["Gate"]}},
}
_HOME = "arn:aws:s3:::homes/${aws:username}/n"
_MADE_UP = "arn:aws:s3:::example-bucket-name"  # as `each type` makes it up
_RESOURCES: dict[str, Any] = {
    "home": {"own": _HOME, "others": "arn:aws:s3:::homes/x/n"},
    "team": "arn:aws:s3:::t/${aws:PrincipalTag/team}/n",
    "ann's": "arn:aws:s3:::homes/ann/n",
    "both": {"together": ["arn:aws:s3:::homes/ann/n", "arn:aws:s3:::homes/x/n"]},
    "all": {"each": ["arn:aws:s3:::homes/ann/n", "arn:aws:s3:::homes/x/n", "arn:aws:s3:::t/a/n"]},
    "bucket": {"arn": "arn:aws:s3:::homes", "owner": "210987654321"},
    "mixed": {"each": ["arn:aws:s3:::homes", "arn:aws:s3:::homes/x/n"]},
    "anything": "*",
    "instance": "arn:aws:ec2:${aws:RequestedRegion, 'eu-west-1'}:123456789012:instance/i-1",
    "kept": {
        "arn": "arn:aws:s3:::kept",
        "policy": {
            "Version": "2012-10-17",
            "Statement": [{**_GATE, "Principal": "*", "Resource": "arn:aws:s3:::kept"}],
        },
    },
}
_ON = (
    "*",
    "each type",
    "user",
    "user/own",
    "mfa device/others",
    *_RESOURCES,
    "home/own",
    _MADE_UP,
    "arn:aws:s3:::t/a/n",
)
_ACTIONS = (
    "s3:GetObject",
    "s3:getobject",
    "s3:Get*",
    "s3:*",
    "iam:GetUser",
    "iam:ListUsers",
    "iam:*User*",
    "ec2:*Instances",
)
_MORE = ("made:Up", "Made:up", "sts:*", "s3:ListAllMyBuckets", {"match": "iam:*", "access-level": "List"})
_SESSIONS = ("with MFA", "without MFA", "access key", "any sign-in", "abroad")


def _some(pool: Sequence[Any], most: int) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(pool), min_size=1, max_size=most, unique_by=str)


_SCENARIO = st.fixed_dictionaries(
    {"as": _some(("ann", "bea", "cy", "app", "ops"), 3), "actions": _some((*_ACTIONS, *_MORE), 3), "on": _some(_ON, 4)},
    optional={"session": _some(_SESSIONS, 3), "context": st.just({"aws:PrincipalTag/team": "c"})},
)


@st.composite
def suites(draw: st.DrawFn) -> str:
    """Draw a suite of a few scenarios, which all expect the same, so that none contradicts another."""
    drawn = draw(st.lists(_SCENARIO, min_size=1, max_size=5))
    scenarios = [{"name": f"s{number}", "expect": "deny", **one} for number, one in enumerate(drawn)]
    for one in scenarios:
        if "access key" in one.get("session", ()):
            one["as"] = [name for name in one["as"] if name not in _ACCOUNT["roles"]] or ["ann"]
    sessions = {"abroad": {"aws:RequestedRegion": "us-east-1"}}
    suite = {"suite": "s", "account": _ACCOUNT, "sessions": sessions, "resources": _RESOURCES, "scenarios": scenarios}
    return yaml.safe_dump(suite, sort_keys=False)


# --- the laws -----------------------------------------------------------------------------------------


def test_of_the_shipped_suites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert agree(load_suites([Path("scenarios")])) > 1000


@law
@given(text=suites())
def test_of_random_suites(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    try:
        loaded = load_suites([folder / "s.yaml"], root=folder)
    except InputError:
        reject()  # a role has no own home
    agree(loaded)
