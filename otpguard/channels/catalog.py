"""The configured providers and the routes they make."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from otpguard.channels.base import Provider
from otpguard.conf import settings
from otpguard.core.registry import Registry
from otpguard.core.routing import Route


@lru_cache(maxsize=1)
def providers() -> Registry[Provider]:
    """The providers of the setting, made once. Raises ImportError for a wrong dotted path."""
    catalog: Registry[Provider] = Registry("provider")
    for name, config in settings().providers.items():
        catalog.add(name, cast("Provider", import_string(config.backend)(**config.options)))
    return catalog


def routes() -> tuple[Route, ...]:
    """Every (channel, provider) there is, in the order that the site prefers providers."""
    catalog = providers()
    names = settings().routes or tuple(catalog.names())
    return tuple(
        Route(
            channel=channel,
            provider=name,
            receipts=catalog.get(name).receipts,
            # Vendors that make and check the code themselves say so by this attribute.
            remote=bool(getattr(catalog.get(name), "remote", False)),
        )
        for name in names
        for channel in sorted(catalog.get(name).channels)
    )


def enders() -> frozenset[str]:
    """The names of the providers that want to hear how it ended."""
    catalog = providers()
    return frozenset(name for name in catalog.names() if getattr(catalog.get(name), "ends", False))


def _forget(*, setting: str, **_: object) -> None:
    if setting == "OTPGUARD":
        providers.cache_clear()


setting_changed.connect(_forget, dispatch_uid="otpguard.channels.catalog")
