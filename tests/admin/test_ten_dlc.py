"""10DLC registrations in the admin: added, changed and missed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.admin.ten_dlc import warning
from otpguard.flows.route.ten_dlc import Lack, WithoutTenDlc
from otpguard.models import TenDlcRegistration
from tests.admin.acting import Act
from tests.channels.vendors import provider
from tests.forms.typed import TEN_DLC

pytestmark = pytest.mark.django_db


def listed(site: Client, model: str) -> str:
    return site.get(reverse(f"admin:otpguard_{model}_changelist")).content.decode()


def test_a_ten_dlc_registration_is_added_and_changed(act: Act) -> None:
    act(reverse("admin:otpguard_tendlcregistration_do_add"), **TEN_DLC)
    row = TenDlcRegistration.objects.get()
    act(
        reverse("admin:otpguard_tendlcregistration_do_change", args=[row.pk]),
        **{**TEN_DLC, "status": "approved"},
    )
    row.refresh_from_db()
    assert row.status == "approved"


def test_what_texts_us_numbers_unregistered_is_warned_of(site: Client, settings: Any) -> None:
    assert "10DLC registration." not in listed(site, "tendlcregistration")
    settings.OTPGUARD = {"PROVIDERS": {"texts": provider()}}
    page = listed(site, "tendlcregistration")
    assert "Provider texts texts US numbers without a 10DLC registration." in page


def test_a_warning_says_when_it_is_expected_and_what_serves_until_then() -> None:
    lack = WithoutTenDlc(
        provider="a",
        lack=Lack.NOT_APPROVED,
        expected_at=datetime(2026, 6, 1, tzinfo=UTC),
        interim="b",
    )
    assert warning(lack) == (
        "The 10DLC registration of a is not approved yet. It is expected on 2026-06-01."
        " Until then b is used."
    )
