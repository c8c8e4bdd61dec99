"""Proofs as the grant table stores them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from otpguard.core.assurance import FactorKind, Method, MethodFacts
from otpguard.core.evidence import KIND_OF, facts_from_json, facts_to_json
from tests.core.strategies import facts


@given(shown=facts)
def test_facts_survive_the_row_they_are_stored_in(shown: MethodFacts) -> None:
    assert facts_from_json(json.loads(json.dumps(facts_to_json(shown)))) == shown


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ({"method": "pigeon"}, ValueError),
        ({"primary": "magic"}, ValueError),
        ({"method": None}, ValueError),
    ],
)
def test_a_row_that_is_not_ours_is_refused(damage: dict[str, Any], error: type[Exception]) -> None:
    row = facts_to_json(MethodFacts(method=Method.SMS)) | damage
    with pytest.raises(error):
        facts_from_json(row)


@pytest.mark.parametrize("name", ["method", "primary", "uv", "be", "attested"])
def test_a_row_that_lacks_a_fact_is_refused(name: str) -> None:
    row = facts_to_json(MethodFacts(method=Method.SMS))
    del row[name]
    with pytest.raises(KeyError, match=name):
        facts_from_json(row)


def test_every_method_proves_some_kind_and_every_kind_has_a_method() -> None:
    assert set(KIND_OF) == set(Method)
    assert set(KIND_OF.values()) == set(FactorKind)


def test_an_emailed_code_proves_the_phone_factor_it_fell_back_from() -> None:
    assert KIND_OF[Method.EMAIL] is FactorKind.PHONE
