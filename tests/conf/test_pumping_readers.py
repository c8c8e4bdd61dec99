"""The keys of the pumping defense are read like all others."""

from __future__ import annotations

from dataclasses import fields

import pytest

from otpguard.conf.pumping_readers import PUMPING_READERS
from otpguard.conf.readers import READERS
from otpguard.conf.schema import Settings
from otpguard.conf.values import SettingsError


def test_each_key_is_a_setting_and_is_read_by_its_own_reader() -> None:
    known = {field.name for field in fields(Settings)}
    assert set(PUMPING_READERS) <= known
    assert {name: READERS[name] for name in PUMPING_READERS} == PUMPING_READERS


def test_a_country_that_is_none_is_refused_by_its_own_number() -> None:
    with pytest.raises(SettingsError) as wrong:
        PUMPING_READERS["footprint"](["XX"], {})
    assert wrong.value.problem.check == "otpguard.E120"
