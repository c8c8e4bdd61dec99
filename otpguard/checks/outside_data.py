"""Checks of the files that the pumping defense reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from otpguard.checks.codes import error, warning
from otpguard.conf import settings
from otpguard.core.countries import COUNTRIES
from otpguard.flows.notice.route import carries_email
from otpguard.intel.data_state import mailbox_state, network_state


def outside_data() -> Iterable[CheckMessage]:
    """E121, E122, W121: files that are named must be usable, and new enough."""
    network = network_state(timezone.now())
    for text in network.faulty:
        yield error("otpguard.E121", text)
    for text in network.old:
        yield warning("otpguard.W121", text)
    for text in mailbox_state().faulty:
        yield error("otpguard.E122", text)


def check_defense(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """W120, W122, W123, W151: what the pumping defense goes without in production."""
    try:
        mine = settings()
    except ImproperlyConfigured:
        return []  # check_settings has said so
    found: list[CheckMessage] = [
        warning("otpguard.W120", text) for text in network_state(timezone.now()).missing
    ]
    found += [warning("otpguard.W122", text) for text in mailbox_state().missing]
    if mine.footprint >= COUNTRIES:
        found.append(warning("otpguard.W123", "Name the countries of your customers."))
    if mine.email_first and not _carries_email():
        text = "Configure a provider of e-mail, or set EMAIL_FIRST to False."
        found.append(warning("otpguard.W151", text))
    return found


def _carries_email() -> bool:
    try:
        return carries_email()
    except (ImportError, TypeError, ValueError, ImproperlyConfigured):
        return True  # check_providers has said so
