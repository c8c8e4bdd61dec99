"""Tenants and memberships: whose policy counts, and who belongs to it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Tenant(models.Model):
    """A customer organisation of the host."""

    class Status(models.TextChoices):
        """Whether the tenant's people may do anything at all."""

        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")

    class Environment(models.TextChoices):
        """What the tenant's data is."""

        PRODUCTION = "production", _("production")
        SANDBOX = "sandbox", _("sandbox")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=64, db_index=False)
    name = models.CharField(max_length=120)
    brand = models.CharField(
        max_length=40,
        blank=True,
        help_text=_("The name that messages to this tenant's people carry; approved by the site."),
    )
    status = models.CharField(max_length=16, choices=Status, default=Status.ACTIVE)
    annual_contract_value = models.PositiveIntegerField(
        default=0, help_text=_("US dollars a year; decides the tier.")
    )
    region = models.CharField(max_length=8, default="US")
    environment = models.CharField(
        max_length=16, choices=Environment, default=Environment.PRODUCTION
    )
    industry = models.CharField(max_length=40, blank=True)
    tags = models.JSONField(default=list, blank=True, help_text=_("Such as health, payments, EU."))
    policy_version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    usage_signal_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        # Every index of the guard's tables is weighed by the planner at each request, so there
        # are none but the needed ones.
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["slug"], name="otpguard_tenant_slug"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user in a tenant, with roles and the holds that run on them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Found by the unique pair below, which begins with the tenant.
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="otpguard_memberships"
    )
    active = models.BooleanField(default=True)
    roles = models.JSONField(default=list, blank=True)
    held = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Checkpoint to the UTC time until which it is held; written by holds only."),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("tenant", "user")
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "user"], name="otpguard_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.tenant}"
