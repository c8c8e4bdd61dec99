"""The settings as values: all optional, none to be changed once read."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from otpguard.conf.schema import Settings
from otpguard.core.assurance import PROFILES
from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.presets import Preset


def test_every_setting_has_a_default() -> None:
    mine = Settings()
    assert (mine.preset, mine.assurance_profile) == (Preset.BASELINE, PROFILES["saas-2026"])
    assert set(mine.checkpoints) == set(BUILT_IN)
    assert list(mine.providers) == ["console"]


def test_settings_are_given_by_name_and_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        Settings(("k" * 40,))
    mine = Settings(brand="Acme")
    with pytest.raises(FrozenInstanceError):
        mine.brand = "Other"


def test_no_two_settings_share_what_can_be_changed() -> None:
    assert Settings().checkpoints is not Settings().checkpoints
    assert Settings().checkpoints is not BUILT_IN


def test_a_setting_is_named_as_python_names_it() -> None:
    names = [field.name for field in fields(Settings)]
    assert [name for name in names if not name.isidentifier() or name != name.lower()] == []
