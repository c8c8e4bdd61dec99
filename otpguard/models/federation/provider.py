"""A tenant's identity provider: where it is, how it speaks, and what of it the tenant accepts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.federation.evidence import Protocol
from otpguard.core.federation.grade import LONGEST_AGE
from otpguard.core.federation.profiles import IDP_PROFILES
from otpguard.database import PinnedModel
from otpguard.models.fields import EncryptedTextField, PlainTextField
from otpguard.models.tenant import Tenant

LONGEST_MAX_AGE = int(LONGEST_AGE.total_seconds())


class IdentityProvider(PinnedModel):
    """Where a tenant's people sign in.

    What it states counts in this tenant alone (A1). `issuer` is the `iss` of OIDC or the entity id
    of SAML; `metadata` is the URL of the OIDC configuration, empty for the usual place, or the
    SAML metadata themselves. `accepted` are the values that state more than one factor, by place
    (see `core.federation.profiles.StatementPlace`), and `phishing_resistant` says that the
    profile's own words for that count too: both empty, it proves nothing. `max_age` is how many
    seconds old a sign-in may be when it arrives. `asks_for` are the values that a step-up asks the
    provider for, the most wanted first; what comes back alone counts.

    `outside` says that the tenant itself has named its addresses, so they are spoken to as those of
    a stranger. It stays when an operator changes the rest.

    With `capture_next`, the next sign-in is written into `captured`: what the provider really says
    of how somebody signed in, never of whom.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="+"
    )
    name = PlainTextField(_("name"), max_length=60)
    profile = models.CharField(
        _("kind"), max_length=16, choices=[(p.slug, p.label) for p in IDP_PROFILES.values()]
    )
    protocol = models.CharField(max_length=8, choices=[(p.value, p.name) for p in Protocol])
    issuer = models.CharField(max_length=255)
    metadata = models.TextField(blank=True)
    client_id = models.CharField(max_length=255, blank=True)
    client_secret = EncryptedTextField(blank=True)
    accepted = models.JSONField(default=dict, blank=True)
    phishing_resistant = models.BooleanField(default=False)
    max_age = models.PositiveSmallIntegerField(
        default=300, validators=[MinValueValidator(30), MaxValueValidator(LONGEST_MAX_AGE)]
    )
    asks_for = models.JSONField(default=list, blank=True)
    capture_next = models.BooleanField(default=False)
    captured = models.JSONField(null=True, blank=True)
    captured_at = models.DateTimeField(null=True, blank=True)
    enabled = models.BooleanField(default=True)
    outside = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("tenant", "name")
        verbose_name = _("identity provider")
        verbose_name_plural = _("identity providers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "issuer", "client_id"], name="otpguard_idp_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.tenant}"
