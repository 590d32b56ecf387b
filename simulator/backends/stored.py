"""Managed policies as AWS keeps them: the text of one version.

`Store` calls ``iam:GetPolicyVersion``, and ``iam:GetPolicy`` for the version that is the default: both read.
botocore would turn a document into values; it is taken as the text that AWS stores, so that what is read, and
where a fault in it stands, are AWS's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from simulator.backends.asking import failure_of
from simulator.errors import BackendError, Diagnostic, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from simulator.backends.aws import AwsOptions
    from simulator.backends.batch import Failure

__all__ = ["Store", "StoredPolicy"]

_NOT_THERE = "NoSuchEntity"
_REFUSALS = frozenset({_NOT_THERE, "InvalidInput", "ParamValidation", "ValidationError"})
"""Codes that concern what was asked for, so that the user can mend it."""


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A version of a managed policy: `version` as AWS spells it, as v3, and the document's `text`."""

    arn: str
    version: str
    text: str


class Store:
    """Asks AWS for policies; *connect* makes the client at the first question."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    @classmethod
    def of(cls, options: AwsOptions) -> Store:
        """Ask whom *options* reach."""
        from simulator.backends.aws import connect  # noqa: PLC0415  # boto3 is dear, and may not be needed

        return cls(lambda: connect(options))

    @cached_property
    def _client(self) -> Any:
        from botocore.handlers import json_decode_policies  # noqa: PLC0415  # dear: only who asks pays

        client = self._connect()
        client.meta.events.unregister("after-call.iam", json_decode_policies)
        return client

    def policy(self, arn: str, version: str | None = None) -> StoredPolicy:
        """Return a version of the policy *arn*, the default one unless it is stated.

        Raise `InputError` when AWS has none such, `BackendError` when it can't be asked.
        """
        if version is None:
            found = self._asked(arn, None, lambda: self._client.get_policy(PolicyArn=arn))
            version = str(found.get("Policy", {}).get("DefaultVersionId", ""))
        stated = version
        found = self._asked(arn, version, lambda: self._client.get_policy_version(PolicyArn=arn, VersionId=stated))
        document = found.get("PolicyVersion", {}).get("Document")
        if not isinstance(document, str):
            raise BackendError(f"AWS can't be asked: the answer about `{arn}@{version}` has no document")
        # RFC 3986 percent-encoded, says AWS; moto sends some plain, where `%20` is the policy's own.
        text = document if document.lstrip().startswith("{") else unquote(document)
        return StoredPolicy(arn, version, text)

    def _asked(self, arn: str, version: str | None, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except BackendError:
            raise
        except Exception as error:  # failure_of lets through what no client raises
            failure = failure_of(error)
            if failure.code in _REFUSALS:
                self._refuse(arn, version, failure)
            raise BackendError(f"AWS can't be asked: {failure.code}: {failure.message}") from error

    def _refuse(self, arn: str, version: str | None, failure: Failure) -> NoReturn:
        named = arn if version is None else f"{arn}@{version}"
        if failure.code != _NOT_THERE:
            message = f"AWS refuses `{named}`: {failure.code}: {failure.message}"
            raise InputError([Diagnostic("option", message, help="is it the ARN of a managed policy?")])
        versions = self._versions(arn) if version is not None else ()
        advice = (
            f"it keeps {', '.join(versions)}"
            if versions
            else "is it spelled so, and the account right? `--profile` names another"
        )
        raise InputError([Diagnostic("option", f"AWS has no `{named}`", help=advice)])

    def _versions(self, arn: str) -> tuple[str, ...]:
        """Return the versions of a policy, newest first; none where it is not there, or nobody may look."""
        try:
            found = self._client.list_policy_versions(PolicyArn=arn)
        except Exception as error:  # noqa: BLE001  # failure_of lets through what no client raises
            failure_of(error)
            return ()
        return tuple(str(one["VersionId"]) for one in found.get("Versions", ()))
