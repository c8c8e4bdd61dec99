"""Convert an ask to columns of its challenge and back, so that it can be asked again later.

Recovery takes two proofs, so two challenges for one ask; the second must ask the same.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from otpguard.core.send_options import send_options
from otpguard.exceptions import Ask
from otpguard.models import Challenge

_SAME = ("checkpoint", "sid", "intent", "next", "came_from", "binds", "unkept")


def columns_of(ask: Ask) -> dict[str, Any]:
    """The columns of a challenge for `ask`."""
    return {
        **{name: getattr(ask, name) for name in _SAME},
        "tenant_id": UUID(ask.tenant) if ask.tenant else None,
        "user_id": ask.user or None,
        "story": UUID(ask.story),
        "target": ask.target,
        "kept": UUID(ask.kept) if ask.kept else None,
        "send_options": ask.send_options.dump(),
    }


def ask_of(challenge: Challenge) -> Ask:
    """The ask that a stored challenge is for: the inverse of `columns_of`."""
    return Ask(
        **{name: getattr(challenge, name) for name in _SAME},
        tenant=str(challenge.tenant_id or ""),
        user=str(challenge.user_id or ""),
        story=str(challenge.story),
        target=challenge.target.reveal(),
        kept=str(challenge.kept or ""),
        send_options=send_options(**challenge.send_options),
    )
