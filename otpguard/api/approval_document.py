"""An approval as the API shows it."""

from __future__ import annotations

from typing import Any

from otpguard.models import Approval


def approval_document(row: Approval) -> dict[str, Any]:
    """What was asked, by whom, who has approved it and where it stands. People are ids."""
    return {
        "approval": str(row.pk),
        "action": row.action,
        "user": str(row.subject_id or ""),
        "factors": row.what.get("factors"),
        "members": row.what.get("rows"),
        "reason": row.reason,
        "state": row.state,
        "needed": row.needed,
        "approved_by": [str(vote.user_id) for vote in row.votes.all()],
        "asked_by": str(row.asked_by_id),
        "decided_by": str(row.decided_by_id or ""),
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
    }
