"""Proofs as the grant table stores them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from otpguard.core import shipped_kinds
from otpguard.core.assurance import MethodFacts
from otpguard.core.evidence import facts_from_json, facts_to_json
from tests.core.strategies import facts


def read(row: dict[str, Any]) -> MethodFacts | None:
    return facts_from_json(row, methods=shipped_kinds.SHIPPED_METHODS)


@given(shown=facts)
def test_facts_survive_the_row_they_are_stored_in(shown: MethodFacts) -> None:
    assert read(json.loads(json.dumps(facts_to_json(shown)))) == shown


def test_a_row_that_is_not_ours_is_refused() -> None:
    row = facts_to_json(MethodFacts(method=shipped_kinds.BY_SMS)) | {"primary": "magic"}
    with pytest.raises(ValueError, match="magic"):
        read(row)


@pytest.mark.parametrize("method", ["pigeon", "", None])
def test_a_method_that_is_not_installed_is_no_proof(method: str | None) -> None:
    row = facts_to_json(MethodFacts(method=shipped_kinds.BY_SMS)) | {"method": method}
    assert read(row) is None


@pytest.mark.parametrize("name", ["method", "primary", "uv", "be", "attested", "short"])
def test_a_row_that_lacks_a_fact_is_refused(name: str) -> None:
    row = facts_to_json(MethodFacts(method=shipped_kinds.BY_SMS))
    del row[name]
    with pytest.raises(KeyError, match=name):
        read(row)
