"""What vendors have said about phone numbers, and how the vendors are doing."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from otpguard.core.breaker import BreakerState
from otpguard.database import PinnedModel
from otpguard.models.fields import EncryptedTextField

VENDOR_LENGTH = 32


class NumberAnswer(PinnedModel):
    """The latest answers of one vendor about one number, until they are too old to be used.

    `phone_index` is the keyed digest of the number, which is nowhere in the row. Once the index key
    is replaced the row is not found any more, and goes when its time is up.
    """

    vendor = models.CharField(max_length=VENDOR_LENGTH)
    phone_index = models.CharField(max_length=64)
    answer = EncryptedTextField()
    until = models.DateTimeField()

    class Meta:
        ordering = ("-until", "pk")
        verbose_name = _("answer about a number")
        verbose_name_plural = _("answers about numbers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone_index", "vendor"], name="otpguard_number_answer_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["until"], name="otpguard_number_answer_until"),
        ]

    def __str__(self) -> str:
        return self.vendor


class VendorState(PinnedModel):
    """One vendor of facts about numbers: its breaker, and how often it was asked on `day` (UTC)."""

    name = models.CharField(max_length=VENDOR_LENGTH, unique=True)
    day = models.DateField()
    asked = models.PositiveIntegerField(default=0)
    state = models.CharField(
        max_length=8,
        default=BreakerState.IN_USE.value,
        choices=[(each.value, each.value) for each in BreakerState],
    )
    window_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    slow = models.PositiveIntegerField(default=0)
    pauses = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("vendor of facts about numbers")
        verbose_name_plural = _("vendors of facts about numbers")

    def __str__(self) -> str:
        return self.name
