"""People rename and remove what is their own, and make recovery codes, once shown."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import uuid4

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.factors.enrolled import usable
from otpguard.flows.answer import Verified
from otpguard.flows.own_factors import (
    make_recovery_codes,
    own_factor,
    remove_own_factor,
    rename_factor,
)
from otpguard.flows.start import start
from otpguard.models import Event, Factor, FactorBlock, FactorLane, Grant, Notice, RecoveryCode
from tests import factories
from tests.flows.setting import Stopped, sent_code, stopped
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def test_a_factor_gets_another_name(who: Stopped) -> None:
    assert (
        rename_factor(facts=who.facts, factor_id=who.factor.pk, name=" My\u202e phone ")
        == "My phone"
    )
    who.factor.refresh_from_db()
    assert who.factor.name == "My phone"
    assert Event.objects.filter(kind="factor.renamed").count() == 1


def test_a_name_of_nothing_is_no_name(who: Stopped) -> None:
    with pytest.raises(NotAllowed, match="Enter a name"):
        rename_factor(facts=who.facts, factor_id=who.factor.pk, name=" \u202e ")


def test_a_removed_factor_takes_the_proofs_along_that_it_gave(who: Stopped) -> None:
    challenge = who.start()
    who.answer(challenge, sent_code(challenge))
    assert Grant.objects.filter(revoked_at=None).exists()
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    assert not Factor.objects.exists()
    assert not Grant.objects.filter(revoked_at=None).exists()
    assert json.loads(Event.objects.get(kind="factor.removed").body)["data"]["kind"] == "phone"


@pytest.mark.parametrize("whose", ["another person's", "nobody's", "the tenant's", "unconfirmed"])
def test_what_is_not_ones_own_looks_like_nothing(who: Stopped, whose: str) -> None:
    other = {
        "another person's": lambda: factories.phone_factor(factories.user()).pk,
        "nobody's": uuid4,
        "the tenant's": lambda: factories.totp_factor(who.member.user, tenant=who.member.tenant).pk,
        "unconfirmed": lambda: factories.phone_factor(who.member.user, confirmed=False).pk,
    }[whose]()
    for act in (
        lambda: own_factor(who.facts, other),
        lambda: rename_factor(facts=who.facts, factor_id=other, name="Mine"),
        lambda: remove_own_factor(facts=who.facts, factor_id=other),
    ):
        with pytest.raises(NotAllowed, match="no such way"):
            act()


def test_recovery_codes_are_ten_and_lie_there_as_digests(who: Stopped) -> None:
    codes = make_recovery_codes(facts=who.facts)
    assert len(set(codes)) == 10
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in stored or code in stored for code in codes)
    assert json.loads(Event.objects.get(kind="recovery.issued").body)["data"] == {
        "count": 10,
        "replaced": False,
    }


def test_a_new_set_ends_the_old_one(who: Stopped) -> None:
    make_recovery_codes(facts=who.facts)
    make_recovery_codes(facts=who.facts)
    assert RecoveryCode.objects.count() == 10
    assert Factor.objects.filter(kind="recovery").count() == 1


def test_a_new_set_counts_its_failures_anew(who: Stopped) -> None:
    """Codes are made for a day on which nothing else works: they must not be locked from birth."""
    make_recovery_codes(facts=who.facts)
    factor = Factor.objects.get(kind="recovery")
    for lane in ("open", "known"):
        FactorLane.objects.create(factor=factor, lane=lane, failures=80)
    codes = make_recovery_codes(facts=who.facts)
    challenge = start(facts=who.facts, ask=who.ask, factor_id=str(factor.pk))
    assert isinstance(who.answer(challenge, codes[0]), Verified)


def test_the_number_that_is_removed_is_told_as_well(who: Stopped) -> None:
    """A9: whoever has taken over an account would else remove the number and then add their own,
    where a change would have been told to the old one."""
    remove_own_factor(facts=who.facts, factor_id=who.factor.pk)
    told = Notice.objects.filter(kind="factor_removed")
    assert sorted(told.values_list("channel", flat=True)) == ["email", "sms"]
    assert told.get(channel="sms").destination.reveal() == who.factor.secret.reveal()


def test_two_requests_at_once_leave_one_set(who: Stopped) -> None:
    make_recovery_codes(facts=who.facts)
    race(lambda: make_recovery_codes(facts=who.facts), threads=4)
    assert RecoveryCode.objects.count() == 10


def test_recovery_codes_are_no_first_factor(who: Stopped) -> None:
    who.factor.delete()
    with pytest.raises(NotAllowed, match="another way"):
        make_recovery_codes(facts=who.facts)
    assert not usable(user=who.facts.user, tenant=who.facts.tenant).exists()


def test_what_a_tenants_word_let_in_changes_nothing_that_serves_elsewhere(who: Stopped) -> None:
    """A1: after a block in this tenant its own factor proves things here, and here only."""
    FactorBlock.objects.create(tenant=who.member.tenant, factor=who.factor, reason="reset")
    factories.phone_factor(who.member.user, tenant=who.member.tenant)
    for change in (
        lambda: remove_own_factor(facts=who.facts, factor_id=who.factor.pk),
        lambda: rename_factor(facts=who.facts, factor_id=who.factor.pk, name="x"),
        lambda: make_recovery_codes(facts=who.facts),
    ):
        with pytest.raises(NotAllowed, match="does not accept"):
            change()
    elsewhere = replace(who.facts, tenant=str(factories.tenant().pk))
    assert len(make_recovery_codes(facts=elsewhere)) == 10
