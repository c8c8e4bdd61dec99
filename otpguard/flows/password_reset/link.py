"""Links to reset a password: make one, and find the one that a token names."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from otpguard import vault
from otpguard.account import email_of
from otpguard.core.password_reset import LINK_LIFE
from otpguard.core.secrets import keyed_digest, same
from otpguard.ids import new_id
from otpguard.models import ResetLink


def make_link(user: AbstractBaseUser, *, now: datetime) -> tuple[ResetLink, str]:
    """A new link of this person and its token; their older one ends. Joins the caller's
    transaction, which has locked the person."""
    ResetLink.objects.filter(Q(user_id=user.pk), ended_at=None).update(ended_at=now)
    row = ResetLink.objects.create(
        id=new_id(), user_id=user.pk, fingerprint=_fingerprint(user), created_at=now
    )
    return row, vault.encrypt_token(vault.RESET_LINK, str(row.pk))


def find_link(*, user: AbstractBaseUser, token: str, now: datetime) -> ResetLink | None:
    """The link of this person that `token` names, if it still counts; None for any other. Reads
    only: programs open links of e-mails, too. Raises DatabaseError.

    None after a login, after a change of the password or the e-mail address, and for an account
    that is not active any more: `user` must have been read after the token came.
    """
    if not user.is_active:
        return None
    pk = _read(vault.RESET_LINK, token)
    row = ResetLink.objects.live(now).filter(Q(pk=pk), user_id=user.pk).first()
    if row is None or not any(same(row.fingerprint, each) for each in _fingerprints(user)):
        return None
    return row


def denial_of(link: ResetLink) -> str:
    """The token that ends this link. It sets no password, so it may stand in logs and histories."""
    return vault.encrypt_token(vault.RESET_DENIAL, str(link.pk))


def denial_for(token: str) -> str:
    """The same for the link of a token that resets; empty for any other text."""
    pk = _read(vault.RESET_LINK, token)
    return vault.encrypt_token(vault.RESET_DENIAL, str(pk)) if pk else ""


def denied_link(*, token: str, now: datetime) -> ResetLink | None:
    """The link that counts and that a token of `denial_of` ends. Reads only. Raises
    DatabaseError."""
    return ResetLink.objects.live(now).filter(Q(pk=_read(vault.RESET_DENIAL, token))).first()


def _read(purpose: str, token: str) -> UUID | None:
    """The id in a token that is not too old; None, which no link has, for any other text."""
    try:
        return UUID(vault.decrypt_token(purpose, token, max_age=LINK_LIFE))
    except (vault.UndecryptableError, ValueError):
        return None


def _fingerprint(user: AbstractBaseUser) -> str:
    return _fingerprints(user)[0]


def _fingerprints(user: AbstractBaseUser) -> list[str]:
    """What of the account must stay as it is, under each key at hand: as Django's own tokens."""
    login = user.last_login.replace(microsecond=0, tzinfo=None) if user.last_login else ""
    raw = "\0".join([str(user.pk), user.password, str(login), email_of(user)])
    return [
        keyed_digest(vault.key_for(vault.RESET_LINK, key_id), raw.encode(errors="surrogatepass"))
        for key_id in vault.key_ids()
    ]
