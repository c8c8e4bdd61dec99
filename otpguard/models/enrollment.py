"""Enrollment rules: who must have a factor enrolled, at what level, from when; and who was told."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.assurance import AssuranceLevel
from otpguard.database import PinnedModel
from otpguard.models.tenant import Tenant


class EnrollmentRule(PinnedModel):
    """Members of a tenant (of every tenant, without one) with a role must have a factor.

    An empty `role` means every member; an empty `level` accepts any factor. After `starts_at` plus
    the grace period, a member without a factor can only enroll one.
    """

    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        blank=True,
        related_name="enrollment_rules",
        db_index=False,
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


class EnrollmentReminder(PinnedModel):
    """That a person was checked because the deadline of a rule comes near, and was told once.

    `sent_at` is empty while the person meets the rule; then they are looked at again after a day. A
    changed rule begins without any.
    """

    rule = models.ForeignKey(EnrollmentRule, models.CASCADE, related_name="reminders")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    looked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("enrollment reminder")
        verbose_name_plural = _("enrollment reminders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "user"], name="otpguard_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"reminder of {self.user}"
