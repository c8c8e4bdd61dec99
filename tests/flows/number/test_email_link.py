"""E-mail before phone: who is asked, what a link is worth, and how few there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard import vault
from otpguard.channels.providers.memory import SENT
from otpguard.core.pumping.email_first import LINK_LIFE, MARK_LIFE, SEEN_AFTER
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.number.email_link import find_email_link, needs_email, open_email_link
from otpguard.models import Challenge, Event, MailedBrowser, Notice, PumpingDecision, Usage
from otpguard.testing import send_notices
from otpguard.testing.racing import race
from tests import factories
from tests.flows.number.mailing import (
    EMAIL,
    asked,
    mailed_visitor,
    open_link,
    order,
    token_in_mailbox,
)
from tests.flows.number.visitor import visitor
from tests.store_down import store_down

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pages_and_email")]

postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")


@pytest.fixture
def pages_and_email(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def refused(who: Any, number: str) -> object:
    with pytest.raises(StartRefused) as caught:
        who.start(number)
    return caught.value.reason


def test_a_stranger_gets_no_code_before_the_link_and_one_after_it() -> None:
    who = asked()
    assert needs_email(facts=who.facts, ask=who.ask)
    assert refused(who, "+12015550123") is StartReason.EMAIL_FIRST
    assert not Challenge.objects.exists()
    order(who)
    assert refused(who, "+12015550123") is StartReason.EMAIL_FIRST, "an unopened link is none"
    assert open_link(who, token_in_mailbox()) == who.ask
    assert not needs_email(facts=who.facts, ask=who.ask)
    challenge = who.start()
    assert challenge.spend_lane == "mailed"
    assert PumpingDecision.objects.get(challenge=challenge.pk).lane == "mailed"
    assert {"email_link.sent", "email_link.opened"} <= set(kinds())


def test_a_view_that_does_not_ask_sends_at_once() -> None:
    assert visitor().start().spend_lane == "stranger"


def test_a_browser_that_has_proven_a_number_is_not_asked() -> None:
    first = visitor()
    first.prove()
    again = replace(first, ask=replace(first.ask, email_first=True))
    assert not needs_email(facts=again.facts, ask=again.ask)
    assert again.start("+12015550124").spend_lane == "known"


def test_without_a_route_of_email_nobody_is_locked_out(settings: Any) -> None:
    backend = "otpguard.channels.providers.memory.Memory"
    sms = {"BACKEND": backend, "OPTIONS": {"channels": ["sms"]}}
    settings.OTPGUARD = {**settings.OTPGUARD, "PROVIDERS": {"memory": sms}}
    who = asked()
    assert not needs_email(facts=who.facts, ask=who.ask)
    assert who.start().spend_lane == "stranger"


def test_the_mailbox_lies_encrypted_and_no_event_names_it() -> None:
    order(asked())
    row = MailedBrowser.objects.get()
    assert row.email.reveal() == EMAIL
    assert row.email_index == vault.blind_indexes(EMAIL)[0]
    assert EMAIL not in " ".join(Event.objects.values_list("body", flat=True))
    assert EMAIL not in f"{row!r} {row.email!r}"


def test_a_link_counts_in_its_own_browser_alone() -> None:
    who, other = asked(), asked()
    order(who)
    token = token_in_mailbox()
    assert open_link(other, token) is None
    assert open_link(who, token, browser="") is None
    assert MailedBrowser.objects.get().opened_at is None
    assert open_link(who, token) is not None


def test_a_link_counts_in_its_own_tenant_alone() -> None:
    tenant = factories.tenant()
    who = asked(tenant=tenant)
    order(who)
    token = token_in_mailbox()
    assert open_link(who, token, tenant="") is None
    assert open_link(who, token) is not None
    assert who.start().spend_lane == "mailed"


def test_opening_it_again_leads_on_and_renews_nothing() -> None:
    who = asked()
    order(who)
    token = token_in_mailbox()
    assert open_link(who, token) == who.ask
    until = MailedBrowser.objects.get().until
    assert open_link(who, token) == who.ask
    assert MailedBrowser.objects.get().until == until
    assert kinds().count("email_link.opened") == 1


def test_of_two_posts_at_once_one_marks_the_browser() -> None:
    who = asked()
    order(who)
    token = token_in_mailbox()
    facts = replace(who.facts, now=timezone.now())
    led = race(lambda: open_email_link(facts=facts, token=token), threads=4)
    assert led == [who.ask] * 4
    assert kinds().count("email_link.opened") == 1


def test_an_old_or_foreign_link_opens_nothing() -> None:
    who = asked()
    order(who)
    token = token_in_mailbox()
    late = timezone.now() + LINK_LIFE + timedelta(seconds=1)
    assert open_link(who, token, now=late) is None
    assert open_link(who, "x") is None
    foreign = vault.encrypt_token(vault.EMAIL, str(MailedBrowser.objects.get().pk))
    assert find_email_link(token=foreign, now=timezone.now()) is None
    assert MailedBrowser.objects.get().opened_at is None


def test_the_mark_ends_with_the_day() -> None:
    who = mailed_visitor()
    later = replace(who.facts, now=timezone.now() + MARK_LIFE + timedelta(seconds=1))
    assert needs_email(facts=later, ask=who.ask)


def test_a_mailbox_gets_two_links_a_day_in_every_spelling() -> None:
    for email in ("kim@acme.example", "Kim+two@acme.example", "KIM@acme.example"):
        order(asked(), email)
    send_notices()
    assert len(SENT) == MailedBrowser.objects.count() == 2
    assert kinds().count("email_link.withheld") == 1


@pytest.mark.parametrize(
    ("email", "honeypot"), [("kim@throwaway.example", ""), (EMAIL, "a script was here")]
)
def test_what_gets_no_link_is_not_told_so(
    email: str, honeypot: str, settings: Any, tmp_path: Any
) -> None:
    file = tmp_path / "domains.txt"
    file.write_text("throwaway.example\n")
    settings.OTPGUARD = {**settings.OTPGUARD, "HYGIENE": {"DOMAINS_FILE": str(file)}}
    order(asked(), email, honeypot=honeypot)
    assert not MailedBrowser.objects.exists()
    assert not Notice.objects.exists()
    assert kinds()[-1] == "email_link.withheld"


def test_a_client_ip_asks_for_ten_links_an_hour_and_opened_ones_give_back() -> None:
    last = [asked() for _ in range(10)]
    for place, who in enumerate(last):
        order(who, f"kim{place}@acme.example")
    with pytest.raises(StartRefused) as caught:
        order(asked(), "kim@elsewhere.example")
    assert caught.value.reason is StartReason.CAP_IP
    assert caught.value.retry_after > 0
    mine = vault.blind_indexes("kim@elsewhere.example")[0]
    assert not Usage.objects.filter(cap="mailbox_links", key=mine).exists()
    assert open_link(last[-1], token_in_mailbox()) is not None
    order(asked(), "kim@elsewhere.example")


def test_a_form_is_sent_once_and_of_its_own_browser() -> None:
    who = asked()
    with pytest.raises(StartRefused) as caught:
        order(replace(who, ask=replace(who.ask, tenant="00000000-0000-4000-8000-000000000001")))
    assert caught.value.reason is StartReason.FOREIGN
    assert not MailedBrowser.objects.exists()


def test_a_mailbox_gets_two_codes_a_day_proven_or_not() -> None:
    who = mailed_visitor("kim@gmail.com")
    who.start("+12015550123")
    who.start("+12015560124")
    assert refused(who, "+12015570125") is StartReason.CAP_MAILBOX


def test_a_domain_that_was_never_seen_gets_three_unproven_codes_a_day() -> None:
    for place in range(3):
        mailed_visitor(f"kim{place}@acme.example").start(f"+1201555{place}123")
    fourth = mailed_visitor("kim3@sub.acme.example")
    assert refused(fourth, "+12015563123") is StartReason.ANOTHER_WAY
    assert mailed_visitor("kim@gmail.com").start("+12015573123").spend_lane == "mailed"


def test_a_proven_number_frees_its_place_and_makes_the_domain_known_a_week_later() -> None:
    first = mailed_visitor("kim0@acme.example")
    first.prove("+12015550123")
    assert not Usage.objects.filter(cap="email_domain").exists()
    row = MailedBrowser.objects.get()
    assert row.proven_at is not None
    mailed_visitor("kim1@acme.example").start("+12015560123")
    assert Usage.objects.filter(cap="email_domain").count() == 1, "not on the same day"
    MailedBrowser.objects.filter(pk=row.pk).update(proven_at=timezone.now() - SEEN_AFTER * 2)
    mailed_visitor("kim2@acme.example").start("+12015570123")
    assert Usage.objects.filter(cap="email_domain").count() == 1


@postgres_only
def test_without_a_store_no_link_is_sent_and_none_is_opened() -> None:
    who = asked()
    order(who)
    token = token_in_mailbox()
    with store_down():
        with pytest.raises(StoreUnavailable):
            needs_email(facts=who.facts, ask=who.ask)
        with pytest.raises(StoreUnavailable):
            order(who)
        with pytest.raises(StoreUnavailable):
            open_link(who, token)
    assert MailedBrowser.objects.get().opened_at is None
