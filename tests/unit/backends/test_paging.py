"""Markers are offsets, and the paginator behaves like botocore's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.paginate import Paginator as BotocorePaginator

from simulator.backends.faults import Fault
from simulator.backends.paging import Paginator, page_of

if TYPE_CHECKING:
    from simulator.backends.shapes import SimulatePolicyResponse

ITEMS = [f"s3:Action{n}" for n in range(7)]


def test_pages_follow_each_other_without_gap() -> None:
    """The last one has no marker."""
    seen: list[str] = []
    marker: str | None = None
    while True:
        page = page_of(ITEMS, marker=marker, limit=3)
        seen.extend(page.items)
        marker = page.marker
        if marker is None:
            break
    assert seen == ITEMS


def test_a_marker_behind_the_end_gives_an_empty_page() -> None:
    """It is an offset, whatever the rest of the request says."""
    marker = page_of(ITEMS, marker=None, limit=5).marker
    page = page_of(ITEMS[:2], marker=marker, limit=5)
    assert (list(page.items), page.marker) == ([], None)


def test_a_page_holds_a_hundred() -> None:
    """Where MaxItems is not given."""
    assert len(page_of(range(250), marker=None, limit=None).items) == 100


@pytest.mark.parametrize("marker", ["not-a-simulation-marker", "", "b2Zmc2V0Og==", "\u00e9", "b2Zmc2V0Oi0x"])
def test_another_marker_is_refused(marker: str) -> None:
    """Nothing but what the service gave is taken."""
    with pytest.raises(Fault, match=r"^Invalid marker for pagination\.$"):
        page_of(ITEMS, marker=marker, limit=3)


def _method(**params: Any) -> SimulatePolicyResponse:
    page = page_of(ITEMS, marker=params.get("Marker"), limit=params.get("MaxItems", 3))
    response: dict[str, Any] = {"EvaluationResults": [{"EvalActionName": name} for name in page.items]}
    response["IsTruncated"] = page.marker is not None
    if page.marker is not None:
        response["Marker"] = page.marker
    return cast("SimulatePolicyResponse", response)


def _botocore() -> Any:
    config = {
        "input_token": "Marker",
        "output_token": "Marker",
        "more_results": "IsTruncated",
        "limit_key": "MaxItems",
        "result_key": "EvaluationResults",
    }
    members = {"MaxItems": SimpleNamespace(type_name="integer"), "Marker": SimpleNamespace(type_name="string")}
    model = SimpleNamespace(name="SimulateCustomPolicy", input_shape=SimpleNamespace(members=members))
    return cast("Any", BotocorePaginator)(_method, config, model)


@pytest.mark.parametrize("size", [None, 1, 2, 7, 100])
@pytest.mark.parametrize("most", [None, 1, 2, 3, 6, 7, 100])
def test_pages_are_cut_as_botocore_cuts_them(size: int | None, most: int | None) -> None:
    """Results, tokens and where the next request goes on."""
    config = {key: value for key, value in (("PageSize", size), ("MaxItems", most)) if value is not None}
    token: str | None = None
    for _ in range(len(ITEMS) + 1):
        more: dict[str, Any] = {"StartingToken": token} if token else {}
        ours = Paginator(_method).paginate(PaginationConfig={**config, **more}).build_full_result()
        theirs = _botocore().paginate(PaginationConfig={**config, **more}).build_full_result()
        assert ours == theirs
        token = ours.get("NextToken")
        if token is None:
            return
    pytest.fail("the pages never end")


def test_search_reads_every_page() -> None:
    """With JMESPath, as boto3's page iterator."""
    assert list(Paginator(_method).paginate().search("EvaluationResults[].EvalActionName")) == ITEMS
