"""Ceremonies ask for what the policy wants, of the passkeys that count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import UserVerification
from otpguard.core.presets import BASE
from otpguard.factors import passkey_rows
from otpguard.factors.base import Beginning
from otpguard.factors.passkey_driver import PasskeyDriver, must_attest, must_verify
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)

DRIVER = PasskeyDriver()
AAL3 = replace(BASE, required_level=AssuranceLevel.AAL3)
MADE_BY_THE_TRUSTED = replace(BASE, attested_only=True)
ALWAYS = replace(BASE, user_verification=UserVerification.REQUIRED)


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.mark.parametrize(("policy", "verifies"), [(BASE, False), (AAL3, True), (ALWAYS, True)])
def test_a_passkey_checks_its_holder_where_that_is_asked(policy: Policy, verifies: bool) -> None:
    assert must_verify(policy) is verifies


def test_a_trusted_maker_is_asked_for_where_the_passkey_would_be_of_no_use_else(
    who: Stopped,
) -> None:
    known = {"facts": who.facts, "factor": who.factor}
    assert must_attest(Beginning(**known, policy=MADE_BY_THE_TRUSTED))
    assert not must_attest(Beginning(**known, policy=BASE))
    # What is added for its own sake may serve elsewhere.
    assert not must_attest(Beginning(**known, policy=MADE_BY_THE_TRUSTED, rebinds=True))


def test_a_new_passkey_is_not_made_where_there_is_one_already(who: Stopped) -> None:
    key = Authenticator(origin="http://acme.example")
    mine = factories.passkey_factor(who.member.user, key)
    factories.passkey_factor(factories.user(), Authenticator(origin="http://acme.example"))
    text = DRIVER.begin_enrollment(Beginning(facts=who.facts, factor=mine, policy=BASE))
    assert f'"id": "{mine.credential_id}"' in text
    assert text.count('"public-key"') >= 1


def test_only_passkeys_of_the_person_can_be_asked_for(who: Stopped) -> None:
    mine = factories.passkey_factor(who.member.user, Authenticator(origin="http://acme.example"))
    theirs = factories.passkey_factor(factories.user(), Authenticator(origin="http://acme.example"))
    accepted = (str(mine.pk), str(theirs.pk), str(who.factor.pk))
    text = DRIVER.begin_proof(
        Beginning(facts=who.facts, factor=mine, policy=BASE, accepted=accepted)
    )
    assert mine.credential_id in text
    assert theirs.credential_id not in text


def test_a_renewed_ceremony_asks_the_same_with_another_challenge(who: Stopped) -> None:
    who.factor = factories.passkey_factor(
        who.member.user, Authenticator(origin="http://acme.example")
    )
    challenge = who.start()
    challenge.refresh_from_db()
    before = passkey_rows.options_of(challenge)
    challenge.ceremony = DRIVER.begin_again(who.facts, challenge)
    challenge.save()
    challenge.refresh_from_db()
    after = passkey_rows.options_of(challenge)
    assert before["challenge"] != after["challenge"]
    assert {**before, "challenge": ""} == {**after, "challenge": ""}
