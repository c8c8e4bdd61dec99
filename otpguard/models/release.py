"""Releases: files that a host's job makes for a person, to be downloaded after a hold."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.release.terms import ENDED, LIVE, ReleaseState
from otpguard.database import PinnedModel
from otpguard.models.fields import EncryptedTextField
from otpguard.models.tenant import Tenant


class Release(PinnedModel):
    """One file for one person, of one job. `file` is its name in the storage, `key` opens it.

    `roles` are those that the person had when they asked; without any of them the release ends.
    `file` is known from the moment a try begins, so that what a dead worker left can be deleted;
    it stays after the end until the storage has deleted it. `lease_until` is when a running try
    counts as dead, or when a waiting one is due. No worker begins one that
    `waits_for_approval`.
    """

    class State(models.TextChoices):
        """Where a release stands."""

        QUEUED = ReleaseState.QUEUED.value, _("waiting")
        RUNNING = ReleaseState.RUNNING.value, _("being made")
        READY = ReleaseState.READY.value, _("ready")
        CANCELED = ReleaseState.CANCELED.value, _("canceled")
        EXPIRED = ReleaseState.EXPIRED.value, _("expired")
        FAILED = ReleaseState.FAILED.value, _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        related_name="releases",
        db_index=False,
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    roles = models.JSONField(default=list)
    job = models.CharField(max_length=40)
    arguments = EncryptedTextField(blank=True)
    format = models.CharField(max_length=17)
    checkpoint = models.CharField(max_length=81)
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    waits_for_approval = models.BooleanField(default=False)
    event = models.UUIDField()
    downloads = models.JSONField(default=list)
    downloads_left = models.PositiveSmallIntegerField()
    rows = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    file = models.CharField(max_length=200, blank=True)
    key = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state__in=[each.value for each in ENDED]) | Q(key=""),
                name="otpguard_release_key_gone",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.READY.value)
                | Q(opens_at__isnull=False, expires_at__isnull=False),
                name="otpguard_release_window",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "created_at", "id"], name="otpguard_release_tenant"),
            models.Index(
                fields=["lease_until"],
                name="otpguard_release_live",
                condition=Q(state__in=[each.value for each in LIVE]),
            ),
            models.Index(
                fields=["ended_at"],
                name="otpguard_release_file",
                condition=Q(state__in=[each.value for each in ENDED]) & ~Q(file=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} ({self.state})"
