"""A cache that is there, and broken."""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.locmem import LocMemCache


class Corrupt(LocMemCache):
    """Returns nonsense for whatever was stored."""

    def __init__(self, _name: str, params: dict[str, Any]) -> None:
        super().__init__("corrupt", params)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Nonsense, if there is something."""
        kept = super().get(key, None, version)
        return default if kept is None else b"\\x80\\xffnonsense"
