"""Where a browser stands in a reset: whose link it has opened, and the facts of the person then.

Kept in the web session: the token, and a random number that ties a challenge to this session. So a
challenge belongs to one person, one link and one browser, and a link that is forwarded begins
at the start.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.account import email_of, find_user
from otpguard.core.assurance import Primary
from otpguard.core.clock import age_is_within
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import LINK_LIFE
from otpguard.core.secrets import keyed_digest, same
from otpguard.exceptions import Ask, StoreUnavailable
from otpguard.flows.password_reset.link import find_link
from otpguard.flows.password_reset.need import reset_checkpoint
from otpguard.http import device
from otpguard.http.facts import facts_from
from otpguard.http.return_path import full_path
from otpguard.models.challenge import BROWSER_LENGTH
from otpguard.store_errors import STORE_ERRORS

KEY = "otpguard_reset"
LOGS_IN = _("to log in by the link in your e-mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPlace:
    """The person whose link was opened here, their facts, what a challenge names, and the path of
    the page that sets the new password. `logs_in` says that the link is one of the project's own
    and leads to a login instead."""

    user: AbstractBaseUser
    facts: RequestFacts
    ask: Ask
    token: str = field(repr=False)
    logs_in: bool = False


def is_live(user: AbstractBaseUser, token: str) -> bool:
    """Whether this link of the person counts now. Raises StoreUnavailable."""
    try:
        return find_link(user=user, token=token, now=timezone.now()) is not None
    except STORE_ERRORS as error:
        raise StoreUnavailable("the link cannot be read") from error


def enter_reset(request: HttpRequest, user: AbstractBaseUser, token: str) -> ResetPlace:
    """Note in the web session that this browser has opened the link, which counts; opening it again
    in the same session goes on where it was."""
    return _place(request, user, _noted(request, user, token, request.path))


def enter_login_link(request: HttpRequest, user: AbstractBaseUser, token: str) -> ResetPlace:
    """The same for a link of the project's own that logs in. The project has just found that the
    link counts, and finds it again when this browser comes back to it; until then the pages of the
    factor are open for an hour. A web session that begins here gets a new key, so that one which
    somebody else had planted in this browser opens nothing."""
    before = (request.session.get(KEY) or {}).get("nonce")
    known = _noted(request, user, token, full_path(request), opened_at=timezone.now())
    if known["nonce"] != before:
        request.session.cycle_key()
    return _place(request, user, known)


def _noted(
    request: HttpRequest,
    user: AbstractBaseUser,
    token: str,
    path: str,
    *,
    opened_at: datetime | None = None,
) -> dict[str, Any]:
    """What the web session says; new for another link, person or kind of link."""
    known: dict[str, Any] = request.session.get(KEY) or {}
    is_same = known.get("user") == str(user.pk) and ("opened_at" in known) is (
        opened_at is not None
    )
    if not is_same or not same(str(known.get("token", "")), token):
        known = {
            "token": token,
            "user": str(user.pk),
            "nonce": secrets.token_urlsafe(32),
            "story": str(uuid4()),
        }
    if opened_at is not None:
        known.setdefault("opened_at", opened_at.timestamp())
    known["path"] = path
    request.session[KEY] = known
    return known


def reset_place(request: HttpRequest) -> ResetPlace | None:
    """Where this browser stands; None without a link that counts now. Raises StoreUnavailable."""
    known: dict[str, Any] | None = request.session.get(KEY)
    if not known:
        return None
    try:
        user = find_user(known["user"])
    except STORE_ERRORS as error:
        raise StoreUnavailable("the person cannot be read") from error
    if user is None or not _counts(user, known):
        return None
    return _place(request, user, known)


def _counts(user: AbstractBaseUser, known: dict[str, Any]) -> bool:
    at = known.get("opened_at")
    if at is None:
        return is_live(user, known["token"])
    opened_at = datetime.fromtimestamp(at, tz=UTC)
    return user.is_active and age_is_within(opened_at, timezone.now(), LINK_LIFE)


def leave_reset(request: HttpRequest) -> None:
    """Forget it: the password is set, or the person logged in."""
    request.session.pop(KEY, None)


def _place(request: HttpRequest, user: AbstractBaseUser, known: dict[str, Any]) -> ResetPlace:
    key, logs_in = str(user.pk), "opened_at" in known
    sid = keyed_digest(
        vault.key_for(vault.RESET_LINK), f"{known['nonce']}\0{known['token']}".encode()
    )[:BROWSER_LENGTH]
    facts = replace(
        facts_from(request, user=user, bearer=True, tenant=""),
        sid=sid,
        primary=Primary.RESET_LINK,
        authenticated_at=None,
        email=email_of(user),
        # The owner's own browser keeps its lane, also before a login (A4).
        device=device.read(request, key),
    )
    ask = Ask(
        checkpoint=reset_checkpoint(user),
        tenant="",
        user=key,
        sid=sid,
        story=known["story"],
        target=str(LOGS_IN) if logs_in else "",
        next=known["path"],
    )
    return ResetPlace(user=user, facts=facts, ask=ask, token=known["token"], logs_in=logs_in)
