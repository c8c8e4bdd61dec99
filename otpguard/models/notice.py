"""Notices: messages that inform and ask nothing, their outbox, and where else they go."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.fields import EncryptedTextField
from otpguard.models.tenant import Tenant


class NoticeEmail(PinnedModel):
    """A further e-mail address of a person for notices (NIST SP 800-63B-4, 4.6).

    It gets notices only once it is confirmed, and never a code. One that was removed still gets
    them for a while (A9), so the row stays with the time of its removal.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="otpguard_notice_emails"
    )
    email = EncryptedTextField()
    email_index = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice e-mail address")
        verbose_name_plural = _("notice e-mail addresses")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "email_index"],
                condition=Q(removed_at=None),
                name="otpguard_notice_email_once",
            ),
        ]

    def __str__(self) -> str:
        return "notice e-mail address"


class Notice(PinnedModel):
    """One notice to one destination; the rows are the outbox, claimed by a lease like deliveries.

    `context` holds what the text names; it is encrypted, as is the destination.
    """

    class State(models.TextChoices):
        """Where a notice stands. SENT and FAILED are final."""

        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), null=True, related_name="+"
    )
    channel = models.CharField(max_length=16)
    destination = EncryptedTextField()
    context = EncryptedTextField(blank=True)
    language = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes: ClassVar = [
            models.Index(
                fields=["lease_until"],
                name="otpguard_notice_lease",
                condition=Q(state__in=["queued", "sending"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
