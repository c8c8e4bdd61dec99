"""The page of a prefix shows the figures that led to its block, and a button that ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import PrefixStatistic
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db
LIST = reverse("admin:otpguard_prefixstatistic_changelist")


def row(**fields: object) -> PrefixStatistic:
    now = timezone.now()
    figures = {"total": 3.84, "sends": 8.0, "tried": 6.0, "verified": 0.0}
    return PrefixStatistic.objects.create(
        **{"level": "long", "key": "+923001234", "at": now, **figures, **fields}
    )


def release(of: PrefixStatistic) -> str:
    return reverse("admin:otpguard_prefixstatistic_do_release", args=[of.pk])


def test_the_list_shows_what_is_blocked_and_the_figures(site: Client) -> None:
    row(blocked_until=timezone.now() + timedelta(hours=1))
    page = site.get(LIST).content.decode()
    assert "+923001234" in page
    assert "3.84 / 6.90" in page
    assert "6.0" in page


def test_a_figure_fades_while_nothing_happens(site: Client) -> None:
    row(at=timezone.now() - timedelta(days=14))
    assert "1.92 / 6.90" in site.get(LIST).content.decode()


def test_a_block_is_ended_after_a_step_up(act: Act, site: Client) -> None:
    mine = row(blocked_until=timezone.now() + timedelta(hours=1))
    act(release(mine), reason="a campaign")
    mine.refresh_from_db()
    assert (mine.blocked_until, mine.total) == (None, 0)
    page = site.get(reverse("admin:otpguard_prefixstatistic_change", args=[mine.pk]))
    assert release(mine) not in page.content.decode()
