"""What is seen is what is signed: page, message and proof name one payment."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.urls import reverse

from otpguard.channels.providers.memory import SENT
from otpguard.models import Challenge, Delivery, Event
from tests import guarded
from tests.host import Host
from tests.stepup import begin, carry_out, go_on, url_of

ANN = {"amount": "1250.00", "payee": "Ann & Co", "account": "DE02120300000000202051"}
SHOWN = "1250.00 EUR, Ann & Co, ...2051"


def test_page_and_message_say_amount_payee_and_the_end_of_the_account(paying: Host) -> None:
    refused = paying.client.post("/pay/", ANN)
    page = paying.client.get(url_of(refused)).content.decode()
    assert SHOWN in unescape(page)
    challenge = begin(paying.client, refused)
    assert SHOWN in SENT[-1].text
    assert ANN["account"] not in SENT[-1].text
    shown = paying.client.get(reverse("otpguard:code", args=[challenge.pk])).content.decode()
    assert SHOWN in unescape(shown)
    assert guarded.ran == []


def test_the_proof_serves_this_payment_once(paying: Host) -> None:
    done = carry_out(paying.client, paying.client.post("/pay/", ANN))
    assert done.content.decode() == f"done: paid {SHOWN}"
    assert paying.client.post("/pay/", ANN).status_code == 303
    assert guarded.ran == [f"paid {SHOWN}"]


def test_another_amount_payee_or_account_is_asked_for_again(paying: Host) -> None:
    changed = (
        {"amount": "9250.00"},
        {"payee": "Mallory"},
        {"account": "DE99120300000000202051"},  # the same end
    )
    go_on(paying.client, begin(paying.client, paying.client.post("/pay/", ANN)))
    for each in changed:
        assert paying.client.post("/pay/", {**ANN, **each}).status_code == 303, each
    assert guarded.ran == []
    assert paying.client.post("/pay/", ANN).status_code == 200


def test_it_asks_for_the_strongest_proof_unless_the_site_says_otherwise(
    paying: Host, settings: Any
) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"transaction_flow": {"active": True}},
    }
    answer = paying.client.post("/pay/", ANN, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "AAL3" in answer.content.decode()
    assert not Challenge.objects.exists()


def test_the_log_names_the_operation_and_keeps_the_payment_encrypted(paying: Host) -> None:
    carry_out(paying.client, paying.client.post("/pay/", ANN))
    row = Event.objects.get(kind="checkpoint.passed")
    assert row.checkpoint == "transaction_flow"
    assert "Ann" not in str(row.body)


def test_whatsapp_has_no_room_for_a_payment_and_is_not_used(paying: Host) -> None:
    refused = paying.client.post("/pay/", ANN)
    begin(paying.client, refused)
    assert "whatsapp" not in {row.channel for row in Delivery.objects.all()}
    plan = Challenge.objects.get().plan
    assert "whatsapp" not in {step["channel"] for step in plan}
    assert len(plan) > 1
