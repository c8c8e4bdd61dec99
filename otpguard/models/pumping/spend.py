"""What was spent on numbers that nobody had proven: counters by the hour, and what a challenge has
charged to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from otpguard.core.pumping.money.spending import SpendScope
from otpguard.database import PinnedModel

KEY_LENGTH = 64


class SpendWindow(PinnedModel):
    """What one counter has of one hour. `hour` counts from 1970 on, in UTC.

    `all_micros` is all that messages were expected to cost; `unverified_micros` what of it is for
    numbers that are still unproven, which goes down when one is proven; `verified_micros` what of
    it was proven, the habit. `places` are messages of the reserve. It names no person: the longest
    part of a number is its prefix.
    """

    scope = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in SpendScope]
    )
    key = models.CharField(max_length=KEY_LENGTH)
    hour = models.PositiveIntegerField()
    all_micros = models.PositiveBigIntegerField(default=0)
    unverified_micros = models.PositiveBigIntegerField(default=0)
    verified_micros = models.PositiveBigIntegerField(default=0)
    places = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key", "hour"], name="otpguard_spend_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["hour"], name="otpguard_spend_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key} in hour {self.hour}"


class SpendCharge(PinnedModel):
    """What one challenge has charged, until it is proven: how its further messages are counted, and
    what goes back. `amounts` has [scope, key, all, unproven] of its first message."""

    challenge = models.UUIDField(unique=True)
    hour = models.PositiveIntegerField()
    lane = models.CharField(max_length=16)
    prefix = models.CharField(max_length=16)
    country = models.CharField(max_length=3, blank=True)
    tenant = models.CharField(max_length=36, blank=True)
    is_strict = models.BooleanField(default=True)
    micros = models.PositiveBigIntegerField()
    amounts = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["hour"], name="otpguard_spend_charge_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.lane} to {self.country} in hour {self.hour}"
