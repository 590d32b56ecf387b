"""Sending a recorded request again, and comparing the answers.

Lists of matched statements, missing keys and context key names have no stable order: they are compared as multisets.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.corpus.asking import NotAskedError

if TYPE_CHECKING:
    from tests.corpus.rows import Recording

__all__ = ["comparable", "replay", "shown"]

_UNORDERED = {"MatchedStatements", "MissingContextValues", "ContextKeyNames"}
_FIRST_PAGE = "<from pagination_first>"
_OPAQUE = "<opaque>"
#: What a recording leaves out of its request and the call needs; it bears on nothing that the answer shows.
_ADDED: dict[str, dict[str, Any]] = {"principal_exclude_inline_bad_type": {"ActionNames": ["s3:GetObject"]}}


def replay(recording: Recording, client: Any) -> Any:
    """Ask *client* what AWS was asked; a refusal is an answer."""
    request = {**recording.request, **_ADDED.get(recording.id, {})}
    if request.get("Marker") == _FIRST_PAGE:
        request["Marker"] = _first_marker(request, client)
    if {"note", "attached_managed_policy"} & request.keys() or re.search(r"<[^>]+>", json.dumps(request)):
        raise NotAskedError("the request is not given whole")
    try:
        return comparable(getattr(client, _method(recording.api))(**request))
    except ClientError as refusal:
        error = refusal.response["Error"]
        status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
        return {"error": error["Code"], "message": error["Message"], "http_status": status}


def comparable(value: Any, name: str = "") -> Any:
    """An answer without what is not stable."""
    if isinstance(value, dict):
        kept = {k: comparable(v, k) for k, v in value.items() if k != "ResponseMetadata"}
        return {**kept, **({"Marker": _OPAQUE} if "Marker" in kept else {})}
    if isinstance(value, list):
        found = [comparable(v) for v in value]
        return sorted(found, key=json.dumps) if name in _UNORDERED else found
    return value


def shown(found: Any, pattern: Any) -> Any:
    """What *found* says of the members that *pattern* has."""
    if isinstance(found, dict) and isinstance(pattern, dict):
        return {name: shown(value, pattern[name]) for name, value in found.items() if name in pattern}
    if isinstance(found, list) and isinstance(pattern, list) and len(found) == len(pattern):
        return list(map(shown, found, pattern))
    return found


def _method(api: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", api).lower()


def _first_marker(request: dict[str, Any], client: Any) -> str:
    """The marker behind one action, as the first page of the recorded series gave it."""
    first = {**request, "ActionNames": ["s3:PutObject", "iam:GetUser", "s3:GetObject"], "MaxItems": 1}
    del first["Marker"]
    marker: str = client.simulate_custom_policy(**first)["Marker"]
    return marker
