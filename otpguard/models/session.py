"""Login sessions, by our own id, which survives the rotation of the session key (C3), and how often
a wrong password was typed lately."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import Primary
from otpguard.database import PinnedManager, PinnedModel
from otpguard.models.fields import EncryptedTextField


class LoginSessionQuerySet(models.QuerySet["LoginSession"]):
    """Named queries over login sessions."""

    def open_of(self, user: str) -> Self:
        """Those of one user that were not ended; none without a user."""
        return self.filter(user_id=user, ended_at=None) if user else self.none()

    def unreached_of(self, user: str) -> Self:
        """Those of one user that were ended but whose web session still exists."""
        if not user:
            return self.none()
        return self.filter(user_id=user).exclude(ended_at=None).exclude(session_key="")


LoginSessionManager = PinnedManager.from_queryset(LoginSessionQuerySet)


class LoginSession(PinnedModel):
    """One login of one user. `authenticated_at` is empty for what is never fresh.

    `risk` is the score of the login, empty if nobody evaluated it, `risk_reasons` the codes of its
    reasons. `sim_unchanged` says that a vendor vouched for the person's phones at this login. `idp`
    is the identity provider whose sign-in of this person was taken in here last, empty without one.

    `session_key` is that of the web session which carries it now, so that it can be ended from
    elsewhere; encrypted, because knowing it means being logged in.
    """

    sid = models.CharField(max_length=43, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="otpguard_sessions"
    )
    authenticated_at = models.DateTimeField(null=True, blank=True)
    session_key = EncryptedTextField(blank=True)
    backend = models.CharField(max_length=200, blank=True)
    primary = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in Primary]
    )
    agent = models.CharField(max_length=120, blank=True)
    risk = models.PositiveSmallIntegerField(null=True, blank=True)
    risk_reasons = models.JSONField(default=list, blank=True)
    sim_unchanged = models.BooleanField(default=False)
    idp = models.ForeignKey(
        "otpguard.IdentityProvider", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LoginSessionManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("-started_at",)
        verbose_name = _("login session")
        verbose_name_plural = _("login sessions")
        indexes: ClassVar = [
            models.Index(fields=["user"], name="otpguard_session_open", condition=Q(ended_at=None)),
            models.Index(fields=["started_at"], name="otpguard_session_started"),
        ]

    def __str__(self) -> str:
        return f"login of {self.user} at {self.started_at:%Y-%m-%d %H:%M}"


class WrongPasswords(PinnedModel):
    """How many wrong passwords came in one hour with login names of one slot.

    `slot` is a part of a keyed digest of the name, `of_day` the hour of the day (0 to 23, UTC) and
    `hour` the hours since 1970. A row is used again a day later, so there are never more than slots
    times 24, and no row says whose name it was or whether there is such a person.
    """

    slot = models.PositiveIntegerField()
    of_day = models.PositiveSmallIntegerField()
    hour = models.PositiveIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["slot", "of_day"], name="otpguard_wrong_passwords_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} in slot {self.slot} and hour {self.hour}"
