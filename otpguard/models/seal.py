"""The seals of the audit log: inserted, never updated. A seal is the signed head of a log after
some more events; a log is a tenant's, the site's own, or that of all heads."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel

SITE_EVENTS = uuid.UUID(int=0)
"""The log of events that are of no tenant."""
ALL_HEADS = uuid.UUID(int=2**128 - 1)
"""The log whose leaves are the heads of all other logs: the one that others witness."""


class Seal(PinnedModel):
    """The head of `log` once it had `size` leaves; those from `first` on are new.

    `leaves` are the hashes of the new ones, one after the other, and `peaks` what is needed to
    append more. `first_xact` to `last_xact` are the transactions of the new events, and
    `last_event` is the newest, in the order of transaction and id. `position` is where this head
    stands in the log of all heads. The text that is signed is made of origin, size and root; the
    origin names the `generation`, which rises when a database was restored.
    """

    log = models.UUIDField()
    first = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    peaks = models.BinaryField()
    leaves = models.BinaryField()
    first_xact = models.BigIntegerField(default=0)
    last_xact = models.BigIntegerField(default=0)
    last_event = models.UUIDField(null=True)
    position = models.BigIntegerField(null=True)
    public_key = models.BinaryField()
    signature = models.BinaryField()
    clock_key = models.BinaryField()
    clock_signature = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)
    generation = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        # The seal that covers an event is the first that does not end before it.
        indexes: ClassVar = [
            models.Index(fields=["log", "last_xact", "last_event"], name="otpguard_seal_last"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "size"], name="otpguard_seal_size"),
            models.UniqueConstraint(fields=["log", "first"], name="otpguard_seal_first"),
            models.CheckConstraint(
                condition=models.Q(first__gte=0, size__gt=models.F("first")),
                name="otpguard_seal_grows",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.size}"


class LogTile(PinnedModel):
    """A full tile of a log's tree: 256 hashes, and the hash over them. Partial tiles are made of
    the leaves of seals, or of the hashes over the tiles below."""

    log = models.UUIDField()
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "level", "number"], name="otpguard_tile_once"),
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.level}/{self.number}"


class SealCursor(PinnedModel):
    """The one row that says up to where events are in seals, in the order of transaction and id;
    a pass that seals holds it. From `next_at` on the sweep looks whether there are more.

    `newer_head` is a published head that is newer than this database: nothing is sealed then.
    `generation` counts restores after which sealing went on, and `xact_offset` is added to the
    server's numbers of transactions, which begin at the start again in a new server."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    xact = models.BigIntegerField(default=0)
    event = models.UUIDField(default=SITE_EVENTS)
    next_at = models.DateTimeField(default=timezone.now)
    generation = models.PositiveSmallIntegerField(default=1)
    xact_offset = models.BigIntegerField(default=0)
    newer_head = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.xact} {self.event}"
