"""What was switched off counts until something else is confirmed, and an operator's word stands
(A26)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.phone import PhoneNumber, parse_phone
from otpguard.exceptions import NotAllowed, StartRefused
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.factor.recovery_codes import make_recovery_codes
from otpguard.flows.factor.remove import remove_own_factor
from otpguard.flows.factor.replace import replace_due
from otpguard.flows.factor.reset import reset_factors
from otpguard.flows.session.revoke import disable_factor
from otpguard.models import Challenge, Event, Factor, FactorRemoval, Grant, Tenant
from tests import factories
from tests.flows.revoking import SITE
from tests.flows.setting import Stopped, sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = parse_phone("+1 201 555 0123", region="US")
OTHER = parse_phone("+1 201 555 0199", region="US")
HOUR = timedelta(hours=1)


@pytest.fixture
def who() -> Stopped:
    """Somebody with one phone, logged in a moment ago."""
    found = stopped()
    Factor.objects.all().delete()
    found.factor = factories.phone_factor(found.member.user, NUMBER.e164)
    found.facts = replace(found.facts, authenticated_at=timezone.now())
    return found


def switch_off(factor: Factor, by: str = "guesses") -> None:
    factories.age(factor, disabled_at=timezone.now(), disabled_by=by)


def bind(who: Stopped, number: PhoneNumber = NUMBER, **more: Any) -> Challenge:
    facts = replace(who.facts, now=timezone.now())
    given = {"number": number}
    return enroll_factor(facts=facts, ask=who.ask, kind="phone", given=given, **more)


def bind_other(who: Stopped, kind: str) -> Factor:
    """Begin with something that is no number; what is to be confirmed."""
    given = {"name": "New"}
    factor = enroll_factor(facts=who.facts, ask=who.ask, kind=kind, given=given).factor
    assert factor is not None
    return factor


def confirm(who: Stopped, challenge: Challenge) -> Factor:
    """Give the right code; the factor that it has confirmed."""
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)
    challenge.refresh_from_db()
    assert challenge.factor is not None
    return challenge.factor


def prove(who: Stopped) -> None:
    factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)


def waits(factor: Factor) -> bool:
    return factor.usable_from is not None and factor.usable_from > timezone.now() + HOUR


# --- after too many wrong answers ----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["passkey", "totp", "phone"])
def test_what_takes_the_place_of_a_locked_out_factor_waits(who: Stopped, kind: str) -> None:
    """Wrong answers switch a factor off; they must not make a password enough to bind another."""
    switch_off(who.factor)
    new = bind(who, OTHER).factor if kind == "phone" else bind_other(who, kind)
    assert new is not None
    assert waits(new)


def test_a_number_that_waits_proves_nothing_yet(who: Stopped) -> None:
    switch_off(who.factor)
    challenge = bind(who, OTHER)
    judged = who.answer(challenge, sent_code(challenge))
    assert isinstance(judged, Verified)
    assert judged.grant is None


def test_it_waits_also_after_the_locked_out_number_was_given_once_more(who: Stopped) -> None:
    """A26: with the password alone, somebody has the phone forgotten and binds a passkey."""
    switch_off(who.factor)
    bind(who)
    assert Factor.objects.filter(pk=who.factor.pk).exists(), "nothing was right yet"
    assert waits(bind_other(who, "passkey"))


def test_its_holder_comes_back_at_once_with_the_same_number(who: Stopped) -> None:
    switch_off(who.factor)
    lost = factories.grant(who.member.user, who.member.tenant, factor_id=who.factor.pk)
    new = confirm(who, bind(who))
    assert (new.usable_from, new.replaces_id, new.pk == who.factor.pk) == (None, None, False)
    assert [row.pk for row in Factor.objects.all()] == [new.pk]
    lost.refresh_from_db()
    assert lost.revoked_at is not None, "what the old one proved ends with it"
    assert Grant.objects.filter(revoked_at=None).count() == 1
    assert Event.objects.filter(kind="factor.removed").count() == 1


def test_beside_other_factors_it_comes_back_after_the_wait(who: Stopped) -> None:
    switch_off(who.factor)
    factories.totp_factor(who.member.user)
    prove(who)
    who.ask = replace(who.ask, checkpoint="factor_change")
    new = confirm(who, bind(who, guarded=True))
    assert waits(new)
    assert new.replaces_id == who.factor.pk
    factories.age(new, usable_from=timezone.now())
    assert replace_due(now=timezone.now()) == 1
    assert not Factor.objects.filter(pk=who.factor.pk).exists()


# --- by an operator ------------------------------------------------------------------------------


@pytest.fixture
def off(who: Stopped) -> Stopped:
    """The phone was switched off by an operator."""
    disable_factor(facts=SITE, factor=who.factor, reason="stolen")
    return who


def test_binding_it_again_does_not_undo_it(off: Stopped) -> None:
    with pytest.raises(StartRefused, match="switched_off"):
        bind(off)
    assert Factor.objects.get().disabled_at is not None


def test_removing_it_first_does_not_undo_it_either(off: Stopped) -> None:
    factories.totp_factor(off.member.user)
    with pytest.raises(NotAllowed, match="operator"):
        remove_own_factor(facts=off.facts, factor_id=off.factor.pk)
    assert Factor.objects.filter(pk=off.factor.pk).exists()


def test_another_number_does_not_take_its_place(off: Stopped) -> None:
    factories.totp_factor(off.member.user)
    prove(off)
    off.ask = replace(off.ask, checkpoint="factor_change")
    with pytest.raises(StartRefused, match="switched_off"):
        bind(off, OTHER, guarded=True, replaces=str(off.factor.pk))


def test_what_is_bound_instead_waits(off: Stopped) -> None:
    new = bind(off, OTHER).factor
    assert new is not None
    assert waits(new)


def test_a_factor_whose_reason_is_unknown_counts_as_the_operators(who: Stopped) -> None:
    switch_off(who.factor, by="")
    with pytest.raises(StartRefused, match="switched_off"):
        bind(who)


def test_a_reset_of_an_operator_makes_room_again(off: Stopped) -> None:
    staff = factories.facts(factories.staff(), host="acme.example")
    # Of an only administrator two operators decide.
    factories.member(Tenant.objects.get(pk=off.facts.tenant), roles=["admin"])
    reset_factors(facts=staff, user_id=off.facts.user, reason="it was found")
    off.ask = replace(off.ask, checkpoint="factor_change")  # the reset holds everything else
    assert confirm(off, bind(off)).usable_from is None


def test_new_recovery_codes_do_not_undo_it(who: Stopped) -> None:
    make_recovery_codes(facts=who.facts)
    codes = Factor.objects.get(kind="recovery")
    disable_factor(facts=SITE, factor=codes, reason="they were on a photo")
    with pytest.raises(NotAllowed, match="operator"):
        make_recovery_codes(facts=who.facts)
    codes.refresh_from_db()
    assert codes.disabled_at is not None


def test_recovery_codes_that_were_guessed_at_can_be_made_again(who: Stopped) -> None:
    make_recovery_codes(facts=who.facts)
    switch_off(Factor.objects.get(kind="recovery"))
    make_recovery_codes(facts=who.facts)
    again = Factor.objects.get(kind="recovery")
    assert (again.disabled_at, again.disabled_by) == (None, "")


# --- a change in two steps (E1 2.9) --------------------------------------------------------------


def test_a_number_added_after_the_last_was_removed_waits(who: Stopped) -> None:
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    new = confirm(who, bind(who, OTHER))
    assert waits(new)


def test_also_where_something_else_went_last(who: Stopped) -> None:
    app = factories.totp_factor(who.member.user)
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    remove_own_factor(facts=who.facts, factor_id=app.pk)
    FactorRemoval.objects.order_by("pk").first().delete()
    new = bind(who, OTHER).factor
    assert new is not None
    assert waits(new)


def test_once_the_wait_is_over_a_number_is_a_first_one(who: Stopped) -> None:
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    FactorRemoval.objects.update(at=timezone.now() - timedelta(hours=24, seconds=1))
    assert confirm(who, bind(who, OTHER)).usable_from is None


def test_an_app_is_no_number_and_serves_at_once(who: Stopped) -> None:
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    assert bind_other(who, "totp").usable_from is None


def test_somebody_elses_removal_is_no_matter(who: Stopped) -> None:
    FactorRemoval.objects.create(user=factories.user())
    Factor.objects.all().delete()
    assert confirm(who, bind(who, OTHER)).usable_from is None
