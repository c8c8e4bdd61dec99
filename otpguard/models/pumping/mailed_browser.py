"""Browsers of visitors that were sent a link by e-mail, and whether they have opened it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from otpguard.core.clock import CLOCK_SKEW
from otpguard.database import PinnedManager, PinnedModel
from otpguard.ids import new_id
from otpguard.models.challenge import BROWSER_LENGTH
from otpguard.models.fields import EncryptedTextField
from otpguard.models.notice import Notice
from otpguard.models.tenant import Tenant

DOMAIN_LENGTH = 253


class MailedBrowserQuerySet(models.QuerySet["MailedBrowser"]):
    """Named queries over these browsers."""

    def marking(self, *, browser: str, tenant: str, now: datetime) -> Self:
        """Those that mark this browser now, in this tenant; none without a browser, and none that a
        clock running ahead would keep alive."""
        if not browser:
            return self.none()
        where = Q(tenant_id=tenant) if tenant else Q(tenant=None)
        return self.filter(where, browser=browser, until__gt=now, opened_at__lte=now + CLOCK_SKEW)


MailedBrowserManager = PinnedManager.from_queryset(MailedBrowserQuerySet)


class MailedBrowser(PinnedModel):
    """One link that was sent to a mailbox, for one browser.

    Once that browser has opened it, it counts as mailed `until` then. `ask` is where the visitor
    wanted to go. `domain` is what somebody registered, without subdomains; `proven_at` tells when a
    number was proven behind the link, which makes the domain known. Nothing here says whether the
    mailbox belongs to an account. The admin does not show it: events and decisions tell what
    happened, and a mailbox is not for operators to read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    browser = models.CharField(max_length=BROWSER_LENGTH)
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, verbose_name=_("organization"), null=True, related_name="+"
    )
    email = EncryptedTextField()
    email_index = models.CharField(max_length=64)
    domain = models.CharField(max_length=DOMAIN_LENGTH)
    ask = EncryptedTextField()
    notice = models.ForeignKey(Notice, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)

    objects = MailedBrowserManager()  # type: ignore[misc]  # in place of the base's

    class Meta:
        verbose_name = _("browser with an e-mail link")
        verbose_name_plural = _("browsers with an e-mail link")
        indexes: ClassVar = [
            models.Index(
                fields=["browser"],
                name="otpguard_mailed_browser",
                condition=Q(opened_at__isnull=False),
            ),
            models.Index(fields=["email_index"], name="otpguard_mailed_email"),
            models.Index(
                fields=["domain", "proven_at"],
                name="otpguard_mailed_domain",
                condition=Q(proven_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"e-mail link ({'opened' if self.opened_at else 'not opened'})"
