"""Approvals: operations that wait for a second person."""

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
from otpguard.models.tenant import Tenant


class Approval(PinnedModel):
    """One request for the word of others. The person who asked cannot decide.

    `action` names the operation, `subject` the person it concerns, if it concerns one, `what` the
    ids it touches. `needed` is how many others must approve, as the policy said when it was asked.
    """

    class State(models.TextChoices):
        """Where a request stands. Only OPEN can be decided."""

        OPEN = "open", _("open")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("expired")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        related_name="+",
        db_index=False,
    )
    action = models.CharField(max_length=40)
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    what = models.JSONField(default=dict)
    reason = PlainTextField(max_length=REASON_LENGTH)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    needed = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="otpguard_approval_by_another",
            ),
            models.CheckConstraint(
                condition=Q(needed__gte=1), name="otpguard_approval_needs_another"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant"], name="otpguard_approval_open", condition=Q(state="open")
            ),
            models.Index(fields=["tenant", "created_at", "id"], name="otpguard_approval_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.action} ({self.state})"


class Vote(PinnedModel):
    """One person's approval of one request. A person has one vote, however many logins they use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    approval = models.ForeignKey(Approval, models.CASCADE, related_name="votes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["approval", "user"], name="otpguard_vote_once"),
        ]

    def __str__(self) -> str:
        return f"vote on {self.approval_id}"
