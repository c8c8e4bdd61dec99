"""Somebody whose number gets no code sees a calm sentence and buttons, never the layer."""

from __future__ import annotations

import pytest
from django.test import override_settings

from otpguard.core.reasons import StartReason
from otpguard.models import Factor
from otpguard.web.another_way import OtherWay, ways_after
from tests.flows.pumping.layers import BLOCKED, finding
from tests.host import Host
from tests.visiting import NUMBER

pytestmark = pytest.mark.django_db
HELP = {"SUPPORT_URL": "https://help.example/"}
SECRETS = ("reputation", "money", "lock_down", "prefix")


def test_help_stands_after_the_pages_own_ways() -> None:
    own = OtherWay(url="/app/", label="App")
    with override_settings(OTPGUARD=HELP):
        found = ways_after(StartReason.ANOTHER_WAY, others=[own])
    assert [each.url for each in found] == ["/app/", "https://help.example/"]
    assert ways_after(StartReason.ANOTHER_WAY) == ()


def test_a_reason_that_says_what_to_do_gets_no_buttons() -> None:
    own = OtherWay(url="/app/", label="App")
    assert ways_after(StartReason.TOO_EARLY, others=[own]) == ()


def test_an_enrollment_is_offered_the_other_kinds_as_buttons(host: Host) -> None:
    Factor.objects.all().delete()
    page = host.client.get("/billing/")
    url = host.client.get(page["Location"])["Location"]
    with finding(BLOCKED):
        answer = host.client.post(f"{url}phone/", {"number": NUMBER})
    text = answer.content.decode()
    assert answer.status_code == 403
    assert f'class="og-button og-primary" href="{url}passkey/"' in text
    assert f'href="{url}totp/"' in text
    assert not any(word in text.lower() for word in SECRETS)
