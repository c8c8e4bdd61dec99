"""An exception from the floor as the API shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from otpguard.models import PolicyException


def document_of(row: PolicyException, now: datetime) -> dict[str, Any]:
    """What, why, whose and until when. `row` must have its tenant; people are named by their ids.

    `value` is what the floor of the field is while the exception runs.
    """
    return {
        "id": str(row.pk),
        "tenant": row.tenant.slug,
        "checkpoint": row.checkpoint,
        "field": row.field,
        "value": row.value,
        "state": _state(row, now),
        "owner": str(row.owner_id or ""),
        "reason": row.reason,
        "created_by": str(row.created_by_id or ""),
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "ended_by": str(row.ended_by_id or ""),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
    }


def _state(row: PolicyException, now: datetime) -> str:
    if row.ended_at is not None and row.ended_at < row.expires_at:
        return "ended"
    return "running" if row.ended_at is None and now < row.expires_at else "expired"
