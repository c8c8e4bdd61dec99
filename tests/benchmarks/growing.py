"""The project of `benchmarks.growth`: two vendors in memory, the first without a receipt yet."""

from __future__ import annotations

from typing import Any

from tests.benchmarks.settings import *  # noqa: F403 (settings are a list of names)

_MEMORY = "otpguard.channels.providers.memory.Memory"
_WAITS = {"channels": ["sms"], "outcome": "accepted", "receipts": True}
ROOT_URLCONF = "tests.benchmarks.acts.growth"
OTPGUARD: dict[str, Any] = {
    "PROVIDERS": {
        "sms": {"BACKEND": _MEMORY, "OPTIONS": _WAITS},
        "whatsapp": {"BACKEND": _MEMORY, "OPTIONS": {"channels": ["whatsapp"]}},
    }
}
