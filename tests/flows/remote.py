"""Vendors that make the code, behind a site's only route."""

from __future__ import annotations

from typing import Any

from tests.vendors import bird, messagebird, twilio

PATH = "otpguard.channels.providers"


def with_bird(url: str, *channels: str) -> dict[str, Any]:
    """Settings with Bird Verify alone."""
    options = {"api_key": bird.API_KEY, "channels": list(channels) or ["sms"]}
    return {"PROVIDERS": {"far": _entry(f"{PATH}.bird.Bird", url, options)}}


def with_messagebird(url: str) -> dict[str, Any]:
    """Settings with MessageBird alone, which can be told to cancel."""
    options = {"access_key": messagebird.ACCESS_KEY}
    return {"PROVIDERS": {"far": _entry(f"{PATH}.messagebird.MessageBird", url, options)}}


def with_twilio(url: str, *channels: str) -> dict[str, Any]:
    """Settings with Twilio Verify, which carries our code, and memory for WhatsApp."""
    options = {
        "user": twilio.ACCOUNT,
        "password": twilio.AUTH_TOKEN,
        "service_sid": twilio.VERIFY_SERVICE,
        "channels": list(channels) or ["sms"],
    }
    near = {
        "BACKEND": f"{PATH}.memory.Memory",
        "OPTIONS": {"channels": ["whatsapp"], "outcome": "accepted"},
    }
    twilio_verify = _entry(f"{PATH}.twilio_verify.TwilioVerify", url, options)
    return {"PROVIDERS": {"verify": twilio_verify, "near": near}}


def _entry(backend: str, url: str, options: dict[str, Any]) -> dict[str, Any]:
    return {"BACKEND": backend, "OPTIONS": {**options, "base": url, "read": 0.5}}
