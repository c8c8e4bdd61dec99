"""What the host's user model says of a person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model


def email_of(user_id: Any) -> str:  # noqa: ANN401 (a primary key of the host's choice)
    """The account's e-mail address now; empty for none, and for a user that is not there."""
    user = get_user_model()._default_manager.filter(pk=user_id).first()  # noqa: SLF001 (Django's own)
    return str(getattr(user, user.get_email_field_name(), "") or "") if user else ""
