"""What templates are given, and that every page renders from it without inline code."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from otpguard.core.assurance import Channel
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.exceptions import Ask
from otpguard.forms.phone import PhoneForm
from otpguard.models import Challenge, Delivery
from otpguard.web.stepup import context
from tests import factories
from tests.po_files import LANGUAGES
from tests.web.stepup.showing import (
    FRAME,
    MASKED,
    NUMBER,
    ROUTES,
    challenge,
    code_page,
    rendered,
    status,
)


def delivery(of: Challenge, step: int, state: DeliveryState, channel: Channel) -> Delivery:
    return Delivery.objects.create(
        challenge=of, step=step, channel=channel.value, provider="one", state=state.value
    )


# --- the frame -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_frame_names_the_action_the_target_and_the_tenant() -> None:
    tenant = factories.tenant(name="Acme")
    ask = Ask(
        checkpoint="api_key",
        tenant=str(tenant.pk),
        user="1",
        sid="sid",
        story=str(uuid4()),
        target="key 'ci'",
    )
    frame = context.frame_of(ask)
    assert str(frame["action"]) == "Create or rotate an API key"
    assert frame["target"] == "key 'ci'"
    assert frame["tenant"] == "Acme"


@pytest.mark.django_db
def test_choices_keep_their_order_and_mask_the_number() -> None:
    user = factories.user()
    first, second = factories.phone_factor(user), factories.phone_factor(user, NUMBER)
    rows = [first, second]
    chosen = context.choices((str(second.pk), str(uuid4()), str(first.pk)), rows)
    assert [choice.id for choice in chosen] == [str(second.pk), str(first.pk)]
    assert chosen[0].hint == MASKED
    assert str(chosen[0].label) == "Phone"


# --- how the sending goes ------------------------------------------------------------------------


@pytest.mark.django_db
def test_lines_stand_in_order_of_sending_with_masked_destinations() -> None:
    row = challenge()
    delivery(row, 1, DeliveryState.QUEUED, Channel.EMAIL)
    delivery(row, 0, DeliveryState.FAILED, Channel.SMS)
    lines = context.status(row, now=timezone.now())["lines"]
    assert [(str(line.channel), line.destination) for line in lines] == [
        ("text message", MASKED),
        ("e-mail", "a•••@example.com"),
    ]


@pytest.mark.django_db
def test_the_status_masks_the_number() -> None:
    row = challenge()
    delivery(row, 0, DeliveryState.SENT, Channel.SMS)
    status = context.status(row, now=timezone.now())
    assert NUMBER not in str(status)
    assert status["destination"] == MASKED
    assert (status["open"], status["state"], status["step"]) == (True, "sent", 0)
    assert status["next_channel"] == status["another_way"] == "WhatsApp"


@pytest.mark.django_db
def test_the_status_before_the_first_delivery_names_no_channel() -> None:
    status = context.status(challenge(), now=timezone.now())
    assert (status["channel"], status["destination"], status["lines"]) == ("", "", [])
    assert (status["state"], status["step"]) == ("preparing", None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("last", "channel", "delivered"),
    [
        (DeliveryState.FAILED, "text message", True),
        (DeliveryState.SENT, "WhatsApp", False),
        (DeliveryState.DELIVERED, "WhatsApp", True),
    ],
)
def test_the_status_names_the_way_by_which_the_code_arrived_when_the_last_one_failed(
    last: DeliveryState, channel: str, delivered: bool
) -> None:
    row = challenge(step=1)
    delivery(row, 0, DeliveryState.DELIVERED, Channel.SMS)
    delivery(row, 1, last, Channel.WHATSAPP)
    status = context.status(row, now=timezone.now())
    assert (status["channel"], status["delivered"]) == (channel, delivered)


@pytest.mark.django_db
def test_after_the_last_route_another_way_starts_over_with_the_first() -> None:
    status = context.status(challenge(step=1), now=timezone.now())
    assert status["next_channel"] == ""
    assert status["another_way"] == "text message"


@pytest.mark.django_db
@pytest.mark.parametrize(("enrolls", "following"), [(False, "phone call"), (True, "")])
def test_the_page_promises_no_call_to_a_number_that_was_never_proven(
    enrolls: bool, following: str
) -> None:
    """It would only come for the pressing."""
    call = {"channel": "voice", "provider": "one", "receipts": True}
    row = challenge(plan=[*ROUTES, call], step=1, enrolls=enrolls)
    status = context.status(row, now=timezone.now())
    assert (status["next_channel"], status["another_way"]) == (following, "phone call")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "undeliverable", "seconds"),
    [(0, False, 30), (10, False, 20), (60, False, 0), (0, True, 0)],
)
def test_the_status_says_when_the_same_way_may_be_asked_for_again(
    age: int, undeliverable: bool, seconds: int
) -> None:
    now = timezone.now()
    sent = now - timedelta(seconds=age)
    row = challenge(last_sent_at=sent, undeliverable=undeliverable)
    assert context.status(row, now=now)["resend_in"] == seconds


@pytest.mark.django_db
def test_with_one_route_there_is_no_other_way() -> None:
    assert context.status(challenge(plan=ROUTES[:1]), now=timezone.now())["another_way"] == ""


# --- the pages -----------------------------------------------------------------------------------


def phone(name: str = MASKED, kind: str = "phone") -> context.FactorChoice:
    return context.FactorChoice(
        id=str(uuid4()),
        kind=kind,
        icon=kind,
        label="Phone",
        hint=name,
        how="We send you a code.",
        sends_code=kind == "phone",
    )


def enroll_page(**changed: Any) -> dict[str, Any]:
    return {
        **FRAME,
        "form": PhoneForm(),
        "fields": "otpguard/includes/bind_number.html",
        "level": "a second way to confirm",
        "kinds": ["Phone"],
        "can_enroll_phone": False,
        "must_log_in_again": False,
        "login_url": "/login/?next=/keys/",
        "has_other_factor": False,
        "back_url": "/keys/",
        **changed,
    }


def kept_form(**changed: Any) -> dict[str, Any]:
    return {
        **FRAME,
        "url": "/keys/?otpguard_kept=1",
        "fields": [
            {"name": "scope", "label": "What it may do", "value": "read"},
            {"name": "scope", "label": "What it may do", "value": 'w"rite'},
        ],
        "blanks": (),
        "back_url": "/keys/",
        **changed,
    }


BLANKS = (
    {"name": "card_number", "label": "Card number", "kind": "hidden"},
    {"name": "token_secrets", "label": "Secrets", "kind": "lines"},
    {"name": "logo", "label": "Logo", "kind": "file"},
)

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "choose one": ("choose", {**FRAME, "factors": [phone()], "back_url": "/keys/"}),
    "choose of two": (
        "choose",
        {**FRAME, "factors": [phone("App", "totp"), phone()], "error": "No.", "back_url": "/"},
    ),
    "choose of none": ("choose", {**FRAME, "factors": [], "enroll_url": "/enroll/"}),
    "code": ("code", code_page()),
    "code, wrong": ("code", code_page(error="That code is not right.")),
    "code, undeliverable": ("code", code_page(status=status(state="undeliverable"))),
    "code, closed": ("code", code_page(status=status(state="expired", open=False))),
    "continue": ("continue", kept_form()),
    "continue, blanks": ("continue", kept_form(blanks=BLANKS, has_files=True)),
    "on": ("on", {**FRAME, "url": "/export/?a=1&b=2", "back_url": "/contacts/"}),
    "on, started": ("on", {**FRAME, "url": "/export/", "started": True}),
    "done": ("done", FRAME),
    "held": (
        "refused",
        {**FRAME, "reason": "A waiting period.", "code": "held", "until": timezone.now()},
    ),
    "denied": ("refused", {"action": "Export", "reason": "No.", "code": "not_a_member"}),
    "problem": ("problem", {"message": "Too old.", "code": "ask_expired"}),
    "repudiate": ("repudiate", {**FRAME, "challenge": uuid4(), "done": False}),
    "repudiated": ("repudiate", {**FRAME, "challenge": uuid4(), "done": True}),
    "enroll": ("enroll", enroll_page(can_enroll_phone=True)),
    "enroll, stale": ("enroll", enroll_page(must_log_in_again=True)),
    "enroll, other": ("enroll", enroll_page(has_other_factor=True)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", PAGES)
def test_a_page_has_a_language_a_title_one_heading_and_nothing_inline(
    state: str, language: str
) -> None:
    with translation.override(language):
        page = rendered(*PAGES[state])
    assert f'<html lang="{language}"' in page
    assert re.search(r"<title>\s*\S", page)
    assert page.count("<h1") == 1
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert "{%" not in page
    assert "<b>" not in page
    described = re.findall(r'aria-describedby="([^"]*)"', page)
    wanted = {identity for value in described for identity in value.split()}
    assert wanted <= set(re.findall(r'\sid="([^"]*)"', page))
    assert page.count('method="post"') == page.count('name="csrfmiddlewaretoken"')


def test_a_single_phone_is_one_button() -> None:
    page = rendered(*PAGES["choose one"])
    assert f"Send a code to <bdi>{MASKED}</bdi>" in page
    assert 'type="radio"' not in page


def test_the_field_of_the_code_can_be_filled_in_by_the_device() -> None:
    page = rendered(*PAGES["code"])
    field = re.search(r"<input[^>]*otpguard-code[^>]*>", page)
    assert field is not None
    assert 'autocomplete="one-time-code"' in field[0]
    assert 'inputmode="numeric"' in field[0]
    assert " required" in field[0]
    assert " autofocus" in field[0]


def test_the_page_says_how_long_a_code_is_and_whether_it_is_the_same_again() -> None:
    ours = rendered("code", code_page(status=status(repeated=True)))
    assert 'data-digits="6"' in ours
    assert "<span data-otpguard-digits>6 digits.</span>" in ours
    assert "The same code was sent again" in ours.partition("data-kind")[2]
    theirs = rendered("code", code_page(status=status(lengths=[8])))
    assert 'data-digits="8"' in theirs
    assert "<span data-otpguard-digits>8 digits.</span>" in theirs
    assert "The same code" not in theirs.partition("data-kind")[2]


def test_an_error_is_tied_to_its_field() -> None:
    page = rendered(*PAGES["code, wrong"])
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="otpguard-code-error otpguard-code-hint"' in page


def test_sending_again_waits_by_script_only() -> None:
    page = rendered(*PAGES["code"])
    assert 'data-resend-in="30"' in page
    assert "disabled" not in page


def test_a_refusal_to_send_again_stands_with_its_buttons_and_blames_no_code() -> None:
    page = rendered("code", code_page(again_error="Another code in 20 seconds."))
    assert "<title>Error:" in page
    assert "aria-invalid" not in page
    assert 'aria-describedby="otpguard-code-hint otpguard-again-error"' in page
    before, _, after = page.partition('id="otpguard-again-error"')
    assert "No code yet?" in before
    assert "Another code in 20 seconds." in after


def test_what_failed_in_several_ways_is_not_put_down_to_the_last() -> None:
    one = rendered("code", code_page(status=status(state="undeliverable")))
    assert f"could not be delivered to <bdi>{MASKED}</bdi>" in one.partition("data-kind")[2]
    many = rendered("code", code_page(status=status(state="undeliverable", lines=[None] * 3)))
    shown = many.partition("data-kind")[2]
    assert "could not be delivered in any of the ways that were tried" in shown
    assert MASKED not in shown


@pytest.mark.parametrize("state", [s for s in ChallengeState if s is not ChallengeState.OPEN])
def test_a_closed_challenge_takes_no_code_and_shows_the_way_out(state: ChallengeState) -> None:
    page = rendered("code", code_page(status=status(state=state.value, open=False)))
    assert "one-time-code" not in page
    way_out = "Continue" if state is ChallengeState.VERIFIED else "Start again"
    assert way_out in page


def test_a_kept_form_is_sent_by_a_button_that_names_the_action() -> None:
    page = rendered(*PAGES["continue"])
    assert "Continue: Create or rotate an API key" in page
    assert 'action="/keys/?otpguard_kept=1"' in page
    assert '<input type="hidden" name="scope" value="read">' in page
    assert "w&quot;rite" in page


def test_a_form_that_lost_something_asks_for_that_alone_under_its_label() -> None:
    page = rendered(*PAGES["continue, blanks"])
    assert '<input type="hidden" name="scope" value="read">' in page
    assert 'enctype="multipart/form-data"' in page
    for tag, name, label in (
        (r'input type="password"', "card_number", "Card number"),
        ("textarea", "token_secrets", "Secrets"),
        (r'input type="file"', "logo", "Logo"),
    ):
        found = re.search(rf'<{tag}[^>]* id="([^"]+)" name="{name}"', page)
        assert found, name
        assert re.search(rf'<label[^>]* for="{found[1]}"><bdi>{label}<', page)


def test_the_way_on_is_one_address_also_without_scripts() -> None:
    page = rendered(*PAGES["on"])
    assert 'content="0; url=/export/?a=1&amp;b=2"' in page
    assert 'data-otpguard-next="/export/?a=1&amp;b=2"' in page
    assert "/export/" not in rendered(*PAGES["on, started"]), "reloaded, nothing is asked again"


def test_the_words_of_the_dialog_come_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        included = render_to_string("otpguard/stepup.html")
    assert 'data-text-title="Bestätigen Sie, dass Sie es sind"' in included
    assert re.search(r"<script src=[^>]*stepup\.js", included)
