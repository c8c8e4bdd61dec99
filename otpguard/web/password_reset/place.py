"""Where a browser stands in a reset: whose link it has opened, and the facts of the person then.

Kept in the web session: the token, and a random number that ties a challenge to this session. So a
challenge belongs to one person, one link and one browser, and a link that is forwarded begins
at the start.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from otpguard import vault
from otpguard.account import email_of, find_user
from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import keyed_digest, same
from otpguard.exceptions import Ask, StoreUnavailable
from otpguard.flows.password_reset.link import find_link
from otpguard.flows.password_reset.need import reset_checkpoint
from otpguard.http import device
from otpguard.http.facts import facts_from
from otpguard.models.challenge import BROWSER_LENGTH
from otpguard.store_errors import STORE_ERRORS

KEY = "otpguard_reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPlace:
    """The person whose link was opened here, their facts, what a challenge names, and the path of
    the page that sets the new password."""

    user: AbstractBaseUser
    facts: RequestFacts
    ask: Ask
    token: str = field(repr=False)


def is_live(user: AbstractBaseUser, token: str) -> bool:
    """Whether this link of the person counts now. Raises StoreUnavailable."""
    try:
        return find_link(user=user, token=token, now=timezone.now()) is not None
    except STORE_ERRORS as error:
        raise StoreUnavailable("the link cannot be read") from error


def enter_reset(request: HttpRequest, user: AbstractBaseUser, token: str) -> ResetPlace:
    """Note in the web session that this browser has opened the link, which counts; opening it again
    in the same session goes on where it was."""
    known: dict[str, Any] = request.session.get(KEY) or {}
    if not same(str(known.get("token", "")), token):
        known = {
            "token": token,
            "user": str(user.pk),
            "nonce": secrets.token_urlsafe(32),
            "story": str(uuid4()),
        }
    known["path"] = request.path
    request.session[KEY] = known
    return _place(request, user, known)


def reset_place(request: HttpRequest) -> ResetPlace | None:
    """Where this browser stands; None without a link that counts now. Raises StoreUnavailable."""
    known: dict[str, Any] | None = request.session.get(KEY)
    if not known:
        return None
    try:
        user = find_user(known["user"])
    except STORE_ERRORS as error:
        raise StoreUnavailable("the person cannot be read") from error
    if user is None or not is_live(user, known["token"]):
        return None
    return _place(request, user, known)


def leave_reset(request: HttpRequest) -> None:
    """Forget it: the password is set."""
    request.session.pop(KEY, None)


def _place(request: HttpRequest, user: AbstractBaseUser, known: dict[str, Any]) -> ResetPlace:
    key = str(user.pk)
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
        next=known["path"],
    )
    return ResetPlace(user=user, facts=facts, ask=ask, token=known["token"])
