"""Factors: one concrete table on django-otp's `Device`, with a proxy for each shipped kind (C23).

Being a Device makes a factor visible to other code that uses django-otp. Only our flows verify it:
`verify_token` always refuses, so no caller can bypass caps, lanes and the log.
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

from otpguard.core.consent import VERSION_LENGTH
from otpguard.core.factor_kind import SLUG_LENGTH, FactorKind
from otpguard.core.limits import Lane
from otpguard.core.shipped_kinds import PASSKEY, PHONE, RECOVERY, TOTP
from otpguard.database import PinnedManager, PinnedModel
from otpguard.models.fields import REASON_LENGTH, EncryptedTextField, PlainTextField
from otpguard.models.tenant import Tenant

NAME_LENGTH = 64
"""Characters of a factor's name, as django-otp has it."""


class DisabledBy(models.TextChoices):
    """What has switched a factor off: wrong answers, of which its holder may come back, or an
    operator."""

    GUESSES = "guesses", _("too many wrong answers")
    OPERATOR = "operator", _("an operator")


class PinnedDevices(PinnedManager[Any], DeviceManager):  # type: ignore[misc]  # as below
    """django-otp's manager of devices, reading where is written."""


class Factor(Device):  # type: ignore[misc]  # django-otp ships no types
    """One enrolled means of proof of one user.

    `tenant` is empty for the person's own; a factor provisioned by a tenant is worth something
    only there. `kind` is the slug of a FactorKind; it has no choices, for a site may add its own.
    `secret` holds the number, seed or credential, or whatever its kind keeps, encrypted.
    `phone_index` is the keyed digest of the number, `phone_index_old` the one under the key that
    is being retired.
    `email_index` is the digest of the account's e-mail address when the factor was bound: codes
    fall back to that one only, so changing it gains an attacker nothing. `last_step` is the newest
    time step whose code was accepted, `drift` by how many steps the authenticator's clock was fast
    then, `was_late` whether that code came later still; `replaces` names the factor that this one
    replaces once it is usable. `disabled_by` says what has switched it off: only too many wrong
    answers are undone by binding the same thing again (A26). The passkey columns hold what WebAuthn
    Level 3 reports. `user_handle` is what the authenticator knows the person by (up to 64 bytes;
    empty for the one that we compute). Of a passkey that was enrolled elsewhere, `user_verified`
    and `backup_eligible` may be None until an answer shows them: until then the weaker value
    counts. Once known, `backup_eligible` never changes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        blank=True,
        related_name="+",
    )
    name = PlainTextField(
        max_length=NAME_LENGTH, help_text="The human-readable name of this device."
    )
    kind = models.CharField(max_length=SLUG_LENGTH)
    confirmed = models.BooleanField(default=False)
    secret = EncryptedTextField(blank=True, editable=False)
    phone_index = models.CharField(max_length=64, blank=True, editable=False)
    phone_index_old = models.CharField(max_length=64, blank=True, editable=False)
    email_index = models.CharField(max_length=64, blank=True, editable=False)
    consent_version = models.CharField(max_length=VERSION_LENGTH, blank=True, editable=False)
    consented_at = models.DateTimeField(null=True, blank=True, editable=False)
    credential_id = models.CharField(max_length=1364, blank=True, editable=False)
    aaguid = models.UUIDField(null=True, blank=True, editable=False)
    sign_count = models.PositiveBigIntegerField(default=0, editable=False)
    transports = models.JSONField(default=list, blank=True, editable=False)
    attestation = models.CharField(max_length=32, blank=True, editable=False)
    user_handle = models.BinaryField(max_length=64, default=bytes, blank=True)
    user_verified = models.BooleanField(null=True, default=False, editable=False)
    backup_eligible = models.BooleanField(null=True, default=True)
    backed_up = models.BooleanField(default=False, editable=False)
    attested = models.BooleanField(default=False)
    hardware = models.BooleanField(default=False)
    serial = models.CharField(max_length=64, blank=True)
    last_step = models.BigIntegerField(default=-1, editable=False)
    drift = models.IntegerField(default=0, editable=False)
    was_late = models.BooleanField(default=False, editable=False)
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    usable_from = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    disabled_by = models.CharField(max_length=8, choices=DisabledBy, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PinnedDevices()

    class Meta:
        base_manager_name = "objects"
        ordering = ("user", "kind", "created_at")
        verbose_name = _("factor")
        verbose_name_plural = _("factors")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "phone_index", "tenant"],
                condition=Q(disabled_at=None) & ~Q(phone_index=""),
                name="otpguard_factor_phone",
            ),
            models.UniqueConstraint(
                fields=["user", "phone_index"],
                condition=Q(tenant=None, disabled_at=None) & ~Q(phone_index=""),
                name="otpguard_factor_phone_own",
            ),
            models.UniqueConstraint(
                fields=["credential_id"],
                condition=~Q(credential_id=""),
                name="otpguard_factor_credential",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(kind=RECOVERY.slug),
                name="otpguard_factor_recovery",
            ),
            models.UniqueConstraint(
                fields=["tenant", "serial"],
                condition=~Q(serial=""),
                name="otpguard_factor_serial",
            ),
            models.CheckConstraint(
                condition=~Q(kind=PHONE.slug) | ~Q(phone_index=""),
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
        """How django-otp finds this row again: it reads the id back as a number."""
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


class _KindManager(PinnedDevices):
    """The factors of one kind; what makes a proxy more than a name."""

    def __init__(self, kind: FactorKind) -> None:
        super().__init__()
        self._kind = kind

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(kind=self._kind.slug)


class PhoneFactor(Factor):
    """A phone number that codes are sent to."""

    objects = _KindManager(PHONE)

    class Meta:
        proxy = True


class TotpFactor(Factor):
    """An authenticator app or a hardware token that shows codes."""

    objects = _KindManager(TOTP)

    class Meta:
        proxy = True


class PasskeyFactor(Factor):
    """A WebAuthn credential."""

    objects = _KindManager(PASSKEY)

    class Meta:
        proxy = True


class RecoveryFactor(Factor):
    """A set of recovery codes."""

    objects = _KindManager(RECOVERY)

    class Meta:
        proxy = True


class RecoveryCode(PinnedModel):
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


class FactorBlock(PinnedModel):
    """A tenant does not accept a personal factor, which stays worth something elsewhere (C25)."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), related_name="+"
    )
    factor = models.ForeignKey(Factor, models.CASCADE, related_name="blocks")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = PlainTextField(max_length=REASON_LENGTH)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("blocked factor")
        verbose_name_plural = _("blocked factors")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "factor"], name="otpguard_block_once"),
        ]

    def __str__(self) -> str:
        return f"{self.factor} blocked in {self.tenant}"


class FactorRemoval(PinnedModel):
    """Somebody has removed a factor of their own: kept for as long as a wait can be, so that a
    number that is removed and added waits like one that is changed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("removed factor")
        verbose_name_plural = _("removed factors")
        indexes: ClassVar = [models.Index(fields=["at"], name="otpguard_removal_age")]

    def __str__(self) -> str:
        return f"removal at {self.at:%Y-%m-%d %H:%M}"


class FactorLane(PinnedModel):
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
