"""The drivers of the installed kinds of factor, made once from the setting."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import cast

from django.utils.module_loading import import_string

from otpguard.conf import FactorKindConfig, factor_kinds, settings
from otpguard.conf.caches import forget_on_change
from otpguard.factors.base import FactorDriver
from otpguard.models import Factor


@lru_cache(maxsize=1)
def drivers() -> Mapping[str, FactorDriver]:
    """The driver of every installed kind by slug, the shipped ones first. Raises as `make_driver`
    does."""
    configs = settings().factor_kinds
    return MappingProxyType({slug: make_driver(config) for slug, config in configs.items()})


def make_driver(config: FactorKindConfig) -> FactorDriver:
    """The driver of one kind. Raises ImportError for a wrong dotted path, TypeError and ValueError
    for wrong options, or if its facts differ from those of its class."""
    driver = cast("FactorDriver", import_string(config.backend)(**config.options))
    if driver.kind is not config.kind:
        raise ValueError("its `kind` must stand in the class and stay as it is")
    return driver


def driver_of(factor: Factor) -> FactorDriver | None:
    """The driver of a factor; None for a kind that is not installed any more."""
    return drivers().get(factor.kind)


def sends_codes(factor: Factor) -> bool:
    """True when the secret of a factor is a phone number that codes go to."""
    kind = factor_kinds().get(factor.kind)
    return kind is not None and kind.sends_codes


forget_on_change(drivers)
