"""The `iam` fixture: the embedded client, and two assertions that explain themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import iamproof

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Iam"]


class Iam:
    """boto3's four simulation calls, answered in this process, and assertions on top of them."""

    def __init__(self, account: str | Path | None = None) -> None:
        options = {} if account is None else {"account": account}
        self.client = iamproof.client("embedded", **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def assert_allowed(
        self,
        policies: str | Path | Mapping[str, Any] | Sequence[str | Path | Mapping[str, Any]],
        action: str,
        resource: str = "*",
        *,
        context: Mapping[str, str | Sequence[str]] | None = None,
        **params: Any,
    ) -> None:
        """Fail unless the *policies* (text, path or mapping, one or several) allow *action*."""
        __tracebackhide__ = True
        self._assert(("allowed",), policies, action, resource, context, **params)

    def assert_denied(
        self,
        policies: str | Path | Mapping[str, Any] | Sequence[str | Path | Mapping[str, Any]],
        action: str,
        resource: str = "*",
        *,
        context: Mapping[str, str | Sequence[str]] | None = None,
        **params: Any,
    ) -> None:
        """Fail unless the *policies* deny *action*, explicitly or by default."""
        __tracebackhide__ = True
        self._assert(("implicitDeny", "explicitDeny"), policies, action, resource, context, **params)

    def _assert(  # the two assertions' own arguments, passed on
        self,
        accepted: tuple[str, ...],
        policies: Any,
        action: str,
        resource: str,
        context: Mapping[str, str | Sequence[str]] | None,
        **params: Any,
    ) -> None:
        __tracebackhide__ = True
        listed = [policies] if isinstance(policies, (str, Path, dict)) else list(policies)
        answer = self.client.simulate_custom_policy(
            PolicyInputList=[_text(policy) for policy in listed],
            ActionNames=[action],
            ContextEntries=[_entry(name, value) for name, value in (context or {}).items()],
            **({} if resource == "*" else {"ResourceArns": [resource]}),
            **params,
        )
        result = answer["EvaluationResults"][0]
        if result["EvalDecision"] not in accepted:
            missing = result["MissingContextValues"]
            note = f"; missing context: {', '.join(missing)}" if missing else ""
            pytest.fail(
                f"expected {' or '.join(accepted)} for {action} on {resource}, got {result['EvalDecision']}{note}\n"
                f"matched: {json.dumps(result['MatchedStatements'])}",
                pytrace=False,
            )


def _text(policy: str | Path | Mapping[str, Any]) -> str:
    """Return the document; text that is no JSON object is the path of a file."""
    if not isinstance(policy, (str, Path)):
        return json.dumps(policy)
    if isinstance(policy, str) and policy.lstrip().startswith("{"):
        return policy
    try:
        return Path(policy).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or "it is no text").lower()
        pytest.fail(f"the policy `{policy}` can't be read: {reason}", pytrace=False)


def _entry(name: str, value: str | Sequence[str]) -> dict[str, Any]:
    if isinstance(value, str):
        return {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
    return {"ContextKeyName": name, "ContextKeyValues": list(value), "ContextKeyType": "stringList"}
