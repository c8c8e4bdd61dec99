"""Spend what may be used once: the token of a form and a solved puzzle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError

from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.models import SpentToken


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """One token to spend. `expires_at` is when it would be refused for its age."""

    digest: str
    expires_at: datetime

    @classmethod
    def of(cls, kind: str, key: str, *, expires_at: datetime) -> Spend:
        """That of a token with this random key; kinds are apart."""
        raw = f"{kind} {key}".encode(errors="surrogatepass")
        return cls(digest=sha256(raw).hexdigest(), expires_at=expires_at)


def spend(tokens: Iterable[Spend]) -> None:
    """Spend all of them in the caller's transaction, in one statement; none without any.

    Of transactions that spend the same token one commits; the others wait for it. Raises
    StartRefused if one was spent already: leave the transaction then, which is broken. Raises the
    errors of the database.
    """
    rows = [
        SpentToken(digest=each.digest, expires_at=each.expires_at)
        for each in sorted(tokens, key=lambda each: each.digest)
    ]
    if not rows:
        return
    try:
        SpentToken.objects.bulk_create(rows)
    except IntegrityError as error:
        raise StartRefused(StartReason.FORM_AGAIN) from error
