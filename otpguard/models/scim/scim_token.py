"""The secrets by which a customer's directory speaks to us."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.fields import PlainTextField
from otpguard.models.tenant import Tenant


class ScimToken(PinnedModel):
    """One token of a tenant's directory; only the SHA-256 of its secret is kept, in `digest`.

    A rotation is a new row. The row before it keeps its secret until `expires_at`, which the
    rotation brings forward, so that the directory has time to take the new one over.
    """

    class Scope(models.TextChoices):
        """What a token may do."""

        FULL = "full", _("people and groups")
        USERS = "users", _("people only")
        READ = "read", _("read only")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="scim_tokens"
    )
    name = PlainTextField(_("name"), max_length=120)
    scope = models.CharField(_("scope"), max_length=8, choices=Scope, default=Scope.FULL)
    prefix = models.CharField(_("beginning"), max_length=40)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    expires_at = models.DateTimeField(_("expires"))
    rotated_at = models.DateTimeField(_("last rotation"), null=True)
    used_at = models.DateTimeField(_("last use"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("SCIM token")
        verbose_name_plural = _("SCIM tokens")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest"], name="otpguard_scim_token_digest"),
        ]

    def __str__(self) -> str:
        return f"SCIM token '{self.name}'"
