"""Policy exceptions: dated departures from the site's floor, each for one tenant and field."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.policy_exception import LONGEST
from otpguard.database import PinnedManager, PinnedModel
from otpguard.models.fields import REASON_LENGTH, PlainTextField
from otpguard.models.tenant import Tenant


class PolicyExceptionQuerySet(models.QuerySet["PolicyException"]):
    """The queries that exceptions need."""

    def running(self, now: datetime) -> PolicyExceptionQuerySet:
        """Those that count now."""
        return self.filter(ended_at=None, expires_at__gt=now)


PolicyExceptionManager = PinnedManager.from_queryset(PolicyExceptionQuerySet)


class PolicyException(PinnedModel):
    """A departure from the floor in one policy field, for one tenant at one checkpoint.

    It counts until `expires_at` by the date alone. `ended_at` is set when an operator ends it, and
    some time after it has expired, which makes room for the next one. A row is never changed but
    for that and for the reminder, so that it stays what was granted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        related_name="policy_exceptions",
        db_index=False,
    )
    checkpoint = models.CharField(max_length=81)
    field = models.CharField(max_length=40)
    value = models.JSONField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("Is responsible for it, and is reminded before it expires."),
    )
    reason = PlainTextField(max_length=REASON_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    end_reason = PlainTextField(max_length=REASON_LENGTH, blank=True)

    objects = PolicyExceptionManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("policy exception")
        verbose_name_plural = _("policy exceptions")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "checkpoint", "field"],
                condition=Q(ended_at=None),
                name="otpguard_exception_once",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"))
                & Q(expires_at__lte=F("created_at") + LONGEST),
                name="otpguard_exception_within_a_year",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                name="otpguard_exception_expiry",
                condition=Q(ended_at=None),
            ),
            models.Index(fields=["tenant", "created_at", "id"], name="otpguard_exception_tenant"),
            models.Index(fields=["created_at", "id"], name="otpguard_exception_newest"),
            models.Index(
                fields=["created_at", "id"],
                name="otpguard_exception_running",
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint}: {self.field}, until {self.expires_at:%Y-%m-%d %H:%M}"
