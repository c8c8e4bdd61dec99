"""Opt-outs: channels that are off for a number because its holder said so."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.fields import REASON_LENGTH, EncryptedTextField, PlainTextField
from otpguard.models.tenant import Tenant


class OptOut(PinnedModel):
    """No message goes to this number over this channel until `ended_at`.

    `tenant` is set for what was said to a tenant's own sender: it counts there only. Otherwise it
    counts everywhere. `phone_index` is the keyed digest of the number, `phone_index_old` the one
    under the key that is being retired. `source` tells a keyword that the person sent from a vendor
    who refused a message because of one; `until` is set where such a vendor could not tell us of a
    START, so that it is tried again. `ended_by` is the operator who switched the channel on,
    empty for the person's own START.
    """

    class Source(models.TextChoices):
        """How we know."""

        KEYWORD = "keyword", _("the person's message")
        VENDOR = "vendor", _("the vendor's answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        blank=True,
        related_name="+",
    )
    number = EncryptedTextField()
    phone_index = models.CharField(max_length=64)
    phone_index_old = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16)
    provider = models.CharField(max_length=64)
    source = models.CharField(max_length=16, choices=Source)
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ended_reason = PlainTextField(max_length=REASON_LENGTH, blank=True)

    class Meta:
        ordering = ("-at",)
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone_index", "channel", "tenant"],
                condition=Q(ended_at=None),
                name="otpguard_opt_out_once",
            ),
            models.UniqueConstraint(
                fields=["phone_index", "channel"],
                condition=Q(ended_at=None, tenant=None),
                name="otpguard_opt_out_once_site",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["phone_index_old"], name="otpguard_opt_out_number_old"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} stopped at {self.at:%Y-%m-%d %H:%M}"
