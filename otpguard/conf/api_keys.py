"""How API keys look, and when their owners are reminded to rotate them: API_KEYS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from otpguard.conf.values import SettingsError, mapping, of_type
from otpguard.core.api_key import PREFIX
from otpguard.core.registry import nearest

LONGEST_DAYS = 3_650
LONGEST_SCOPE = 255

Text = Any
"""A text, or a lazy translation of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyConfig:
    """`prefix` begins the secret of every key that otpguard makes; `rotation_days` is the age of a
    secret from which people are reminded, 0 for never. `scopes` are those that the page of keys
    offers, with what people read of each; without any there is no page."""

    prefix: str = "otpg"
    rotation_days: int = 90
    scopes: Mapping[str, Text] = field(default_factory=dict)


def read_api_keys(value: object, _so_far: object = None) -> ApiKeyConfig:
    """API_KEYS as it is given. Raises SettingsError."""
    given, usual = mapping(value), ApiKeyConfig()
    known = {"PREFIX", "ROTATION_DAYS", "SCOPES"}
    if unknown := sorted(set(given) - known):
        raise SettingsError(
            "otpguard.E137", f'unknown "{unknown[0]}", {nearest(unknown[0], sorted(known))}'
        )
    prefix = of_type(given.get("PREFIX", usual.prefix), str)
    days = of_type(given.get("ROTATION_DAYS", usual.rotation_days), int)
    if not PREFIX.fullmatch(prefix):
        raise SettingsError(
            "otpguard.E137", "PREFIX must be 2 to 16 lower-case letters and digits, a letter first"
        )
    if not 0 <= days <= LONGEST_DAYS:
        raise SettingsError("otpguard.E137", f"ROTATION_DAYS must be 0 to {LONGEST_DAYS}")
    return ApiKeyConfig(
        prefix=prefix, rotation_days=days, scopes=_scopes(given.get("SCOPES", usual.scopes))
    )


def _scopes(given: object) -> Mapping[str, Text]:
    scopes = dict(mapping(given))
    for slug, label in scopes.items():
        if not isinstance(slug, str) or not 0 < len(slug) <= LONGEST_SCOPE or not str(label):
            raise SettingsError(
                "otpguard.E137", "SCOPES must map texts, of 255 letters at most, to what they mean"
            )
    return scopes
