"""What a vendor hands on: keywords are done and answered, changes of senders are taken."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from otpguard.channels.base import Webhook
from otpguard.core.segments import ONE_SEGMENT, segments, septets
from otpguard.flows.route.inbound import help_text_of, take_inbound
from otpguard.flows.route.opt_out import MOST_AT_ONCE
from otpguard.models import OptOut, TenDlcRegistration
from tests import factories
from tests.po_files import LANGUAGES
from tests.vendors.meta import ACCOUNT, APP_SECRET, TEMPLATE, template_status

pytestmark = pytest.mark.django_db

ROOM = "otpguard.channels.providers"
NUMBER = "+12015550100"


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> None:
    texts = {"account_sid": "AC" + "0" * 32, "auth_token": "auth", "sender": "+12015550199"}
    chats = {
        "phone_number_id": "1",
        "token": "t",
        "whatsapp_business_account": ACCOUNT,
        "whatsapp_template_name": TEMPLATE,
        "app_secret": APP_SECRET,
    }
    settings.OTPGUARD = {
        "PROVIDERS": {
            "texts": {"BACKEND": f"{ROOM}.twilio_messaging.TwilioMessaging", "OPTIONS": texts},
            "chats": {"BACKEND": f"{ROOM}.meta_whatsapp.MetaWhatsApp", "OPTIONS": chats},
            "plain": {"BACKEND": f"{ROOM}.memory.Memory"},
        },
        "BRAND": "Acme",
        "SUPPORT_URL": "https://acme.example/help",
    }


def write(body: str, reference: str = "SM1", **more: str) -> str | None:
    fields = {"MessageSid": reference, "From": NUMBER, "To": "+12015550199", "Body": body, **more}
    received = Webhook(method="POST", url="https://a.example/", body=urlencode(fields).encode())
    return take_inbound(provider="texts", received=received, now=timezone.now())


def off() -> list[str]:
    return list(OptOut.objects.filter(ended_at=None).values_list("channel", flat=True))


def test_stop_and_start_by_text_message() -> None:
    assert write("Stop") == ""
    assert off() == ["sms"]
    assert write("hello", "SM2") == ""
    assert write("START", "SM3") == ""
    assert off() == []


def test_the_vendors_own_reading_of_a_word_counts() -> None:
    assert write("Genug!", OptOutType="STOP") == ""
    assert off() == ["sms"]


def test_help_is_answered_with_the_text_of_the_sender() -> None:
    row = TenDlcRegistration.objects.create(provider="texts", brand="A", help_text="Call <us> & go")
    TenDlcRegistration.objects.create(
        provider="texts", brand="B", status="approved", help_text="Write to help@acme.example"
    )
    TenDlcRegistration.objects.create(provider="other", brand="C", help_text="Somebody else")
    assert write("HELP") == "<Response><Message>Write to help@acme.example</Message></Response>"
    TenDlcRegistration.objects.exclude(pk=row.pk).delete()
    assert "Call &lt;us&gt; &amp; go" in str(write("HELP", "SM2"))
    assert off() == []


def test_help_that_the_vendor_has_answered_is_not_answered_twice() -> None:
    assert write("HELP", OptOutType="HELP") == ""


def test_without_a_text_of_its_own_help_names_brand_and_support(settings: Any) -> None:
    assert help_text_of("texts") == (
        "Acme: codes that confirm it is you. Help: https://acme.example/help. STOP ends them."
    )
    settings.OTPGUARD = {**settings.OTPGUARD, "SUPPORT_URL": "", "BRAND": "B" * 300}
    assert segments(help_text_of("texts")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("support", ["", "https://acme.example/help"])
def test_help_is_one_part_in_every_language(settings: Any, language: str, support: str) -> None:
    settings.LANGUAGE_CODE = language
    settings.OTPGUARD = {**settings.OTPGUARD, "SUPPORT_URL": support, "BRAND": "B" * 30}
    assert septets(help_text_of("texts")) < ONE_SEGMENT  # not cut off, and no letter outside


def test_a_change_of_a_template_is_taken() -> None:
    row = factories.whatsapp_sender(provider="chats", account=ACCOUNT, template=TEMPLATE)
    body = json.dumps(template_status("PAUSED")).encode()
    received = Webhook(method="POST", url="https://a.example/", body=body)
    assert take_inbound(provider="chats", received=received, now=timezone.now()) == ""
    row.refresh_from_db()
    assert row.approval == "paused"


def test_a_vendor_that_hands_on_nothing_is_asked_for_nothing() -> None:
    received = Webhook(method="POST", url="https://a.example/", body=b"Body=STOP")
    assert take_inbound(provider="plain", received=received, now=timezone.now()) == ""


def test_a_request_with_more_keywords_than_are_taken_at_once_must_come_again() -> None:
    messages = [
        {"from": f"1201555{index:04d}", "id": str(index), "text": {"body": "STOP"}}
        for index in range(MOST_AT_ONCE + 1)
    ]
    value = {"metadata": {"phone_number_id": "1"}, "messages": messages}
    body = {"entry": [{"id": ACCOUNT, "changes": [{"field": "messages", "value": value}]}]}
    received = Webhook(method="POST", url="https://a.example/", body=json.dumps(body).encode())
    answers = [
        take_inbound(provider="chats", received=received, now=timezone.now()) for _ in range(2)
    ]
    assert answers == [None, ""]
    assert len(off()) == MOST_AT_ONCE + 1
