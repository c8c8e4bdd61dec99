"""Emergency envelopes: printed codes for when no code arrives and no login service answers."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.approval import Approval
from otpguard.models.tenant import Tenant


class Envelope(PinnedModel):
    """The printed codes of one tenant. At most one is live; `checkpoints` are what it may open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="+", db_index=False
    )
    checkpoints = models.JSONField(default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("emergency envelope")
        verbose_name_plural = _("emergency envelopes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(ended_at=None), name="otpguard_envelope_live"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "created_at"], name="otpguard_envelope_tenant"),
        ]

    def __str__(self) -> str:
        return f"envelope of {self.created_at:%Y-%m-%d}"


class EnvelopeCode(PinnedModel):
    """One printed code, as a digest. It serves once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    envelope = models.ForeignKey(Envelope, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("emergency code")
        verbose_name_plural = _("emergency codes")

    def __str__(self) -> str:
        return "used code" if self.used_at else "code"


class EmergencyAccess(PinnedModel):
    """A way through some checkpoints, for the people who opened it and until a moment.

    `people` are the ids of those who entered a code. A drill is the same row and opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="+", db_index=False
    )
    envelope = models.ForeignKey(Envelope, models.CASCADE, related_name="+")
    approval = models.OneToOneField(Approval, models.CASCADE, related_name="+")
    checkpoints = models.JSONField(default=list)
    people = models.JSONField(default=list)
    drill = models.BooleanField(default=False)
    reason = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at",)
        verbose_name = _("emergency access")
        verbose_name_plural = _("emergency accesses")
        indexes: ClassVar = [
            models.Index(
                fields=["tenant"], name="otpguard_emergency_open", condition=Q(ended_at=None)
            ),
            models.Index(fields=["tenant", "opened_at"], name="otpguard_emergency_tenant"),
        ]

    def __str__(self) -> str:
        return f"emergency access until {self.until:%Y-%m-%d %H:%M}"
