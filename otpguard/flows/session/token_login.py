"""Begin a login of an app, find it again by its tokens, and follow its refresh token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import same
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.session.login import begin_login
from otpguard.flows.session.revoke import end_session
from otpguard.models import TokenLogin
from otpguard.store_errors import STORE_ERRORS

OLDER_TOKEN = "an older refresh token was shown"  # noqa: S105 (a reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenFacts:
    """What of a refresh token a login is bound to."""

    jti: str
    expires_at: datetime


def begin_token_login(
    *,
    facts: RequestFacts,
    refresh: RefreshTokenFacts,
    password: str,
    backend: str,
    primary: Primary,
    names: Sequence[str] = (),
) -> TokenLogin:
    """Record the login of an app that happens now, and bind it to its refresh token.

    `password` is Django's session hash of the account; the rest is as for `begin_login`. Commits,
    or joins.
    """
    with transaction.atomic():
        session = begin_login(
            facts=facts,
            backend=backend,
            primary=primary,
            authenticated_at=facts.now,
            names=names,
        )
        return TokenLogin.objects.create(
            session=session, jti=refresh.jti, password=password, expires_at=refresh.expires_at
        )


def find_token_login(
    *, login_id: str, user: str, passwords: Sequence[str], now: datetime
) -> TokenLogin | None:
    """The login that tokens of this person name, while it goes on; None after its end, after its
    refresh token has expired and after a new password. `passwords` are the session hashes of the
    account that count, under each key at hand. Raises StoreUnavailable."""
    try:
        key = UUID(login_id)
    except ValueError:
        return None
    try:
        rows = TokenLogin.objects.live_of(user, now=now).filter(pk=key)
        row = rows.select_related("session").first()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the login of an app cannot be read") from error
    if row is None or not any(same(row.password, each) for each in passwords):
        return None
    return row


def may_refresh(*, facts: RequestFacts, login: TokenLogin, jti: str) -> bool:
    """Whether the refresh token with this `jti` carries the login on.

    One that was replaced by a rotation is a copy: the login ends with its proofs, also for those
    who hold the newer one. Commits; raises InsideTransaction inside another transaction, which the
    refusal would roll back together with that end.
    """
    transaction.refuse_inside("the refresh of an app's login")
    if same(login.jti, jti):
        return True
    end_session(facts=facts, session=login.session, reason=OLDER_TOKEN)
    return False


def follow_rotation(*, login: TokenLogin, refresh: RefreshTokenFacts) -> bool:
    """Bind the login to the refresh token that has replaced its own. False if it has ended, or was
    rotated meanwhile. One conditional UPDATE."""
    row = TokenLogin.objects.filter(Q(pk=login.pk), jti=login.jti, session__ended_at=None)
    return bool(row.update(jti=refresh.jti, expires_at=refresh.expires_at))
