"""Closed channels and lock-downs in the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import PaidClosure, SignupLockdown
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LOCK = "admin:otpguard_signuplockdown_do_lock-down"


def closure() -> PaidClosure:
    until = timezone.now() + HOUR
    return PaidClosure.objects.create(scope="country", key="PK", lost_micros=5_250_000, until=until)


def test_a_closure_is_shown_with_what_was_lost_and_opened_again(act: Act, site: Client) -> None:
    row = closure()
    listed = site.get(reverse("admin:otpguard_paidclosure_changelist")).content.decode()
    assert "country PK" in listed
    assert "5.25" in listed
    act(reverse("admin:otpguard_paidclosure_do_reopen", args=[row.pk]), reason="a false alarm")
    row.refresh_from_db()
    assert row.ended_at is not None


def test_a_lock_down_is_started_and_its_starter_cannot_lift_it(act: Act, site: Client) -> None:
    until = (timezone.now() + HOUR).strftime("%Y-%m-%dT%H:%M")
    act(reverse(LOCK), until=until, reason="an attack")
    row = SignupLockdown.objects.get()
    lift = reverse("admin:otpguard_signuplockdown_do_lift", args=[row.pk])
    asked = site.post(lift, {"reason": "over"}, HTTP_ACCEPT="text/html")
    refused = continue_form(site, step_up(site, asked))
    assert refused.status_code == 403
    assert "Another operator must decide." in refused.content.decode()
    row.refresh_from_db()
    assert row.lifting is None


def test_of_two_others_the_first_does_not_end_it(act: Act) -> None:
    row = SignupLockdown.objects.create(until=timezone.now() + HOUR)
    act(reverse("admin:otpguard_signuplockdown_do_lift", args=[row.pk]), reason="over")
    row.refresh_from_db()
    assert row.lifting is not None
    assert row.lifted_at is None


def test_nothing_is_locked_down_without_the_step_up(site: Client) -> None:
    data = {"until": "2030-01-01T10:00", "reason": "x"}
    assert site.post(reverse(LOCK), data, HTTP_ACCEPT="text/html").status_code == 303
    assert not SignupLockdown.objects.exists()
