"""A challenge is started for the right person, once, within the caps, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.facts import RequestFacts
from otpguard.core.send_options import send_options
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.start import start_challenge
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.models import Challenge, Delivery, Event, Factor, Membership, PolicyWish, Usage
from otpguard.tenants import policies
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.delivery.setting import providers
from tests.flows.setting import Stopped, sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def test_everything_of_a_start_is_one_commit(who: Stopped) -> None:
    challenge = who.start()
    assert challenge.state == "open"
    assert Delivery.objects.get().state == "queued"
    assert Usage.objects.filter(challenge=challenge.pk).count() == 4
    started = Event.objects.get(kind="challenge.started")
    assert str(started.story) == who.ask.story


def test_no_row_holds_the_code(who: Stopped) -> None:
    code = sent_code(who.start())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert code not in str(cursor.fetchall()), table


@pytest.mark.parametrize(
    "changed",
    [
        lambda f: replace(f, sid="another"),
        lambda f: replace(f, sid=""),
        lambda f: replace(f, user=str(factories.user().pk)),
        lambda f: replace(f, tenant=str(factories.tenant().pk)),
    ],
    ids=["other session", "no session", "other user", "other tenant"],
)
def test_somebody_elses_ask_starts_nothing(
    who: Stopped, changed: Callable[[RequestFacts], RequestFacts]
) -> None:
    with pytest.raises(StartRefused, match="foreign"):
        start_challenge(facts=changed(who.facts), ask=who.ask, factor_id=str(who.factor.pk))
    assert not Challenge.objects.exists()
    assert Event.objects.filter(kind="challenge.refused").count() == 1


def test_another_persons_factor_is_not_acceptable(who: Stopped) -> None:
    theirs = factories.phone_factor(factories.user())
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        start_challenge(facts=who.facts, ask=who.ask, factor_id=str(theirs.pk))


def test_a_factor_that_another_tenant_provisioned_is_worth_nothing_here(who: Stopped) -> None:
    """A1: a tenant cannot supply the means to pass in another one."""
    other = factories.tenant()
    planted = factories.phone_factor(who.member.user, tenant=other)
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        start_challenge(facts=who.facts, ask=who.ask, factor_id=str(planted.pk))


def test_a_phone_is_not_acceptable_where_aal3_is_asked() -> None:
    who = stopped(annual_contract_value=250_000)
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        who.start()


def test_a_running_hold_starts_nothing(who: Stopped) -> None:
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    Membership.objects.update(held={"*": until})
    with pytest.raises(StartRefused, match="held"):
        who.start()


def test_what_is_proven_already_needs_no_code(who: Stopped) -> None:
    factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)
    with pytest.raises(StartRefused, match="already_proven"):
        who.start()


def test_a_new_challenge_for_the_same_action_closes_the_older_one(who: Stopped) -> None:
    first = who.start()
    second = who.start()
    first.refresh_from_db()
    assert (first.state, second.state) == ("canceled", "open")


def test_two_tabs_with_two_actions_keep_two_challenges(who: Stopped) -> None:
    first = who.start()
    other = replace(who.ask, intent="j" * 64)
    start_challenge(facts=who.facts, ask=other, factor_id=str(who.factor.pk))
    first.refresh_from_db()
    assert first.state == "open"


def test_the_cap_of_an_ip_refuses_and_charges_nothing(who: Stopped) -> None:
    for _ in range(10):
        who.start()
    with pytest.raises(StartRefused, match="cap_") as refused:
        who.start()
    assert 0 < refused.value.retry_after <= 86_400
    charged = Usage.objects.count()
    with pytest.raises(StartRefused):
        who.start()
    assert Usage.objects.count() == charged


def test_who_uses_up_the_cap_elsewhere_does_not_use_up_the_owners(who: Stopped) -> None:
    for _ in range(10):
        who.start()
    with pytest.raises(StartRefused, match="cap_factor"):
        who.start()
    assert who.start(device=factories.device(who.member.user)).state == "open"


@pytest.mark.parametrize("kind", ["totp", "passkey"])
@pytest.mark.parametrize("binding", [False, True], ids=["proving", "binding"])
def test_a_stranger_uses_up_no_day_of_what_costs_nothing(
    who: Stopped, kind: str, binding: bool
) -> None:
    """A27: a stranger in a stolen session starts without end; the owner, on a new browser,
    starts as ever."""

    def start(sid: str, number: int) -> Challenge:
        facts = replace(who.facts, sid=sid, client_ip=f"198.51.100.{number}")
        ask = replace(who.ask, sid=sid)
        if not binding:
            return start_challenge(facts=facts, ask=ask, factor_id=str(who.factor.pk))
        factories.grant(who.member.user, who.member.tenant, sid=sid)
        ask = replace(ask, checkpoint="factor_change")
        given = {"name": "New"}
        return enroll_factor(facts=facts, ask=ask, kind=kind, given=given, guarded=True)

    if not binding:
        key = Authenticator(origin="http://acme.example")
        user = who.member.user
        who.factor = (
            factories.totp_factor(user) if kind == "totp" else factories.passkey_factor(user, key)
        )
    for number in range(1, 25):
        start(factories.session(who.member.user).sid, number)
    assert start(factories.session(who.member.user).sid, 99).state == "open"


def test_a_young_tenant_has_tighter_caps() -> None:
    who = stopped(usage_signal_at=None, created_at=timezone.now() - timedelta(days=3))
    for _ in range(5):
        who.start()
    with pytest.raises(StartRefused, match="cap_factor"):
        who.start()


def test_a_proven_challenge_is_refunded(who: Stopped) -> None:
    challenge = who.start()
    who.answer(challenge, sent_code(challenge))
    assert not Usage.objects.exists()


def test_no_provider_means_no_challenge(who: Stopped, settings: Any) -> None:
    settings.OTPGUARD = {"PROVIDERS": {}}
    with pytest.raises(StartRefused, match="no_route"):
        who.start()
    assert not SENT


def test_an_authenticator_app_is_challenged_without_sending_anything(who: Stopped) -> None:
    who.factor = factories.totp_factor(who.member.user)
    challenge = who.start()
    assert (challenge.plan, challenge.deliveries.count()) == ([], 0)
    assert not SENT


def test_an_emailed_code_is_only_for_who_has_shown_a_saved_one(who: Stopped) -> None:
    factories.recovery_codes(who.member.user)
    saved = Factor.objects.get(kind="recovery")
    for factor in (saved, who.factor):
        with pytest.raises(StartRefused, match="factor_not_acceptable"):
            start_challenge(facts=who.facts, ask=who.ask, factor_id=str(factor.pk), by_email=True)


def test_refusals_that_repeat_do_not_fill_the_log(who: Stopped) -> None:
    foreign = replace(who.facts, sid="another")
    for _ in range(20):
        with pytest.raises(StartRefused, match="foreign"):
            start_challenge(facts=foreign, ask=who.ask, factor_id=str(who.factor.pk))
    assert Event.objects.filter(kind="challenge.refused").count() == 1


def test_one_call_may_ask_for_its_own_order_and_wait(who: Stopped) -> None:
    own = send_options(preferred_methods=["whatsapp", "sms"], fallback_timeout=20)
    who.ask = replace(who.ask, send_options=own)
    made = who.start()
    assert [step["channel"] for step in made.plan] == ["whatsapp", "sms"]
    assert made.fallback_seconds == 20
    assert {step["country"] for step in made.plan} == {"US"}
    assert Delivery.objects.get().country == "US"


def test_one_call_gets_no_channel_that_the_policy_forbids(who: Stopped, settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"*": {"allowed_channels": ["sms"]}},
    }
    who.ask = replace(who.ask, send_options=send_options(preferred_methods=["voice"]))
    with pytest.raises(StartRefused, match="no_route"):
        who.start()
    who.ask = replace(who.ask, send_options=send_options(preferred_methods=["voice", "sms"]))
    assert [step["channel"] for step in who.start().plan] == ["sms"]


def test_the_order_may_depend_on_the_numbers_country_but_a_call_has_the_last_word(
    who: Stopped, settings: Any
) -> None:
    settings.OTPGUARD = {
        **providers(sms="accepted", voice="accepted", whatsapp="accepted"),
        "POLICY_DEFAULTS": {"*": {"preferred_methods_by_country": {"US": ["voice", "sms"]}}},
    }
    assert [step["channel"] for step in who.start().plan] == ["voice", "sms"]
    PolicyWish.objects.create(
        tenant=who.member.tenant,
        checkpoint="*",
        wishes={"preferred_methods_by_country": {"US": ["whatsapp"], "DE": ["sms"]}},
        version=1,
        current=True,
    )
    # The row was written past the flow that moves the version.
    policies.forget()
    assert [step["channel"] for step in who.start().plan] == ["whatsapp"]
    who.ask = replace(who.ask, send_options=send_options(preferred_methods=["sms"]))
    assert [step["channel"] for step in who.start().plan] == ["sms"]


def test_a_tenants_order_comes_before_the_sites_and_a_calls_before_both(who: Stopped) -> None:
    PolicyWish.objects.create(
        tenant=who.member.tenant,
        checkpoint="*",
        wishes={"preferred_methods": ["voice", "sms"], "fallback_timeout": 15},
        version=1,
        current=True,
    )
    made = who.start()
    assert [step["channel"] for step in made.plan] == ["voice", "sms"]
    assert made.fallback_seconds == 15
    own = send_options(preferred_methods=["whatsapp", "sms"], fallback_timeout=20)
    who.ask = replace(who.ask, send_options=own)
    made = who.start()
    assert [step["channel"] for step in made.plan] == ["whatsapp", "sms"]
    assert made.fallback_seconds == 20
