"""What proofs cost, and what z3 makes of the same questions.

Run it from the checkout: ``.venv/bin/python benchmarks/prove.py [shipped] [broken] [z3] [pairs] [self]`` (default:
all; `z3` needs ``pip install z3-solver``).  Times are of this process's processor; what patterns have in common is
forgotten before each round, so that no question is answered from memory.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.analyse.invariants import decide_invariant
from simulator.analyse.invariants.pose import posed
from simulator.analyse.prove import (
    SESSIONS,
    Counterexample,
    Domain,
    Domains,
    Proved,
    Unknown,
    decide_claim,
    denies,
    no_new_access,
    request_set,
)
from simulator.analyse.prove.automaton import machine
from simulator.catalogue import load
from simulator.catalogue.managed import managed_names, managed_policy
from simulator.decide.request import Stack
from simulator.policy.parse import parse_policy_text
from simulator.suites.load import load_suites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.analyse.prove import Answer, Claim
    from simulator.analyse.prove.decide import Universe
    from simulator.policy.model import Policy

ROUNDS = 9
Z3_SECONDS = 10
POLICY = Path("policies/IAMUsersMFAManagement.json")
SUITE = Path("scenarios/proved.yaml")
WHO = "ec2webuser"  # has the shipped policy and AmazonEC2FullAccess
BROKEN = {
    "Bool for BoolIfExists": ('"BoolIfExists"', '"Bool"'),
    "mfa/*": ('mfa/${aws:username}"', 'mfa/*"'),
    "mfa/${aws:username}*": ('mfa/${aws:username}"', 'mfa/${aws:username}*"'),
}
EXEMPT = (
    "iam:ChangePassword", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:GetAccountPasswordPolicy",
    "iam:GetAccountSummary", "iam:GetMFADevice", "iam:GetUser", "iam:ListMFADevices", "iam:ListUsers",
    "iam:ListVirtualMFADevices", "iam:ResyncMFADevice", "sts:GetSessionToken",
)  # fmt: skip
USER, DEVICE = "arn:*:iam::*:user/", "arn:*:iam::*:mfa/"
NAME = "${aws:username}"
OTHERS = {"user": ([f"{USER}*"], [f"{USER}{NAME}", f"{USER}*/{NAME}"]), "device": ([f"{DEVICE}*"], [f"{DEVICE}{NAME}", f"{DEVICE}{NAME}/*"])}  # fmt: skip
A_USER = Domains.of({"aws:username": Domain(absent=False, alphabet="abcdefghijklmnopqrstuvwxyz0123456789", shortest=1)})


def managed(name: str) -> Policy:
    """Return a policy of AWS's, read anew."""
    found = managed_policy(name)
    assert found is not None
    return parse_policy_text(found.text, name=name)


def seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call, nothing remembered of the texts that patterns match."""
    machine.cache_clear()
    start = time.process_time()
    work()
    return time.process_time() - start


def spread(times: Iterable[float]) -> str:
    """Say median, 95th percentile and maximum in milliseconds."""
    ordered = sorted(times)
    worst = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"median {statistics.median(ordered) * 1000:.2f}, p95 {worst * 1000:.1f}, max {ordered[-1] * 1000:.1f} ms"


def shipped() -> None:
    """All claims of the shipped suite about whoever has the shipped policy and AmazonEC2FullAccess, together."""
    claims = [
        one.claim
        for asserted in load_suites([SUITE]).asserted
        for one in posed(asserted, load())
        if one.who.principal is None or one.who.principal.name == WHO
    ]
    answers = [decide_claim(claim) for claim in claims]
    assert all(isinstance(answer, Proved) for answer in answers)
    rounds = [seconds(lambda: [decide_claim(claim) for claim in claims]) for _ in range(ROUNDS)]
    print(f"shipped: {len(claims)} claims proved together in {min(rounds) * 1000:.1f} ms "
          f"(median {statistics.median(rounds) * 1000:.1f}; the aim is below 50)")  # fmt: skip


def broken() -> None:
    """The shipped policy, wrong in one place: each is refuted by a request that is decided again."""
    text = POLICY.read_text("utf-8")
    for name, (old, new) in BROKEN.items():
        with tempfile.TemporaryDirectory() as folder:
            for part in (POLICY.parent, SUITE.parent):
                shutil.copytree(part, Path(folder) / part)
            (Path(folder) / POLICY).write_text(text.replace(old, new), "utf-8")
            with contextlib.chdir(folder):
                asserted = load_suites([SUITE]).asserted
        results = [decide_invariant(one, load()) for one in asserted]
        refuted = [one for one in results if one.outcome == "refuted"]
        assert refuted, name
        assert not any(one.outcome == "unknown" for one in results), name
        found = refuted[0].refutation
        assert found is not None
        print(f"broken: {name}: {len(refuted)} of {len(results)} refuted, none unknown; as by {found.action} on "
              f"{found.resource} with {found.context}")  # fmt: skip


def questions() -> dict[str, tuple[list[Policy], Claim]]:
    """Return what both provers are asked, with the policies that z3 reads."""
    ec2, text = managed("AmazonEC2FullAccess"), POLICY.read_text("utf-8")
    own = parse_policy_text(text, name="shipped")
    without = tuple(A_USER.joined(state) for state in SESSIONS["without MFA"])
    closed = request_set(excepted=EXEMPT, domains=without)
    found = {"without MFA nothing but the exempted": ([own, ec2], denies(Stack(identity=(own, ec2)), closed))}
    # Granted on every resource, where an action takes whatever it is asked of.
    reads = ["iam:CreateServiceLinkedRole", "iam:GetAccount*", "iam:ListUsers", "iam:ListVirtualMFADevices"]
    for kind, (every, spared) in OTHERS.items():
        others = request_set(actions=["iam:*"], excepted=reads, resources=every, spared=spared, domains=(A_USER,))
        found[f"nobody else's {kind}"] = ([own, ec2], denies(Stack(identity=(own, ec2)), others))
        apart = request_set(actions=["iam:*"], excepted=reads, resources=every, spared=spared, domains=without)
        found[f"nobody else's {kind}, without MFA"] = ([own, ec2], denies(Stack(identity=(own, ec2)), apart))
    every, spared = OTHERS["device"]
    devices = request_set(actions=["iam:*"], excepted=reads, resources=every, spared=spared, domains=(A_USER,))
    for name, (old, new) in BROKEN.items():
        bad = parse_policy_text(text.replace(old, new), name="broken")
        asked = closed if name.startswith("Bool") else devices
        found[f"broken: {name}"] = ([bad, ec2], denies(Stack(identity=(bad, ec2)), asked))
    return found


def against_z3() -> None:
    """Ask both provers the same: any action, any resource, no catalogue."""
    from benchmarks.z3_questions import ask  # noqa: PLC0415  # only where z3 is

    ours: list[float] = []
    theirs: list[float] = []
    for name, (policies, claim) in questions().items():
        answers: list[Answer] = []

        def decide(claim: Claim = claim, answers: list[Answer] = answers) -> None:
            answers.append(decide_claim(claim, universe="any", gate=False))

        seconds(decide)
        ours.append(statistics.median(seconds(decide) for _ in range(ROUNDS)))
        opinion, took = ask(policies, claim, Z3_SECONDS)
        theirs.append(took)
        said = {Proved: "proved", Counterexample: "refuted", Unknown: "unknown"}[type(answers[0])]
        print(f"z3: {name}: {said} in {ours[-1] * 1000:.2f} ms, z3 {opinion} in {took * 1000:.0f} ms")
        assert said != "unknown"
        assert opinion in (said, "unknown"), "the provers disagree"
    one, other = statistics.median(ours), statistics.median(theirs)
    print(f"z3: median {one * 1000:.2f} ms against {other * 1000:.0f} ms: {other / one:.0f} times (the aim is 50)")


def pairs() -> None:
    """No new access over all ordered pairs of 50 of AWS's policies."""
    stacks = [Stack(identity=(managed(name),)) for name in random.Random(8).sample(managed_names(), 50)]
    universes: tuple[Universe, ...] = ("catalogue", "any")
    for universe in universes:
        answers: list[Answer] = []
        times = [
            seconds(partial(_note, answers, no_new_access(new, old), universe))
            for new in stacks
            for old in stacks
            if new is not old
        ]
        counts = Counter(type(one).__name__ for one in answers)
        print(f"pairs, {universe} actions: {len(times):,}: {dict(counts)}, {spread(times)} "
              f"(the aim: none unknown, p95 below 30)")  # fmt: skip


def _note(answers: list[Answer], claim: Claim, universe: Universe) -> None:
    answers.append(decide_claim(claim, universe=universe))


def of_themselves() -> None:
    """Each of AWS's policies adds nothing to itself, read twice so that nothing is the same."""
    unproved: list[str] = []
    times = []
    for name in managed_names():
        one, other = (Stack(identity=(managed(name),)) for _ in range(2))
        answers: list[Answer] = []
        times.append(seconds(lambda: answers.append(decide_claim(no_new_access(one, other)))))  # noqa: B023  # called at once
        unproved += [name] if not isinstance(answers[0], Proved) else []
    print(f"self: {len(times) - len(unproved):,} of {len(times):,} proved in {sum(times):.1f} s, {spread(times)} "
          f"(the aim: all, below 30 s)")  # fmt: skip


PARTS = {"shipped": shipped, "broken": broken, "z3": against_z3, "pairs": pairs, "self": of_themselves}

if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
