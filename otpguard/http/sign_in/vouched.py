"""Whom a person's own identity provider has just named in this request, by a statement that we have
verified: the login that follows needs no other word."""

from __future__ import annotations

from django.http import HttpRequest

_VOUCHED = "_otpguard_vouched"


def note_vouched(request: HttpRequest, user: object) -> None:
    """From here on, a login of this person in this request is one by their provider."""
    setattr(request, _VOUCHED, str(user))


def is_vouched(request: HttpRequest, user: str) -> bool:
    """Whether that was said of this very person."""
    return bool(user) and getattr(request, _VOUCHED, "") == user
