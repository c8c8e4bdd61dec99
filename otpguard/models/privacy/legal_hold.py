"""Legal holds on people: while one is running, nothing of the person is erased or purged."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.audit import REF_LENGTH
from otpguard.models.fields import REASON_LENGTH, PlainTextField


class LegalHold(PinnedModel):
    """A legal hold on one person, by the key of their user, which may be deleted already. That of a
    tenant is `Tenant.legal_hold`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_key = models.CharField(_("key of the user"), max_length=REF_LENGTH)
    reason = PlainTextField(_("reason"), max_length=REASON_LENGTH)
    created_at = models.DateTimeField(_("from"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("legal hold on a person")
        verbose_name_plural = _("legal holds on people")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user_key"],
                name="otpguard_legal_hold_once",
                condition=Q(lifted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"legal hold on {self.user_key}"
