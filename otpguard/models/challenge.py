"""Challenges, the deliveries that carry their codes, and the log of use that caps count."""

from __future__ import annotations

import json
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.consent import VERSION_LENGTH
from otpguard.core.limits import Refund
from otpguard.database import PinnedManager, PinnedModel
from otpguard.ids import new_id
from otpguard.models.factor import Factor
from otpguard.models.fields import EncryptedTextField
from otpguard.models.tenant import Tenant

BROWSER_LENGTH = 43
"""Characters of the id of a browser: 256 random bits."""


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    """Named queries over challenges."""

    def of(self, *, sid: str, user: str, tenant: str, browser: str = "") -> Self:
        """Those of one user in one login session and tenant (A23); none without a session.

        With `browser`, the anonymous ones of that browser in the tenant instead.
        """
        where = Q(tenant_id=tenant) if tenant else Q(tenant=None)
        if browser:
            return self.filter(where, user=None, browser=browser)
        if not sid or not user:
            return self.none()
        return self.filter(where, Q(sid=sid, user_id=user))

    def open_at(self, now: datetime) -> Self:
        """Those that still take answers; none that a clock running ahead would keep open."""
        return self.filter(
            state=ChallengeState.OPEN.value, expires_at__gt=now, created_at__lte=now + CLOCK_SKEW
        )


ChallengeManager = PinnedManager.from_queryset(ChallengeQuerySet)


