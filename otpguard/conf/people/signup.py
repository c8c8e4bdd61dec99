"""The setting SIGNUP: when a number is asked for, and what shows who somebody is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from otpguard.conf.backend import BackendConfig, read_backend
from otpguard.conf.values import SettingsError, mapping
from otpguard.core.registry import nearest
from otpguard.core.signup import Identity, SignupVerification

KEYS = ("VERIFICATION", "IDENTITY", "CHECKS")

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupConfig:
    """`verification` is when a phone number is confirmed, `identity` what is shown besides it.
    `checks` is the host's class that knows of e-mail addresses and documents."""

    verification: SignupVerification = SignupVerification.DEFERRED
    identity: Identity = Identity.PHONE
    checks: BackendConfig | None = None


def read_signup(value: object) -> SignupConfig:
    """SIGNUP with its defaults. Raises SettingsError (E001, E002, E128)."""
    given = mapping(value)
    for key in given:
        if key not in KEYS:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, list(KEYS))}')
    checks = given.get("CHECKS")
    made = SignupConfig(
        verification=_one_of(SignupVerification, given, "VERIFICATION"),
        identity=_one_of(Identity, given, "IDENTITY"),
        checks=None if checks is None else read_backend(checks),
    )
    if made.identity is not Identity.PHONE and made.checks is None:
        said = f'IDENTITY "{made.identity}" needs CHECKS: who knows of e-mail and documents?'
        raise SettingsError("otpguard.E128", said)
    return made


def _one_of(kind: type[E], given: Mapping[str, Any], key: str) -> E:
    """The value of a key; the first of its kind without one."""
    try:
        return kind(given.get(key, next(iter(kind))))
    except ValueError:
        known = ", ".join(kind)
        raise SettingsError("otpguard.E002", f"{key} must be one of {known}") from None
