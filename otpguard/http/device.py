"""The known-device cookie: signed, bound to one user, never proof of anything.

It only chooses the lane that a failed answer is counted in, so that an attacker elsewhere cannot
lock the owner out (A4).
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard import vault
from otpguard.core.secrets import keyed_digest, same

LIFE = timedelta(days=180)
_PLAIN = "otpguard_device"
_SECURE = "__Host-otpguard_device"


def is_known(request: HttpRequest, user: str) -> bool:
    """True when this browser has proven a factor of `user` before."""
    raw = request.COOKIES.get(_SECURE if request.is_secure() else _PLAIN, "")
    identity, dot, signature = raw.partition(".")
    if not (user and dot):
        return False
    return any(same(_sign(identity, user, key_id), signature) for key_id in vault.key_ids())


def remember(request: HttpRequest, response: HttpResponseBase, user: str) -> None:
    """Give this browser a cookie that says it has proven a factor of `user`."""
    identity = secrets.token_urlsafe(16)
    response.set_cookie(
        _SECURE if request.is_secure() else _PLAIN,
        f"{identity}.{_sign(identity, user, vault.key_ids()[0])}",
        max_age=int(LIFE.total_seconds()),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _sign(identity: str, user: str, key_id: str) -> str:
    return keyed_digest(vault.key_for(vault.DEVICE, key_id), f"{identity}\0{user}".encode())
