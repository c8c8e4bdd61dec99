"""Paid channels that were closed because of a loss, and lock-downs of sign-ups."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.ids import new_id


class PaidClosure(PinnedModel):
    """Paid messages to unproven numbers of a prefix, a country or by a channel are closed.

    After `until` one message at a time is let through: `trial` is its challenge and `tried_at` when
    it went. Its proof ends the closure. An empty key of a channel means all of them. `times` counts
    the closures of the same scope in a row.
    """

    class Scope(models.TextChoices):
        """The smallest first."""

        PREFIX = "prefix", _("number prefix")
        COUNTRY = "country", _("country")
        CHANNEL = "channel", _("channel")

    scope = models.CharField(max_length=16, choices=Scope)
    key = models.CharField(max_length=16, blank=True)
    lost_micros = models.PositiveBigIntegerField()
    times = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    trial = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("closed channel")
        verbose_name_plural = _("closed channels")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scope", "key"],
                condition=Q(ended_at=None),
                name="otpguard_closure_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key or 'all'}"


class SignupLockdown(PinnedModel):
    """No paid message goes to visitors until `until`, or until two operators have lifted it.

    `alarm` is that whose link started it, which serves once. `lifting` is the first of the two;
    neither may be the one who started it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alarm = models.CharField(max_length=64, unique=True, null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifting = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("lock-down of sign-ups")
        verbose_name_plural = _("lock-downs of sign-ups")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gt=models.F("at")), name="otpguard_lockdown_ends"
            )
        ]

    def __str__(self) -> str:
        return f"until {self.until:%Y-%m-%d %H:%M}"
