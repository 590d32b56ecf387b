"""The embedded client behaves as boto3's, and costs neither boto3 nor moto."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, OperationNotPageableError, ParamValidationError

from simulator.backends import client
from simulator.backends.client_errors import InvalidInputException
from tests.unit.backends.samples import ALLOW, ALLOW_ALL, asks

if TYPE_CHECKING:
    from simulator.backends.embedded import EmbeddedClient


@pytest.fixture
def iam() -> EmbeddedClient:
    """The client without an account."""
    made: EmbeddedClient = client("embedded")
    return made


def test_a_request_is_answered(iam: EmbeddedClient) -> None:
    """With boto3's metadata beside AWS's keys."""
    response = iam.simulate_custom_policy(PolicyInputList=[ALLOW], ActionNames=["s3:GetObject"])
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert [result["EvalDecision"] for result in response["EvaluationResults"]] == ["allowed"]


def test_context_keys_are_listed(iam: EmbeddedClient) -> None:
    """Of variables and conditions."""
    text = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"${aws:username}${*}"}}'
    assert iam.get_context_keys_for_custom_policy(PolicyInputList=[text])["ContextKeyNames"] == ["aws:username", "*"]


def test_parameters_are_checked_before_they_are_sent(iam: EmbeddedClient) -> None:
    """With botocore's class and text."""
    with pytest.raises(ParamValidationError) as caught:
        iam.simulate_custom_policy(PolicyInputList=[ALLOW])  # type: ignore[call-arg]  # what is tested
    assert str(caught.value) == 'Parameter validation failed:\nMissing required parameter in input: "ActionNames"'


def test_a_refusal_is_boto3s_exception(iam: EmbeddedClient) -> None:
    """By class, code, message and status."""
    with pytest.raises(iam.exceptions.InvalidInputException) as caught:
        iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=["s3:GetObject"])
    error: Any = caught.value
    assert isinstance(error, ClientError)
    assert error.response["Error"] == {
        "Type": "Sender",
        "Code": "InvalidInput",
        "Message": "Policy input list item 1 has invalid content",
    }
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error.operation_name == "SimulateCustomPolicy"
    assert "PolicyInputList.1:1:" in error.__notes__[0]


def test_a_refusal_comes_without_our_own_traceback(iam: EmbeddedClient) -> None:
    """What the service says is no consequence of an exception of ours."""
    with pytest.raises(ClientError) as caught:
        iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=["s3:GetObject"])
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_an_exception_can_be_sent_to_another_process(iam: EmbeddedClient) -> None:
    """As pytest's workers do."""
    with pytest.raises(InvalidInputException) as caught:
        iam.simulate_custom_policy(PolicyInputList=["{"], ActionNames=["s3:GetObject"])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (InvalidInputException, str(caught.value))


def test_a_violation_is_a_plain_client_error(iam: EmbeddedClient) -> None:
    """boto3 knows no class for it."""
    with pytest.raises(ClientError) as caught:
        iam.simulate_custom_policy(PolicyInputList=[ALLOW], ActionNames=["s3:GetObject"], MaxItems=1001)
    assert type(caught.value) is ClientError
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_nobody_is_known_without_an_account(iam: EmbeddedClient) -> None:
    """A principal that does not exist is a 404."""
    with pytest.raises(iam.exceptions.NoSuchEntityException) as caught:
        iam.simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:user/alice", ActionNames=["s3:GetObject"]
        )
    error: Any = caught.value
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_exceptions_have_names_and_codes(iam: EmbeddedClient) -> None:
    """An unknown name lists the known ones."""
    assert iam.exceptions.from_code("InvalidInput") is iam.exceptions.InvalidInputException
    assert iam.exceptions.from_code("ValidationError") is ClientError
    assert iam.exceptions.ClientError is ClientError
    with pytest.raises(AttributeError, match="Valid exceptions are: InvalidInputException"):
        _ = iam.exceptions.NoSuchException


def test_simulations_are_paginated(iam: EmbeddedClient) -> None:
    """The other calls are not."""
    assert iam.can_paginate("simulate_principal_policy")
    assert not iam.can_paginate("get_context_keys_for_custom_policy")
    actions = [f"s3:Action{number}" for number in range(250)]
    pages = list(iam.get_paginator("simulate_custom_policy").paginate(**asks(*actions, policies=[ALLOW_ALL])))
    assert [len(page["EvaluationResults"]) for page in pages] == [100, 100, 50]
    with pytest.raises(OperationNotPageableError):
        iam.get_paginator("get_context_keys_for_custom_policy")


def test_it_is_a_context_manager(iam: EmbeddedClient) -> None:
    """There is nothing to close, but code written for boto3 closes."""
    with iam as same:
        assert same.meta.method_to_api_mapping["simulate_custom_policy"] == "SimulateCustomPolicy"


def test_an_answer_imports_no_library() -> None:
    """Neither boto3 nor botocore nor moto nor YAML."""
    code = (
        "import sys, simulator.backends as b\n"
        f"b.client('embedded').simulate_custom_policy(**{asks()!r})\n"
        "print(sorted({'boto3', 'botocore', 'moto', 'yaml', 'werkzeug'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
