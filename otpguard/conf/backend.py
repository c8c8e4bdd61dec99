"""A class of the host's or of ours by dotted path, with options, as in Django's CACHES."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from otpguard.conf.values import SettingsError, mapping
from otpguard.core.registry import nearest

KEYS = ("BACKEND", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendConfig:
    """A dotted path and the keyword arguments of the constructor."""

    backend: str
    options: Mapping[str, Any] = field(default_factory=dict)


def read_backend(value: object) -> BackendConfig:
    """{"BACKEND": "dotted.path", "OPTIONS": {...}}, read. Raises SettingsError (E001, E002)."""
    if not isinstance(value, Mapping) or not isinstance(value.get("BACKEND"), str):
        raise SettingsError("otpguard.E002", "needs a BACKEND, a dotted path")
    for key in value:
        if key not in KEYS:
            hint = nearest(str(key), list(KEYS))
            raise SettingsError("otpguard.E001", f'unknown "{key}", {hint}')
    return BackendConfig(backend=value["BACKEND"], options=mapping(value.get("OPTIONS", {})))
