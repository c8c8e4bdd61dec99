"""The test project as the workers of the crash tests run it: two channels, one vendor over HTTP."""

from __future__ import annotations

import os
from typing import Any

from tests.settings import *  # noqa: F403 (settings are a list of names)

_VENDOR = os.environ.get("OTPGUARD_TEST_VENDOR", "http://127.0.0.1:9")


def _provider(channel: str) -> dict[str, Any]:
    options = {"channel": channel, "base": _VENDOR, "receipts": channel == "sms"}
    return {"BACKEND": "tests.crash.provider.Fragile", "OPTIONS": options}


OTPGUARD: dict[str, Any] = {
    "PROVIDERS": {channel: _provider(channel) for channel in ("sms", "whatsapp")}
}
