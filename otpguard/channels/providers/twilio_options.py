"""What both products of Twilio are configured with: SIDs, and the risk check."""

from __future__ import annotations

from otpguard.channels.option_rules import OptionRule

RISK_CHECKS = frozenset({"", "enable", "disable"})
RISK_FAULT = 'risk_check must be "enable", "disable" or empty'


def sid_of(*prefixes: str) -> OptionRule:
    """The rule of an id that begins with one of these."""
    named = " or ".join(prefixes)
    return OptionRule(rf"({'|'.join(prefixes)})[0-9a-fA-F]{{32}}", f"{named} and 32 hex digits")
