"""Streams of security events that identity providers send, and the tokens that were taken in."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.federation.security_event import Dialect
from otpguard.database import PinnedModel
from otpguard.models.fields import EncryptedTextField, PlainTextField
from otpguard.models.tenant import Tenant


class SignalStream(PinnedModel):
    """A transmitter that a tenant trusts to end what is proven there, and in no other tenant.

    `issuer` and `audience` are what its tokens must say, word for word; `jwks` is where it
    publishes its keys. It pushes with a secret of which `push_digest` is the SHA-256, or we poll at
    `poll_url` with `poll_secret`; both may be. `state` is what the next verification must bring
    back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="+"
    )
    name = PlainTextField(_("name"), max_length=60)
    dialect = models.CharField(
        _("names of events"),
        max_length=8,
        choices=[(Dialect.CAEP.value, "CAEP (SSF 1.0)"), (Dialect.RISC.value, "RISC (Google)")],
        default=Dialect.CAEP.value,
    )
    issuer = models.CharField(max_length=255)
    audience = models.CharField(max_length=255)
    jwks = models.CharField(max_length=500)
    poll_url = models.CharField(max_length=500, blank=True)
    poll_secret = EncryptedTextField(blank=True)
    push_digest = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(max_length=64, blank=True)
    enabled = models.BooleanField(default=True)
    verified_at = models.DateTimeField(_("last verification"), null=True, blank=True)
    received_at = models.DateTimeField(_("last event"), null=True, blank=True)
    polled_at = models.DateTimeField(_("last poll"), null=True, blank=True)
    trouble = models.CharField(_("trouble"), max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("tenant", "name")
        verbose_name = _("signal stream")
        verbose_name_plural = _("signal streams")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "issuer", "audience"], name="otpguard_signal_stream_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.tenant}"


class SeenSignal(PinnedModel):
    """A token that was taken in already: sent again, it has no effect."""

    stream = models.ForeignKey(SignalStream, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("signal seen")
        verbose_name_plural = _("signals seen")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "digest"], name="otpguard_signal_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="otpguard_signal_expiry"),
        ]

    def __str__(self) -> str:
        return f"signal {self.digest[:8]}"
