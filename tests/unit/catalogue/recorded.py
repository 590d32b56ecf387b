"""What the recorded answers of AWS say of resource types and templates, read off the corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["eligible", "templates"]

FOLDER = Path(__file__).parents[2] / "corpus" / "recorded"
_OTHER_POLICIES = {"ResourcePolicy", "PermissionsBoundaryPolicyInputList", "OrderedOrganizationPolicyInputList"}


def _results() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for path in sorted(FOLDER.glob("*.json")):
        for case in json.loads(path.read_text("utf-8")):
            for result in case["response"].get("EvaluationResults", []):
                yield case["request"], result


def _allows_all(request: dict[str, Any]) -> bool:
    """Tell whether only the gate can have denied: one plain allowing statement on any resource."""
    documents = request.get("PolicyInputList", [])
    if len(documents) != 1 or _OTHER_POLICIES & request.keys():
        return False
    statement = json.loads(documents[0])["Statement"]
    statements = statement if isinstance(statement, list) else [statement]
    return (
        len(statements) == 1
        and statements[0].keys() == {"Effect", "Action", "Resource"}
        and statements[0]["Resource"] == "*"
    )


def eligible() -> dict[tuple[str, str], bool]:
    """Return, for each (action, ARN) whose answer shows it, whether the action may be asked of the ARN."""
    found = {}
    for request, result in _results():
        for specific in result.get("ResourceSpecificResults", []):
            decision = specific["EvalResourceDecision"]
            pair = result["EvalActionName"], specific["EvalResourceName"]
            if decision in {"allowed", "explicitDeny"}:
                found[pair] = True
            elif _allows_all(request):
                found[pair] = False
    return found


def templates() -> set[tuple[str, str, str]]:
    """Return the recorded (action, first ARN, template), where several ARNs were asked for."""
    return {
        (result["EvalActionName"], request["ResourceArns"][0], result["EvalResourceName"])
        for request, result in _results()
        if len(request.get("ResourceArns", [])) > 1 and "EvalResourceName" in result
    }
