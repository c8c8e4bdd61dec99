"""A visitor without an account orders a code to a number, within the same caps as anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.audit.private import decrypt_private
from otpguard.channels.providers.memory import SENT
from otpguard.core.challenge import ChallengeState
from otpguard.core.decision import Reason
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.delivery.fallback import following_of
from otpguard.flows.number.start import start_number_challenge
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.flows.route import switch
from otpguard.models import Challenge, Delivery, Event, SpentToken, Tenant, Usage
from otpguard.testing import send_queued
from otpguard.vault import blind_indexes
from tests import factories
from tests.flows.number.visitor import NUMBER, Visitor, parsed, visitor
from tests.flows.pumping.forms import checked
from tests.flows.setting import stopped
from tests.store_down import read_only_store, store_down

pytestmark = pytest.mark.django_db(transaction=True)

postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
ELSEWHERE = "00000000-0000-4000-8000-000000000001"
VOICE_TOO = {
    "PROVIDERS": {
        "memory": {
            "BACKEND": "otpguard.channels.providers.memory.Memory",
            "OPTIONS": {"channels": ["sms", "voice", "whatsapp"]},
        }
    }
}


def refusal(who: Visitor, number: str = NUMBER, **changed: Any) -> StartReason | Reason:
    with pytest.raises(StartRefused) as caught:
        who.start(number, **changed)
    return caught.value.reason


def stop(number: str) -> None:
    """Its holder has stopped every channel."""
    for channel in ("sms", "whatsapp", "voice"):
        factories.opt_out(number, channel=channel)


def test_a_code_goes_to_the_number_and_the_row_knows_no_person() -> None:
    challenge = visitor().start()
    send_queued()
    assert [(each.to, each.channel) for each in SENT] == [(NUMBER, "sms")]
    assert (challenge.user, challenge.factor, challenge.sid) == (None, None, "")
    assert challenge.state == ChallengeState.OPEN


def test_the_number_is_stored_encrypted_with_its_blind_index() -> None:
    challenge = visitor().start()
    assert challenge.phone_index == blind_indexes(NUMBER)[0]
    assert challenge.destination.reveal() == NUMBER
    assert NUMBER not in challenge.destination.token


def test_no_event_names_the_number_in_clear() -> None:
    who = visitor()
    who.prove()
    stop("+12015550124")
    refusal(who, "+12015550124")
    bodies = " ".join(Event.objects.values_list("body", flat=True))
    assert "challenge.started" in bodies
    assert NUMBER not in bodies
    assert "555012" not in bodies


@pytest.mark.parametrize(
    "changed", [{"browser": ""}, {"user": "7"}, {"sid": "s"}, {"tenant": ELSEWHERE}]
)
def test_it_starts_for_a_browser_alone_and_in_the_tenant_that_was_asked_in(
    changed: dict[str, str],
) -> None:
    assert refusal(visitor(), **changed) is StartReason.FOREIGN
    assert not Challenge.objects.exists()


def test_a_checkpoint_for_people_who_are_logged_in_is_refused() -> None:
    assert refusal(visitor(checkpoint="billing_change")) is StartReason.FOREIGN


def test_a_number_alone_does_not_reach_the_level_of_a_password_reset() -> None:
    assert refusal(visitor(checkpoint="password_reset")) is StartReason.NO_ROUTE


def test_each_number_gets_three_codes_a_day_whatever_the_browser() -> None:
    for _ in range(3):
        visitor().start()
    assert refusal(visitor()) is StartReason.CAP_NUMBER
    visitor().start("+12015550124")


def test_an_enrollment_by_somebody_with_an_account_counts_for_the_same_number() -> None:
    for _ in range(2):
        visitor().start()
    Usage.objects.create(
        cap="number", key=blind_indexes(NUMBER)[0], at=timezone.now(), challenge=stopped().factor.pk
    )
    assert refusal(visitor()) is StartReason.CAP_NUMBER


def test_a_tenth_code_from_one_address_is_sent_and_an_eleventh_is_not() -> None:
    for last in range(10):
        visitor().start(f"+1201{555 + last}0101")
    assert refusal(visitor(), "+12015650199") is StartReason.CAP_IP
    visitor(client_ip="198.51.100.1").start("+12015650199")


def test_a_browser_gets_five_codes_a_day_from_all_addresses() -> None:
    who = visitor()
    for last in range(5):
        who.start(f"+120155501{last:02d}", client_ip=f"198.51.100.{last + 1}")
    assert refusal(who, "+12015550199", client_ip="192.0.2.1") is StartReason.CAP_BROWSER


@pytest.mark.parametrize("cap", ["SITE_MESSAGES_PER_HOUR", "TENANT_MESSAGES_PER_HOUR"])
def test_the_caps_of_site_and_tenant_count_these_messages(cap: str, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, cap: 1}
    tenant = factories.tenant()
    visitor(tenant=tenant).start()
    before = list(Usage.objects.values_list("pk", flat=True))
    reason = refusal(visitor(tenant=tenant), "+12015550124")
    assert reason in {StartReason.CAP_SITE, StartReason.CAP_TENANT}
    assert list(Usage.objects.values_list("pk", flat=True)) == before, "a refusal costs nothing"


def test_a_second_start_of_the_browser_takes_the_place_of_the_first() -> None:
    who, other = visitor(), visitor()
    first, foreign = who.start(), other.start("+12015550124")
    who.start("+12015550125")
    first.refresh_from_db()
    foreign.refresh_from_db()
    assert (first.state, foreign.state) == ("canceled", "open")


def test_a_suspended_tenant_and_one_that_is_unknown_start_nothing() -> None:
    suspended = factories.tenant(status=Tenant.Status.SUSPENDED)
    assert refusal(visitor(tenant=suspended)) is Reason.TENANT_INACTIVE
    gone = factories.tenant()
    who = visitor(tenant=gone)
    Tenant.objects.filter(pk=gone.pk).delete()
    assert refusal(who) is Reason.NO_TENANT


def test_a_stopped_number_and_a_switched_off_channel_send_nothing() -> None:
    stop(NUMBER)
    assert refusal(visitor()) is StartReason.OPTED_OUT
    switch.switch_off(facts=factories.facts(), provider="memory", reason="pumping")
    assert refusal(visitor(), "+12015550124") is StartReason.NO_ROUTE
    assert not Challenge.objects.exists()


def test_a_call_is_never_made_unasked(settings: Any) -> None:
    settings.OTPGUARD = VOICE_TOO
    challenge = visitor().start()
    challenge.plan = [step for step in challenge.plan if step["channel"] in {"sms", "voice"}]
    assert [step["channel"] for step in challenge.plan] == ["sms", "voice"]
    assert following_of(challenge) is None


def test_a_number_with_an_account_takes_the_same_statements_as_one_without() -> None:
    factories.phone_factor(factories.user(), NUMBER)
    visitor().start("+12015550124")  # what a process reads once is read

    def said(number: str) -> list[str]:
        with CaptureQueriesContext(connection) as found:
            visitor(client_ip="198.51.100.9").start(number)
        return [each["sql"].partition(" ")[0] for each in found.captured_queries]

    assert said(NUMBER) == said("+12015550125")


def test_the_consent_that_a_site_asks_for_must_be_given_and_is_kept(settings: Any) -> None:
    text = {"VERSION": "2026-1", "TEXT": "Send me codes."}
    settings.OTPGUARD = {**settings.OTPGUARD, "PHONE_CONSENT": text}
    assert refusal(visitor()) is StartReason.NO_CONSENT
    who = visitor()
    challenge = start_number_challenge(
        facts=who.facts, ask=who.ask, number=parsed(NUMBER), consent="2026-1"
    )
    assert challenge.consent_version == "2026-1"
    data = json.loads(Event.objects.get(kind="challenge.started").body)["data"]
    assert data["consent"] == "2026-1"


def test_refusals_are_logged_and_repeats_are_coalesced() -> None:
    stop(NUMBER)
    for _ in range(3):
        refusal(visitor())
    event = Event.objects.get(kind="challenge.refused")
    assert json.loads(event.body)["data"]["reason"] == "opted_out"


@postgres_only
@pytest.mark.parametrize("away", [store_down, read_only_store])
def test_nothing_is_sent_without_a_store(away: Any) -> None:
    who = visitor()
    with away(), pytest.raises(StoreUnavailable):
        who.start()
    assert not Challenge.objects.exists()
    assert not Delivery.objects.exists()


def placed(browser: Visitor) -> FormPlace:
    return FormPlace(source="signup", tenant="", browser=browser.facts.browser)


def started_with(browser: Visitor, form: CheckedForm, number: str = NUMBER) -> Challenge:
    return start_number_challenge(
        facts=browser.facts, ask=browser.ask, number=parsed(number), form=form
    )


def test_the_form_that_asked_is_spent_with_the_start_and_not_with_a_refusal() -> None:
    someone = visitor()
    form = checked(placed(someone))
    stop("+12015550129")
    with pytest.raises(StartRefused):
        started_with(someone, form, "+12015550129")
    assert not SpentToken.objects.exists()
    started_with(someone, form)
    assert SpentToken.objects.count() == 1
    with pytest.raises(StartRefused) as refused:
        started_with(someone, form, "+12015550124")
    assert refused.value.reason is StartReason.FORM_AGAIN
    assert Challenge.objects.count() == 1


def test_the_event_has_the_digest_of_the_device_and_only_encrypted() -> None:
    someone = visitor()
    form = checked(placed(someone))
    shown = replace(form, facts=replace(form.facts, fingerprint="f" * 64))
    started_with(someone, shown)
    row = Event.objects.get(kind="challenge.started")
    assert decrypt_private(row)["fingerprint"] == "f" * 64
    assert "f" * 64 not in row.body
    refused = replace(shown, facts=replace(shown.facts, token_valid=False))
    with pytest.raises(StartRefused):
        started_with(someone, refused)
    denied = Event.objects.exclude(kind="challenge.started").order_by("-pk").first()
    assert denied is not None
    assert decrypt_private(denied)["fingerprint"] == "f" * 64


def test_a_full_cap_gives_the_form_back() -> None:
    someone = visitor()
    for _ in range(3):
        someone.start()
    form = checked(placed(someone))
    with pytest.raises(StartRefused) as refused:
        started_with(someone, form)
    assert refused.value.reason is StartReason.CAP_NUMBER
    assert not SpentToken.objects.exists()


def test_a_form_that_does_not_count_starts_nothing_and_charges_nothing() -> None:
    someone = visitor()
    form = checked(FormPlace(source="other", tenant=""))
    assert form.facts.token_valid, "at its own form"
    wrong = replace(form, facts=replace(form.facts, token_valid=False))
    with pytest.raises(StartRefused) as refused:
        started_with(someone, wrong)
    assert refused.value.reason is StartReason.FORM_AGAIN
    assert not Usage.objects.exists()


def test_a_demand_for_work_says_how_hard_it_is() -> None:
    someone = visitor()
    form = checked(placed(someone))
    fast = replace(form, facts=replace(form.facts, filled_ms=0))
    with pytest.raises(StartRefused) as refused:
        started_with(someone, fast)
    assert refused.value.reason is StartReason.PROOF_OF_WORK
    assert refused.value.work_level == 1
