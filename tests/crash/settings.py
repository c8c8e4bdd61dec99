"""The test project as the workers of the crash tests run it: a few channels, one vendor over HTTP.

OTPGUARD_TEST_PLAN says who makes the codes.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from tests.settings import *  # noqa: F403 (settings are a list of names)

OWN, MIXED = "own", "mixed"
MAKERS: Mapping[str, Mapping[str, str]] = {
    OWN: {"sms": "Fragile", "whatsapp": "Fragile"},
    MIXED: {"sms": "FragileMaker", "whatsapp": "Fragile", "voice": "FragileMaker"},
}
"""The provider of each channel. A mixed plan begins and ends with a code of the vendor's (C14)."""


def providers(vendor: str, plan: str) -> dict[str, Any]:
    """OTPGUARD for a vendor at this URL."""
    return {
        "PROVIDERS": {
            channel: {
                "BACKEND": f"tests.crash.provider.{name}",
                "OPTIONS": {"channel": channel, "base": vendor, "receipts": channel == "sms"},
            }
            for channel, name in MAKERS[plan].items()
        }
    }


OTPGUARD = providers(
    os.environ.get("OTPGUARD_TEST_VENDOR", "http://127.0.0.1:9"),
    os.environ.get("OTPGUARD_TEST_PLAN", OWN),
)
