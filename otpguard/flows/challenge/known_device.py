"""Whether the device that asks is known, asked within another statement: it chooses the lane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from otpguard.core.facts import RequestFacts
from otpguard.grants.evidence import user_key
from otpguard.models import KnownDevice
from otpguard.prepared_sql import Columns

_UNTIL = Columns(KnownDevice, "expires_at")


def is_known_sql(devices: int) -> str:
    """A condition in SQL, as `factors.devices.is_known`, for so many digests of the device."""
    if not devices:
        return "1 = 0"
    places = ", ".join(["%s"] * devices)
    return (
        f"EXISTS (SELECT 1 FROM {_UNTIL.table} WHERE digest IN ({places})"  # noqa: S608 (constant text)
        " AND user_id = %s AND revoked_at IS NULL AND expires_at > %s)"
    )


def is_known_params(facts: RequestFacts, devices: Sequence[str]) -> list[Any]:
    """Its parameters."""
    return [*devices, user_key(facts.user), *_UNTIL.bind(facts.now)] if devices else []
