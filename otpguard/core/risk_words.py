"""What each reason of a risk is called: for the person who logs in, and for operators."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from otpguard.core.risk import RiskReason
from otpguard.core.text import gettext_noop as _

TO_PEOPLE: Mapping[RiskReason, str] = MappingProxyType(
    {
        RiskReason.NEW_DEVICE: _("You have not confirmed in this browser lately."),
        RiskReason.NEW_NETWORK: _("You have not logged in from this network before."),
        RiskReason.NEW_COUNTRY: _("You have not logged in from this country before."),
        RiskReason.IMPOSSIBLE_TRAVEL: _(
            "Your account was used in another country less than two hours ago."
        ),
        RiskReason.WRONG_ANSWERS: _("Many wrong codes were entered for your account lately."),
        RiskReason.WRONG_PASSWORDS: _("Many wrong passwords were entered for your account lately."),
        RiskReason.DORMANT: _("You have not logged in for a long time."),
        RiskReason.HOSTING: _("You are connected through a data center or a proxy."),
        RiskReason.TOR: _("You are connected through Tor."),
        RiskReason.IDP_MEDIUM: _("Your company's login service found this login unusual."),
        RiskReason.IDP_HIGH: _("Your company's login service found this login risky."),
        RiskReason.IDP_UNKNOWN: _("Your company's login service could not check this login."),
        RiskReason.NOT_EVALUATED: _("This login could not be checked."),
    }
)
"""Sentences for the page that asks for a proof."""

TO_OPERATORS: Mapping[RiskReason, str] = MappingProxyType(
    {
        RiskReason.NEW_DEVICE: _("new device"),
        RiskReason.NEW_NETWORK: _("new network"),
        RiskReason.NEW_COUNTRY: _("new country"),
        RiskReason.IMPOSSIBLE_TRAVEL: _("two countries within two hours"),
        RiskReason.WRONG_ANSWERS: _("many wrong codes before"),
        RiskReason.WRONG_PASSWORDS: _("many wrong passwords before"),
        RiskReason.DORMANT: _("dormant account"),
        RiskReason.HOSTING: _("data center or proxy"),
        RiskReason.TOR: _("Tor network"),
        RiskReason.IDP_MEDIUM: _("the identity provider sees some risk"),
        RiskReason.IDP_HIGH: _("the identity provider sees a high risk"),
        RiskReason.IDP_UNKNOWN: _("the identity provider's risk is not known"),
        RiskReason.NOT_EVALUATED: _("not evaluated"),
    }
)
"""A few words for the log and the admin."""
