"""Holds: waits that must pass first. The running ones are mirrored in `Membership.held` (C1)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.fields import REASON_LENGTH, PlainTextField
from otpguard.models.tenant import Membership, Tenant


class Hold(PinnedModel):
    """A wait on one member's checkpoint. Only somebody else may lift it.

    Without tenant and membership it is for what the person does outside any tenant.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("organization"),
        related_name="holds",
    )
    membership = models.ForeignKey(
        Membership, models.CASCADE, null=True, blank=True, related_name="holds"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    checkpoint = models.CharField(max_length=81)
    reason = PlainTextField(max_length=REASON_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-until",)
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("user")),
                name="otpguard_hold_lifted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(tenant=None, membership=None)
                | Q(tenant__isnull=False, membership__isnull=False),
                name="otpguard_hold_whole_place",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["membership"],
                name="otpguard_hold_running",
                condition=Q(lifted_at=None),
            ),
            models.Index(fields=["tenant", "until"], name="otpguard_hold_tenant"),
            models.Index(
                fields=["user"],
                name="otpguard_hold_site",
                condition=Q(tenant=None, lifted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"hold on {self.checkpoint} until {self.until:%Y-%m-%d %H:%M}"
