"""AUDIT_PUBLISH, read."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from otpguard.conf.audit.publish import PublishConfig, read_publish
from otpguard.conf.values import SettingsError

LOG_KEY = (
    "audit.example.com/i7/0197a3b20000700080000000000000aa+2e438c66"
    "+AZmGW1LJqjkJW/b27iwQ/oxxK9ey1fUwYjMkBEZLTCnU"
)
KEY = "witness.example.net/w1+f3f69d8d+BIGAwxo62kWF8X2OA8DbO8+3Ek2Btj4TUsGsF6T2NzTx"
SECRET = "whsec_" + b64encode(b"s" * 24).decode()
URL = "https://witness.example.net/"


def test_nothing_is_on_unless_a_place_is_named() -> None:
    assert read_publish({}) == PublishConfig()
    assert not PublishConfig().is_on


@pytest.mark.parametrize(
    "value",
    [
        {"DIRECTORY": "/mnt"},
        {"STORAGE": "heads"},
        {"TILES": "tiles"},
        {"RECIPIENTS": ["a@example.com"]},
        {"WEBHOOK": {"URL": URL, "SECRET": SECRET}},
        {"WITNESSES": {"w1": {"URL": URL, "KEY": KEY}}},
    ],
    ids=lambda value: next(iter(value)),
)
def test_each_place_alone_is_enough(value: dict[str, Any]) -> None:
    assert read_publish(value).is_on


def test_a_secret_is_not_shown() -> None:
    assert "ssss" not in repr(read_publish({"WEBHOOK": {"URL": URL, "SECRET": SECRET}}))


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ({"DIRECTORIES": "x"}, "otpguard.E001"),
        ({"DIRECTORY": 1}, "otpguard.E002"),
        ({"RECIPIENTS": ["nobody"]}, "otpguard.E160"),
        ({"WEBHOOK": {"URL": URL, "SECRET": "short"}}, "otpguard.E160"),
        ({"WEBHOOK": {"URL": "ftp://x", "SECRET": SECRET}}, "otpguard.E160"),
        ({"WITNESSES": {"w 1": {"URL": URL, "KEY": KEY}}}, "otpguard.E160"),
        ({"WITNESSES": {"w1": {"URL": URL, "KEY": LOG_KEY}}}, "otpguard.E160"),
        ({"WITNESSES": {"w1": {"URL": URL, "KEY": "x"}}}, "otpguard.E160"),
    ],
    ids=["key", "type", "email", "secret", "url", "name", "kind of key", "no key"],
)
def test_a_mistake_is_named(value: dict[str, Any], check: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_publish(value)
    assert raised.value.problem.check == check
