"""Decisions of the pumping defense about sends, and the numbers that support has released."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.pumping.attempt import NetworkKind, SpendLane
from otpguard.core.pumping.record import FINGERPRINT_LENGTH
from otpguard.core.pumping.verdict import Layer
from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.challenge import Challenge
from otpguard.models.fields import REASON_LENGTH, EncryptedTextField, PlainTextField
from otpguard.models.tenant import Tenant


class PumpingDecision(PinnedModel):
    """What was decided about one send to a number that nobody has proven yet, and why.

    `challenge` is empty for a refusal. It has no constraint: the challenge may be deleted before
    the decision, and then what came of the send is not known any more. `repeats` tells how many
    refusals a row stands for: those of one number for one reason within a minute are one.
    `signals` are all that the layers found; `released` tells that one of them did not count because
    support had released the number. `rules` is the fingerprint of the settings in force, and
    `work_level` the proof of work that was asked for.
    """

    class Action(models.TextChoices):
        """What was done."""

        SEND = "send", _("sent")
        PROOF_OF_WORK = "proof_of_work", _("asked for a proof of work")
        ANOTHER_WAY = "another_way", _("another way offered")
        REFUSE = "refuse", _("refused")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=81)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        related_name="+",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    challenge = models.ForeignKey(
        Challenge,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    number = EncryptedTextField()
    phone_index = models.CharField(max_length=64)
    prefix = models.CharField(max_length=16)
    country = models.CharField(max_length=3, blank=True)
    channel = models.CharField(max_length=16, blank=True)
    lane = models.CharField(max_length=16, choices=[(each.value, each.value) for each in SpendLane])
    network = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in NetworkKind]
    )
    asn = models.PositiveBigIntegerField(default=0)
    client_ip = EncryptedTextField(blank=True)
    action = models.CharField(max_length=16, choices=Action)
    layer = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in Layer], blank=True
    )
    reason = models.CharField(max_length=64, blank=True)
    signals = models.JSONField(default=list)
    released = models.BooleanField(default=False)
    rules = models.CharField(max_length=FINGERPRINT_LENGTH)
    price_micros = models.PositiveBigIntegerField(default=0)
    work_level = models.PositiveSmallIntegerField(default=0)
    solved_level = models.PositiveSmallIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("pumping decision")
        verbose_name_plural = _("pumping decisions")
        indexes: ClassVar = [
            models.Index(fields=["phone_index", "id"], name="otpguard_decision_number"),
            models.Index(fields=["tenant", "id"], name="otpguard_decision_tenant"),
            models.Index(
                fields=["user"], name="otpguard_decision_user", condition=Q(user__isnull=False)
            ),
            models.Index(
                fields=["challenge"],
                name="otpguard_decision_challenge",
                condition=Q(challenge__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M:%S}"


class NumberRelease(PinnedModel):
    """Support has spoken with the holder of a number: until `until`, what is only suspected of its
    range does not count against it. Caps, ceilings and a lock-down do.

    `phone_index` is the keyed digest of the number. `by` is the operator, empty for a command.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = EncryptedTextField()
    phone_index = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = PlainTextField(max_length=REASON_LENGTH)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("released number")
        verbose_name_plural = _("released numbers")
        indexes: ClassVar = [
            models.Index(fields=["phone_index", "until"], name="otpguard_release_number"),
        ]

    def __str__(self) -> str:
        return f"released until {self.until:%Y-%m-%d %H:%M}"
