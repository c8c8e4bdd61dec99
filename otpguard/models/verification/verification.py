"""Verifications: a service outside of Django has a number proven, by its key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.challenge import BROWSER_LENGTH, Challenge
from otpguard.models.keys.key_record import KeyRecord
from otpguard.models.tenant import Tenant


class Verification(PinnedModel):
    """One wish of a service to have a number proven. It ends in no grant.

    `browser` is an id of this verification alone, which no browser has. `request_key` is what the
    service calls its request, so that it can be sent twice; `digest` is that of its body. A row
    without a challenge is being worked on. It goes with its challenge.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="+", db_index=False
    )
    key = models.ForeignKey(
        KeyRecord, models.CASCADE, null=True, related_name="+", verbose_name=_("API key")
    )
    challenge = models.OneToOneField(
        Challenge, models.CASCADE, null=True, related_name="verification"
    )
    browser = models.CharField(max_length=BROWSER_LENGTH, editable=False)
    request_key = models.CharField(max_length=255, null=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    action = models.CharField(_("action"), max_length=81, blank=True)
    event = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key", "request_key"], name="otpguard_verification_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "created_at"], name="otpguard_verification_tenant"),
        ]

    def __str__(self) -> str:
        return f"verification at {self.created_at:%Y-%m-%d %H:%M}"
