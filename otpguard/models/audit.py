"""Audit events: inserted, never updated, never pointed at by a foreign key (C33)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventQuerySet(models.QuerySet["Event"]):
    """Named queries over events."""

    def newest_about(self, user: str, *, tenant: str, count: int = 20) -> list[Event]:
        """The newest events about one user, in this tenant or in none; never another tenant's.

        Two reads, for each goes down one index; together they would sort all of the user's events.
        """
        if not user:
            return []
        about = self.filter(subject_ref=user).order_by("-id")
        found = list(about.filter(tenant_id=None)[:count])
        if tenant:
            found += about.filter(tenant_id=tenant)[:count]
        return sorted(found, key=lambda row: row.id, reverse=True)[:count]


class Event(models.Model):
    """One audit fact. `body` is canonical JSON under a keyed MAC; the other columns index it.

    The id is a version 7 UUID, so it carries the time. `xact` is the writing transaction's id, by
    which sealing finds a horizon. Address, device and target are sealed inside the body.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=40)
    checkpoint = models.CharField(max_length=81, blank=True)
    actor_ref = models.CharField(max_length=64, blank=True)
    subject_ref = models.CharField(max_length=64, blank=True)
    story = models.UUIDField(null=True)
    xact = models.BigIntegerField(default=0)
    body = models.TextField()
    mac = models.CharField(max_length=64)
    key_id = models.CharField(max_length=8)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes: ClassVar = [
            models.Index(fields=["tenant_id", "id"], name="otpguard_event_tenant"),
            models.Index(fields=["tenant_id", "subject_ref", "id"], name="otpguard_event_subject"),
            models.Index(fields=["story"], name="otpguard_event_story"),
            models.Index(fields=["xact"], name="otpguard_event_xact"),
        ]

    def __str__(self) -> str:
        return self.kind
