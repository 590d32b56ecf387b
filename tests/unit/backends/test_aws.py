"""The aws engine loses nothing and asks nothing twice in vain, whatever the service does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from simulator.backends import Failure, SimulationAnswer, backend, client
from simulator.backends.aws import AwsBackend, AwsOptions, connect, identity
from simulator.backends.journal import record
from simulator.backends.plan import Limits
from simulator.catalogue import load
from simulator.errors import BackendError, InputError
from tests.unit.backends.faulty import FaultyIam, apart_from_this_machine
from tests.unit.backends.samples import ALLOW_ALL, A, asks

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.backends import Outcome, SimulationRequest

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    apart_from_this_machine(monkeypatch, tmp_path)


def options(iam: FaultyIam, **more: Any) -> AwsOptions:
    """Reach *iam* without long waits."""
    quick: dict[str, Any] = {
        "rate": 0.0, "attempts": 2, "patience": 3, "backoff": 0.01, "read_timeout": 0.2, "workers": 2
    }  # fmt: skip
    return AwsOptions(endpoint_url=iam.url, **(quick | more))


def requests(count: int = 6) -> list[SimulationRequest]:
    """Make requests that share calls; what they ask is allowed."""
    made = [asks(f"made:Up{number}", policies=[ALLOW_ALL]) for number in range(count)]
    return cast("list[SimulationRequest]", made)


def ask(iam: FaultyIam, batch: list[SimulationRequest], **more: Any) -> list[Outcome]:
    """Ask *iam* for *batch*."""
    chosen = options(iam, **more)
    return AwsBackend(connect(chosen), chosen).answer(batch)


def actions(outcomes: list[Outcome]) -> list[str]:
    """Return the actions that were answered, in order."""
    return [o.result["EvalActionName"] for o in outcomes if isinstance(o, SimulationAnswer)]


@pytest.mark.parametrize(
    "faults",
    [
        ["Throttling"],
        ["500"],
        ["503", "503", "503"],
        ["drop"],
        ["cut"],
        ["garbage", "garbage"],
        ["wait"],
        ["Throttling", "500", "cut", "garbage"],
    ],
)
def test_what_passes_is_outlasted(faults: list[str]) -> None:
    """Everything is answered, in order, and once."""
    batch = requests()
    with FaultyIam(*faults) as iam:
        outcomes = ask(iam, batch)
    assert actions(outcomes) == [request["ActionNames"][0] for request in batch]
    assert [call["ActionNames"] for call in iam.answered] == [[f"made:Up{number}" for number in range(6)]]
    assert iam.requests == len(faults) + 1


def test_pages_are_followed() -> None:
    """However small the service makes them."""
    with FaultyIam(page=2) as iam:
        outcomes = ask(iam, requests(5))
    assert actions(outcomes) == [f"made:Up{number}" for number in range(5)]
    assert iam.requests == 3


def test_the_pages_before_a_failure_are_kept() -> None:
    """What came before it is answered, what would have come behind it is not."""
    with FaultyIam("", *["500"] * 50, page=2) as iam:
        outcomes = ask(iam, requests(5))
    assert actions(outcomes) == ["made:Up0", "made:Up1"]
    assert [type(outcome) for outcome in outcomes[2:]] == [Failure] * 3


def test_a_refused_credential_ends_the_asking() -> None:
    """The rest of the batch is not sent: it would be refused as well."""
    with FaultyIam(*["AccessDenied"] * 50) as iam:
        outcomes = ask(iam, requests(40), limits=Limits(actions=1), workers=1)
    assert {type(outcome) for outcome in outcomes} == {Failure}
    assert iam.requests == 1


def test_throttled_for_good_is_a_failure() -> None:
    """With AWS's code, after all patience."""
    with FaultyIam(*["Throttling"] * 100) as iam:
        (outcome,) = ask(iam, requests(1))
    assert outcome == Failure("Throttling", "not now")
    assert iam.requests == 8


def test_an_unreachable_service_is_a_failure() -> None:
    """Named by botocore."""
    with FaultyIam() as iam:
        gone = options(iam)
    (outcome,) = AwsBackend(connect(gone), gone).answer(requests(1))
    assert isinstance(outcome, Failure)
    assert outcome.code == "EndpointConnectionError"


def test_a_bad_request_fails_alone() -> None:
    """The others of its call are answered."""
    batch = [*requests(3), *cast("list[SimulationRequest]", [asks("nocolon", policies=[ALLOW_ALL])])]
    with FaultyIam() as iam:
        outcomes = ask(iam, batch)
    assert actions(outcomes) == ["made:Up0", "made:Up1", "made:Up2"]
    assert outcomes[3] == Failure("InvalidInput", "The action is invalid since it is missing names")


