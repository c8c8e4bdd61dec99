"""Check the names of what routes are made of: a provider, a channel, a country."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from otpguard.channels import catalog
from otpguard.core.assurance import Channel
from otpguard.core.phone import is_country
from otpguard.exceptions import InvalidInput


def check_provider(name: str) -> None:
    """Let a provider of the settings pass. Raises InvalidInput (`provider`)."""
    if name not in catalog.providers():
        raise InvalidInput("provider", str(_("There is no provider of that name.")))


def check_channel(name: str) -> None:
    """Let a channel pass. Raises InvalidInput (`channel`)."""
    if name not in set(Channel):
        raise InvalidInput("channel", str(_("There is no channel of that name.")))


def check_country(code: str) -> None:
    """Let a country's two letters pass. Raises InvalidInput (`country`)."""
    if not is_country(code):
        raise InvalidInput(
            "country", str(_("Enter a country by its two capital letters, such as US."))
        )
