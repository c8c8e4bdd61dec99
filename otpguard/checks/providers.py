"""Checks of PROVIDERS and ROUTES: can they be loaded, and do they keep what they promise?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.checks import CheckMessage

from otpguard.channels import catalog
from otpguard.channels.offers import contradictions
from otpguard.checks.codes import error, warning
from otpguard.conf import Settings
from otpguard.core.assurance import Channel


def providers(mine: Settings) -> Iterable[CheckMessage]:
    """E005, E027, E050, W032: providers that do not load, that contradict themselves, whose options
    break rules of their vendor, each of them, or whose vendor makes short codes."""
    loaded = catalog.loaded()
    for name in mine.providers:
        for fault in loaded.wrong_options.get(name, ()):
            yield error("otpguard.E050", f"{name}: {fault}.")
        if name in loaded.faults:
            if name not in loaded.wrong_options:
                yield error("otpguard.E005", f"{name}: {loaded.faults[name]}")
            continue
        for sentence in contradictions(loaded.providers[name]):
            yield error("otpguard.E027", f"{name}: {sentence}")
        can = loaded.providers[name].capabilities
        if can.has_short_codes:
            length = f"{can.code_length} digits" if can.code_length else "a length it does not say"
            yield warning("otpguard.W032", f"{name}: they have {length}.")


def routes(mine: Settings) -> Iterable[CheckMessage]:
    """E006, E023, W009: routes that lead nowhere, promise too much, or have expired papers."""
    today = date.today()  # noqa: DTZ011 (a day of the site)
    for name, config in mine.providers.items():
        for paper, until in config.papers.items():
            if until is not None and until < today:
                yield warning("otpguard.W009", f"{name}: {paper} ended on {until}.")
    loaded = catalog.loaded()
    for route in mine.routes:
        if route.provider not in mine.providers:
            yield error("otpguard.E006", f'"{route.provider}" is not in PROVIDERS.')
            continue
        # An unknown place is not made known by a route.
        if beyond := route.regions - mine.providers[route.provider].regions:
            detail = f'{route.provider}: "{min(beyond)}" is not among its REGIONS.'
            yield error("otpguard.E023", detail)
        if route.provider in loaded.faults:
            continue  # E005 or E050 has said so
        if unserved := route.channels - loaded.providers[route.provider].capabilities.channels:
            detail = f'{route.provider} does not serve "{min(unserved)}".'
            yield error("otpguard.E023", detail)


def channels(mine: Settings) -> Iterable[CheckMessage]:
    """W006, W010, W031: messages that people would not get, or whose sender they would not know."""
    loaded = catalog.loaded()
    if loaded.faults:
        return  # E005 or E050 has said so
    reached: set[Channel] = set()
    for name, provider in loaded.providers.items():
        can = provider.capabilities
        reached |= set(can.channels)
        if Channel.WHATSAPP in can.channels and not can.sends_as_the_site:
            detail = f"{name}: record a sender for it, or use a business account of your own."
            yield warning("otpguard.W010", detail)
        missing = catalog.missing_for_receipts(
            can, base_url=mine.webhook_base_url, secret=mine.providers[name].webhook_secret
        )
        if missing:
            yield warning("otpguard.W031", f"{name}: set {missing}.")
    if not reached - {Channel.EMAIL}:
        detail = "Add one for text messages, WhatsApp or voice (the console for development)."
        yield warning("otpguard.W006", detail)
