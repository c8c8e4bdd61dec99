"""Ids of Twilio's."""

from __future__ import annotations

import re

import pytest

from otpguard.channels.providers.twilio_options import sid_of


@pytest.mark.parametrize(
    ("value", "good"),
    [("AC" + "0" * 32, True), ("SK" + "aF" * 16, True), ("MG" + "0" * 32, False), ("AC0", False)],
)
def test_an_id_has_one_of_the_prefixes_and_32_digits(value: str, good: bool) -> None:
    assert bool(re.fullmatch(sid_of("AC", "SK").pattern, value)) == good
    assert sid_of("AC", "SK").words == "AC or SK and 32 hex digits"
