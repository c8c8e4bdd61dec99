"""A first phone is bound by a fresh login of this very session, and by the code it receives."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.phone import PhoneNumber, parse_phone
from otpguard.core.send_options import send_options
from otpguard.exceptions import StartRefused
from otpguard.factors.enrolled import usable
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.session.revoke import remove_factor
from otpguard.models import Challenge, Event, Factor, FactorBlock, FactorLane, Grant
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, sent_code, stopped, wrong

APP = {"name": "App"}
pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = parse_phone("+1 201 555 0123", region="US")


@pytest.fixture
def who() -> Stopped:
    """Somebody with nothing enrolled, logged in a moment ago."""
    stop = stopped()
    Factor.objects.all().delete()
    stop.facts = replace(stop.facts, authenticated_at=timezone.now())
    return stop


def enroll(who: Stopped, number: PhoneNumber = NUMBER, **changed: Any) -> Challenge:
    return enroll_factor(
        facts=replace(who.facts, **changed), ask=who.ask, kind="phone", given={"number": number}
    )


def proven(who: Stopped) -> Grant:
    """What lets somebody bind a further factor, as the door has seen it."""
    return factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)


def test_the_right_code_confirms_the_number_and_is_a_proof_at_once(who: Stopped) -> None:
    challenge = enroll(who)
    assert not Factor.objects.get().confirmed
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    assert Factor.objects.get().confirmed
    assert Event.objects.filter(kind="factor.enrolled").count() == 1


def test_until_then_the_number_is_worth_nothing(who: Stopped) -> None:
    challenge = enroll(who)
    who.answer(challenge, wrong(sent_code(challenge)))
    who.factor = Factor.objects.get()
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        who.start()


def test_a_first_number_is_confirmed_in_the_order_of_the_call_but_never_by_a_call_first(
    who: Stopped,
) -> None:
    own = send_options(preferred_methods=["voice", "whatsapp"], fallback_timeout=30)
    who.ask = replace(who.ask, send_options=own)
    challenge = enroll(who)
    assert [route["channel"] for route in challenge.plan] == ["whatsapp", "voice"]
    assert challenge.fallback_seconds == 30


def test_the_code_goes_to_the_number_and_never_to_a_mailbox(who: Stopped) -> None:
    challenge = enroll(who)
    assert "email" not in {route["channel"] for route in challenge.plan}
    sent_code(challenge)
    assert SENT[-1].to == NUMBER.e164


@pytest.mark.parametrize(
    "login",
    [None, timezone.now() - timedelta(hours=2)],
    ids=["login not seen", "login long ago"],
)
def test_a_stolen_old_session_cannot_bind_its_own_phone(who: Stopped, login: Any) -> None:
    """A2."""
    with pytest.raises(StartRefused, match="stale_login"):
        enroll(who, authenticated_at=login)
    assert not Factor.objects.exists()
    assert Event.objects.filter(kind="challenge.refused").count() == 1


def test_with_a_factor_enrolled_a_login_is_not_enough(who: Stopped) -> None:
    factories.phone_factor(who.member.user)
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        enroll(who)


def test_a_phone_is_not_taken_where_it_would_not_reach_the_level() -> None:
    who = stopped(annual_contract_value=250_000)
    Factor.objects.all().delete()
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        enroll(who, authenticated_at=timezone.now())


def test_an_unconfirmed_number_gets_three_codes_a_day(who: Stopped) -> None:
    for _ in range(3):
        enroll(who)
    with pytest.raises(StartRefused, match="cap_number"):
        enroll(who)


def test_one_person_cannot_send_to_many_numbers(who: Stopped) -> None:
    for last in range(6):
        enroll(who, parse_phone(f"+1 201 555 01{last:02d}", region="US"))
    with pytest.raises(StartRefused, match="cap_enrollment"):
        enroll(who, parse_phone("+1 201 555 0177", region="US"))


def test_unconfirmed_numbers_do_not_pile_up(who: Stopped) -> None:
    for last in range(6):
        enroll(who, parse_phone(f"+1 201 555 01{last:02d}", region="US"))
    assert Factor.objects.count() == 3


def test_somebody_elses_ask_binds_nothing(who: Stopped) -> None:
    with pytest.raises(StartRefused, match="foreign"):
        enroll(who, sid="another")


def test_a_disabled_number_is_bound_again_with_a_clean_count(who: Stopped) -> None:
    challenge = enroll(who)
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    disabled = Factor.objects.get()
    FactorLane.objects.update(failures=80)
    factories.age(disabled, disabled_at=timezone.now(), disabled_by="guesses")
    Grant.objects.all().delete()
    again = enroll(who)
    assert isinstance(who.answer(again, sent_code(again)), Verified)
    assert Factor.objects.get().pk != disabled.pk
    assert Event.objects.filter(kind="factor.removed").count() == 1


# --- somebody who has something elsewhere (A1) ---------------------------------------------------


def test_after_a_block_a_fresh_login_binds_for_this_tenant_alone(who: Stopped) -> None:
    """A1: a malicious tenant blocks a victim's phone; a thief of the victim's password must not
    get a phone out of it that serves in the tenant where the victim belongs."""
    old = factories.phone_factor(who.member.user)
    FactorBlock.objects.create(tenant=who.member.tenant, factor=old, reason="reset")
    challenge = enroll(who)
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    new = Factor.objects.exclude(pk=old.pk).get()
    assert (new.tenant, new.confirmed) == (who.member.tenant, True)
    for tenant, counts in ((who.member.tenant, {new.pk}), (factories.tenant(), {old.pk})):
        there = usable(user=who.facts.user, tenant=str(tenant.pk))
        assert set(there.values_list("pk", flat=True)) == counts


def test_the_number_that_was_blocked_can_be_bound_anew_for_this_tenant(who: Stopped) -> None:
    old = factories.phone_factor(who.member.user, NUMBER.e164)
    FactorBlock.objects.create(tenant=who.member.tenant, factor=old, reason="reset")
    challenge = enroll(who)
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    assert Factor.objects.exclude(pk=old.pk).get().tenant == who.member.tenant


def test_what_another_tenant_gave_makes_nobody_new(who: Stopped) -> None:
    home = factories.tenant()
    factories.phone_factor(who.member.user, tenant=home)
    challenge = enroll(who)
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    assert Factor.objects.exclude(tenant=home).get().tenant == who.member.tenant


def test_outside_any_tenant_it_takes_more_than_a_login_then(who: Stopped) -> None:
    factories.phone_factor(who.member.user, tenant=factories.tenant())
    facts = replace(who.facts, tenant="")
    ask = replace(who.ask, tenant="", checkpoint="factor_change")
    with pytest.raises(StartRefused, match="proof_needed"):
        enroll_factor(facts=facts, ask=ask, kind="phone", given={"number": NUMBER})


def test_somebody_with_nothing_anywhere_binds_what_is_their_own(who: Stopped) -> None:
    challenge = enroll(who)
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    assert Factor.objects.get().tenant is None


def test_a_block_of_the_strongest_factor_lends_the_weaker_one_no_reach_beyond(
    who: Stopped,
) -> None:
    """A1: a malicious tenant blocks a victim's passkey; a thief of the victim's phone must not
    get a factor out of it that serves where the passkey is asked for."""
    factories.phone_factor(who.member.user)
    key = factories.passkey_factor(who.member.user, Authenticator(origin="https://acme.example"))
    FactorBlock.objects.create(tenant=who.member.tenant, factor=key, reason="reset")
    proven(who)
    ask = replace(who.ask, checkpoint="factor_change")
    enroll_factor(facts=who.facts, ask=ask, kind="totp", given=APP, guarded=True)
    assert Factor.objects.get(kind="totp").tenant == who.member.tenant


def test_a_block_of_a_weaker_factor_changes_nothing_of_that(who: Stopped) -> None:
    lost = factories.phone_factor(who.member.user)
    factories.totp_factor(who.member.user)
    FactorBlock.objects.create(tenant=who.member.tenant, factor=lost, reason="reset")
    proven(who)
    ask = replace(who.ask, checkpoint="factor_change")
    enroll_factor(facts=who.facts, ask=ask, kind="phone", given={"number": NUMBER}, guarded=True)
    assert Factor.objects.get(kind="phone", confirmed=False).tenant is None


# --- one at a time -------------------------------------------------------------------------------


def test_a_binding_that_a_login_let_in_ends_when_another_one_is_done(who: Stopped) -> None:
    """A thief's binding waits in another session until the owner has set something up."""
    thief = factories.session(who.member.user).sid
    facts, ask = replace(who.facts, sid=thief), replace(who.ask, sid=thief)
    theirs = enroll_factor(facts=facts, ask=ask, kind="totp", given={"name": "Mine"})
    code = factories.totp_code(Factor.objects.get(kind="totp"))
    mine = enroll(who)
    assert isinstance(who.answer(mine, sent_code(mine)), Verified)
    assert not isinstance(who.answer(theirs, code, sid=thief), Verified)
    assert Factor.objects.get(confirmed=True).kind == "phone"


