"""Where a plan mixes, the code page names the messages whose digits count (C14)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.challenge import DeliveryState
from otpguard.models import Delivery
from otpguard.web.stepup import context
from tests.web.stepup.showing import ROUTES, challenge, code_page, rendered, status

SENT, FAILED = DeliveryState.SENT, DeliveryState.FAILED
VENDORS = {"receipts": True, "provider": "far", "remote": True, "length": 8}
MIXED = [
    {**VENDORS, "channel": "sms"},
    {**ROUTES[1], "length": 6},
    {**VENDORS, "channel": "voice", "length": 7},
    {"channel": "email", "provider": "one", "receipts": False, "length": 6},
]
"""A vendor's text message, WhatsApp with our code, another vendor's call, our code by e-mail."""


def sent(plan: list[dict[str, Any]], *states: DeliveryState | None) -> dict[str, Any]:
    """The status after these steps of a plan; None for a vendor that has not taken its step."""
    row = challenge(plan=plan, step=len(states) - 1)
    for step, state in enumerate(states):
        remote = plan[step].get("remote", False)
        Delivery.objects.create(
            challenge=row,
            step=step,
            channel=plan[step]["channel"],
            provider=plan[step]["provider"],
            remote=remote,
            provider_ref=f"ref-{step}" if remote and state else None,
            state=(state or DeliveryState.SENDING).value,
        )
    return context.status(row, now=timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("states", "repeated", "counting", "lengths"),
    [
        ([SENT], False, "", [8]),
        ([FAILED, SENT], False, "", [6, 8]),
        ([SENT, SENT], False, "text message or WhatsApp", [6, 8]),
        ([SENT, SENT, None], False, "text message or WhatsApp", [6, 7, 8]),
        ([SENT, SENT, SENT], False, "WhatsApp or phone call", [6, 7]),
        ([SENT, SENT, SENT, SENT], True, "WhatsApp, phone call or e-mail", [6, 7]),
        ([SENT, FAILED, SENT], False, "phone call", [6, 7]),
    ],
)
def test_the_status_names_the_messages_whose_digits_count(
    states: list[DeliveryState | None], repeated: bool, counting: str, lengths: list[int]
) -> None:
    """C14: ours, and those of the newest step that a vendor has taken."""
    status = sent(MIXED, *states)
    assert (status["repeated"], status["counting"]) == (repeated, counting)
    assert status["lengths"] == lengths


@pytest.mark.django_db
def test_while_all_messages_carry_the_same_digits_none_is_named() -> None:
    status = sent(ROUTES, SENT, SENT)
    assert (status["repeated"], status["counting"], status["lengths"]) == (True, "", [6])


@pytest.mark.django_db
def test_a_code_that_arrived_and_was_replaced_is_not_what_the_page_names() -> None:
    plan = [MIXED[0], MIXED[2]]
    assert sent(plan, DeliveryState.DELIVERED, FAILED)["channel"] == "phone call"


@pytest.mark.django_db
def test_the_page_says_which_message_was_replaced() -> None:
    row = challenge(plan=[MIXED[0], MIXED[2]], step=1)
    for step, channel in enumerate(("sms", "voice")):
        Delivery.objects.create(
            challenge=row,
            step=step,
            channel=channel,
            provider="far",
            remote=True,
            provider_ref=channel,
            state=SENT.value,
        )
    page = rendered("code", code_page(status=context.status(row, now=timezone.now())))
    assert page.count("replaced by a newer code") == 1
    assert page.index("text message") < page.index("replaced by a newer code")


@pytest.mark.parametrize(("lengths", "listed"), [([0], "0"), ([6, 8], "6 8")])
def test_a_code_of_an_unknown_or_of_two_lengths_is_not_announced(
    lengths: list[int], listed: str
) -> None:
    page = rendered("code", code_page(status=status(lengths=lengths)))
    assert f'data-digits="{listed}"' in page
    assert "<span data-otpguard-digits hidden>" in page


def test_the_page_names_the_messages_whose_digits_count() -> None:
    both = status(counting="text message or WhatsApp")
    shown = rendered("code", code_page(status=both)).partition("data-kind")[2]
    assert "Enter the newest code that came by text message or WhatsApp." in shown
    lost = status(counting="text message or WhatsApp", state="undeliverable")
    shown = rendered("code", code_page(status=lost)).partition("data-kind")[2]
    assert "Enter the newest code" not in shown
