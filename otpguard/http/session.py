"""Our mark inside Django's web session: the sid and how the person logged in.

The mark is valid for the user it was made for and for the password hash of that time, so a changed
password ends what was proven before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest

from otpguard import sessions
from otpguard.conf import settings
from otpguard.core.assurance import Primary
from otpguard.core.secrets import same
from otpguard.models import LoginSession

KEY = sessions.MARK
TOMBSTONE = "otpguard_tombstone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the web session says about its own login."""

    sid: str = ""
    primary: Primary = Primary.NONE
    authenticated_at: datetime | None = None


NO_MARK = Mark()


def read(request: HttpRequest, user: str) -> Mark:
    """The mark of `user`; NO_MARK when there is none, or one of another user or password."""
    raw: dict[str, Any] | None = request.session.get(KEY)
    if not raw or not user or raw["user"] != user or not _is_of_password(request, raw["hash"]):
        return NO_MARK
    if is_impersonated(request):
        return Mark(sid=raw["sid"])
    at = raw["at"]
    return Mark(
        sid=raw["sid"],
        primary=Primary(raw["primary"]),
        authenticated_at=datetime.fromtimestamp(at, tz=UTC) if at else None,
    )


def write(request: HttpRequest, session: LoginSession, *, fresh: bool = True) -> None:
    """Put the mark of a login session into the web session. Without `fresh` it never binds a first
    factor, however recent the login is."""
    at = session.authenticated_at if fresh else None
    request.session[KEY] = {
        "sid": session.sid,
        "user": str(session.user_id),
        "primary": session.primary,
        "unchecked": session.authenticated_at is not None,
        "at": at.timestamp() if at else None,
        "hash": _password(request),
        "key": _print_of(request),
    }


def is_unchecked(request: HttpRequest) -> bool:
    """True after a login until its checkpoint was passed; see LoginMiddleware."""
    raw: dict[str, Any] = request.session.get(KEY) or {}
    return bool(raw.get("unchecked"))


def mark_checked(request: HttpRequest) -> None:
    """Note that this login has passed its checkpoint."""
    request.session[KEY] = {**request.session[KEY], "unchecked": False}


def carried(request: HttpRequest) -> str:
    """The sid in this web session, whether or not its mark still counts; empty without one."""
    raw: dict[str, Any] = request.session.get(KEY) or {}
    return str(raw.get("sid", ""))


def is_moved(request: HttpRequest) -> bool:
    """True when the web session has another key than its mark was written under: Django gives it
    one by itself, as after a change of the password. Looks only at a session that was written to.
    """
    session = getattr(request, "session", None)
    if session is None or not (session.modified and session.session_key) or TOMBSTONE in session:
        return False
    raw: dict[str, Any] | None = session.get(KEY)
    return raw is not None and not same(raw.get("key", ""), _print_of(request))


def update_key(request: HttpRequest) -> None:
    """Write into the mark that the web session has the key it has now.

    Django also gives it a new one when SECRET_KEY was rotated; then the password has a new hash.
    """
    raw = request.session[KEY]
    renewed = {"key": _print_of(request)}
    if _is_of_password(request, raw.get("hash", "")):
        renewed["hash"] = _password(request)
    request.session[KEY] = {**raw, **renewed}


def is_impersonated(request: HttpRequest) -> bool:
    """True while somebody acts as somebody else in this session, by a known package."""
    get = request.session.get
    return any(get(key) for key in settings().impersonation_keys)


def _print_of(request: HttpRequest) -> str:
    """A digest of the session's own key: what is inside a session should not open it."""
    return sha256(str(request.session.session_key).encode()).hexdigest()[:32]


def _is_of_password(request: HttpRequest, written: str) -> bool:
    """True if `written` is the hash of this session's password, also under an older SECRET_KEY."""
    if same(written, _password(request)):
        return True
    older = getattr(getattr(request, "user", None), "get_session_auth_fallback_hash", tuple)
    return any(same(written, each) for each in older())


def _password(request: HttpRequest) -> str:
    """Django's own session hash, which changes with the password. It lies in this very session, so
    a copy beside it reveals nothing."""
    return str(request.session.get(HASH_SESSION_KEY, ""))
