"""Prices of routes, in micro-dollars, with the days on which they are valid."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel


class Price(PinnedModel):
    """What one route to one country costs, in millionths of a US dollar.

    The parts add up: for each try, for each success, an add-on for each try, a carrier's surcharge
    for each try. `from_volume` is the number of messages in the month from which the row counts.
    """

    provider = models.CharField(max_length=64)
    channel = models.CharField(max_length=16)
    country = models.CharField(max_length=2, blank=True, help_text=_("Empty: everywhere."))
    from_volume = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    per_try = models.PositiveIntegerField(default=0)
    per_success = models.PositiveIntegerField(default=0)
    add_on = models.PositiveIntegerField(default=0)
    surcharge = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("provider", "channel", "country", "-valid_from", "from_volume")
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "channel", "country", "from_volume", "valid_from"],
                name="otpguard_price_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="otpguard_price_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} by {self.provider} to {self.country or 'anywhere'}"
