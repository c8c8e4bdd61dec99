"""Enrollment rules: who must have a factor enrolled, at what level, from when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import AssuranceLevel
from otpguard.models.tenant import Tenant


class EnrollmentRule(models.Model):
    """Members of a tenant (of every tenant, without one) with a role must have a factor.

    An empty `role` means everybody; an empty `level` any factor. Past `starts_at` plus the grace
    period everything but enrollment is closed to who has none.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, null=True, blank=True, related_name="enrollment_rules"
    )
    role = models.CharField(max_length=40, blank=True)
    level = models.PositiveSmallIntegerField(
        null=True, blank=True, choices=[(level.value, level.name) for level in AssuranceLevel]
    )
    starts_at = models.DateTimeField(default=timezone.now)
    grace_days = models.PositiveSmallIntegerField(default=0)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("tenant", "role")
        verbose_name = _("enrollment rule")
        verbose_name_plural = _("enrollment rules")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "role"], name="otpguard_rule_once"),
            models.UniqueConstraint(
                fields=["role"], condition=Q(tenant=None), name="otpguard_rule_once_site"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant or 'site'}: {self.role or 'everybody'}"
