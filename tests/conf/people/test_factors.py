"""The settings about factors are settings like all others."""

from __future__ import annotations

from dataclasses import fields

from otpguard.conf.people.factors import FactorSettings
from otpguard.conf.schema import Settings


def test_they_are_a_part_of_all_settings() -> None:
    mine = {each.name for each in fields(FactorSettings)}
    assert "relying_party_id" in mine
    assert mine < {each.name for each in fields(Settings)}
