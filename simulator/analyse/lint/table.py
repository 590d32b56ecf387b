"""The table of checks: a row a check, in the order in which the index of the docs lists them."""

from __future__ import annotations

from simulator.analyse.lint import conditions, mfa, names, reach, resources, shape, suites, variables
from simulator.analyse.lint.model import Check
from simulator.errors import Severity

__all__ = ["CHECKS"]

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

_ROWS = (
    # Names
    Check("action-unknown", _ERROR, "an action that is nearly one of its service", names.action_unknown),
    Check("action-uncatalogued", _WARNING, "an action that the catalogue does not have", names.action_uncatalogued),
    Check("action-matches-nothing", _WARNING, "a wildcard that no action matches", names.matches_nothing),
    Check("action-any-service", _WARNING, "a wildcard for the service of an action", names.any_service),
    Check("service-unknown", _ERROR, "a service that is nearly a known one", names.service_unknown),
    Check("service-uncatalogued", _WARNING, "a service that the catalogue does not have", names.service_uncatalogued),
    Check("key-unknown", _ERROR, "a condition key that is nearly a known one", conditions.key_unknown),
    Check("key-uncatalogued", _WARNING, "a key that the catalogue does not have", conditions.key_uncatalogued),
    # Resources
    Check("action-takes-no-resource", _WARNING, "ARNs for an action that takes none", resources.takes_none),
    Check("resource-type", _WARNING, "an action whose resource is of another type", resources.wrong_type),
    Check("resource-never-taken", _WARNING, "a resource that no action of the statement takes", resources.never_taken),
    Check("resource-account-id", _NOTE, "an account id in a resource", resources.account_id),
    Check("resource-any-service", _NOTE, "a wildcard for the service of an ARN", resources.any_service),
    Check("resource-colon-crossing", _NOTE, "an ARN whose `*` has to cross a colon", resources.colon_crossing),
    Check(
        "not-resource-variable", _WARNING, "a variable in the NotResource of an Allow", resources.not_resource_variable
    ),
    # Variables
    Check("variable-old-version", _ERROR, "a variable where the Version knows none", variables.old_version),
    Check("variable-prefix", _WARNING, "a wildcard right beside a user's name", variables.prefix_trap),
    Check("variable-position", _WARNING, "a variable before the fifth colon", variables.before_fifth_colon),
    Check("variable-malformed", _WARNING, "a variable that never has a value", variables.malformed),
    Check("variable-list", _WARNING, "a list-typed key as a variable", variables.multivalued),
    Check("variable-not-substituted", _WARNING, "a variable where none is substituted", variables.not_substituted),
    # Conditions
    Check("condition-key-never-sent", _WARNING, "a key that these actions never carry", conditions.never_sent),
    Check("condition-set-operator", _WARNING, "a list-typed key without set operator", conditions.needs_set_operator),
    Check("condition-single-value", _WARNING, "a set operator on a single value", conditions.needless_set_operator),
    Check("condition-operator-type", _WARNING, "an operator that can't read the key", conditions.operator_type),
    Check("condition-value-type", _WARNING, "a value that its operator can't read", conditions.value_type),
    Check("condition-wildcard", _WARNING, "a wildcard where it is a plain character", conditions.literal_wildcard),
    Check("condition-no-values", _WARNING, "a condition without values", conditions.no_values),
    Check("condition-json-boolean", _NOTE, "a JSON boolean as a value", conditions.json_boolean),
    # MFA
    Check("mfa-allow-without", _ERROR, "an Allow that wants MFA to be missing", mfa.allow_without),
    Check("mfa-allow-if-exists", _ERROR, "an Allow with MFA that also holds for access keys", mfa.allow_if_exists),
    Check("mfa-deny-bool", _WARNING, "a Deny without MFA that access keys walk past", mfa.deny_misses),
    Check("mfa-deny-with", _WARNING, "a Deny that holds with MFA only", mfa.deny_with),
    Check("mfa-presence", _WARNING, "the presence of a key taken for MFA", mfa.presence),
    Check("mfa-age-alone", _WARNING, "a limit of MFA's age with nothing for its absence", mfa.deny_stale),
    Check("mfa-exemption", _WARNING, "an exemption by which MFA can be undone", mfa.exempts_too_much),
    Check("mfa-no-deny", _NOTE, "users may set up MFA, and nothing makes them", of_policy=mfa.no_deny),
    # Statements that decide nothing, or other than they say
    Check("statement-no-action", _WARNING, "a statement that leaves no action", reach.names_no_action),
    Check("statement-contradiction", _WARNING, "conditions that can't hold together", reach.contradictory),
    Check("statement-redundant", _WARNING, "a statement that another one includes", of_policy=reach.redundant),
    Check("statement-overruled", _WARNING, "an Allow that a Deny takes back whole", of_policy=reach.overruled),
    Check("statement-sid", _WARNING, "a Sid that says the opposite", shape.misleading_sid),
    Check("statement-allow-not-action", _WARNING, "an Allow of every action but some", shape.allow_all_but),
    # Documents
    Check("policy-old-version", _WARNING, "a missing or old Version", of_policy=shape.old_version),
    Check("policy-size", _WARNING, "a document longer than AWS stores", of_policy=shape.size),
    # Suites
    Check("scenario-partial", _WARNING, "an allow on a part of what the action needs", of_suites=suites.partial),
    Check(
        "control-unknown", _WARNING, "a control that the catalogue of controls lacks", of_suites=suites.control_unknown
    ),
    Check("tag-near", _NOTE, "a tag that is nearly another", of_suites=suites.tag_near),
)

CHECKS = {row.code: row for row in _ROWS}
"""Code to check."""
