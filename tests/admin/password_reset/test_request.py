"""Requests to reset a password are listed without the e-mail address."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import ResetRequest

pytestmark = pytest.mark.django_db


def test_nobody_reads_the_e_mail_address(site: Client) -> None:
    row = ResetRequest.objects.create(job="kim@example.com", due_at=timezone.now())
    pages = [
        site.get(reverse("admin:otpguard_resetrequest_changelist"), {"q": str(row.pk)}),
        site.get(reverse("admin:otpguard_resetrequest_change", args=[row.pk])),
    ]
    for page in pages:
        assert page.status_code == 200
        assert str(row.pk) in page.content.decode()
        assert "kim@example.com" not in page.content.decode()
