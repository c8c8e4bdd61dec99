"""PUMPING: how the layers of the defense against SMS pumping are acted upon."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.conf.values import SettingsError, mapping, names
from otpguard.core.pumping.verdict import Layer
from otpguard.core.registry import nearest

KEYS = ("RECORD_ONLY",)
CHARGED = (Layer.VELOCITY, Layer.MONEY)
"""Layers that are charged where the send is written: what they refuse has no place left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpingSettings:
    """`record_only` are the layers whose signals are recorded and never acted upon."""

    record_only: tuple[Layer, ...] = ()


def read_pumping(value: object) -> PumpingSettings:
    """PUMPING as a value. Raises SettingsError (E001, E002, E145, E146)."""
    entry = mapping(value)
    unknown = sorted(key for key in entry if key not in KEYS)
    if unknown:
        hint = nearest(unknown[0], list(KEYS))
        raise SettingsError("otpguard.E001", f'unknown "{unknown[0]}", {hint}')
    layers = {_layer(name) for name in names(entry.get("RECORD_ONLY", ()))}
    return PumpingSettings(record_only=tuple(sorted(layers)))


def _layer(name: str) -> Layer:
    try:
        layer = Layer(name)
    except ValueError:
        hint = nearest(name, [each.value for each in Layer if each not in CHARGED])
        raise SettingsError("otpguard.E145", f'RECORD_ONLY: "{name}", {hint}') from None
    if layer in CHARGED:
        raise SettingsError("otpguard.E146", f'RECORD_ONLY: take "{name}" out.')
    return layer
