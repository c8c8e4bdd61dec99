"""How the keys of OTPGUARD are read that belong to the pumping defense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from otpguard.conf.backend import BackendConfig, read_backend
from otpguard.conf.embed import read_embed_origins
from otpguard.conf.hygiene import HygieneConfig, read_hygiene
from otpguard.conf.money import read_money
from otpguard.conf.number_intel import NumberIntelConfig, read_number_intel
from otpguard.conf.pumping import PumpingSettings, read_pumping
from otpguard.conf.reputation import ReputationConfig, read_reputation
from otpguard.conf.values import SettingsError, names
from otpguard.conf.velocity import read_velocity
from otpguard.core.countries import read_countries
from otpguard.core.pumping.money.terms import MoneyTerms
from otpguard.core.pumping.velocity import Velocity


def _pumping(value: object, _so_far: object) -> PumpingSettings:
    return read_pumping(value)


def _reputation(value: object, _so_far: object) -> ReputationConfig:
    return read_reputation(value)


def _footprint(value: object, _so_far: object) -> frozenset[str]:
    try:
        return read_countries(names(value))
    except ValueError as error:
        if isinstance(error, SettingsError):
            raise
        raise SettingsError("otpguard.E120", str(error)) from None


def _hygiene(value: object, _so_far: object) -> HygieneConfig:
    return read_hygiene(value)


def _number_intel(value: object, _so_far: object) -> NumberIntelConfig:
    return read_number_intel(value)


def _captcha(value: object, _so_far: object) -> BackendConfig | None:
    return None if value is None else read_backend(value)


def _embed_origins(value: object, _so_far: object) -> tuple[str, ...]:
    return read_embed_origins(value)


def _velocity(value: object, _so_far: object) -> Velocity:
    return read_velocity(value)


def _money(value: object, _so_far: object) -> MoneyTerms:
    return read_money(value)


PUMPING_READERS: dict[str, Callable[[object, Any], Any]] = {
    "pumping": _pumping,
    "reputation": _reputation,
    "footprint": _footprint,
    "hygiene": _hygiene,
    "captcha": _captcha,
    "number_intel": _number_intel,
    "embed_origins": _embed_origins,
    "velocity": _velocity,
    "money": _money,
}
"""By the name of the field, as in `otpguard.conf.readers`."""
