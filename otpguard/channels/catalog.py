"""The configured providers and the routes they make."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from otpguard.channels.base import Provider, Receiving
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


def receiving(name: str) -> Receiving | None:
    """The provider of that name if it can be called back; None for no such name too."""
    catalog = providers()
    found = catalog.get(name) if name in catalog.names() else None
    return cast("Receiving", found) if hasattr(found, "parse_receipt") else None


def routes() -> tuple[Route, ...]:
    """Every (channel, provider) there is, in the order that the site prefers providers."""
    catalog = providers()
    names = settings().routes or tuple(catalog.names())
    return tuple(
        Route(channel=channel, provider=name, receipts=catalog.get(name).receipts)
        for name in names
        for channel in sorted(catalog.get(name).channels)
    )


def _forget(*, setting: str, **_: object) -> None:
    if setting == "OTPGUARD":
        providers.cache_clear()


setting_changed.connect(_forget, dispatch_uid="otpguard.channels.catalog")
