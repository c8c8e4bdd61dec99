"""Factors: one concrete table on django-otp's `Device`, with a proxy for each kind (C23).

Being a Device makes a factor visible to whatever else uses django-otp. Being verified is another
matter: outside our flows `verify_token` always refuses, so that no caller can step round caps,
lanes and the log.
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, DeviceManager, GenerateNotAllowed

from otpguard.core.assurance import FactorKind
from otpguard.core.limits import Lane
from otpguard.models.fields import EncryptedTextField
from otpguard.models.tenant import Tenant


class Factor(Device):  # type: ignore[misc]  # django-otp ships no types
    """One enrolled means of proof of one user.

    `tenant` is empty for the person's own; a factor provisioned by a tenant is worth something
    only there. `secret` holds the number, seed or credential, encrypted. `phone_index` is the keyed
    digest of the number, `phone_index_old` the one under the key that is being retired.
    `email_index` is the digest of the address that the person had when the factor was bound: codes
    fall back to that address only, so that whoever changes it gains nothing. `last_step` is the
    newest time step of which a code was accepted; `replaces` the factor that this one takes over
    from once it is usable. Attested, backed up, counted: as WebAuthn Level 3 reports them;
    `backup_eligible` never changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in FactorKind]
    )
    confirmed = models.BooleanField(default=False)
    secret = EncryptedTextField(blank=True, editable=False)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    phone_index_old = models.CharField(max_length=64, blank=True, editable=False)
    email_index = models.CharField(max_length=64, blank=True, editable=False)
    credential_id = models.CharField(max_length=1364, blank=True, editable=False)
    aaguid = models.UUIDField(null=True, blank=True, editable=False)
    sign_count = models.PositiveBigIntegerField(default=0, editable=False)
    transports = models.JSONField(default=list, blank=True, editable=False)
    attestation = models.CharField(max_length=32, blank=True, editable=False)
    user_verified = models.BooleanField(default=False, editable=False)
    backup_eligible = models.BooleanField(default=True)
    backed_up = models.BooleanField(default=False, editable=False)
    attested = models.BooleanField(default=False)
    hardware = models.BooleanField(default=False)
    serial = models.CharField(max_length=64, blank=True)
    last_step = models.BigIntegerField(default=-1, editable=False)
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    usable_from = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DeviceManager()

    class Meta:
        ordering = ("user", "kind", "created_at")
        verbose_name = _("factor")
        verbose_name_plural = _("factors")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "phone_index", "tenant"],
                condition=~Q(phone_index=""),
                name="otpguard_factor_phone",
            ),
            models.UniqueConstraint(
                fields=["user", "phone_index"],
                condition=Q(tenant=None) & ~Q(phone_index=""),
                name="otpguard_factor_phone_own",
            ),
            models.UniqueConstraint(
                fields=["credential_id"],
                condition=~Q(credential_id=""),
                name="otpguard_factor_credential",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(kind=FactorKind.RECOVERY.value),
                name="otpguard_factor_recovery",
            ),
            models.UniqueConstraint(
                fields=["tenant", "serial"],
                condition=~Q(serial=""),
                name="otpguard_factor_serial",
            ),
            models.CheckConstraint(
                condition=~Q(kind=FactorKind.PHONE.value) | ~Q(phone_index=""),
                name="otpguard_factor_kind",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user"],
                name="otpguard_factor_live",
                condition=Q(confirmed=True, disabled_at=None),
            ),
            models.Index(fields=["phone_index"], name="otpguard_factor_number"),
            models.Index(fields=["phone_index_old"], name="otpguard_factor_number_old"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user}"

    @property
    def persistent_id(self) -> str:
        """By what django-otp finds this row again: it reads the id back as a number."""
        return f"{self.model_label()}/{self.pk.int}"

    def generate_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """Refused, always: only otpguard's own flow sends a code."""
        return False, {"reason": GenerateNotAllowed.COOLDOWN_DURATION_PENDING}

    def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]:
        """Refused, always: only otpguard's own flow verifies an answer."""
        return False, {"error_message": _("This factor is verified by otpguard only.")}

    def verify_token(self, _token: str) -> bool:
        """False, always (C23)."""
        return False


FACTORS: models.Manager[Factor] = Factor.objects
"""All factors of all kinds; `Factor.objects` with its type."""


class _KindManager(DeviceManager):  # type: ignore[misc]  # django-otp ships no types
    """The factors of one kind; what makes a proxy more than a name."""

    def __init__(self, kind: FactorKind) -> None:
        super().__init__()
        self._kind = kind

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(kind=self._kind.value)  # type: ignore[no-any-return]


class PhoneFactor(Factor):
    """A telephone number that codes are sent to."""

    objects = _KindManager(FactorKind.PHONE)

    class Meta:
        proxy = True


class TotpFactor(Factor):
    """An authenticator app or a hardware token that shows codes."""

    objects = _KindManager(FactorKind.TOTP)

    class Meta:
        proxy = True


class PasskeyFactor(Factor):
    """A WebAuthn credential."""

    objects = _KindManager(FactorKind.PASSKEY)

    class Meta:
        proxy = True


class RecoveryFactor(Factor):
    """A set of recovery codes."""

    objects = _KindManager(FactorKind.RECOVERY)

    class Meta:
        proxy = True


class RecoveryCode(models.Model):
    """One saved recovery code, as a digest. Used once."""

    factor = models.ForeignKey(Factor, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=128)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["factor", "digest"], name="otpguard_recovery_once"),
        ]

    def __str__(self) -> str:
        return "recovery code"


class FactorBlock(models.Model):
    """A tenant does not accept a personal factor, which stays worth something elsewhere (C25)."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+")
    factor = models.ForeignKey(Factor, models.CASCADE, related_name="blocks")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=120)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("blocked factor")
        verbose_name_plural = _("blocked factors")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "factor"], name="otpguard_block_once"),
        ]

    def __str__(self) -> str:
        return f"{self.factor} blocked in {self.tenant}"


class FactorLane(models.Model):
    """Failures of one factor in one lane, and how long that lane has to wait (attack A4)."""

    factor = models.ForeignKey(Factor, models.CASCADE, related_name="lanes")
    lane = models.CharField(max_length=8, choices=[(lane.value, lane.value) for lane in Lane])
    failures = models.PositiveSmallIntegerField(default=0)
    last_failure_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["factor", "lane"], name="otpguard_lane_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lane} lane of {self.factor}"
