"""What is read from the settings once a process, and read again when a test changes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from django.core.signals import setting_changed


class Cache(Protocol):
    """What `functools.lru_cache` makes of a function."""

    @property
    def cache_clear(self) -> Callable[[], None]:
        """Forget everything."""


_OF_SETTINGS: list[Cache] = []


def forget_settings() -> None:
    """Read OTPGUARD again when it is asked for next: what it names has become more."""
    for cache in _OF_SETTINGS:
        cache.cache_clear()


def forget_on_change(*caches: Cache, names: tuple[str, ...] = ("OTPGUARD",)) -> None:
    """Clear `caches` whenever one of these settings changes, as by `override_settings`."""

    if "OTPGUARD" in names:
        _OF_SETTINGS.extend(caches)

    def forget(*, setting: str, **_: object) -> None:
        if setting in names:
            for cache in caches:
                cache.cache_clear()

    setting_changed.connect(forget, weak=False)  # nothing else holds it
