"""What the service refuses, in its own words.

A `Fault` is an error answer of the service: code, message and HTTP status.  Each client turns it into
what its users expect: the embedded one into botocore's exceptions, moto into XML.  Every text here
stands once and is cited by its row in ``docs/semantics.md`` ("Errors of the API"); those that nobody
has recorded are marked.  They are AWS's sentences, so they keep their capitals and periods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Code", "Fault"]

Code: TypeAlias = Literal["InvalidInput", "ValidationError", "NoSuchEntity", "PolicyEvaluation"]

_STATUS: dict[Code, int] = {"InvalidInput": 400, "ValidationError": 400, "NoSuchEntity": 404, "PolicyEvaluation": 500}
_DOCUMENTATION = (
    "Please refer to the documentation for more details: https://docs.aws.amazon.com/IAM/latest/APIReference/API_"
)


class Fault(Exception):  # noqa: N818  # the service's word for it
    """An error answer of the service; `notes` say more than AWS does and are no part of the answer."""

    def __init__(self, code: Code, message: str, notes: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.notes = tuple(notes)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return _STATUS[self.code]

    # --- policies -------------------------------------------------------------------------------

    @classmethod
    def invalid_policy(cls, where: str, notes: Iterable[str] = ()) -> Fault:
        """Refuse a document that can't be read; *where* is "Policy input list item 1" (others not recorded)."""
        return cls("InvalidInput", f"{where} has invalid content", notes)

    @classmethod
    def unusable_policy(cls, name: str, notes: Iterable[str] = ()) -> Fault:
        """Give up on an attached policy that can't be read (text not recorded)."""
        return cls("PolicyEvaluation", f"Policy {name} could not be evaluated.", notes)

    @classmethod
    def too_many_boundaries(cls) -> Fault:
        """Refuse a second permissions boundary."""
        return cls("InvalidInput", "The list of Permissions Boundary policies cannot exceed 1 items.")

    @classmethod
    def empty_level(cls, number: int) -> Fault:
        """Refuse a level of an organization without a policy."""
        message = f"Organization policy at index {number} must contain at least one service control policy"
        return cls("InvalidInput", message)

    # --- actions and resources ------------------------------------------------------------------

    @classmethod
    def action_without_service(cls) -> Fault:
        """Refuse an action without a colon."""
        return cls("InvalidInput", "The action is invalid since it is missing names")

    @classmethod
    def mixed_actions(cls, known: Sequence[str], unknown: Sequence[str], operation: str) -> Fault:
        """Refuse known beside unknown actions; only the answers about principals were seen to go on."""
        message = (
            f"Invalid Input Actions: [{','.join(known)}] and [{','.join(unknown)}] "
            "require different authorization information. "
        )
        if operation == "SimulatePrincipalPolicy":
            message += f"{_DOCUMENTATION}{operation}.html"
        return cls("InvalidInput", message)

    @classmethod
    def not_an_arn(cls, resource: str) -> Fault:
        """Refuse a resource that is no ARN, ``*`` among ARNs included."""
        return cls("InvalidInput", f"ResourceNames are not in a valid ARN format: {resource}.")

    @classmethod
    def no_entity(cls, arn: str = "*") -> Fault:
        """Refuse a resource policy without a resource that it could stand on."""
        return cls("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")

    @classmethod
    def unsupported_handling(cls, actions: Sequence[str]) -> Fault:
        """Refuse a resource handling option for actions that know none."""
        message = (
            "Invalid input resource handling options. "
            f"Action does not support resource handling options: {','.join(actions)}. "
            f"{_DOCUMENTATION}SimulateCustomPolicy.html"
        )
        return cls("InvalidInput", message)

    @classmethod
    def unknown_handling(cls) -> Fault:
        """Refuse an option that doesn't exist (text not recorded)."""
        message = f"Invalid input resource handling options. {_DOCUMENTATION}SimulateCustomPolicy.html"
        return cls("InvalidInput", message)

    # --- who calls, who owns --------------------------------------------------------------------

    @classmethod
    def no_caller(cls) -> Fault:
        """Refuse a resource policy without somebody to compare its Principal with."""
        return cls("InvalidInput", "Invalid caller - Caller cannot be null or empty.")

    @classmethod
    def bad_caller(cls) -> Fault:
        """Refuse a caller that is no user, role or group."""
        return cls("InvalidInput", "Invalid caller - Caller must be an IAM user, role or group in this context.")

    @classmethod
    def bad_owner(cls, owner: str) -> Fault:
        """Refuse an owner that is no ARN of an account."""
        return cls("InvalidInput", f"'{owner}' is not a valid as a Resource Owner.")

    @classmethod
    def bad_source(cls, arn: str) -> Fault:
        """Refuse a policy source that is no user, group or role."""
        return cls("InvalidInput", f"Invalid ARN provided in the request: {arn}")

    @classmethod
    def foreign_source(cls, own: str, other: str) -> Fault:
        """Refuse a policy source in another account."""
        message = (
            f"Invalid Policy Source Arn: caller's account {own} does not have access to policies in account {other}."
        )
        return cls("InvalidInput", message)

    @classmethod
    def no_such_entity(cls) -> Fault:
        """Answer for a policy source that does not exist."""
        return cls("NoSuchEntity", "Unable to retrieve specified IAM entity.")

    @classmethod
    def bad_exclusion(cls, identifier: str) -> Fault:
        """Refuse a malformed identifier of policies to leave out (text not recorded)."""
        return cls("InvalidInput", f"Invalid policy identifier: {identifier}")

    # --- context --------------------------------------------------------------------------------

    @classmethod
    def no_key_name(cls) -> Fault:
        """Refuse a context entry without a name."""
        return cls("InvalidInput", "ContextKeyName cannot be null or empty.")

    @classmethod
    def no_key_type(cls, key: str) -> Fault:
        """Refuse a context entry without a type."""
        return cls("InvalidInput", f"Context key {key} has invalid type null.")

    @classmethod
    def no_key_values(cls, key: str) -> Fault:
        """Refuse a context entry without values."""
        return cls("InvalidInput", f"Context values for context key {key} cannot be null or empty.")

    @classmethod
    def several_values(cls, kind: str, count: int) -> Fault:
        """Refuse several values of a scalar type; the message names the type, not the key."""
        return cls("InvalidInput", f"Context key {kind} expected a single value, but received {count}.")

    @classmethod
    def bad_value(cls, key: str, expected: str) -> Fault:
        """Refuse a value that is not of its type."""
        return cls("InvalidInput", f"Invalid context value for key {key}: expected {expected}.")

    @classmethod
    def duplicate_key(cls, key: str) -> Fault:
        """Refuse a key's second entry, whatever its letter case."""
        return cls("InvalidInput", f"Duplicate context key: {key}.")

    # --- the rest -------------------------------------------------------------------------------

    @classmethod
    def bad_marker(cls) -> Fault:
        """Refuse a marker that the service did not give."""
        return cls("InvalidInput", "Invalid marker for pagination.")

    @classmethod
    def violated(cls, report: str) -> Fault:
        """Refuse parameters that violate the model."""
        return cls("ValidationError", report)
