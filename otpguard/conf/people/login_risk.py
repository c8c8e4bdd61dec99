"""LOGIN_RISK: whether risky logins are asked for a proof, and what counts as risky."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.module_loading import import_string

from otpguard.conf.values import SettingsError, mapping, of_type
from otpguard.core.registry import nearest
from otpguard.core.risk import HIGHEST_SCORE, RiskTerms

MODES = ("record_only", "enforce")
_WHOLE = {
    "ASK_FROM": (1, HIGHEST_SCORE),
    "DORMANT_DAYS": (7, 3_650),
    "REMEMBER_DAYS": (1, 180),
    "WRONG_ANSWERS": (1, 100),
    "WRONG_PASSWORDS": (1, 1_000),
}
KEYS = ("MODE", "IDP_RISK", *_WHOLE)

IdpRiskReader = Callable[..., Any]
"""Takes the request and the user; returns "low", "medium" or "high", or None if it knows none."""


@dataclass(frozen=True, kw_only=True)
class LoginRiskConfig:
    """What a login is compared with; see the setting LOGIN_RISK. `idp_risk` is a dotted path."""

    mode: str = "record_only"
    ask_from: int = 40
    dormant_days: int = 90
    remember_days: int = 30
    wrong_answers: int = 5
    wrong_passwords: int = 10
    idp_risk: str = ""

    @property
    def terms(self) -> RiskTerms:
        """The limits as the core knows them."""
        return RiskTerms(
            record_only=self.mode == "record_only",
            ask_from=self.ask_from,
            dormant=timedelta(days=self.dormant_days),
            wrong_answers=self.wrong_answers,
            wrong_passwords=self.wrong_passwords,
        )

    @property
    def remembered(self) -> timedelta:
        """How long a browser is recognized after the last right answer that it gave."""
        return timedelta(days=self.remember_days)


def read_login_risk(value: object) -> LoginRiskConfig:
    """LOGIN_RISK with its defaults. Raises SettingsError (E001, E002, E150)."""
    found: dict[str, Any] = {}
    for key, given in mapping(value).items():
        if key not in KEYS:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, list(KEYS))}')
        found[key.lower()] = _whole(key, given) if key in _WHOLE else of_type(given, str)
    config = LoginRiskConfig(**found)
    if config.mode not in MODES:
        raise SettingsError("otpguard.E002", f"MODE must be one of: {', '.join(MODES)}")
    return config


def idp_risk_reader(config: LoginRiskConfig) -> IdpRiskReader | None:
    """The host's function that tells the identity provider's risk; None without one. Raises
    ImportError, and TypeError for what cannot be called."""
    if not config.idp_risk:
        return None
    reader: IdpRiskReader = import_string(config.idp_risk)
    if not callable(reader):
        raise TypeError(f"{config.idp_risk} must be a function")
    return reader


def _whole(key: str, given: object) -> int:
    least, most = _WHOLE[key]
    number: int = of_type(given, int)
    if not least <= number <= most:
        raise SettingsError("otpguard.E002", f"{key} must be from {least} to {most}")
    return number