def test_actions_that_the_service_wants_apart_are_asked_apart() -> None:
    """It names the groups, so that one more call a group is enough."""
    names = ["s3:GetObject", "made:Up", "s3:PutObject", "made:Down"]
    batch = cast("list[SimulationRequest]", [asks(name, ResourceArns=[A]) for name in names])
    with FaultyIam() as iam:
        assert actions(ask(iam, batch)) == names
    assert iam.requests == 3


def test_the_pace_is_kept() -> None:
    """Over all workers."""
    with FaultyIam() as iam:
        start = time.monotonic()
        ask(iam, requests(6), limits=Limits(actions=1), rate=20.0, workers=3)
    assert time.monotonic() - start >= 5 / 20


def test_the_backend_names_the_account() -> None:
    """It asks who it is before anything else."""
    with FaultyIam() as iam:
        made = backend("aws", endpoint_url=iam.url)
        assert made.source == f"answers of {iam.url}, account 123456789012"
        assert actions(made.answer(requests(1))) == ["made:Up0"]
        assert client("aws", endpoint_url=iam.url).simulate_custom_policy(**asks())["IsTruncated"] is False


def test_an_unknown_profile_is_told_in_words() -> None:
    """Before anything is sent."""
    with pytest.raises(BackendError, match="AWS can't be asked: The config profile"):
        connect(AwsOptions(profile="nonsense"))


def test_refused_credentials_are_told_in_words() -> None:
    """With AWS's code."""
    with FaultyIam(*["InvalidClientTokenId"] * 9) as iam, pytest.raises(BackendError, match="InvalidClientTokenId"):
        identity(options(iam))


def test_a_recording_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What was answered before the failure is not asked again."""
    path, batch = tmp_path / "out" / "aws.json", requests(6)
    with FaultyIam("", "", *["AccessDenied"] * 50) as iam:
        chosen = options(iam, limits=Limits(actions=2), workers=1)
        with pytest.raises(BackendError, match="2 of 6 requests have no answer: AccessDenied: not now"):
            record(AwsBackend(connect(chosen), chosen), batch, path, account="123456789012", tool_version="1")
    assert not path.exists()
    with FaultyIam() as iam:
        chosen = options(iam, limits=Limits(actions=2), workers=1)
        made = record(AwsBackend(connect(chosen), chosen), batch, path, account="123456789012", tool_version="1")
    assert [call["ActionNames"] for call in iam.answered] == [["made:Up4", "made:Up5"]]
    assert len(made.pairs) == 6
    assert [file.name for file in path.parent.iterdir()] == ["aws.json"]


def test_the_journal_of_another_account_is_refused(tmp_path: Path) -> None:
    """Its answers would be passed off as this one's."""
    path = tmp_path / "aws.json"
    with FaultyIam(*["AccessDenied"] * 9) as iam:
        chosen = options(iam)
        source = AwsBackend(connect(chosen), chosen)
        with pytest.raises(BackendError):
            record(source, requests(1), path, account="123456789012", tool_version="1")
        with pytest.raises(InputError, match="is the journal of another recording"):
            record(source, requests(1), path, account="999999999999", tool_version="1")


def test_a_line_that_was_cut_off_is_asked_again(tmp_path: Path) -> None:
    """The process was killed while it wrote."""
    path, batch = tmp_path / "aws.json", requests(2)
    with FaultyIam("", *["AccessDenied"] * 9) as iam:
        chosen = options(iam, limits=Limits(actions=1), workers=1)
        with pytest.raises(BackendError):
            record(AwsBackend(connect(chosen), chosen), batch, path, account="1", tool_version="1")
    part = path.with_name("aws.json.part")
    part.write_text(part.read_text()[:-20])
    with FaultyIam() as iam:
        chosen = options(iam)
        record(AwsBackend(connect(chosen), chosen), batch, path, account="1", tool_version="1")
    assert sum(len(call["ActionNames"]) for call in iam.answered) == 2


def test_a_large_batch_is_answered_whole() -> None:
    """By several workers, each outcome in its place."""
    known = load().actions()[:700]
    batch = cast("list[SimulationRequest]", [asks(name, policies=[ALLOW_ALL]) for name in known])
    with FaultyIam("Throttling", "", "500", "", "cut", "", "garbage") as iam:
        assert actions(ask(iam, batch, workers=4)) == list(known)
    assert len(iam.answered) == 7
