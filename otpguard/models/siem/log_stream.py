"""Streams: where the events of a log are sent to, and how far each has come."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.siem.sinks import Sink
from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.fields import REASON_LENGTH, EncryptedTextField, PlainTextField
from otpguard.models.seal import SITE_EVENTS
from otpguard.models.tenant import Tenant

SINKS = [(sink.value, sink.text) for sink in Sink]


class LogStream(PinnedModel):
    """Where the events of one tenant are sent, or of the whole site without a `tenant`.

    Until `old_secret_until` a webhook is signed by `old_secret` too, which `secret` has replaced.
    `xact` and `event` are the newest event that the receiver has, in the order of transaction and
    id. Who sends holds it until `lease_until`; `claim` counts who has, so that one who comes back
    late moves nothing. Until `queued_until` the sweep enqueues it no second time. `refusals` are
    the events in a row that it refused. `failing_since` is when the first of the `failures` in a
    row was, `told_at` when people were told of them.
    """

    class State(models.TextChoices):
        """Whether events are sent."""

        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), null=True, related_name="+"
    )
    name = PlainTextField(_("name"), max_length=120)
    sink = models.CharField(_("kind"), max_length=16, choices=SINKS)
    url = models.CharField(_("URL"), max_length=500)
    secret = EncryptedTextField(blank=True)
    old_secret = EncryptedTextField(blank=True)
    old_secret_until = models.DateTimeField(_("old secret ends"), null=True)
    region = models.CharField(_("region"), max_length=8, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    xact = models.BigIntegerField(default=0)
    event = models.UUIDField(default=SITE_EVENTS)
    claim = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    queued_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField(_("next try"), default=timezone.now)
    look_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(_("failed tries in a row"), default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    told_at = models.DateTimeField(null=True)
    trouble = models.CharField(_("last failure"), max_length=REASON_LENGTH, blank=True)
    sent = models.PositiveBigIntegerField(_("events sent"), default=0)
    sent_at = models.DateTimeField(_("last sent"), null=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("event stream")
        verbose_name_plural = _("event streams")
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], name="otpguard_stream_due", condition=Q(state="active")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sink} stream"


class DeadLetter(PinnedModel):
    """An event that a receiver refuses for good: the stream has gone on without it.

    The event itself stays in the log; `replay_at` is when somebody has asked to send it once more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stream = models.ForeignKey(LogStream, models.CASCADE, related_name="dead_letters")
    event = models.UUIDField(_("event"))
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    at = models.DateTimeField(_("refused"), default=timezone.now)
    replay_at = models.DateTimeField(_("to be sent again"), null=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("refused event")
        verbose_name_plural = _("refused events")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "event"], name="otpguard_dead_letter_once"),
        ]

    def __str__(self) -> str:
        return f"refused event {self.event}"