def test_a_proof_that_was_taken_back_lets_nothing_in_any_more(who: Stopped) -> None:
    """The door has seen it a moment ago; by now a reset may have ended it."""
    factories.phone_factor(who.member.user)
    factories.age(proven(who), revoked_at=timezone.now())
    ask = replace(who.ask, checkpoint="factor_change")
    with pytest.raises(StartRefused, match="revoked"):
        enroll_factor(facts=who.facts, ask=ask, kind="totp", given=APP, guarded=True)
    assert not Challenge.objects.exists()


def test_what_a_removed_factor_has_let_in_is_not_confirmed_any_more(who: Stopped) -> None:
    factor = factories.phone_factor(who.member.user)
    proven(who)
    ask = replace(who.ask, checkpoint="factor_change")
    challenge = enroll_factor(facts=who.facts, ask=ask, kind="totp", given=APP, guarded=True)
    remove_factor(facts=who.facts, factor=factor, reason="stolen")
    code = factories.totp_code(Factor.objects.get(kind="totp"))
    assert not isinstance(who.answer(challenge, code), Verified)


# --- kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pigeon", "recovery"])
def test_what_is_no_kind_that_one_enrolls_is_refused(who: Stopped, kind: str) -> None:
    for ask in (who.ask, replace(who.ask, checkpoint="factor_change")):
        with pytest.raises(StartRefused, match="factor_not_acceptable"):
            enroll_factor(facts=who.facts, ask=ask, kind=kind, given=APP)
    assert not Factor.objects.exists()


