"""How routes are doing: the breaker's counts and the switches that operators set."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.fields import REASON_LENGTH, PlainTextField


class RouteHealth(PinnedModel):
    """The breaker of one route to one country. Counts are of the window that began last.

    `wait_until` is the end of a wait that the vendor itself asked for.
    """

    class State(models.TextChoices):
        """IN_USE lets every message through, PAUSED none, ON_TRIAL one at a time."""

        IN_USE = "in_use", _("in use")
        PAUSED = "paused", _("paused")
        ON_TRIAL = "on_trial", _("on trial")

    provider = models.CharField(max_length=64)
    channel = models.CharField(max_length=16)
    country = models.CharField(max_length=2, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.IN_USE)
    window_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    slow = models.PositiveIntegerField(default=0)
    pauses = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)
    wait_until = models.DateTimeField(null=True, blank=True)
    reason = PlainTextField(max_length=REASON_LENGTH, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("provider", "channel", "country")
        verbose_name = _("route health")
        verbose_name_plural = _("route health")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "channel", "country"], name="otpguard_route_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} by {self.provider} ({self.country or 'everywhere'})"


class RouteSwitch(PinnedModel):
    """An operator has switched something off. Empty columns mean "any": a channel, a provider, a
    country, or a combination. A row that was ended switches nothing."""

    provider = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    reason = PlainTextField(max_length=REASON_LENGTH)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("route switch")
        verbose_name_plural = _("route switches")

    def __str__(self) -> str:
        return " ".join(filter(None, (self.provider, self.channel, self.country))) or "everything"
