"""Checks of senders: 10DLC registrations, and brands that cost a second part of a text message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from otpguard.channels import catalog
from otpguard.checks.codes import warning
from otpguard.conf import Settings
from otpguard.core.assurance import Channel
from otpguard.core.registry import UnknownNameError
from otpguard.core.segments import brand_fault
from otpguard.database import alias, transaction
from otpguard.flows.route.ten_dlc import without_ten_dlc
from otpguard.models import Tenant


def brand(mine: Settings) -> Iterable[CheckMessage]:
    """W091: the site's own brand, if a provider sends texts in our words."""
    if (fault := brand_fault(mine.brand)) and _words_are_ours():
        yield warning("otpguard.W091", f'BRAND "{mine.brand}": {fault}.')


def check_senders(
    *,
    databases: Sequence[str] | None = None,
    **_: Any,  # noqa: ANN401 (Django's signature)
) -> list[CheckMessage]:
    """W090 and W091, as the tables tell: registrations, and the brands of tenants."""
    if not databases or alias() not in databases:
        return []
    try:
        if catalog.loaded().faults:
            return []  # E005 has said so
        with transaction.atomic():
            lacks = without_ten_dlc(now=timezone.now())
            brands = list(Tenant.objects.exclude(brand="").values_list("slug", "brand"))
    except (ImproperlyConfigured, UnknownNameError, DatabaseError, InterfaceError):
        return []  # check_settings has said so, or there are no tables yet
    found: list[CheckMessage] = [
        warning("otpguard.W090", f"{each.provider}: {each.lack.value.replace('_', ' ')}.")
        for each in lacks
    ]
    ours = _words_are_ours()
    faults = [(slug, name, brand_fault(name)) for slug, name in brands if ours]
    found += [
        warning("otpguard.W091", f'Organization {slug}, "{name}": {fault}.')
        for slug, name, fault in faults
        if fault
    ]
    return found


def _words_are_ours() -> bool:
    can = [provider.capabilities for provider in catalog.loaded().providers.values()]
    return any(Channel.SMS in each.channels and not each.codes_only for each in can)