@pytest.mark.parametrize(("kind", "waits"), [("phone", True), ("totp", False), ("passkey", False)])
def test_what_joins_others_waits_where_its_kind_says_so(
    who: Stopped, kind: str, waits: bool
) -> None:
    factories.phone_factor(who.member.user)
    proven(who)
    ask = replace(who.ask, checkpoint="factor_change")
    given = {"number": NUMBER, "name": "Mine"}
    enroll_factor(facts=who.facts, ask=ask, kind=kind, given=given, guarded=True)
    new = Factor.objects.get(confirmed=False)
    assert (new.usable_from is not None) is waits


def test_a_factor_takes_over_from_one_of_its_own_kind_only(who: Stopped) -> None:
    phone = factories.phone_factor(who.member.user)
    ask = replace(who.ask, checkpoint="factor_change")
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        enroll_factor(
            facts=who.facts,
            ask=ask,
            kind="totp",
            given=APP,
            guarded=True,
            replaces=str(phone.pk),
        )


def test_after_a_kind_was_taken_out_what_is_enrolled_instead_waits(who: Stopped) -> None:
    """A site that takes a kind out must not make a password enough for those who had it alone."""
    Factor.objects.create(user=who.member.user, kind="pigeon", confirmed=True)
    enroll(who)
    assert Factor.objects.get(kind="phone").usable_from is not None


CONSENT = {"PHONE_CONSENT": {"VERSION": "2026-03", "TEXT": "I agree."}}


def test_a_number_is_bound_with_consent_alone_where_the_site_asks_for_it(
    who: Stopped, settings: Any
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, **CONSENT}
    for given in ({}, {"consent": "2025-01"}):
        with pytest.raises(StartRefused, match="no_consent"):
            enroll_factor(
                facts=who.facts, ask=who.ask, kind="phone", given={"number": NUMBER, **given}
            )
    assert not Factor.objects.exists()
    assert Event.objects.filter(kind="challenge.refused").exists()


def test_consent_is_kept_with_its_version_and_time_and_told_in_the_event(
    who: Stopped, settings: Any
) -> None:
    enroll(who)
    assert Factor.objects.get().consented_at is None, "the site asks for none yet"
    settings.OTPGUARD = {**settings.OTPGUARD, **CONSENT}
    agreed = {"number": NUMBER, "consent": "2026-03"}
    challenge = enroll_factor(facts=who.facts, ask=who.ask, kind="phone", given=agreed)
    who.answer(challenge, sent_code(challenge))
    factor = Factor.objects.get()
    assert (factor.consent_version, factor.consented_at) == ("2026-03", who.facts.now)
    data = json.loads(Event.objects.get(kind="factor.enrolled").body)["data"]
    assert data["consent"] == "2026-03"
    assert data["consented_at"] == who.facts.now.isoformat()


def test_a_number_whose_holder_stopped_messages_is_not_bound_by_them(who: Stopped) -> None:
    for channel in ("sms", "whatsapp", "voice"):
        factories.opt_out(NUMBER.e164, channel=channel)
    with pytest.raises(StartRefused, match="opted_out"):
        enroll(who)
