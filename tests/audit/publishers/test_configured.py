"""The places that the setting names, in their order."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from otpguard.audit.publishers.configured import configured_places

KEY = "witness.example.net/w1+f3f69d8d+BIGAwxo62kWF8X2OA8DbO8+3Ek2Btj4TUsGsF6T2NzTx"


def test_tiles_come_first_and_witnesses_last(settings: Any) -> None:
    settings.OTPGUARD = {
        "AUDIT_PUBLISH": {
            "WITNESSES": {"w1": {"URL": "https://witness.example.net", "KEY": KEY}},
            "RECIPIENTS": ["audit@example.com"],
            "WEBHOOK": {"URL": "https://x.example.com", "SECRET": b64encode(b"s" * 24).decode()},
            "STORAGE": "heads",
            "DIRECTORY": "/mnt/heads",
            "TILES": "tiles",
        }
    }
    wanted = ["tiles", "directory", "storage", "webhook", "email", "witness:w1"]
    assert list(configured_places()) == wanted


def test_without_the_setting_there_is_none() -> None:
    assert dict(configured_places()) == {}
