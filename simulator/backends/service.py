"""The service behind every offline client: a call and its parameters in, the answer or a `Fault` out.

The embedded client and moto both ask here, so that neither has an opinion of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from simulator.backends.answer import evaluate
from simulator.backends.check import service_report
from simulator.backends.documents import read_leniently
from simulator.backends.faults import Fault
from simulator.backends.paging import page_of
from simulator.backends.params import OPERATIONS
from simulator.backends.simulation import read_custom, read_principal, source_of
from simulator.decide.keys import referenced_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.backends.directory import Directory
    from simulator.backends.shapes import GetContextKeysResponse, SimulatePolicyResponse
    from simulator.backends.simulation import Simulation
    from simulator.catalogue.load import Catalogue
    from simulator.policy.model import Policy

__all__ = ["Service"]


@dataclass(frozen=True, slots=True)
class Service:
    """An account that answers the four calls, with the catalogue that knows AWS's actions."""

    directory: Directory
    catalogue: Catalogue

    def answer(self, operation: str, params: Mapping[str, Any]) -> Any:
        """Answer the call *operation* or raise `Fault`; the types of *params* are right already."""
        report = service_report(params, OPERATIONS[operation])
        if report:
            raise Fault.violated(report)
        return _CALLS[operation](self, params)


class _Call(Protocol):
    def __call__(self, service: Service, params: Any, /) -> Any: ...


def _simulate(read: Callable[[Any, Directory, Catalogue], Simulation]) -> _Call:
    def call(service: Service, params: Any, /) -> SimulatePolicyResponse:
        simulation = read(params, service.directory, service.catalogue)
        page = page_of(simulation.actions, marker=params.get("Marker"), limit=params.get("MaxItems"))
        response: SimulatePolicyResponse = {
            "EvaluationResults": evaluate(simulation, page.items, service.catalogue),
            "IsTruncated": page.marker is not None,
        }
        if page.marker is not None:
            response["Marker"] = page.marker
        return response

    return call


def _keys_of_custom(service: Service, params: Any, /) -> GetContextKeysResponse:  # noqa: ARG001  # asks nobody
    return _keys(read_leniently(params["PolicyInputList"]))


def _keys_of_principal(service: Service, params: Any, /) -> GetContextKeysResponse:
    source = source_of(params["PolicySourceArn"], service.directory)
    boundary = () if source.boundary is None else (source.boundary,)
    given = read_leniently(params.get("PolicyInputList") or ())
    return _keys((*(item.policy for item in source.attachments), *boundary, *given))


def _keys(policies: Iterable[Policy]) -> GetContextKeysResponse:
    """Keys are listed once a document, not once over all of them (K9)."""
    return {"ContextKeyNames": [key for policy in policies for key in referenced_keys(policy)]}


_CALLS: dict[str, _Call] = {
    "SimulateCustomPolicy": _simulate(read_custom),
    "SimulatePrincipalPolicy": _simulate(read_principal),
    "GetContextKeysForCustomPolicy": _keys_of_custom,
    "GetContextKeysForPrincipalPolicy": _keys_of_principal,
}
