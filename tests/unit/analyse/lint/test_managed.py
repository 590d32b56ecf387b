"""AWS's own policies: the checks run through them, and accuse nothing that AWS has."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from simulator.analyse.lint import Facts, lint_policy
from simulator.catalogue import load
from simulator.catalogue.managed import managed_names, managed_policy
from simulator.errors import Severity
from simulator.policy.parse import parse_policy_text

_NAMELESS = (
    "action-unknown",
    "action-uncatalogued",
    "action-matches-nothing",
    "service-unknown",
    "service-uncatalogued",
)


@pytest.fixture(scope="module")
def findings() -> dict[str, list[str]]:
    """What is found in all policies: code to the texts at which it points."""
    facts = Facts(load())
    found = defaultdict(list)
    for name in managed_names():
        managed = managed_policy(name)
        assert managed is not None
        policy = parse_policy_text(managed.text, name=name)
        for diagnostic in lint_policy(policy, facts):
            assert diagnostic.span is not None
            text = diagnostic.quote[diagnostic.span.column - 1 : diagnostic.span.end_column - 1]
            found[f"{diagnostic.severity.value} {diagnostic.code}"].append(text.strip('"'))
    return found


def test_no_known_action_is_accused(findings: dict[str, list[str]]) -> None:
    accused = {text for key, texts in findings.items() if key.split()[1] in _NAMELESS for text in texts}
    assert {text for text in accused if load().match(text)} == set()


def test_unknown_actions_are_as_few_as_the_catalogue_promises(findings: dict[str, list[str]]) -> None:
    named = {
        text.lower()
        for name in managed_names()
        for statement in parse_policy_text(managed_policy(name).text, name=name).statements  # type: ignore[union-attr]  # it is there
        if statement.actions is not None
        for text in statement.actions.texts
    }
    unknown = {text.lower() for key, texts in findings.items() if key.split()[1] in _NAMELESS for text in texts}
    assert 0.010 < len(unknown) / len(named) < 0.013


def test_nothing_of_aws_is_an_error(findings: dict[str, list[str]]) -> None:
    """What AWS itself ships may be odd, never wrong for certain."""
    assert [key for key in findings if key.startswith(Severity.ERROR.value)] == []


def test_checks_that_would_be_noise_are_rare(findings: dict[str, list[str]]) -> None:
    counts = Counter({key.split()[1]: len(texts) for key, texts in findings.items()})
    assert counts["resource-type"] < 400
    assert counts["action-takes-no-resource"] < 700
    assert max(counts[code] for code in counts if code.startswith(("condition-", "statement-", "variable-"))) < 40
