"""The codes of everything that reading may find wrong, each in a few words.

`simulator.analyse.lint.table` has the codes of checks; together they are all that a diagnostic may
carry.  ``docs/diagnostics.md`` lists them, and a test holds it, this table and the sources together.
"""

from __future__ import annotations

from simulator.analyse.lint.table import CHECKS

__all__ = ["OWN", "PAGED", "READING", "known_codes"]

READING = {
    # Files
    "file-missing": "a file that is not there",
    "file-unreadable": "a file that the system does not let read",
    "file-not-regular": "a folder, a pipe or a device where a file is wanted",
    "file-outside": "a file outside of the folder that the run may read",
    "file-too-large": "a file beyond the limit of its kind",
    "file-encoding": "a file that is not UTF-8",
    "json-syntax": "a text that is not JSON",
    "json-duplicate-key": "a key that stands twice in one object",
    "json-depth": "JSON nested too deep",
    "json-size": "JSON with too many values",
    "yaml-syntax": "a text that is not YAML",
    "yaml-duplicate-key": "a key that stands twice in one mapping",
    "yaml-depth": "YAML nested too deep",
    "yaml-size": "YAML with too many values",
    "yaml-bomb": "aliases that expand without bound",
    "yaml-alias": "an alias to nothing, or to itself",
    "yaml-documents": "several documents in one file",
    "yaml-key": "a key that is no plain text",
    "yaml-merge-key": "a merge key, which YAML 1.2 does not have",
    "yaml-tag": "a tag: values are what they look like",
    # Policies
    "policy-charset": "a character that AWS does not take in a policy",
    "policy-type": "a value of the wrong kind in a policy",
    "policy-version": "an unknown Version",
    "policy-statement": "a policy without statements",
    "policy-unknown-element": "an element that policies don't have",
    "policy-element": "Action or Resource missing, empty or beside its Not form",
    "policy-effect": "an Effect that is neither Allow nor Deny",
    "policy-sid": "a Sid that AWS refuses, or that stands twice",
    "policy-action": "an action that AWS refuses",
    "policy-resource": "a resource that AWS refuses",
    "policy-principal": "a Principal that is missing, forbidden here or malformed",
    "policy-operator": "an unknown condition operator",
    "policy-condition-key": "a condition key that stands twice, letter case aside",
    "policy-date": "a value of a Date operator that is no date",
    "policy-pin": "a managed policy that has changed since it was pinned",
    # Suites and accounts
    "wrong-type": "a value of the wrong kind",
    "wrong-value": "a value out of range",
    "unknown-key": "a key that does not exist here",
    "missing-key": "a key that must be there",
    "reserved-name": "a name that means something else",
    "unknown-name": "a name that stands for nothing",
    "ambiguous-name": "a name that stands for two things",
    "duplicate-name": "a name that is taken",
    "empty-group": "a group without users",
    "pointer-missing": "a JSON pointer to nothing",
    "context-value": "a context value that is not of its key's type",
    "context-unknown-key": "a context key that the catalogue does not have (warning)",
    "unknown-action": "an action of a scenario that the catalogue does not have (warning)",
    "no-action": "a wildcard that stands for no action",
    "no-cell": "a scenario that asks nothing",
    "no-resource": "a resource that has to be declared",
    "no-session": "an invariant about a session that nobody it is about can have",
    "no-type": "an invariant about a resource of no known type",
    "no-suite": "a file that is no suite",
    "too-many": "more cells than a run can hold",
    "extends-cycle": "suites that extend each other",
    "resource-owner": "an owner that contradicts the ARN",
    "wrong-path": "an ARN that names a declared user or role with another path",
    "own-as-others": "an `others` that is the caller's own",
    "unresolved-variable": "a variable without a value in an ARN",
    "session-of-role": "a session that roles don't have",
    "literal-star": "`*` for an action that takes resources (warning)",
    "closed": "cells of a closed suite that no scenario speaks about",
    "opposite-verdicts": "two scenarios that demand opposite verdicts of one request",
    "expect-none": "a cell without a verdict",
    "expect-twice": "a cell with two verdicts",
    "expect-unreached": "an expectation that no cell reaches",
    # Catalogue overlays
    "overlay-shape": "an overlay of the wrong shape",
    "overlay-name": "a name that the overlay's catalogue does not have",
    "overlay-action": "an action that can't be one",
    "overlay-arn": "a format that is no ARN's",
    "overlay-key": "a context key that can't be one",
    "overlay-size": "an overlay with too many actions",
    # Everything else
    "option": "an option of the command that can't be read",
    "config": "a fault of iamproof.yaml",
    "unknown-format": "a format that does not exist",
    "backend": "a backend that does not exist, or can't be had like this",
    "recording": "a file that is no recording, or of something else",
    "bad-report": "a file that is no report of this version",
    "signoff-stale": "findings of a review that signed another result",
    "signoff-finding": "a finding of a review that the cells don't bear out",
    "cell": "a cell that does not exist, or several that may be meant",
    "no-request": "a policy of which there is nothing to ask",
    "revision": "a revision that git does not have here",
    "too-large": "more in a revision than is read",
    "file-exists": "a file that would be overwritten",
    "file-unwritable": "a file that can't be written",
    "report-not-written": "a report that can't be written",
    "serve-address": "an address that can't be served",
}
"""Code to what it is about."""

PAGED = (*CHECKS, "policy-sid")
"""The codes with a page of their own; the others stand on the page of what reading finds."""

OWN = {
    "silence-unused": "a silence that nothing needs",
    "catalogue-stale": "a catalogue older than half a year",
}
"""What `iamproof check` says of itself."""


def known_codes() -> tuple[str, ...]:
    """Return every code, checks first."""
    return (*CHECKS, *READING, *OWN)
