"""Who people are at an identity provider, sign-ins that are under way, and statements seen."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.federation.provider import IdentityProvider
from otpguard.models.fields import EncryptedTextField


class FederatedIdentity(PinnedModel):
    """A person is (provider, subject) there, and never an e-mail (A1).

    Two people of different providers may have the same subject; one person may have several.
    `signaled_at` is until when sign-ins count no more, because the provider told of something.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(
        IdentityProvider,
        models.CASCADE,
        verbose_name=_("identity provider"),
        related_name="identities",
    )
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="otpguard_identities"
    )
    linked_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    signaled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-linked_at",)
        verbose_name = _("identity at a provider")
        verbose_name_plural = _("identities at providers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "subject"], name="otpguard_identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.provider.name}"


class IdpRequest(PinnedModel):
    """A browser was sent to an identity provider and is awaited: once, for ten minutes.

    `state` is a digest: knowing the row does not answer it. `sid`, `user` and `ask` say whose
    step-up it is, all empty for a login; `connects` is true while a person, logged in, links an
    identity. `nonce` and `verifier` (PKCE) are the other two secrets of the exchange.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="+")
    state = models.CharField(max_length=64, unique=True)
    nonce = EncryptedTextField()
    verifier = EncryptedTextField()
    sid = models.CharField(max_length=43, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    ask = EncryptedTextField(blank=True)
    next = models.TextField(blank=True)
    connects = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("sign-in under way")
        verbose_name_plural = _("sign-ins under way")
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="otpguard_idp_request_expiry"),
        ]

    def __str__(self) -> str:
        return f"sign-in at {self.provider.name} from {self.created_at:%Y-%m-%d %H:%M}"


class SeenStatement(PinnedModel):
    """A signed statement that was taken in already: no second sign-in comes of it."""

    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("statement seen")
        verbose_name_plural = _("statements seen")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["provider", "digest"], name="otpguard_statement_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="otpguard_statement_expiry"),
        ]

    def __str__(self) -> str:
        return f"statement {self.digest[:8]}"
