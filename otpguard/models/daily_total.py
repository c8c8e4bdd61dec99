"""What became of the deliveries of a day: all that is left of them once they are purged."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.tenant import Tenant

KEY = ("day", "tenant", "channel", "provider", "country", "outcome")
"""What the deliveries of one row have in common; `day` is that of UTC."""


class DailyTotal(PinnedModel):
    """Purged deliveries of one day that are alike; together with the rows that are still there they
    are all there were.

    `outcome` is the class of the failure, if there is one, otherwise the last state. `deliveries`
    counts the tries, `messages` those that left or were billed, `answered` those whose code was
    entered correctly; `cost_micros` is what they cost together.
    """

    day = models.DateField()
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        related_name="+",
        db_index=False,
    )
    channel = models.CharField(max_length=16)
    provider = models.CharField(max_length=64)
    country = models.CharField(max_length=2, blank=True)
    outcome = models.CharField(max_length=32)
    deliveries = models.PositiveBigIntegerField(default=0)
    messages = models.PositiveBigIntegerField(default=0)
    answered = models.PositiveBigIntegerField(default=0)
    cost_micros = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-day",)
        verbose_name = _("daily total")
        verbose_name_plural = _("daily totals")
        # Null is never equal to null, so rows without a tenant need a constraint of their own.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=KEY, name="otpguard_daily_total_once"),
            models.UniqueConstraint(
                fields=[name for name in KEY if name != "tenant"],
                condition=Q(tenant=None),
                name="otpguard_daily_total_once_site",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.channel} by {self.provider} ({self.outcome})"
