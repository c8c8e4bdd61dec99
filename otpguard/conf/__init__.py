"""The one setting `OTPGUARD = {...}`: `schema` declares it, `readers` read each key, `load` all."""

from otpguard.conf.kinds import FactorKindConfig
from otpguard.conf.load import (
    checkpoint,
    declared,
    factor_kinds,
    methods,
    problems,
    settings,
)
from otpguard.conf.readers import REPORT_ONLY_DAYS
from otpguard.conf.routes import ProviderConfig, RouteConfig
from otpguard.conf.schema import Settings
from otpguard.conf.values import Problem, SettingsError
from otpguard.conf.view_patterns import UrlCheckpoint

__all__ = [
    "REPORT_ONLY_DAYS",
    "FactorKindConfig",
    "Problem",
    "ProviderConfig",
    "RouteConfig",
    "Settings",
    "SettingsError",
    "UrlCheckpoint",
    "checkpoint",
    "declared",
    "factor_kinds",
    "methods",
    "problems",
    "settings",
]
