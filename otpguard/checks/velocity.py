"""Checks of the caps on codes to new numbers."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from otpguard.checks.codes import warning
from otpguard.conf import settings
from otpguard.core.pumping.velocity import TABLE

FAR_TOO_MUCH = 100
"""So many times the default is what somebody writes who wants a cap out of the way of tests."""


def check_velocity(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """W115: cells of VELOCITY that hold nothing back."""
    try:
        mine = settings().velocity
    except ImproperlyConfigured:
        return []  # check_settings has said so
    found: list[CheckMessage] = []
    for name, row in TABLE.items():
        now, shipped = mine.cells[name], row.cell
        columns = [
            column.upper()
            for column in ("strict", "standard", "ceiling")
            if getattr(now, column) >= FAR_TOO_MUCH * getattr(shipped, column)
        ]
        if columns:
            said = (
                f"{name.upper()}: {', '.join(columns)} is {FAR_TOO_MUCH} times the default or more."
            )
            found.append(warning("otpguard.W115", said))
    return found
