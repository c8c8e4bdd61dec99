"""Senders in the admin: added, changed, and missed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.admin.sender import warning
from otpguard.flows.registration import Lack, Unregistered
from otpguard.models import Event, SenderRegistration, WhatsAppSender
from tests.admin.conftest import Act
from tests.channels.test_senders import sender
from tests.channels.vendors import provider
from tests.forms.test_sender import TEN_DLC, WHATSAPP

pytestmark = pytest.mark.django_db


def listed(site: Client, model: str) -> str:
    return site.get(reverse(f"admin:otpguard_{model}_changelist")).content.decode()


def test_a_sender_is_added_changed_and_removed(act: Act) -> None:
    act(reverse("admin:otpguard_whatsappsender_do_add"), **WHATSAPP)
    row = WhatsAppSender.objects.get()
    page = act(
        reverse("admin:otpguard_whatsappsender_do_change", args=[row.pk]),
        **{**WHATSAPP, "approval": "paused"},
    )
    assert "the template is not approved" in page.content.decode()
    remove = reverse("admin:otpguard_whatsappsender_do_remove", args=[row.pk])
    act(remove, reason="left")
    assert not WhatsAppSender.objects.exists()
    removed = Event.objects.filter(kind="sender.changed").latest("pk")
    assert json.loads(removed.body)["data"]["reason"] == "left", "the page says that it is kept"


def test_a_registration_is_added_and_changed(act: Act) -> None:
    act(reverse("admin:otpguard_senderregistration_do_add"), **TEN_DLC)
    row = SenderRegistration.objects.get()
    act(
        reverse("admin:otpguard_senderregistration_do_change", args=[row.pk]),
        **{**TEN_DLC, "status": "approved"},
    )
    row.refresh_from_db()
    assert row.status == "approved"


def test_a_vendors_own_number_is_warned_of_until_there_is_a_record(
    site: Client, settings: Any
) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(), "own": provider(account="1")}}
    page = listed(site, "whatsappsender")
    assert "Provider w sends WhatsApp messages by its own number" in page
    assert "Provider own sends" not in page
    sender()
    assert "by its own number" not in listed(site, "whatsappsender")


def test_what_texts_us_numbers_unregistered_is_warned_of(site: Client, settings: Any) -> None:
    assert "10DLC registration." not in listed(site, "senderregistration")
    settings.OTPGUARD = {"PROVIDERS": {"texts": provider()}}
    page = listed(site, "senderregistration")
    assert "Provider texts texts US numbers without a 10DLC registration." in page


def test_a_warning_says_when_it_is_expected_and_what_serves_until_then() -> None:
    lack = Unregistered(
        provider="a",
        lack=Lack.NOT_APPROVED,
        expected_at=datetime(2026, 6, 1, tzinfo=UTC),
        interim="b",
    )
    assert warning(lack) == (
        "The 10DLC registration of a is not approved yet. It is expected on 2026-06-01."
        " Until then b serves."
    )
