"""Caps on codes to new numbers that an operator has raised for a while."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.pumping.velocity import LONGEST_RAISE
from otpguard.database import PinnedManager, PinnedModel
from otpguard.models.fields import REASON_LENGTH, PlainTextField
from otpguard.models.tenant import Tenant

KEY_LENGTH = 80


class CapRaiseQuerySet(models.QuerySet["CapRaise"]):
    """The queries that raised caps need."""

    def running(self, now: datetime) -> CapRaiseQuerySet:
        """Those that count now."""
        return self.filter(ended_at=None, expires_at__gt=now)


CapRaiseManager = PinnedManager.from_queryset(CapRaiseQuerySet)


class CapRaise(PinnedModel):
    """A row of VELOCITY that counts up to `limit` until `expires_at`, and never beyond its ceiling.

    Without a `tenant` it counts on the whole site. `key` is one client IP network or the prefix of
    a number; empty: every key of the row. A row is never changed but by its end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    row = models.CharField(_("limit"), max_length=32)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    key = models.CharField(_("only for"), max_length=KEY_LENGTH, blank=True)
    limit = models.PositiveIntegerField(_("raised to"))
    reason = PlainTextField(max_length=REASON_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    end_reason = PlainTextField(max_length=REASON_LENGTH, blank=True)

    objects = CapRaiseManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("raised limit")
        verbose_name_plural = _("raised limits")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"))
                & Q(expires_at__lte=F("created_at") + LONGEST_RAISE),
                name="otpguard_cap_raise_two_weeks",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"], name="otpguard_cap_raise_running", condition=Q(ended_at=None)
            ),
            models.Index(fields=["tenant"], name="otpguard_cap_raise_tenant"),
            models.Index(fields=["created_at", "id"], name="otpguard_cap_raise_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.limit}, until {self.expires_at:%Y-%m-%d %H:%M}"
