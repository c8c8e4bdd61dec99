"""Changing a phone number is a new binding, and the old number stays until it counts."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.channels.providers.memory import SENT
from otpguard.models.factor import FACTORS
from otpguard.testing import send_queued
from tests import factories
from tests.host import Host
from tests.stepup import carry_out
from tests.web.foreign import assert_nothing_there

pytestmark = pytest.mark.django_db

URL = "/security/factors/{}/number/"
NUMBER = "+1 201 555 0123"


def test_the_page_says_from_when_the_new_number_counts_and_who_is_told(host: Host) -> None:
    text = host.client.get(URL.format(host.factor.pk)).content.decode()
    assert "counts only 24 hours after you have confirmed it" in text
    assert "The old number gets a notice" in text
    assert host.factor.secret.reveal() not in text


def test_the_old_phone_proves_the_new_one_is_confirmed_and_waits(host: Host) -> None:
    refused = host.client.post(URL.format(host.factor.pk), {"number": NUMBER})
    page = host.client.get(refused["Location"])
    assert b"change the phone number" in page.content
    answer = carry_out(host.client, refused)
    send_queued()
    answered = host.client.post(answer["Location"], {"code": SENT[-1].code.digits})
    page = host.client.get(answered["Location"], follow=True)
    text = " ".join(page.content.decode().split())
    assert page.request["PATH_INFO"] == "/security/"
    assert "Does not count yet, from:" in text
    assert "Will replace <bdi>+1 •••" in text
    new = FACTORS.exclude(pk=host.factor.pk).get()
    assert (new.replaces_id, new.confirmed) == (host.factor.pk, True)
    assert FACTORS.filter(pk=host.factor.pk, disabled_at=None).exists()


def test_a_number_that_is_none_is_said(host: Host) -> None:
    page = host.client.post(URL.format(host.factor.pk), {"number": "12"})
    assert page.status_code == 400
    assert b"Error:" in page.content


def test_only_a_phone_has_a_number(host: Host) -> None:
    app = factories.totp_factor(host.user)
    assert host.client.get(URL.format(app.pk)).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_ones_own_is_not_there(host: Host, method: str) -> None:
    assert_nothing_there(host.client, URL, factories.phone_factor(factories.user()).pk, method)


def test_outside_any_tenant_the_page_works_as_well(host: Host) -> None:
    factories.select(host.client, None)
    assert host.client.get(URL.format(host.factor.pk)).status_code == 200


def test_the_consent_is_asked_for_and_comes_through_the_proof(host: Host, settings: Any) -> None:
    asked = {"VERSION": "2026-03", "TEXT": "I agree to get <codes> at this number."}
    settings.OTPGUARD = {**settings.OTPGUARD, "PHONE_CONSENT": asked}
    url = URL.format(host.factor.pk)
    page = host.client.get(url).content.decode()
    assert "I agree to get &lt;codes&gt; at this number." in page
    assert 'name="consent" value="2026-03" required' in page
    assert "checked" not in page.partition('name="consent"')[2].partition(">")[0]
    missing = host.client.post(url, {"number": NUMBER})
    assert missing.status_code == 400
    assert "Agree to get codes" in missing.content.decode()
    refused = host.client.post(url, {"number": NUMBER, "consent": "2026-03"})
    carry_out(host.client, refused)
    new = FACTORS.exclude(pk=host.factor.pk).get()
    assert new.consent_version == "2026-03"
    assert new.consented_at is not None


def test_a_number_that_was_stopped_is_refused_with_what_to_do(host: Host) -> None:
    for channel in ("sms", "whatsapp", "voice"):
        factories.opt_out("+12015550123", channel=channel)
    refused = host.client.post(URL.format(host.factor.pk), {"number": NUMBER})
    answer = carry_out(host.client, refused)
    assert answer.status_code == 403
    assert "Send START to the number" in answer.content.decode()
