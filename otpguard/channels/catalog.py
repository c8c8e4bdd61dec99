"""The configured providers and their routes. No other module creates a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from inspect import Parameter, signature
from typing import Any, TypeVar

from django.utils.module_loading import import_string

from otpguard.channels import offers
from otpguard.channels.base import ClosesVerifications, Provider
from otpguard.channels.capabilities import Capabilities, Webhooks
from otpguard.channels.option_rules import WrongOptionsError
from otpguard.conf import RouteConfig, settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.assurance import Channel
from otpguard.core.codes import CODE_DIGITS
from otpguard.core.registry import Registry, nearest
from otpguard.core.routing import Route

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The providers of the setting by name, and why those that are not there do not load: in a
    sentence, and each option that breaks a rule of its vendor."""

    providers: dict[str, Provider]
    faults: dict[str, str]
    wrong_options: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def providers() -> Registry[Provider]:
    """The providers of the setting, made once.

    Raises ImportError for a wrong dotted path, TypeError and ValueError for wrong options or for a
    class that is not a provider.
    """
    catalog: Registry[Provider] = Registry("provider")
    for name in settings().providers:
        catalog.add(name, _made(name))
    return catalog


def loaded() -> Loaded:
    """Every provider that can be created, and the errors of the others; for checks."""
    found = Loaded(providers={}, faults={}, wrong_options={})
    for name in settings().providers:
        try:
            found.providers[name] = _made(name)
        except (ImportError, TypeError, ValueError) as error:
            found.faults[name] = str(error)
            if isinstance(error, WrongOptionsError):
                found.wrong_options[name] = error.faults
    return found


@cache
def _made(name: str) -> Provider:
    config = settings().providers[name]
    kind = import_string(config.backend)
    _refuse_unknown(kind, config.options)
    made = kind(**config.options)
    if not isinstance(made, Provider) or not isinstance(made.capabilities, Capabilities):
        raise TypeError(f"{config.backend} must have `send`, and `capabilities` of that class")
    return made


def _refuse_unknown(kind: Any, options: Mapping[str, Any]) -> None:  # noqa: ANN401 (whatever stands at the path)
    """Raises TypeError that names each option which the provider does not take, and the nearest."""
    try:
        taken = signature(kind).parameters
    except (TypeError, ValueError):
        return  # written in C, or nothing that can be called: making one says what is wrong
    if any(each.kind is Parameter.VAR_KEYWORD for each in taken.values()):
        return
    unknown = [name for name in options if name not in taken]
    if unknown:
        hints = [f'unknown option "{name}", {nearest(name, list(taken))}' for name in unknown]
        raise TypeError("; ".join(hints))


def offered(name: str, protocol: type[T]) -> T | None:
    """The provider of that name as one of the optional protocols; None for one that it does not
    offer, and for no such name."""
    catalog = providers()
    return offers.offered(catalog.get(name), protocol) if name in catalog else None


def serving(channel: Channel) -> list[str]:
    """The names of the providers that serve a channel, in the order of their declaration."""
    known = providers()
    return [name for name in known.names() if channel in known.get(name).capabilities.channels]


def missing_for_receipts(can: Capabilities, *, base_url: str, secret: str) -> str:
    """The setting without which no receipt of such a provider is taken.

    Empty when there is none, and for a provider that sends no receipts. `base_url` and `secret` are
    WEBHOOK_BASE_URL and the provider's WEBHOOK_SECRET.
    """
    if can.webhooks is Webhooks.NONE or not (can.receipts or secret):
        return ""
    if not base_url:
        return "WEBHOOK_BASE_URL"
    return "WEBHOOK_SECRET" if can.webhooks is Webhooks.UNSIGNED and not secret else ""


def routes() -> tuple[Route, ...]:
    """Every (channel, provider) there is, in the order that the site prefers providers."""
    configs = settings().routes or tuple(RouteConfig(provider=name) for name in providers().names())
    return tuple(
        _route(config, channel)
        for config in configs
        for channel in sorted(providers().get(config.provider).capabilities.channels)
        if not config.channels or channel in config.channels
    )


def _route(config: RouteConfig, channel: Channel) -> Route:
    can = providers().get(config.provider).capabilities
    known = settings().providers[config.provider]
    return Route(
        channel=channel,
        provider=config.provider,
        receipts=can.receipts,
        remote=can.remote,
        code_length=can.code_length if can.remote else CODE_DIGITS,
        countries=config.countries,
        tenants=config.tenants,
        regions=config.regions or known.regions,
        papers=tuple(sorted(known.papers.items(), key=lambda paper: paper[0])),
        priority=config.priority,
        cost_micros=config.cost_micros,
        own_sender=channel is Channel.WHATSAPP and can.sends_as_the_site,
    )


def closing_providers() -> frozenset[str]:
    """The names of the providers that must be told how a challenge ended."""
    return frozenset(
        name for name in providers().names() if offered(name, ClosesVerifications) is not None
    )


forget_on_change(providers, _made)
