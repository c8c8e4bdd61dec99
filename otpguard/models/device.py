"""Known devices: browsers that have proven a factor before. Login places: where people were."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedManager, PinnedModel


class KnownDeviceQuerySet(models.QuerySet["KnownDevice"]):
    """Named queries over known devices."""

    def live_of(self, user: str, *, now: datetime) -> Self:
        """Those of one user that are neither revoked nor expired; none without a user."""
        if not user:
            return self.none()
        return self.filter(user_id=user, revoked_at=None, expires_at__gt=now)


KnownDeviceManager = PinnedManager.from_queryset(KnownDeviceQuerySet)


class KnownDevice(PinnedModel):
    """One browser of one person. Its cookie holds the secret; `digest` is computed from it.

    Knowing a device chooses the lane in which failures count and informs risk; it proves nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="otpguard_devices"
    )
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = KnownDeviceManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("-last_seen_at",)
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest"], name="otpguard_device_once"),
        ]

    def __str__(self) -> str:
        return self.name or "device"


class LoginPlace(PinnedModel):
    """A country and network from which one person has logged in.

    `country` (ISO 3166) is empty and `asn` 0 where the network data did not say. The client's IP
    address itself is not kept.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    country = models.CharField(max_length=2, blank=True)
    asn = models.PositiveBigIntegerField(default=0)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-last_seen_at", "pk")
        verbose_name = _("login place")
        verbose_name_plural = _("login places")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "country", "asn"], name="otpguard_login_place_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["last_seen_at"], name="otpguard_login_place_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.country or '?'} AS{self.asn}"
