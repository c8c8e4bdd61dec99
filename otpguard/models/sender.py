"""Who messages come from: 10DLC registrations and WhatsApp senders."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.database import PinnedModel
from otpguard.models.fields import PlainTextField
from otpguard.models.tenant import Tenant

HELP_LENGTH = 160
"""Characters of the answer to HELP: one part of a text message."""


class TenDlcRegistration(PinnedModel):
    """A brand and campaign with The Campaign Registry, by which a provider may text US numbers.

    `per_second` is the campaign's throughput; `interim` is the provider with an approved route of
    its own that serves until the registration is approved. `help_text` answers HELP.
    """

    class Vetting(models.TextChoices):
        """How closely the brand was looked at; decides its throughput."""

        NONE = "none", _("none")
        STANDARD = "standard", _("standard")
        ENHANCED = "enhanced", _("enhanced")

    class Status(models.TextChoices):
        """Where the registration stands."""

        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    provider = models.CharField(max_length=64)
    brand = PlainTextField(max_length=64)
    campaign = PlainTextField(max_length=64, blank=True)
    vetting = models.CharField(max_length=16, choices=Vetting, default=Vetting.NONE)
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    per_second = models.PositiveSmallIntegerField(default=1)
    submitted_at = models.DateTimeField(null=True, blank=True)
    expected_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    interim = models.CharField(max_length=64, blank=True)
    help_text = PlainTextField(max_length=HELP_LENGTH, blank=True)
    # The throughput: when the campaign's next message may leave, moved by a conditional update.
    next_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("provider", "brand")
        verbose_name = _("10DLC registration")
        verbose_name_plural = _("10DLC registrations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "brand", "campaign"], name="otpguard_ten_dlc_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand} at {self.provider}"


class WhatsAppSender(PinnedModel):
    """A number of a WhatsApp Business Account, and the template that carries codes.

    Without a tenant it is the site's own. Only an approved template of the authentication category
    carries codes. Where the vendor can be asked, `display_name`, `badge`, `category` and `approval`
    are what it says: read again when `read_due_at` comes, last read at `read_at`, with the `fault`
    of a try that failed. `told_at` is the vendor's time of the newest state that is written here,
    so what it told earlier and arrives later changes nothing.
    """

    class Approval(models.TextChoices):
        """What Meta decided about the template."""

        PENDING = "pending", _("pending")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        PAUSED = "paused", _("paused")
        DISABLED = "disabled", _("disabled")
        MISSING = "missing", _("not found")

    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        blank=True,
        related_name="whatsapp_senders",
    )
    provider = models.CharField(max_length=64)
    account = models.CharField(max_length=64)
    number_id = models.CharField(max_length=64)
    display_name = PlainTextField(max_length=64, blank=True)
    badge = models.BooleanField(default=False)
    template = models.CharField(max_length=128)
    category = models.CharField(max_length=32, blank=True)
    language = models.CharField(max_length=16, default="en_US")
    approval = models.CharField(max_length=16, choices=Approval, default=Approval.PENDING)
    changed_at = models.DateTimeField(default=timezone.now)
    read_due_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, blank=True, editable=False)
    fault = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        ordering = ("provider", "display_name")
        verbose_name = _("WhatsApp sender")
        verbose_name_plural = _("WhatsApp senders")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "provider"], name="otpguard_whatsapp_once"),
            models.UniqueConstraint(
                fields=["provider"],
                condition=models.Q(tenant=None),
                name="otpguard_whatsapp_once_site",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name or self.template} ({self.provider})"
