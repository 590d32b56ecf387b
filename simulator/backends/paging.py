"""Pages: markers that are offsets, and a paginator with botocore's face.

A marker tells how many actions were answered, and nothing else: it may be used with other parameters,
and one behind the end gives an empty page (A12).
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from simulator.backends.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from simulator.backends.shapes import EvaluationResult, SimulatePolicyResponse

__all__ = ["DEFAULT_PAGE", "Page", "PageIterator", "Paginator", "page_of"]

DEFAULT_PAGE = 100
_PREFIX = b"offset:"
_DIGITS = 18  # an offset of more digits was not given by us

T = TypeVar("T")


class Page(Generic[T]):
    """A part of *items*: those that the call answers, and the marker of the rest."""

    __slots__ = ("items", "marker")

    def __init__(self, items: Sequence[T], marker: str | None) -> None:
        self.items = items
        self.marker = marker


def page_of(items: Sequence[T], *, marker: str | None, limit: int | None) -> Page[T]:
    """Return the page of *items* that starts at *marker*."""
    start = 0 if marker is None else _decode(marker)
    end = start + (limit or DEFAULT_PAGE)
    return Page(items[start:end], _encode(end) if end < len(items) else None)


def _encode(offset: int) -> str:
    return base64.urlsafe_b64encode(_PREFIX + str(offset).encode()).decode()


def _decode(marker: str) -> int:
    try:
        text = base64.b64decode(marker.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Fault.bad_marker() from None
    digits = text.removeprefix(_PREFIX)
    if not text.startswith(_PREFIX) or not digits.isdigit() or len(digits) > _DIGITS:
        raise Fault.bad_marker()
    return int(digits)


class Paginator:
    """Asks page after page, as ``client.get_paginator(name)`` of boto3 does."""

    def __init__(self, method: Callable[..., SimulatePolicyResponse]) -> None:
        self._method = method

    def paginate(self, *, PaginationConfig: Mapping[str, Any] | None = None, **params: Any) -> PageIterator:  # noqa: N803  # boto3's name
        """Return the pages; ``PaginationConfig`` may hold MaxItems, PageSize and StartingToken."""
        return PageIterator(self._method, dict(PaginationConfig or {}), params)


class PageIterator:
    """The pages of one request; iterating again asks again."""

    def __init__(
        self, method: Callable[..., SimulatePolicyResponse], config: dict[str, Any], params: dict[str, Any]
    ) -> None:
        self._method = method
        self._most = _whole(config.get("MaxItems"))
        self._size = _whole(config.get("PageSize"))
        self._token = config.get("StartingToken")
        self._params = params
        self.resume_token: str | None = self._token
        """What StartingToken takes to go on behind the last result that was given."""

    def __iter__(self) -> Iterator[SimulatePolicyResponse]:
        marker, skip = _split_token(self._token)
        given = 0
        self.resume_token = None
        while True:
            response = self._ask(marker)
            results = response["EvaluationResults"][skip:]
            if self._most is not None and given + len(results) >= self._most:
                yield self._last(response, marker, skip, self._most - given)
                return
            given += len(results)
            yield {**response, "EvaluationResults": results} if skip else response
            marker, skip = response.get("Marker"), 0
            if marker is None:
                return

    def build_full_result(self) -> dict[str, Any]:
        """Return all results as one answer, with a NextToken where MaxItems cut them off."""
        results: list[EvaluationResult] = []
        for page in self:
            results.extend(page["EvaluationResults"])
        full: dict[str, Any] = {"EvaluationResults": results}
        if self.resume_token is not None:
            full["NextToken"] = self.resume_token
        return full

    def search(self, expression: str) -> Iterator[Any]:
        """Yield what the JMESPath *expression* finds in each page."""
        import jmespath  # type: ignore[import-untyped]  # noqa: PLC0415  # untyped; botocore brings it, this method alone wants it

        compiled = jmespath.compile(expression)
        for page in self:
            found = compiled.search(page)
            if isinstance(found, list):
                yield from found
            else:
                yield found

    def _ask(self, marker: str | None) -> SimulatePolicyResponse:
        paging: dict[str, Any] = {}
        if self._size is not None:
            paging["MaxItems"] = self._size
        if marker is not None:
            paging["Marker"] = marker
        return self._method(**{**self._params, **paging})

    def _last(
        self, response: SimulatePolicyResponse, marker: str | None, skip: int, wanted: int
    ) -> SimulatePolicyResponse:
        """Cut the page that reaches MaxItems and note where to go on."""
        results = response["EvaluationResults"][skip:]
        if len(results) > wanted:
            self.resume_token = _join_token(marker, skip + wanted)
        elif "Marker" in response:
            self.resume_token = _join_token(response["Marker"], 0)
        return {**response, "EvaluationResults": results[:wanted]}


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _join_token(marker: str | None, skip: int) -> str:
    """Make the token that botocore's own paginator makes, so that either can go on."""
    token: dict[str, Any] = {"Marker": marker}
    if skip:
        token["boto_truncate_amount"] = skip
    return base64.b64encode(json.dumps(token).encode()).decode()


def _split_token(token: str | None) -> tuple[str | None, int]:
    if token is None:
        return None, 0
    try:
        values = json.loads(base64.b64decode(token))
        return values["Marker"], int(values.get("boto_truncate_amount", 0))
    except (binascii.Error, ValueError, KeyError, TypeError, AttributeError):
        # botocore takes a bare marker as well.
        return token, 0
