"""What a directory sends, read into columns."""

from __future__ import annotations

import pytest

from otpguard.flows.scim.values import PersonValues, fold


@pytest.mark.parametrize(("left", "right"), [("Ann", "aNN"), ("STRASSE", "straße")])
def test_names_are_compared_without_case(left: str, right: str) -> None:
    assert fold(left) == fold(right)


def test_each_address_is_there_once_and_the_primary_one_is_the_accounts() -> None:
    rows = [{"value": "A@x.example", "type": "work"}, {"value": "b@x.example", "primary": True}]
    values = PersonValues(user_name="ann", attributes={"emails": [*rows, rows[0]]})
    assert values.emails == [("work", "a@x.example"), ("", "b@x.example")]
    assert values.newcomer.email == "b@x.example"
