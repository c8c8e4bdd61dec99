"""What is kept about the audit log beside it: which heads are published, and how checks ended."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel

NAME_LENGTH = 80
ERROR_LENGTH = 200


class Publication(PinnedModel):
    """How far one place outside the database is: `size` is that of the newest head of the log of
    all heads that it has, and `note` the head as the place has it, with what it signed itself.
    Nothing is sent to it before `next_at`; `failures` counts tries since the last success."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    size = models.BigIntegerField(default=0)
    note = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=ERROR_LENGTH, blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.size}"


class AuditSchedule(PinnedModel):
    """The one row that says from when on the sweep publishes heads and checks the log again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    publish_at = models.DateTimeField(default=timezone.now)
    verify_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.publish_at} {self.verify_at}"


class LogCheck(PinnedModel):
    """One check of a log, or of all that is new since the check before it, which the sweep runs at
    night: `log` is that of all heads then. `since` is where it began."""

    log = models.UUIDField()
    asked_at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    events = models.BigIntegerField(default=0)
    damages = models.PositiveIntegerField(default=0)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("check of the log")
        verbose_name_plural = _("checks of the log")
        indexes: ClassVar = [models.Index(fields=["log", "-id"], name="otpguard_check_log")]

    def __str__(self) -> str:
        return f"{self.log} {self.asked_at}"
