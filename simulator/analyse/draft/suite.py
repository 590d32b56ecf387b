"""From a policy to the text of its first suite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulator.analyse.draft.model import EACH, Draft, DraftScenario
from simulator.analyse.draft.scenarios import Drafter
from simulator.analyse.draft.text import REVIEW, suite_text
from simulator.analyse.draft.verdicts import answers_of, check
from simulator.analyse.draft.world import World
from simulator.errors import DefectError, Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.accounts.policies import LoadedPolicy
    from simulator.analyse.draft.verdicts import Answers
    from simulator.catalogue import Catalogue

__all__ = ["Written", "write_draft"]

_ROUNDS = 4
_LINES = (
    f"The verdicts are what the policy does today, not what it should do.  Read each line marked `{REVIEW}`,",
    "correct what is wrong, and take the mark away; then add what nobody thought of.",
)


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a suite, and what to tell about it."""

    text: str
    scenarios: int
    cells: int
    remarks: tuple[str, ...]


def write_draft(
    loaded: LoadedPolicy, *, name: str, shown: str, place: object, found_at: object, catalogue: Catalogue
) -> Written:
    """Return the first suite for *loaded*, run and found to hold.

    *name* is the policy's name in the account and *shown* what messages call it; *place* is where the
    suite finds it once written, *found_at* where it is found from here.
    """
    world = World(loaded.policy, catalogue)
    apart: frozenset[tuple[str, str]] = frozenset()
    split: frozenset[str] = frozenset()
    for _ in range(_ROUNDS):
        drafter = Drafter(world, catalogue, apart=apart, split=split)
        draft = _draft(world, drafter, name, shown, place)
        if not draft.scenarios:
            advice = "it names no action that can be asked; write a suite by hand"
            raise InputError([Diagnostic("no-request", f"there is nothing to ask of `{shown}`", help=advice)])
        about = {one.name: one.statement for one in draft.scenarios}
        answers = answers_of(suite_text(draft, place=found_at), shown, name, catalogue, about)
        if not answers.mixed and not answers.open:
            break
        bases = {one.name: one.base for one in draft.scenarios}
        apart |= {(bases[scenario], action) for scenario, action, target in answers.mixed if target == EACH.label}
        split |= {target.rpartition("/")[0] for _, _, target in answers.mixed if target != EACH.label}
        world.state(answers.open)
    else:
        message = f"no suite could be drafted for `{shown}`: {sorted(answers.open) or sorted(answers.mixed)}"
        raise DefectError(message)
    parted = _parted(draft, answers)
    cells = check(suite_text(parted, answers, place=found_at), shown, catalogue)
    return Written(suite_text(parted, answers), len(parted.scenarios), cells, tuple(drafter.remarks))


def _draft(world: World, drafter: Drafter, name: str, shown: str, place: object) -> Draft:
    scenarios = tuple(drafter.scenarios())
    remarks = (f"Not asked here: {remark}." for remark in drafter.remarks)
    return Draft(
        title=f"What {name} allows and denies",
        comment=(f"A first suite for {shown}, written by `iamproof init`.", *_LINES, *remarks),
        policy_name=name,
        place=place,
        account=world.account,
        partition=world.partition,
        users=world.users if world.kind == "user" else {},
        context=world.friendly,
        sessions=drafter.sessions,
        resources=drafter.places.resources,
        scenarios=scenarios,
    )


def _parted(draft: Draft, answers: Answers) -> Draft:
    """Give actions with different verdicts scenarios of their own."""
    found = [part for scenario in draft.scenarios for part in _parts(scenario, answers)]
    return replace(draft, scenarios=tuple(found))


def _parts(scenario: DraftScenario, answers: Answers) -> Iterator[DraftScenario]:
    profiles: dict[tuple[object, ...], list[str]] = {}
    table = {key[1:]: leaf for key, leaf in answers.leaves.items() if key[0] == scenario.name}
    for action in scenario.actions:
        profile = tuple((key[0], key[1], leaf) for key, leaf in table.items() if key[2] == action)
        profiles.setdefault(profile, []).append(action)
    for number, actions in enumerate(profiles.values(), 1):
        name = (
            scenario.name if number == 1 else f"{scenario.name}, otherwise" + (f" ({number - 1})" if number > 2 else "")
        )
        for (session, target, action), leaf in table.items():
            if action in actions:
                answers.leaves[name, session, target, action] = leaf
        yield replace(scenario, name=name, actions=tuple(actions))
