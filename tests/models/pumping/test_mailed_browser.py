"""What marks a browser: its own opened link, in its tenant, for as long as it lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.models import MailedBrowser
from tests import factories
from tests.models.rows import mailed

pytestmark = pytest.mark.django_db


def marking(browser: str = "b", tenant: str = "", **changed: Any) -> int:
    now = timezone.now() + changed.get("later", timedelta(0))
    return MailedBrowser.objects.marking(browser=browser, tenant=tenant, now=now).count()


def test_it_marks_its_browser_in_its_tenant_alone() -> None:
    tenant = factories.tenant()
    mailed()
    mailed(tenant=tenant)
    assert marking() == marking(tenant=str(tenant.pk)) == 1
    assert marking("") == marking("c") == 0


def test_it_marks_nothing_before_it_is_opened_nor_when_it_is_over() -> None:
    mailed(opened_at=None, until=None)
    assert marking() == 0
    mailed()
    assert marking() == 1
    assert marking(later=timedelta(days=1, seconds=1)) == 0


def test_a_clock_that_runs_ahead_marks_nothing() -> None:
    ahead = timezone.now() + timedelta(hours=2)
    mailed(opened_at=ahead, until=ahead + timedelta(days=1))
    assert marking() == 0


def test_it_shows_nothing_of_the_mailbox() -> None:
    row = MailedBrowser.objects.get(pk=mailed().pk)
    assert "kim" not in f"{row} {row!r} {row.email}"
