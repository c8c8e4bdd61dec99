"""Raised limits in the admin: raised and taken back with a proof."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import CapRaise
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db
RAISE = "admin:otpguard_capraise_do_raise"
LIST = "admin:otpguard_capraise_changelist"


def filled(**changed: str) -> dict[str, str]:
    usual = {
        "row": "ip_hour",
        "limit": "50",
        "key": "203.0.113.7",
        "tenant": "",
        "expires_at": f"{timezone.now() + timedelta(days=2):%Y-%m-%dT%H:%M}",
        "reason": "a conference",
    }
    return {**usual, **changed}


def test_a_limit_is_raised_after_a_proof_and_listed_with_its_facts(
    act: Act, operator: AbstractUser, site: Client
) -> None:
    page = act(reverse(RAISE), **filled()).content.decode()
    row = CapRaise.objects.get()
    assert (row.row, row.limit, row.created_by) == ("ip_hour", 50, operator)
    assert "The limit was raised" in page
    listed = site.get(reverse(LIST)).content.decode()
    for said in ("IP_HOUR", "203.0.113.7", "a conference", ">running<"):
        assert said in listed, said


def test_a_mistake_is_shown_before_any_code_is_asked(site: Client) -> None:
    answer = site.post(reverse(RAISE), filled(limit="201"))
    assert answer.status_code == 400
    assert "The ceiling of this limit is 200." in answer.content.decode()
    assert not CapRaise.objects.exists()


def test_a_raise_is_taken_back_after_a_proof(act: Act, operator: AbstractUser) -> None:
    act(reverse(RAISE), **filled())
    row = CapRaise.objects.get()
    end = reverse("admin:otpguard_capraise_do_end", args=[row.pk])
    assert "The usual limit counts again" in act(end, reason="over").content.decode()
    row.refresh_from_db()
    assert row.ended_by == operator