class Challenge(PinnedModel):
    """One request to prove one factor, or one number without an account, for one checkpoint.

    The row holds no code: the code is derived from `seed`, the id and `generation` with a key that
    is not in the database. `due_at` is the fallback timer, swept by every worker (C9). `net` holds
    client IP, agent and host of the request, encrypted. `enrolls` means that nothing has confirmed
    the factor or the number yet: the right answer does. An anonymous challenge has a `browser` in
    the place of user, login session and factor (C28); `consent_version` is the text that was agreed
    to on its page. `spend_lane` and `asn` are what the pumping defense saw. `ceremony` is what its
    kind keeps for the answer, such as the state of a WebAuthn ceremony, used once (A22).
    `answered_step` is the step of `plan` whose code was right; of our own, which several steps may
    carry, the last one that left.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seed = models.BinaryField(max_length=16)
    key_id = models.CharField(max_length=8)
    generation = models.PositiveSmallIntegerField(default=0)
    sid = models.CharField(max_length=43)
    browser = models.CharField(max_length=BROWSER_LENGTH, blank=True)
    story = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        related_name="+",
        db_index=False,
    )
    checkpoint = models.CharField(max_length=81)
    level = models.PositiveSmallIntegerField()
    primary = models.CharField(max_length=16)
    intent = models.CharField(max_length=64, blank=True)
    binds = models.BooleanField(default=False)
    target = EncryptedTextField(blank=True)
    next = models.TextField(blank=True)
    came_from = models.TextField(blank=True)
    kept = models.UUIDField(null=True, blank=True)
    unkept = models.BooleanField(default=False)
    send_options = models.JSONField(default=dict)
    factor = models.ForeignKey(
        Factor, models.CASCADE, null=True, related_name="challenges", db_index=False
    )
    enrolls = models.BooleanField(default=False)
    ceremony = EncryptedTextField(blank=True)
    destination = EncryptedTextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True)
    consent_version = models.CharField(max_length=VERSION_LENGTH, blank=True)
    spend_lane = models.CharField(max_length=16, blank=True)
    asn = models.PositiveBigIntegerField(default=0)
    net = EncryptedTextField(blank=True)
    language = models.CharField(max_length=16, blank=True)
    plan = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    answered_step = models.PositiveSmallIntegerField(null=True, blank=True)
    fallback_seconds = models.PositiveSmallIntegerField(default=8)
    state = models.CharField(
        max_length=16,
        choices=[(state.value, state.value) for state in ChallengeState],
        default=ChallengeState.OPEN.value,
    )
    undeliverable = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    sends = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    last_sent_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ChallengeManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(attempts__lte=F("max_attempts")), name="otpguard_challenge_attempts"
            ),
            models.CheckConstraint(
                condition=Q(browser="")
                | (Q(user=None, factor=None, sid="") & ~Q(destination="") & ~Q(phone_index="")),
                name="otpguard_challenge_anonymous",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="otpguard_challenge_due",
                condition=Q(state="open", due_at__isnull=False),
            ),
            models.Index(
                fields=["expires_at"],
                name="otpguard_challenge_expiry",
                condition=Q(state="open"),
            ),
            models.Index(fields=["sid", "created_at"], name="otpguard_challenge_sid"),
            models.Index(fields=["factor", "created_at"], name="otpguard_challenge_factor"),
            models.Index(fields=["tenant", "id"], name="otpguard_challenge_tenant"),
            # Of the anonymous alone: the others have no entry here, and pay nothing.
            models.Index(
                fields=["browser", "created_at"],
                name="otpguard_challenge_browser",
                condition=~Q(browser=""),
            ),
            models.Index(
                fields=["phone_index"],
                name="otpguard_challenge_number",
                condition=~Q(browser=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.checkpoint} challenge ({self.state})"

    @cached_property
    def origin(self) -> dict[str, str]:
        """Client IP, agent and host of the request, in clear and decrypted once.

        Raises UndecryptableError when the key is gone.
        """
        found: dict[str, str] = json.loads(self.net.reveal() or "{}")
        return found


class Delivery(PinnedModel):
    """One try at sending a challenge over one route; the rows are the outbox.

    (challenge, step) is unique, so taking a step twice sends once. A foreign key that begins an
    index has no index of its own: each would be written three times per message. A sender holds
    the row until `lease_until`; if it dies, the next one takes over. `remote` means that the vendor
    made the code and checks it (C14); `carrier` and `network_route` are the vendor's words.
    `status_call_at` is when to ask the vendor what happened, `closing_call_at` when to tell it the
    outcome; empty means never. `status_calls` and `closing_calls` count the tries.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    challenge = models.ForeignKey(
        Challenge, models.CASCADE, related_name="deliveries", db_index=False
    )
    tenant = models.ForeignKey(
        Tenant,
        models.CASCADE,
        verbose_name=_("organization"),
        null=True,
        related_name="+",
        db_index=False,
    )
    step = models.PositiveSmallIntegerField()
    generation = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=16)
    provider = models.CharField(max_length=64)
    receipts = models.BooleanField(default=False)
    state = models.CharField(
        max_length=16,
        choices=[(state.value, state.value) for state in DeliveryState],
        default=DeliveryState.QUEUED.value,
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    status_call_at = models.DateTimeField(null=True, blank=True)
    status_calls = models.PositiveSmallIntegerField(default=0)
    closing_call_at = models.DateTimeField(null=True, blank=True)
    closing_calls = models.PositiveSmallIntegerField(default=0)
    provider_ref = models.CharField(max_length=128, null=True, blank=True)
    outcome = models.CharField(max_length=120, blank=True)
    failure = models.CharField(max_length=32, blank=True)
    country = models.CharField(max_length=2, blank=True)
    remote = models.BooleanField(default=False)
    carrier = models.CharField(max_length=64, blank=True)
    network_route = models.CharField(max_length=64, blank=True)
    cost_micros = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["challenge", "step"], name="otpguard_delivery_step_once"
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=Q(provider_ref__isnull=False),
                name="otpguard_delivery_reference",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["lease_until"],
                name="otpguard_delivery_lease",
                condition=Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["tenant", "created_at"], name="otpguard_delivery_tenant"),
            models.Index(
                fields=["status_call_at"],
                name="otpguard_delivery_status_call",
                condition=Q(status_call_at__isnull=False),
            ),
            models.Index(
                fields=["closing_call_at"],
                name="otpguard_delivery_closing_call",
                condition=Q(closing_call_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} by {self.provider} ({self.state})"


class Usage(PinnedModel):
    """One use of one cap: an exact log, counted over a rolling window (C17).

    `refund` and `window_seconds` are those of the cap, for when the challenge is verified.
    """

    cap = models.CharField(max_length=32)
    key = models.CharField(max_length=80)
    at = models.DateTimeField()
    challenge = models.UUIDField()
    refund = models.CharField(max_length=5, default=Refund.FULL.value)
    window_seconds = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["cap", "key", "at"], name="otpguard_usage_count"),
            models.Index(fields=["challenge"], name="otpguard_usage_refund"),
        ]

    def __str__(self) -> str:
        return f"{self.cap} at {self.at:%Y-%m-%d %H:%M:%S}"
