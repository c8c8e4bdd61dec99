"""Grants, one row a proof (C2), and the requests that wait for one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.evidence import Source
from otpguard.core.facts import RequestFacts
from otpguard.database import PinnedManager, PinnedModel
from otpguard.ids import new_id
from otpguard.models.challenge import Challenge
from otpguard.models.fields import EncryptedTextField
from otpguard.models.tenant import Tenant


class GrantQuerySet(models.QuerySet["Grant"]):
    """Named queries over grants."""

    def own(self, facts: RequestFacts, *, within: timedelta) -> Self:
        """What this user proved in the last `within` and may still use: in any of their login
        sessions, in the tenant at hand or outside all of them, neither revoked nor spent."""
        if not facts.user:
            return self.none()
        where = Q(tenant=None) | Q(tenant_id=facts.tenant) if facts.tenant else Q(tenant=None)
        unspent = Q(uses_left=None) | Q(uses_left__gt=0)
        recent = Q(verified_at__gt=facts.now - within, verified_at__lte=facts.now + CLOCK_SKEW)
        return self.filter(where, unspent, recent, user_id=facts.user, revoked_at=None)


GrantManager = PinnedManager.from_queryset(GrantQuerySet)


class Grant(PinnedModel):
    """One proof of one factor in one login session.

    No level and no expiry: both are computed when somebody asks, from the profile and the live
    policy. Without a tenant it is a proof of the site's own staff.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sid = models.CharField(max_length=43)
    # Tenant and challenge have no index of their own: the partial ones below serve every query,
    # and each further index costs planner time at every guarded request.
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        related_name="+",
        db_index=False,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="otpguard_grants"
    )
    source = models.CharField(
        max_length=8, choices=[(s.value, s.value) for s in Source], default=Source.LOCAL.value
    )
    facts = models.JSONField()
    story = models.UUIDField()
    verified_at = models.DateTimeField()
    intent = models.CharField(max_length=64, blank=True)
    uses_left = models.PositiveSmallIntegerField(null=True, blank=True)
    passed = models.JSONField(default=list)
    challenge = models.ForeignKey(
        Challenge, models.SET_NULL, null=True, related_name="grants", db_index=False
    )
    factor_id = models.UUIDField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = GrantManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("-verified_at",)
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["challenge"],
                condition=Q(challenge__isnull=False),
                name="otpguard_grant_challenge_once",
            ),
        ]
        indexes: ClassVar = [
            # There is none by tenant and user: in a generic plan the guard would prefer it and
            # read all that a person has in all their logins.
            models.Index(
                fields=["sid", "tenant"],
                name="otpguard_grant_sid",
                condition=Q(revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"grant of {self.user} at {self.verified_at:%Y-%m-%d %H:%M}"


class KeptFormQuerySet(models.QuerySet["KeptForm"]):
    """Named queries over kept forms."""

    def live(self, facts: RequestFacts) -> Self:
        """Those that this user's login session may still send on, in the tenant they were kept in:
        a switch between the two does not carry them along (C26)."""
        if not facts.sid or not facts.user:
            return self.none()
        where = Q(tenant_id=facts.tenant) if facts.tenant else Q(tenant=None)
        owner = where & Q(sid=facts.sid, user_id=facts.user)
        return self.filter(
            owner, used_at=None, expires_at__gt=facts.now, created_at__lte=facts.now + CLOCK_SKEW
        )


KeptFormManager = PinnedManager.from_queryset(KeptFormQuerySet)


class KeptForm(PinnedModel):
    """A form that waits, encrypted, until its sender has proven who they are.

    Single use, bound to user, tenant, login session, path and intent. Of files and secret fields
    `body` holds the names only: they must be entered again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sid = models.CharField(max_length=43)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), null=True, related_name="+"
    )
    story = models.UUIDField()
    path = models.TextField()
    intent = models.CharField(max_length=64, blank=True)
    body = EncryptedTextField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = KeptFormManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        verbose_name = _("kept form")
        verbose_name_plural = _("kept forms")
        indexes: ClassVar = [
            models.Index(fields=["sid"], name="otpguard_kept_sid"),
            models.Index(fields=["expires_at"], name="otpguard_kept_expiry"),
        ]

    def __str__(self) -> str:
        return f"kept form of {self.user}"
