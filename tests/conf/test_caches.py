"""What is read once a process is read again when its setting changes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from otpguard.conf.caches import forget_on_change


def test_a_cache_forgets_when_its_setting_changes_and_only_then(settings: Any) -> None:
    read: list[str] = []

    @lru_cache(maxsize=1)
    def brand() -> str:
        read.append(settings.OTPGUARD_TEST)
        return read[-1]

    forget_on_change(brand, names=("OTPGUARD_TEST",))
    settings.OTPGUARD_TEST = "one"
    assert (brand(), brand(), read) == ("one", "one", ["one"])
    settings.OTHER = "changed"
    assert (brand(), read) == ("one", ["one"])
    settings.OTPGUARD_TEST = "two"
    assert (brand(), read) == ("two", ["one", "two"])
