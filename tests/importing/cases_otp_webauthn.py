"""Passkeys of django-otp-webauthn: registered with it, proven here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.factors import passkey_rows
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.factor.import_otp_webauthn import import_otp_webauthn
from otpguard.flows.factor.import_run import Imported
from otpguard.flows.session.revoke import remove_factor
from otpguard.models import Factor
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped
from tests.importing.people import (
    ORIGIN,
    command,
    events_of,
    notices_to,
    prove_by_key,
    somebody,
)

pytestmark = pytest.mark.django_db(transaction=True)


def registered(user: Any, **known: Any) -> tuple[Authenticator, Any]:
    """A key that was registered with the package itself, and its row there."""
    key = Authenticator(origin=ORIGIN, **known)
    helper = WebAuthnCredential.get_webauthn_helper(RequestFactory().get("/"))
    options, state = helper.register_begin(user)
    return key, helper.register_complete(user, state, key.create(options))


def run(**given: Any) -> Imported:
    result = import_otp_webauthn(facts=command(), **given)["passkey"]
    assert result is not None
    return result


@pytest.fixture
def who() -> Stopped:
    return somebody()


def test_a_discoverable_passkey_works_on(who: Stopped) -> None:
    key, _old = registered(who.member.user, backup_eligible=True, backed_up=True)
    assert run().added == 1
    # Its authenticator says the handle that the other package gave it.
    assert isinstance(prove_by_key(who, key), Verified)


def test_what_the_package_kept_is_taken_over(who: Stopped) -> None:
    key, old = registered(who.member.user, transports=("usb", "nfc"), user_verified=True)
    old.name = "Blue key"
    old.sign_count = 7
    old.save()
    run()
    row = Factor.objects.get()
    assert (row.name, row.confirmed, row.sign_count) == ("Blue key", True, 7)
    assert (row.aaguid, row.transports) == (UUID(str(key.aaguid)), ["nfc", "usb"])
    assert (row.user_verified, row.backup_eligible, row.attested) == (True, False, False)
    assert len(bytes(row.user_handle)) == 64
    assert row.usable_from is None


def test_without_an_attestation_user_verification_is_learned(who: Stopped) -> None:
    key, old = registered(who.member.user)
    old.attestation.delete()
    run()
    assert Factor.objects.get().user_verified is None
    assert isinstance(prove_by_key(who, key), Verified)
    assert Factor.objects.get().user_verified is True
    assert events_of(who.member.user, "factor.flags_learned") == [
        {"factor": str(Factor.objects.get().pk), "backup_eligible": False, "user_verified": True}
    ]


def test_an_attestation_of_another_key_shows_nothing(who: Stopped) -> None:
    _key, old = registered(who.member.user)
    _other, strange = registered(factories.user())
    old.attestation.data = strange.attestation.data
    old.attestation.save()
    run()
    row = Factor.objects.get(user=who.member.user)
    assert (row.user_verified, row.attestation) == (None, "")


def test_the_next_passkey_of_the_person_carries_the_same_handle() -> None:
    who = somebody("factor_change")
    key, _old = registered(who.member.user)
    run()
    assert isinstance(prove_by_key(who, key), Verified)
    facts = replace(who.facts, now=timezone.now(), authenticated_at=timezone.now())
    challenge = enroll_factor(
        facts=facts, ask=who.ask, kind="passkey", given={"name": "Second"}, guarded=True
    )
    challenge.refresh_from_db()
    other = Authenticator(origin=ORIGIN)
    answer = json.dumps(other.create(passkey_rows.options_of(challenge)))
    assert isinstance(who.answer(challenge, answer), Verified)
    first, second = Factor.objects.order_by("created_at")
    assert bytes(second.user_handle) == bytes(first.user_handle) != b""
    (made,) = other.credentials.values()
    assert made.user_handle == bytes(second.user_handle)


def test_a_row_that_is_not_confirmed_stays_behind(who: Stopped) -> None:
    _key, old = registered(who.member.user)
    old.confirmed = False
    old.save()
    result = run()
    assert (result.added, result.unconfirmed) == (0, 1)


def test_twice_adds_nothing_and_sends_one_notice(who: Stopped) -> None:
    registered(who.member.user)
    registered(who.member.user)
    assert run().added == 2
    assert (run().added, run().known) == (0, 2)
    assert notices_to(who.member.user) == ["factors_imported"]


def test_what_its_owner_removed_since_does_not_come_back(who: Stopped) -> None:
    registered(who.member.user)
    run()
    remove_factor(facts=command(), factor=Factor.objects.get(), reason="lost")
    assert run().known == 1
    assert not Factor.objects.exists()


def test_a_dry_run_counts_the_same_and_writes_nothing(who: Stopped) -> None:
    registered(who.member.user)
    dry = run(dry_run=True)
    assert not Factor.objects.exists()
    assert not notices_to(who.member.user)
    assert dry == run()


def test_the_rows_of_the_package_stay_as_they_are(who: Stopped) -> None:
    registered(who.member.user)
    before = WebAuthnCredential.objects.values().get()
    run()
    assert WebAuthnCredential.objects.values().get() == before


def test_a_passkey_of_another_relying_party_is_refused(who: Stopped, settings: Any) -> None:
    registered(who.member.user)
    settings.OTPGUARD = {**settings.OTPGUARD, "RELYING_PARTY_ID": "other.example"}
    settings.OTP_WEBAUTHN_RP_ID = "acme.example"
    (mistake,) = run().mistakes
    assert mistake.reason == (
        "it was made for acme.example, and no browser uses it for other.example"
    )
    assert "acme.example by its settings, other.example here" in run().about
    assert not Factor.objects.exists()


def test_a_key_that_cannot_be_read_is_counted_and_the_rest_is_taken(who: Stopped) -> None:
    _key, broken = registered(who.member.user)
    registered(factories.user())
    broken.public_key = b"\xa0"
    broken.save()
    result = run()
    assert result.added == 1
    assert [str(each) for each in result.mistakes] == [
        f"django_otp_webauthn/{broken.pk}: its key cannot be used (malformed)"
    ]


def test_a_denied_model_is_refused(who: Stopped, settings: Any) -> None:
    key, _old = registered(who.member.user)
    denied = {"ATTESTATION_DENIED_AAGUIDS": [str(key.aaguid)]}
    settings.OTPGUARD = {**settings.OTPGUARD, **denied}
    assert run().mistakes[0].reason == "its key cannot be used (model)"


def test_the_handle_of_somebody_else_is_refused(who: Stopped) -> None:
    key, _old = registered(who.member.user)
    run()
    answer = prove_by_key(who, key, user_handle=b"somebody else")
    assert isinstance(answer, Rejected)
    assert answer.reason == "user_handle"


def test_only_the_site_may(who: Stopped) -> None:
    facts: RequestFacts = who.facts
    with pytest.raises(NotAllowed, match="site"):
        import_otp_webauthn(facts=facts)


def test_the_command_says_what_it_took_over(who: Stopped, capsys: Any) -> None:
    registered(who.member.user)
    call_command("otpguard_import_otp_webauthn", rp_id="acme.example")
    assert capsys.readouterr().out.splitlines() == [
        "passkey: 1 added, 0 known already",
        "  relying party: acme.example by its settings, acme.example here",
    ]
