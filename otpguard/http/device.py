"""The known-device cookie: signed, bound to one user, never proof of anything.

It only chooses the lane that a failed answer is counted in, so that an attacker elsewhere cannot
lock the owner out (A4). The signature lets a guard read it without a query; whether the device is
still known is asked where a lane is chosen (factors.devices).
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard import vault
from otpguard.core.secrets import keyed_digest, same
from otpguard.factors.devices import LIFE

_PLAIN = "otpguard_device"
_SECURE = "__Host-otpguard_device"


def read(request: HttpRequest, user: str) -> str:
    """The id in this browser's cookie if it was signed for `user`, else nothing."""
    raw = request.COOKIES.get(_SECURE if request.is_secure() else _PLAIN, "")
    identity, dot, signature = raw.partition(".")
    if not (user and identity and dot):
        return ""
    signed = any(same(_sign(identity, user, key_id), signature) for key_id in vault.key_ids())
    return identity if signed else ""


def write(request: HttpRequest, response: HttpResponseBase, user: str, device: str) -> None:
    """Give this browser the cookie of `device`, an id without a dot, signed for `user`."""
    response.set_cookie(
        _SECURE if request.is_secure() else _PLAIN,
        f"{device}.{_sign(device, user, vault.key_ids()[0])}",
        max_age=int(LIFE.total_seconds()),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _sign(identity: str, user: str, key_id: str) -> str:
    # The database holds a digest of the id alone, so the id alone must never be what is signed.
    return keyed_digest(vault.key_for(vault.DEVICE, key_id), f"{identity}\0{user}".encode())
