"""The embedded engine: a client that answers in this process, with boto3's face.

Parameters, answers, exceptions and paginators are those of ``boto3.client("iam")`` for the four calls
of the policy simulator.  Neither boto3 nor moto is imported, and botocore only to raise an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, cast

from simulator.backends.check import client_report
from simulator.backends.directory import Nobody
from simulator.backends.faults import Fault
from simulator.backends.paging import Paginator
from simulator.backends.params import METHODS, OPERATIONS, PAGINATED
from simulator.backends.service import Service
from simulator.catalogue import load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self, Unpack

    from botocore.exceptions import ClientError

    from simulator.backends.directory import Directory
    from simulator.backends.shapes import (
        GetContextKeysForCustomPolicyParams,
        GetContextKeysForPrincipalPolicyParams,
        GetContextKeysResponse,
        SimulateCustomPolicyParams,
        SimulatePolicyResponse,
        SimulatePrincipalPolicyParams,
    )
    from simulator.catalogue import Catalogue

__all__ = ["EmbeddedClient"]

_METADATA = MappingProxyType({"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0})


class EmbeddedClient:
    """Answers for an account: *directory* knows its principals, the default has none."""

    def __init__(self, directory: Directory | None = None, *, catalogue: Catalogue | None = None) -> None:
        self._service = Service(directory or Nobody(), catalogue or load())
        self.exceptions = Exceptions()
        self.meta = Meta()

    def simulate_custom_policy(self, **params: Unpack[SimulateCustomPolicyParams]) -> SimulatePolicyResponse:
        """Decide actions on resources under the policies given."""
        return cast("SimulatePolicyResponse", self._call("SimulateCustomPolicy", params))

    def simulate_principal_policy(self, **params: Unpack[SimulatePrincipalPolicyParams]) -> SimulatePolicyResponse:
        """Decide actions on resources under the policies of a user, group or role of the account."""
        return cast("SimulatePolicyResponse", self._call("SimulatePrincipalPolicy", params))

    def get_context_keys_for_custom_policy(
        self, **params: Unpack[GetContextKeysForCustomPolicyParams]
    ) -> GetContextKeysResponse:
        """List the context keys that the policies given refer to."""
        return cast("GetContextKeysResponse", self._call("GetContextKeysForCustomPolicy", params))

    def get_context_keys_for_principal_policy(
        self, **params: Unpack[GetContextKeysForPrincipalPolicyParams]
    ) -> GetContextKeysResponse:
        """List the context keys that the policies of a user, group or role refer to."""
        return cast("GetContextKeysResponse", self._call("GetContextKeysForPrincipalPolicy", params))

    def can_paginate(self, operation_name: str) -> bool:
        """Tell whether `get_paginator` takes *operation_name*, a method's name."""
        return operation_name in PAGINATED

    def get_paginator(self, operation_name: str) -> Paginator:
        """Return a paginator for *operation_name*, a method's name."""
        if not self.can_paginate(operation_name):
            _raise_not_pageable(operation_name)
        return Paginator(getattr(self, operation_name))

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, operation: str, params: Mapping[str, Any]) -> Any:
        report = client_report(params, OPERATIONS[operation])
        if report:
            _raise_unsendable(report)
        try:
            answer = self._service.answer(operation, params)
        except Fault as fault:
            error = _error(fault, operation)
        else:
            return {**answer, "ResponseMetadata": dict(_METADATA)}
        raise error


@dataclass(frozen=True)
class Meta:
    """What can be said of a client that talks to nobody."""

    region_name: str = "aws-global"
    partition: str = "aws"
    endpoint_url: str = "embedded:"
    method_to_api_mapping: Mapping[str, str] = field(default_factory=lambda: METHODS)


class Exceptions:
    """``client.exceptions``: the exception classes, by name or by error code."""

    def from_code(self, error_code: str) -> type[ClientError]:
        """Return the class for an error code; `ClientError` for those that have none."""
        from simulator.backends import client_errors  # noqa: PLC0415  # brings botocore

        return client_errors.CLASSES.get(error_code, client_errors.ClientError)

    def __getattr__(self, name: str) -> type[ClientError]:
        if name.startswith("__"):
            raise AttributeError(name)
        from simulator.backends import client_errors  # noqa: PLC0415  # brings botocore

        classes = {cls.__name__: cls for cls in (*client_errors.CLASSES.values(), client_errors.ClientError)}
        if name not in classes:
            raise AttributeError(f"{self!r} object has no attribute {name}. Valid exceptions are: {', '.join(classes)}")
        return classes[name]


def _error(fault: Fault, operation: str) -> ClientError:
    from simulator.backends.client_errors import client_error  # noqa: PLC0415  # brings botocore

    return client_error(fault, operation)


def _raise_unsendable(report: str) -> NoReturn:
    from simulator.backends.client_errors import ParamValidationError  # noqa: PLC0415  # brings botocore

    raise ParamValidationError(report=report)


def _raise_not_pageable(operation_name: str) -> NoReturn:
    from botocore.exceptions import OperationNotPageableError  # noqa: PLC0415  # for this error alone

    raise OperationNotPageableError(operation_name=operation_name)
