"""Each message passes the caps of its tenant and of the site, no matter who asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.limits import CapFull, CapName
from otpguard.core.pumping.verdict import Action
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.caps import (
    charge_send,
    is_one_tenant_at_a_time,
    refusal_of,
    send_caps,
)
from otpguard.flows.sweep import Swept, sweep
from otpguard.models import Challenge, Event, Usage
from otpguard.testing import send_queued
from tests import factories
from tests.flows.delivery.setting import providers
from tests.flows.number.visitor import Visitor, visitor
from tests.flows.setting import Stopped, sent_code, stopped
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)

LATER = timedelta(minutes=2)


def set_up(settings: Any, **limits: int) -> None:
    routes = providers(sms="accepted", whatsapp="accepted", email="accepted")
    settings.OTPGUARD = {**routes, **{name.upper(): limit for name, limit in limits.items()}}


def used(cap: CapName) -> int:
    return Usage.objects.filter(cap=cap.value).count()


def started(who: Stopped) -> Challenge:
    challenge = who.start()
    send_queued()
    challenge.refresh_from_db()
    return challenge


def fall_back(challenge: Challenge) -> Swept:
    assert challenge.due_at is not None
    swept = sweep(now=challenge.due_at)
    challenge.refresh_from_db()
    return swept


def another_like(who: Stopped) -> Stopped:
    """Somebody else of the same tenant."""
    of = who.member.tenant
    member = factories.member(of)
    sid = factories.session(member.user).sid
    facts = replace(who.facts, user=str(member.user.pk), email=member.user.email, sid=sid)
    ask = replace(who.ask, user=facts.user, sid=sid)
    return Stopped(member=member, factor=factories.phone_factor(member.user), facts=facts, ask=ask)


def test_a_start_a_fallback_and_a_resend_are_each_charged_to_tenant_and_site(settings: Any) -> None:
    set_up(settings, tenant_messages_per_hour=10, site_messages_per_hour=10)
    who = stopped()
    challenge = started(who)
    assert fall_back(challenge).fell_back == 1
    facts = replace(who.facts, now=timezone.now() + LATER)
    resend_code(facts=facts, challenge_id=challenge.pk, another_way=False)
    assert (used(CapName.TENANT), used(CapName.SITE)) == (3, 3)
    assert set(Usage.objects.filter(cap="tenant").values_list("key", flat=True)) == {who.ask.tenant}


@pytest.mark.parametrize("limit", ["tenant_messages_per_hour", "site_messages_per_hour"])
def test_a_full_cap_stops_the_start(settings: Any, limit: str) -> None:
    set_up(settings, **{limit: 1})
    who = stopped()
    started(who)
    with pytest.raises(StartRefused) as refused:
        another_like(who).start()
    assert refused.value.reason in {StartReason.CAP_TENANT, StartReason.CAP_SITE}
    assert 3_500 <= refused.value.retry_after <= 3_600


@pytest.mark.parametrize("limit", ["tenant_messages_per_hour", "site_messages_per_hour"])
def test_a_full_cap_stops_the_fallback_and_the_log_says_so(settings: Any, limit: str) -> None:
    set_up(settings, **{limit: 1})
    challenge = started(stopped())
    assert fall_back(challenge).fell_back == 1, "the timer was taken"
    send_queued()
    assert [message.channel for message in SENT] == ["sms"]
    assert (challenge.step, challenge.undeliverable, challenge.due_at) == (0, True, None)
    told = Event.objects.get(kind="challenge.undeliverable").body
    assert f'"cap_{limit.partition("_")[0]}"' in told


@pytest.mark.parametrize("limit", ["tenant_messages_per_hour", "site_messages_per_hour"])
def test_a_full_cap_stops_the_resend_and_nothing_is_charged(settings: Any, limit: str) -> None:
    set_up(settings, **{limit: 1})
    who = stopped()
    challenge = started(who)
    facts = replace(who.facts, now=timezone.now() + LATER)
    with pytest.raises(StartRefused, match="cap_"):
        resend_code(facts=facts, challenge_id=challenge.pk, another_way=False)
    assert Challenge.objects.get(pk=challenge.pk).sends == 1
    assert used(CapName.TENANT) + used(CapName.SITE) <= 2


def test_one_tenants_messages_do_not_fill_anothers_cap(settings: Any) -> None:
    set_up(settings, tenant_messages_per_hour=1)
    started(stopped())
    assert started(stopped()).sends == 1


def test_email_costs_nothing_and_passes(settings: Any) -> None:
    set_up(settings, tenant_messages_per_hour=1)
    who = stopped()
    challenge = started(who)
    Challenge.objects.filter(pk=challenge.pk).update(plan=[challenge.plan[0], challenge.plan[2]])
    challenge.refresh_from_db()
    fall_back(challenge)
    assert (challenge.step, challenge.undeliverable) == (1, False)
    assert send_caps(challenge, step=1) == ()


def test_a_proven_code_gives_its_messages_back(settings: Any) -> None:
    set_up(settings, tenant_messages_per_hour=2)
    who = stopped()
    challenge = who.start()
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    assert used(CapName.TENANT) == 0


def test_without_limits_nothing_is_counted(settings: Any) -> None:
    set_up(settings, tenant_messages_per_hour=0)
    challenge = started(stopped())
    assert charge_send(challenge, step=0, now=timezone.now()) is None
    assert (used(CapName.TENANT), used(CapName.SITE)) == (0, 0)


def test_with_a_cap_of_the_site_one_transaction_charges_one_tenant(settings: Any) -> None:
    set_up(settings)
    assert not is_one_tenant_at_a_time()
    set_up(settings, site_messages_per_hour=5)
    assert is_one_tenant_at_a_time()
    first, second = started(stopped()), started(stopped())
    due = max(each.due_at for each in (first, second) if each.due_at)
    assert sweep(now=due).fell_back == 2, "both in one round"


@postgres_only
def test_starts_and_fallbacks_at_once_do_not_lock_each_other_out(settings: Any) -> None:
    """Two sweepers and a start, over tenants of the same caps: no deadlock, and exact counts."""
    set_up(settings, tenant_messages_per_hour=50, site_messages_per_hour=100)
    people = [stopped() for _ in range(6)]
    challenges = [started(who) for who in people]
    due = max(each.due_at for each in challenges if each.due_at)
    starters = [another_like(who) for who in people]
    at_once, errors = Barrier(8), []

    def run(job: Any) -> None:
        try:
            at_once.wait()
            job()
        except Exception as error:  # noqa: BLE001 (shown by the assertion)
            errors.append(error)
        finally:
            connection.close()

    jobs = [lambda: sweep(now=due)] * 2 + [each.start for each in starters]
    threads = [Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep(now=due)
    assert errors == []
    assert used(CapName.SITE) == 6 + 6 + 6


# --- paid messages of one challenge ------------------------------------------------------------


def again(who: Visitor, challenge: Challenge, minutes: int) -> Challenge:
    later = replace(who.facts, now=timezone.now() + timedelta(minutes=minutes))
    return resend_code(facts=later, challenge_id=challenge.pk, another_way=False)


def test_a_new_number_gets_two_paid_messages_of_a_challenge_and_no_third() -> None:
    who = visitor()
    challenge = who.start()
    again(who, challenge, 1)
    before = list(Usage.objects.order_by("pk").values_list("pk", flat=True))
    with pytest.raises(StartRefused) as refused:
        again(who, challenge, 2)
    assert refused.value.reason is StartReason.NO_SENDS_LEFT
    assert list(Usage.objects.order_by("pk").values_list("pk", flat=True)) == before


@pytest.mark.parametrize(("used", "most"), [(False, 1), (True, 3)])
def test_how_many_is_a_matter_of_the_table_and_the_tenant(
    settings: Any, used: bool, most: int
) -> None:
    table = {"CHALLENGE_SENDS": {"STRICT": 1, "STANDARD": 3}}
    settings.OTPGUARD = {**settings.OTPGUARD, "VELOCITY": table}
    who = visitor(tenant=factories.tenant(**({} if used else {"usage_signal_at": None})))
    challenge = who.start()
    for minute in range(1, most):
        again(who, challenge, minute)
    with pytest.raises(StartRefused):
        again(who, challenge, most)


@pytest.mark.parametrize(
    ("cap", "action", "level"),
    [(CapName.NETWORK_UNASKED, Action.PROOF_OF_WORK, 1), (CapName.NETWORK, Action.REFUSE, 0)],
)
def test_the_cap_that_asks_says_for_which_puzzle(cap: CapName, action: Action, level: int) -> None:
    refusal = refusal_of(CapFull(cap=cap, retry_after=LATER))
    assert refusal.signal is not None
    assert refusal.signal.action is action
    assert (refusal.work_level, refusal.signal.work_level) == (level, level)
