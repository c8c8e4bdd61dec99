"""What came of sends by prefix, country and network: the memory of the pumping defense.

Shared by all tenants: an attack on one is known to all. No row has a number.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.core.pumping.prefixes import PrefixLevel
from otpguard.database import PinnedModel

KEY_LENGTH = 80


class PrefixStatistic(PinnedModel):
    """The running sum of one prefix, of a country in one lane, of a network or a carrier.

    `total`, `sends`, `tried` and `verified` are as of `at` and fade from there. While
    `blocked_until` is ahead, the layer speaks up.
    """

    level = models.CharField(
        max_length=16, choices=[(level.value, level.value) for level in PrefixLevel]
    )
    key = models.CharField(max_length=KEY_LENGTH)
    lane = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=5, blank=True)
    total = models.FloatField(default=0.0)
    sends = models.FloatField(default=0.0)
    tried = models.FloatField(default=0.0)
    verified = models.FloatField(default=0.0)
    at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)
    blocks = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-blocked_until", "-total", "pk")
        verbose_name = _("prefix statistic")
        verbose_name_plural = _("prefix statistics")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["level", "key", "lane"], name="otpguard_prefix_statistic_once"
            ),
            models.CheckConstraint(
                condition=Q(total__gte=0), name="otpguard_prefix_statistic_floor"
            ),
        ]
        indexes: ClassVar = [
            # `key` first: a batch asks for keys of all levels, a firing for those below one.
            models.Index(fields=["key"], name="otpguard_prefix_statistic_key"),
            models.Index(
                fields=["blocked_until"],
                name="otpguard_prefix_blocked",
                condition=Q(blocked_until__isnull=False),
            ),
            models.Index(fields=["total"], name="otpguard_prefix_total"),
            models.Index(fields=["at"], name="otpguard_prefix_statistic_at"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.key}"


class NumberOutcome(PinnedModel):
    """That a number was counted, so that it is counted once a day. Kept two days.

    `phone_index` is the keyed digest of the number; a row under a retired key is not moved, since
    it lapses before that would matter.
    """

    phone_index = models.CharField(max_length=64, unique=True)
    began_at = models.DateTimeField()
    verified = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["began_at"], name="otpguard_number_outcome_began")
        ]

    def __str__(self) -> str:
        return "verified" if self.verified else "not verified"


class PumpingMark(PinnedModel):
    """How far one reader of challenges has come, and which state the lists have: `place` is the
    last challenge that was read, or a new id after each change of a list."""

    LEARNED: ClassVar = "learned"
    LATE: ClassVar = "late"
    LISTS: ClassVar = "lists"

    name = models.CharField(max_length=16, primary_key=True)
    place = models.UUIDField(default=UUID(int=0))

    def __str__(self) -> str:
        return self.name
