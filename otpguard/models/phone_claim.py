"""Phone claims: a browser without an account has proven that a number is in its hands."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.phone import PhoneNumber, country_of
from otpguard.database import PinnedManager, PinnedModel
from otpguard.ids import new_id
from otpguard.models.challenge import BROWSER_LENGTH, Challenge
from otpguard.models.tenant import Tenant


class PhoneClaimQuerySet(models.QuerySet["PhoneClaim"]):
    """Named queries over claims."""

    def usable(self, *, browser: str, tenant: str, checkpoint: str, now: datetime) -> Self:
        """Those that this browser may use now, at this checkpoint and in this tenant; none without
        a browser, and none that a clock running ahead would keep alive."""
        if not browser:
            return self.none()
        where = Q(tenant_id=tenant) if tenant else Q(tenant=None)
        return self.filter(
            where,
            browser=browser,
            checkpoint=checkpoint,
            used_at=None,
            expires_at__gt=now,
            created_at__lte=now + CLOCK_SKEW,
        )


PhoneClaimManager = PinnedManager.from_queryset(PhoneClaimQuerySet)


class PhoneClaim(PinnedModel):
    """One number that one browser has proven for one checkpoint, to be used once.

    It says nothing of a person: whose account it goes into is the host's to decide, which `user`
    then keeps. The number itself stands in the challenge; a challenge has one claim at most. The
    claim goes with it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    challenge = models.OneToOneField(Challenge, models.CASCADE, related_name="claim")
    browser = models.CharField(max_length=BROWSER_LENGTH)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        related_name="+",
    )
    checkpoint = models.CharField(max_length=81)
    phone_index = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    objects = PhoneClaimManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("phone claim")
        verbose_name_plural = _("phone claims")
        indexes: ClassVar = [
            models.Index(
                fields=["browser", "created_at"],
                name="otpguard_claim_browser",
                condition=Q(used_at=None),
            ),
        ]

    @property
    def number(self) -> PhoneNumber:
        """The number, which shows itself masked. Raises UndecryptableError without its key."""
        number = self.challenge.destination.reveal()
        return PhoneNumber(e164=number, region=country_of(number))

    def __str__(self) -> str:
        return f"{self.checkpoint} claim ({'used' if self.used_at else 'not used'})"
