"""The errors that the embedded client raises: botocore's own classes and subclasses of them.

This module imports botocore; it is imported when an error is raised or named, never before, so that
a client that only gets answers does not pay for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ParamValidationError

if TYPE_CHECKING:
    from simulator.backends.faults import Fault

__all__ = [
    "CLASSES",
    "ClientError",
    "InvalidInputException",
    "NoSuchEntityException",
    "ParamValidationError",
    "PolicyEvaluationException",
    "client_error",
]

_NO_REQUEST = "00000000-0000-0000-0000-000000000000"  # nothing was sent, so there is no id to ask AWS about


class _ServiceError(ClientError):
    """An error of a class of its own, which survives the way to another process."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.response, self.operation_name)


class InvalidInputException(_ServiceError):  # noqa: N818  # boto3's name
    """The service refuses the parameters."""


class NoSuchEntityException(_ServiceError):  # noqa: N818  # boto3's name
    """The service does not know the principal."""


class PolicyEvaluationException(_ServiceError):  # noqa: N818  # boto3's name
    """The service can't evaluate a policy."""


CLASSES: dict[str, type[ClientError]] = {
    "InvalidInput": InvalidInputException,
    "NoSuchEntity": NoSuchEntityException,
    "PolicyEvaluation": PolicyEvaluationException,
}
"""The classes by error code; botocore knows none for ``ValidationError`` either."""


def client_error(fault: Fault, operation: str) -> ClientError:
    """Return the exception for *fault*, with what AWS keeps to itself as notes."""
    response: Any = {  # the stubs don't know the Type that IAM answers with
        "Error": {
            "Type": "Sender" if fault.status < 500 else "Receiver",
            "Code": fault.code,
            "Message": fault.message,
        },
        "ResponseMetadata": {
            "RequestId": _NO_REQUEST,
            "HostId": "",
            "HTTPStatusCode": fault.status,
            "HTTPHeaders": {},
            "RetryAttempts": 0,
        },
    }
    error = CLASSES.get(fault.code, ClientError)(response, operation)
    for note in fault.notes:
        error.add_note(note)
    return error
