"""Conditions and the values in them: each reader and each operator equals the oracle's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from simulator.decide.context import Context
from simulator.policy.operators import parse_date, parse_ip, parse_number
from tests.oracles import values
from tests.oracles.conditions import holds
from tests.property.deciding import identity
from tests.property.profile import law
from tests.property.strategies import ADDRESSES, DATES, NO_DATES, NUMBERS, conditions, contexts, mangled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.oracles.statements import Document
    from tests.oracles.variables import Value


@law
@given(conditions(), contexts(), st.sampled_from(["2012-10-17", "2008-10-17"]))
def test_a_condition_holds_when_the_oracle_says(block: Document, context: Mapping[str, Value], version: str) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}
    (policy,) = identity([{"Version": version, "Statement": statement}])
    lookup = Context.of({k: v if isinstance(v, str) else tuple(v) for k, v in context.items()}).get
    found = all(condition.holds(lookup) for condition in policy.statements[0].conditions)
    assert holds(block, context, variables=version == "2012-10-17") == found


@law
@given(mangled(NUMBERS))
def test_numbers_are_read_as_the_oracle_reads_them(text: str) -> None:
    assert values.number(text) == parse_number(text)


@law
@given(mangled(DATES + NO_DATES))
def test_dates_are_read_as_the_oracle_reads_them(text: str) -> None:
    assert values.instant(text) == parse_date(text)


@law
@given(mangled(ADDRESSES))
def test_addresses_are_read_as_the_oracle_reads_them(text: str) -> None:
    assert values.address(text) == parse_ip(text)
