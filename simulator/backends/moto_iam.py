"""moto's IAM with the simulator's calls added: a subclass of its response class, and nothing patched.

moto finds the method of a call by the call's name, so the four calls are four methods.  They read their
own parameters (moto's reader stops at the first gap in a list) and write their own XML (a general
serializer is slower than the decision).  Two more things are added that a simulation needs: permissions
boundaries of users, and AWS managed policies that are there when they are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.model import OperationNotFoundError
from moto.core.responses import ActionResult, EmptyResult
from moto.core.serialize import never_return
from moto.iam.exceptions import IAMException
from moto.iam.responses import IamResponse

from simulator.backends.faults import Fault
from simulator.backends.moto_directory import BOUNDARY, MotoDirectory, boundary_detail, make_attachable
from simulator.backends.params import OPERATIONS
from simulator.backends.query import MalformedFormError, parse_form
from simulator.backends.service import Service
from simulator.backends.wire_xml import answer_xml, refusal_xml
from simulator.catalogue import load

if TYPE_CHECKING:
    from moto.core.common_types import TYPE_RESPONSE
    from moto.core.request import Request

__all__ = ["SimulatingIamResponse"]

_NO_ACTION = "Could not find operation {} for version 2010-05-08"
_NAMING_POLICIES = ("PolicyArn", "PermissionsBoundary")


class SimulatingIamResponse(IamResponse):
    """Answers the calls that moto's IAM answers, and the policy simulator's."""

    RESPONSE_KEY_PATH_TO_TRANSFORMER = IamResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER | {
        "ListUsersResponse.Users.User.PermissionsBoundary": never_return,
    }

    def parse_parameters(self, request: Request) -> None:
        """Read the parameters; those of the simulator's calls by the table that describes them."""
        shape = OPERATIONS.get(self._get_action())
        if shape is None:
            try:
                super().parse_parameters(request)
            except OperationNotFoundError:
                self.params = None  # `call_action` refuses it
            return
        try:
            form: Any = request.values.items(multi=True)
            self.params = parse_form(form, shape)
        except MalformedFormError as error:
            self.params = error

    def call_action(self) -> TYPE_RESPONSE:
        """Answer the call, with the AWS managed policies at hand that it names."""
        if self.params is None:
            return _response(400, refusal_xml("InvalidAction", _NO_ACTION.format(self._get_action())))
        if self._get_action() not in OPERATIONS:
            self._name_policies()
        return super().call_action()

    def _name_policies(self) -> None:
        for name in _NAMING_POLICIES:
            arn = self._get_param(name)
            if isinstance(arn, str) and ":iam::aws:policy/" in arn:
                make_attachable(self.backend, arn)

    # --- the simulator --------------------------------------------------------------------------

    def simulate_custom_policy(self) -> TYPE_RESPONSE:
        """Decide actions under the policies given."""
        return self._simulator("SimulateCustomPolicy")

    def simulate_principal_policy(self) -> TYPE_RESPONSE:
        """Decide actions under a principal's policies."""
        return self._simulator("SimulatePrincipalPolicy")

    def get_context_keys_for_custom_policy(self) -> TYPE_RESPONSE:
        """List the context keys of the policies given."""
        return self._simulator("GetContextKeysForCustomPolicy")

    def get_context_keys_for_principal_policy(self) -> TYPE_RESPONSE:
        """List the context keys of a principal's policies."""
        return self._simulator("GetContextKeysForPrincipalPolicy")

    def _simulator(self, operation: str) -> TYPE_RESPONSE:
        params: Any = self.params
        if isinstance(params, MalformedFormError):
            return _response(400, refusal_xml("MalformedInput", str(params)))
        try:
            answer = Service(MotoDirectory(self.backend), load()).answer(operation, params)
        except Fault as fault:
            return _response(fault.status, refusal_xml(fault.code, fault.message, sender=fault.status < 500))
        return _response(200, answer_xml(operation, answer))

    # --- boundaries of users --------------------------------------------------------------------

    def create_user(self) -> ActionResult:
        """Create a user, with its boundary."""
        created = super().create_user()
        arn = self._get_param("PermissionsBoundary")
        if arn:
            vars(self.backend.get_user(self._get_param("UserName")))[BOUNDARY] = boundary_detail(arn)
        return created

    def put_user_permissions_boundary(self) -> ActionResult:
        """Set a user's boundary."""
        arn = self._get_param("PermissionsBoundary")
        user = self.backend.get_user(self._get_param("UserName"))
        if not self.backend.policy_arn_regex.match(arn or ""):
            message = f"Value ({arn}) for parameter PermissionsBoundary is invalid."
            raise IAMException("InvalidParameterValue", message)
        vars(user)[BOUNDARY] = boundary_detail(arn)
        return EmptyResult()

    def delete_user_permissions_boundary(self) -> ActionResult:
        """Take a user's boundary away."""
        vars(self.backend.get_user(self._get_param("UserName"))).pop(BOUNDARY, None)
        return EmptyResult()


def _response(status: int, body: str) -> TYPE_RESPONSE:
    """Return what moto's dispatcher takes; it puts the request's id where it finds the place for it."""
    return status, {"status": status, "content-type": "text/xml"}, body
