"""Billing changes that were noticed, each with the lock that somebody put on it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.tenant import Tenant


class BillingChange(PinnedModel):
    """One change of how a tenant pays: who, what, when; values are masked before they come here.

    `digest` tells two changes apart whose masked values are the same; it is keyed. `told` are the
    ids of the people who were told. `locked_until` is when a lock ends by itself, `locked_by` the
    person whose link started it, `lifted_by` who had the last word in its end.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        related_name="billing_changes",
        db_index=False,
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    field = models.CharField(max_length=16)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16, blank=True)
    digest = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField(default=timezone.now)
    told = models.JSONField(default=list, blank=True, editable=False)
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_until = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("billing change")
        verbose_name_plural = _("billing changes")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("by")),
                name="otpguard_billing_lifted_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-at"], name="otpguard_billing_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.field} at {self.at:%Y-%m-%d %H:%M}"
