"""Domains of e-mail that tenants have shown to be theirs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.ids import new_id
from otpguard.models.tenant import Tenant

DOMAIN_LENGTH = 253


class VerifiedDomain(PinnedModel):
    """A domain that a tenant claims, and since when it is verified.

    `token` stands in the DNS record for everybody to read: it is no secret, but of this row alone.
    `seen_at` is when the record was last there, `checked_at` when we last looked. Of a domain at
    most one row is verified; others may wait.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="+"
    )
    domain = models.CharField(_("domain"), max_length=DOMAIN_LENGTH)
    token = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    checked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)
    seen_at = models.DateTimeField(_("record last seen"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)

    class Meta:
        ordering = ("tenant", "domain")
        verbose_name = _("e-mail domain")
        verbose_name_plural = _("e-mail domains")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "domain"], name="otpguard_domain_once"),
            models.UniqueConstraint(
                fields=["domain"],
                condition=Q(verified_at__isnull=False),
                name="otpguard_domain_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain} of {self.tenant}"
