"""Ways into an account by its mailbox: resets of a password that were asked for, their links, and
changed e-mail addresses while the old mailbox can undo them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.password_reset import LINK_LIFE
from otpguard.database import PinnedManager, PinnedModel
from otpguard.ids import new_id
from otpguard.models.fields import EncryptedTextField

UNDO_LIFE = timedelta(hours=72)
"""How long the old mailbox can undo a change, and how long its row stays."""


class ResetRequest(PinnedModel):
    """One job: somebody has entered an e-mail address. The worker that looks it up deletes it.

    It is the same row for every e-mail address, with an account or without. `job` holds the e-mail
    address and where the request came from, as JSON; `due_at` is when the sweep takes it for lost.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = EncryptedTextField()
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()

    class Meta:
        verbose_name = _("request to reset a password")
        verbose_name_plural = _("requests to reset a password")
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="otpguard_reset_due"),
        ]

    def __str__(self) -> str:
        return f"request to reset a password at {self.created_at:%Y-%m-%d %H:%M}"


class ResetLinkQuerySet(models.QuerySet["ResetLink"]):
    """Named queries over links."""

    def live(self, now: datetime) -> Self:
        """Those that still count; none that a clock running ahead would keep alive."""
        return self.filter(
            ended_at=None,
            created_at__gt=now - LINK_LIFE,
            created_at__lte=now + CLOCK_SKEW,
        )

    def permitted(self, *, user: object, now: datetime) -> Self:
        """The person's link that counts, if an operator let it through."""
        return self.live(now).filter(Q(user_id=user), permitted_at__isnull=False)

    def used_without_factor(self, *, user: object) -> Self:
        """The person's resets that the mailbox alone has carried, the latest first."""
        found = self.filter(Q(user_id=user), email_only=True, used_at__isnull=False)
        return found.order_by("-used_at")


ResetLinkManager = PinnedManager.from_queryset(ResetLinkQuerySet)


class ResetLink(PinnedModel):
    """One link that was sent to the e-mail address of an account.

    A person has one that counts at most: it ends when it is used, when a newer one is made, and
    when the account is no longer as `fingerprint` says. It stays for a while after that, because a
    first factor waits that is bound soon after a reset by `email_only`. `permitted_at` is when an
    operator let it through for somebody who has nothing to confirm with.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    email_only = models.BooleanField(default=False)
    permitted_at = models.DateTimeField(null=True, blank=True)
    permitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ResetLinkManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        verbose_name = _("link to reset a password")
        verbose_name_plural = _("links to reset a password")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="otpguard_reset_link_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="otpguard_reset_link_age"),
        ]

    def __str__(self) -> str:
        return f"link to reset a password ({'ended' if self.ended_at else 'counts'})"


class EmailChangeQuerySet(models.QuerySet["EmailChange"]):
    """Named queries over changes."""

    def live(self, now: datetime) -> Self:
        """Those that can be undone."""
        return self.filter(
            undone_at=None, changed_at__gt=now - UNDO_LIFE, changed_at__lte=now + CLOCK_SKEW
        )


EmailChangeManager = PinnedManager.from_queryset(EmailChangeQuerySet)


class EmailChange(PinnedModel):
    """One change of an account's e-mail address; `old` is where the link to undo it went."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    old = EncryptedTextField()
    changed_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = EmailChangeManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        verbose_name = _("changed e-mail address")
        verbose_name_plural = _("changed e-mail addresses")
        indexes = (models.Index(fields=["changed_at"], name="otpguard_email_change_age"),)

    def __str__(self) -> str:
        return f"changed e-mail address ({'undone' if self.undone_at else 'counts'})"
