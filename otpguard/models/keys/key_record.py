"""The ledger of API keys: the host's own, and those whose secrets otpguard made."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.fields import PlainTextField
from otpguard.models.tenant import Tenant


class KeyRecord(PinnedModel):
    """One API key: who made it, when, for what, and when it was last rotated, used and confirmed.

    `reference` is the host's own id of the key. A key of ours has the SHA-256 of its secret in
    `digest`, and is found by it; a key of the host's has none, and opens nothing here. `roles` are
    those that the person had who gave it its secret. A row stays when its key is deleted.
    `stepped_up_at` is the last confirmation for an action on the key. A key of ours opens nothing
    from `expires_at` on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        related_name="keys",
        db_index=False,
    )
    reference = models.CharField(_("reference"), max_length=255)
    name = PlainTextField(_("name"), max_length=120)
    environment = PlainTextField(_("environment"), max_length=40, blank=True)
    scope = PlainTextField(_("scope"), max_length=255, blank=True)
    prefix = models.CharField(_("beginning"), max_length=40, blank=True)
    roles = models.JSONField(default=list, editable=False)
    digest = models.CharField(max_length=64, null=True, editable=False)
    created_at = models.DateTimeField(_("created"), null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    rotated_at = models.DateTimeField(_("last rotation"), null=True)
    rotated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("rotated by"),
    )
    used_at = models.DateTimeField(_("last use"), null=True)
    stepped_up_at = models.DateTimeField(_("last confirmation"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    reminded_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "reference"], name="otpguard_key_once"),
            models.UniqueConstraint(fields=["digest"], name="otpguard_key_digest"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="otpguard_key_unreminded",
                condition=Q(deleted_at=None, reminded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} key '{self.name}'".strip()
