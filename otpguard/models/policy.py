"""Policy wishes: what the site or a tenant asks, for one checkpoint or for all, in versions."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.tenant import Tenant

STAMP_BITS = 48
"""So few that the stamps of all the site's wishes together still fit into an integer column."""


def new_stamp() -> int:
    """A number that was never used, and by a process that rolls back never is again."""
    return secrets.randbits(STAMP_BITS)


class PolicyWish(PinnedModel):
    """One version of the wishes for one checkpoint; without a tenant it is the site's own.

    `version` counts for people. The stamps of the site's current wishes add up to the version that
    its policy is cached under.
    """

    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        blank=True,
        related_name="policy_wishes",
    )
    checkpoint = models.CharField(max_length=81, help_text=_("A checkpoint's name, or * for all."))
    version = models.PositiveIntegerField()
    wishes = models.JSONField(default=dict)
    current = models.BooleanField(default=True)
    stamp = models.BigIntegerField(default=new_stamp, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("tenant", "checkpoint", "-version")
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        # Null is never equal to null, so the site's rows need constraints of their own.
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "checkpoint", "version"], name="otpguard_wish_version"
            ),
            models.UniqueConstraint(
                fields=["checkpoint", "version"],
                condition=Q(tenant=None),
                name="otpguard_wish_version_site",
            ),
            models.UniqueConstraint(
                fields=["tenant", "checkpoint"],
                condition=Q(current=True),
                name="otpguard_wish_current",
            ),
            models.UniqueConstraint(
                fields=["checkpoint"],
                condition=Q(tenant=None, current=True),
                name="otpguard_wish_current_site",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant or 'site'}: {self.checkpoint} (version {self.version})"
