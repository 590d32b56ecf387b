"""Requests share calls, and nobody can tell from the answers (``simulator.backends.plan``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.backends import Failure, SimulationAnswer, client
from simulator.backends.asking import ClientBackend
from simulator.backends.plan import Limits, plan, request_key
from simulator.catalogue import load
from tests.unit.backends.samples import ALICE, ALLOW, ALLOW_ALL, NEEDS_KEY, A, B, asks, entry, policy, statement

if TYPE_CHECKING:
    from simulator.backends import SimulationRequest

GET, PUT, MADE_UP = "s3:GetObject", "s3:PutObject", "made:Up"
LIMITED = policy(statement(resource=A), statement("Deny", action="s3:Put*", resource=B))
LEVELS = [{"ServiceControlPolicyInputList": [policy(statement(action="*", resource=A))]}]
EMBEDDED = client("embedded")


class Counting:
    """A client that counts the calls that reach the engine behind it."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def simulate_custom_policy(self, **params: Any) -> Any:
        """Pass the call on."""
        self.calls.append(params)
        return EMBEDDED.simulate_custom_policy(**params)


def backend(counting: Counting, *, limits: Limits | None = None) -> ClientBackend:
    """Make a backend over *counting*."""
    known = load().place
    return ClientBackend(counting, "test", "a test", limits or Limits(), apart=lambda name: known(name) is not None)


def batch(*requests: dict[str, Any]) -> list[SimulationRequest]:
    """Make a batch."""
    return cast("list[SimulationRequest]", list(requests))


def test_a_grid_is_one_call() -> None:
    """Each action was asked of each resource."""
    counting = Counting()
    grid = batch(*(asks(action, ResourceArns=[arn]) for action in (GET, PUT) for arn in (A, B)))
    outcomes = backend(counting).answer(grid)
    assert all(isinstance(outcome, SimulationAnswer) for outcome in outcomes)
    assert [(call["ActionNames"], call["ResourceArns"]) for call in counting.calls] == [([GET, PUT], [A, B])]


def test_nothing_is_asked_in_vain() -> None:
    """Pairs that nobody asked for are not filled in, and equal requests are one."""
    counting = Counting()
    backend(counting).answer(
        batch(asks(GET, ResourceArns=[A]), asks(PUT, ResourceArns=[B]), asks(PUT, ResourceArns=[B]))
    )
    assert sum(len(call["ActionNames"]) * len(call["ResourceArns"]) for call in counting.calls) == 2


def test_known_and_unknown_actions_are_asked_apart() -> None:
    """AWS refuses them beside each other, with ARNs."""
    counting = Counting()
    outcomes = backend(counting).answer(batch(asks(GET, ResourceArns=[A]), asks(MADE_UP, ResourceArns=[A])))
    assert not any(isinstance(outcome, Failure) for outcome in outcomes)
    assert len(counting.calls) == 2
    backend(counting).answer(batch(asks(GET), asks(MADE_UP)))
    assert len(counting.calls) == 3


def test_calls_keep_within_the_limits() -> None:
    """Of actions, of resources, and of both together."""
    arns = [f"arn:aws:s3:::b/{number}" for number in range(10)]
    actions = [f"s3:Get{number}" for number in range(10)]
    grid = batch(*(asks(action, ResourceArns=[arn]) for action in actions for arn in arns))
    calls = plan(grid, limits=Limits(actions=4, resources=3, pairs=6))
    assert all(len(call.actions) <= 4 and len(call.resources) <= 3 for call in calls)
    assert all(len(call.actions) * len(call.resources) <= 6 for call in calls)
    assert sorted(index for call in calls for index in call.indexes) == list(range(100))


def test_a_bad_request_fails_alone() -> None:
    """The others of its call are answered, and not more often than it takes to find the culprit."""
    counting = Counting()
    requests = [asks(GET, ResourceArns=[f"arn:aws:s3:::b/{number}"]) for number in range(8)]
    requests[5] = asks(GET, ResourceArns=["not-an-arn"])
    outcomes = backend(counting).answer(batch(*requests))
    assert [index for index, outcome in enumerate(outcomes) if isinstance(outcome, Failure)] == [5]
    assert outcomes[5] == Failure("InvalidInput", "ResourceNames are not in a valid ARN format: not-an-arn.")
    assert len(counting.calls) == 7


def test_a_request_that_botocore_would_not_send_fails_alone() -> None:
    """It never reaches the service."""
    outcomes = backend(Counting()).answer(batch(asks(GET, ResourceArns=[A]), asks(GET, ResourceArns=[""])))
    assert isinstance(outcomes[0], SimulationAnswer)
    assert isinstance(outcomes[1], Failure)
    assert outcomes[1].code == "ParamValidation"


def test_requests_that_ask_the_same_have_one_key() -> None:
    """Paging, the order of context entries, and a star for a resource make no difference."""
    first = asks(GET, ContextEntries=[entry("a:bcd", "1"), entry("B:cde", "2")], MaxItems=1)
    second = asks(GET, ContextEntries=[entry("B:cde", "2"), entry("a:bcd", "1")], ResourceArns=["*"])
    assert request_key(batch(first)[0]) == request_key(batch(second)[0])
    assert request_key(batch(first)[0]) != request_key(batch(asks(PUT))[0])


REQUESTS = st.fixed_dictionaries(
    {
        "PolicyInputList": st.sampled_from([[ALLOW], [LIMITED], [ALLOW_ALL, NEEDS_KEY], []]),
        "ActionNames": st.sampled_from([[GET], [PUT], [MADE_UP], ["iam:GetUser"]]),
    },
    optional={
        "ResourceArns": st.sampled_from([[A], [B], [A, B], ["*"], ["arn:aws:s3:::sample"], ["bad"]]),
        "CallerArn": st.just(ALICE),
        "ContextEntries": st.sampled_from([[entry("stack:missing", "yes")], [entry("stack:missing", "no")]]),
        "PermissionsBoundaryPolicyInputList": st.just([ALLOW]),
        "OrderedOrganizationPolicyInputList": st.just(LEVELS),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(REQUESTS, max_size=12), st.integers(1, 3), st.integers(1, 3))
def test_a_shared_call_gives_the_answers_of_single_ones(
    requests: list[dict[str, Any]], actions: int, resources: int
) -> None:
    """Whatever shares a call with whatever."""
    together = backend(Counting(), limits=Limits(actions, resources)).answer(batch(*requests))
    alone = [backend(Counting()).answer(batch(request))[0] for request in requests]
    assert together == alone
