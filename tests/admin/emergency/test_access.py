"""The site's operators see what was opened, and end it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import EmergencyAccess, Envelope, EnvelopeCode
from tests.admin.acting import Act
from tests.flows.emergency.envelopes import prepared

pytestmark = pytest.mark.django_db


def test_an_operator_ends_what_is_open(act: Act) -> None:
    access = prepared().open()
    page = act(reverse("admin:otpguard_emergencyaccess_do_end", args=[access.pk]))
    assert "Emergency access has ended" in page.content.decode()
    assert EmergencyAccess.objects.get().ended_at is not None


def test_a_page_names_the_people_and_no_digest_is_anywhere(site: Client) -> None:
    made = prepared()
    access = made.open(drill=True)
    page = site.get(reverse("admin:otpguard_emergencyaccess_change", args=[access.pk]))
    text = page.content.decode()
    assert "drill" in text
    assert access.approval.asked_by.get_username() in text
    shown = site.get(
        reverse("admin:otpguard_envelope_change", args=[Envelope.objects.get().pk])
    ).content.decode()
    assert not any(code.digest in shown for code in EnvelopeCode.objects.all())
