"""Audit events: inserted, never updated, never pointed at by a foreign key (C33)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel

REF_LENGTH = 255
"""Characters of a user's primary key: a host may have made it of an e-mail address."""


class Event(PinnedModel):
    """One audit fact. `body` is canonical JSON under a keyed MAC; the other columns index it.

    The body names people by random references. `actor_ref` and `subject_ref` are the keys of their
    users, beside the body so that people can be looked for; erasing a person puts the reference
    there too (see SubjectKey).

    The id is a version 7 UUID, so it carries the time. `xact` is the id of the transaction that
    wrote the row, on SQLite a counter; seals use it to find their horizon. What is personal is
    encrypted inside the body, under the keys of the people whom it concerns.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=40)
    checkpoint = models.CharField(max_length=81, blank=True)
    actor_ref = models.CharField(max_length=REF_LENGTH, blank=True)
    subject_ref = models.CharField(max_length=REF_LENGTH, blank=True)
    story = models.UUIDField(null=True)
    xact = models.BigIntegerField(default=0)
    body = models.TextField()
    mac = models.CharField(max_length=64)
    key_id = models.CharField(max_length=8)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["tenant_id", "id"], name="otpguard_event_tenant"),
            models.Index(fields=["tenant_id", "subject_ref", "id"], name="otpguard_event_subject"),
            # Erasing and searching find what somebody did to others; most did it to themselves.
            models.Index(
                fields=["actor_ref", "id"],
                name="otpguard_event_actor",
                condition=~models.Q(actor_ref="") & ~models.Q(actor_ref=models.F("subject_ref")),
            ),
            models.Index(fields=["story"], name="otpguard_event_story"),
            models.Index(fields=["xact", "id"], name="otpguard_event_xact"),
            # The newest of a log says from which index on its events are kept.
            models.Index(
                fields=["tenant_id", "id"],
                name="otpguard_event_purged",
                condition=models.Q(kind="retention.purged"),
            ),
        ]

    def __str__(self) -> str:
        return self.kind
