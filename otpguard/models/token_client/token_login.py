"""The login of an app that calls with JSON web tokens, bound to its refresh token."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedManager, PinnedModel
from otpguard.ids import new_id
from otpguard.models.session import LoginSession

JTI_LENGTH = 255


class TokenLoginQuerySet(models.QuerySet["TokenLogin"]):
    """Named queries over logins of apps."""

    def live_of(self, user: str, *, now: datetime) -> Self:
        """Those of one person that were not ended and whose refresh token has not expired."""
        own = Q(session__user_id=user)
        return self.filter(own, session__ended_at=None, expires_at__gt=now)


TokenLoginManager = PinnedManager.from_queryset(TokenLoginQuerySet)


class TokenLogin(PinnedModel):
    """A login session that no web session carries. Its id stands in every token of the login.

    `jti` is the id of the one refresh token that carries the login on: a rotation replaces it.
    `password` is Django's session hash of the account, so that a new password ends the login.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.OneToOneField(LoginSession, models.CASCADE, related_name="token_login")
    jti = models.CharField(max_length=JTI_LENGTH)
    password = models.CharField(max_length=128)
    expires_at = models.DateTimeField()

    objects = TokenLoginManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        verbose_name = _("login of an app")
        verbose_name_plural = _("logins of apps")
        indexes: ClassVar = []

    def __str__(self) -> str:
        return f"login of an app until {self.expires_at:%Y-%m-%d %H:%M}"
