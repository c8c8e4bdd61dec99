"""The configured providers and the routes they make."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import cast

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from otpguard.channels.base import Polling, Provider, Receiving
from otpguard.channels.http_provider import HttpProvider
from otpguard.conf import RouteConfig, settings
from otpguard.core.assurance import Channel
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


def polling(name: str) -> Polling | None:
    """The provider of that name if it can be asked what became of a message."""
    catalog = providers()
    found = catalog.get(name) if name in catalog.names() else None
    return cast("Polling", found) if getattr(found, "polls", False) else None


def missing_for_reports(provider: Provider, *, base_url: str, secret: str) -> str:
    """The setting without which no report of this provider is taken.

    Empty when there is none, and for a provider that reports nothing. `base_url` and `secret` are
    WEBHOOK_BASE_URL and the provider's WEBHOOK_SECRET.
    """
    reports = provider.receipts and hasattr(provider, "parse_receipt")
    if not (reports or secret):
        return ""
    if not base_url:
        return "WEBHOOK_BASE_URL"
    believes_nobody = getattr(type(provider), "is_authentic", None) is HttpProvider.is_authentic
    return "WEBHOOK_SECRET" if believes_nobody and not secret else ""


def routes() -> tuple[Route, ...]:
    """Every (channel, provider) there is, in the order that the site prefers providers."""
    configs = settings().routes or tuple(RouteConfig(provider=name) for name in providers().names())
    return tuple(
        _route(config, channel)
        for config in configs
        for channel in sorted(providers().get(config.provider).channels)
        if not config.channels or channel in config.channels
    )


def for_development(provider: Provider) -> bool:
    """True for a provider that shows messages instead of sending them."""
    module = sys.modules.get(type(provider).__module__)
    return bool(getattr(module, "FOR_DEVELOPMENT", False))


def has_own_sender(provider: Provider) -> bool:
    """True when its options name a WhatsApp Business Account, or nothing leaves the house."""
    return bool(getattr(provider, "whatsapp_business_account", "")) or for_development(provider)


def _route(config: RouteConfig, channel: Channel) -> Route:
    provider = providers().get(config.provider)
    known = settings().providers[config.provider]
    return Route(
        channel=channel,
        provider=config.provider,
        receipts=provider.receipts,
        # Vendors that make and check the code themselves say so by this attribute.
        remote=bool(getattr(provider, "remote", False)),
        countries=config.countries,
        tenants=config.tenants,
        regions=config.regions or known.regions,
        papers=tuple(sorted(known.papers.items(), key=lambda paper: paper[0])),
        priority=config.priority,
        cost_micros=config.cost_micros,
        own_sender=channel is Channel.WHATSAPP and has_own_sender(provider),
    )


def enders() -> frozenset[str]:
    """The names of the providers that want to hear how it ended."""
    catalog = providers()
    return frozenset(name for name in catalog.names() if getattr(catalog.get(name), "ends", False))


def _forget(*, setting: str, **_: object) -> None:
    if setting == "OTPGUARD":
        providers.cache_clear()


setting_changed.connect(_forget, dispatch_uid="otpguard.channels.catalog")
