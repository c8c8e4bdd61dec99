"""Receipts: what vendors report later about deliveries, kept as received."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.challenge import Delivery
from otpguard.models.fields import EncryptedTextField


class Receipt(PinnedModel):
    """One receipt of one vendor. `digest` covers its facts, so a repeat does nothing.

    `delivery` is empty if no delivery has that reference. `signed` is False if only a secret URL
    vouches for the receipt.
    """

    provider = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    delivery = models.ForeignKey(Delivery, models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=16)
    failure = models.CharField(max_length=32, blank=True)
    raw = EncryptedTextField(blank=True)
    signed = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "digest"], name="otpguard_receipt_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="otpguard_receipt_age")]

    def __str__(self) -> str:
        return f"{self.state} from {self.provider}"
