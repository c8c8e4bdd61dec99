"""Give a login session a new key after a step-up, without losing requests on their way (C3).

The session is copied under a new key together with its mark. The old key stays for ten seconds as
a tombstone without the mark: a stolen old cookie is never elevated, and late requests keep working.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.http import login
from otpguard.http.otp import STAMP
from otpguard.http.session import KEY, TOMBSTONE

TOMBSTONE_LIFE = timedelta(seconds=10)


def rotate(request: HttpRequest) -> None:
    """Replace `request.session` by a copy under a new key; the response carries its cookie.

    Saves the tombstone at once and notes the new key, by which the login can be ended from
    elsewhere; if it just was, the browser is logged out. Does nothing for a session that was never
    stored.
    """
    tombstone: Any = request.session
    if not tombstone.session_key:
        return
    session = type(tombstone)()
    session.create()
    session.update(dict(tombstone.items()))
    session.save()
    for key in (KEY, DEVICE_ID_SESSION_KEY, STAMP):
        tombstone.pop(key, None)
    tombstone[TOMBSTONE] = True
    tombstone.set_expiry(int(TOMBSTONE_LIFE.total_seconds()))
    tombstone.save()
    session.modified = True
    request.session = session
    if KEY in session:
        login.follow(request)
