"""VELOCITY: how many codes go to numbers that nobody has confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from otpguard.conf.values import SettingsError, mapping
from otpguard.core.pumping.velocity import TABLE, Cell, RowName, Velocity
from otpguard.core.registry import nearest

COLUMNS = ("STRICT", "STANDARD", "CEILING")
MOST = 1_000_000
"""No cell says more: a cap cannot be switched off."""


def read_velocity(value: object) -> Velocity:
    """{"IP_HOUR": {"STRICT": 5, "STANDARD": 10, "CEILING": 200}}, read; what is not named keeps its
    default. Raises SettingsError (E001, E002, E115)."""
    cells = dict(Velocity().cells)
    known = [name.upper() for name in RowName]
    for key, entry in mapping(value).items():
        if key not in known:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, known)}')
        name = RowName(key.lower())
        cells[name] = _cell(name, mapping(entry))
    return Velocity(cells=cells)


def _cell(name: RowName, entry: Mapping[str, Any]) -> Cell:
    key = name.upper()
    for column, number in entry.items():
        if column not in COLUMNS:
            hint = nearest(column, list(COLUMNS))
            raise SettingsError("otpguard.E001", f'unknown "{column}" in {key}, {hint}')
        if not isinstance(number, int) or isinstance(number, bool):
            raise SettingsError("otpguard.E002", f"{key}: {column} must be a whole number")
    cell = replace(TABLE[name].cell, **{column.lower(): entry[column] for column in entry})
    if not 0 < cell.ceiling <= MOST:
        raise SettingsError("otpguard.E115", f"{key}: CEILING must be from 1 to {MOST:,}")
    for column in ("STRICT", "STANDARD"):
        if not 0 < getattr(cell, column.lower()) <= cell.ceiling:
            limit = f"{column} must be from 1 to its CEILING of {cell.ceiling:,}"
            raise SettingsError("otpguard.E115", f"{key}: {limit}")
    return cell
