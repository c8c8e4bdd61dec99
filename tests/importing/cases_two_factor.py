"""Phones and keys of django-two-factor-auth: set up with it, proven here."""

from __future__ import annotations

import json
from hashlib import sha1
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from two_factor.plugins.phonenumber.models import PhoneDevice
from two_factor.plugins.webauthn.models import WebauthnDevice
from two_factor.plugins.webauthn.utils import (
    make_credential_creation_options,
    verify_registration_response,
)
from webauthn.helpers.structs import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity

from otpguard.conf import settings as ours
from otpguard.core.assurance import AssuranceLevel, Primary
from otpguard.core.choose import best_level
from otpguard.factors.enrolled import value_of
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.factor.import_run import Imported
from otpguard.flows.factor.import_two_factor import import_two_factor
from otpguard.models import Factor, Grant
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, sent_code
from tests.importing.people import (
    ORIGIN,
    begin,
    command,
    events_of,
    notices_to,
    prove_by_key,
    somebody,
)

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+12015550123"


def registered(user: Any, **known: Any) -> tuple[Authenticator, WebauthnDevice]:
    """A key that was registered as the package's form does it, and its row there."""
    key = Authenticator(origin=ORIGIN, **known)
    entity = PublicKeyCredentialUserEntity(
        id=sha1(str(user.pk).encode()).hexdigest().encode(), name="ann", display_name="Ann"
    )
    rp = PublicKeyCredentialRpEntity(id="acme.example", name="Acme")
    text, challenge = make_credential_creation_options(entity, rp, [])
    answer = key.create(json.loads(text))
    public_key, key_handle, count = verify_registration_response(
        rp.id, ORIGIN, challenge, json.dumps(answer)
    )
    row = WebauthnDevice.objects.create(
        user=user, name="default", public_key=public_key, key_handle=key_handle, sign_count=count
    )
    return key, row


def run(kind: str, **given: Any) -> Imported:
    result = import_two_factor(facts=command(), **given)[kind]
    assert result is not None
    return result


@pytest.fixture
def who() -> Stopped:
    return somebody()


# --- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("synced", [True, False])
def test_a_key_works_on_and_tells_what_it_is(who: Stopped, synced: bool) -> None:
    key, old = registered(who.member.user, backup_eligible=synced)
    assert run("passkey").added == 1
    row = Factor.objects.get()
    assert (row.user_verified, row.backup_eligible, row.aaguid) == (None, None, None)
    assert isinstance(prove_by_key(who, key), Verified)
    row.refresh_from_db()
    assert (row.user_verified, row.backup_eligible) == (True, synced)
    assert row.serial == f"two_factor_webauthn/{old.pk}"
    assert events_of(who.member.user, "factor.flags_learned") == [
        {"factor": str(row.pk), "backup_eligible": synced, "user_verified": True}
    ]


def test_what_it_told_first_is_fixed(who: Stopped) -> None:
    key, _old = registered(who.member.user)
    run("passkey")
    assert isinstance(prove_by_key(who, key), Verified)
    Grant.objects.all().delete()
    key.backup_eligible = True
    answer = prove_by_key(who, key)
    assert isinstance(answer, Rejected)
    assert answer.reason == "backup_changed"
    assert len(events_of(who.member.user, "factor.flags_learned")) == 1


def test_until_then_it_is_worth_the_weaker_of_both(who: Stopped) -> None:
    registered(who.member.user)
    run("passkey")
    value = value_of(Factor.objects.get())
    assert (value.user_verified, value.backup_eligible, value.attested) == (False, True, False)
    alone = best_level(value, profile=ours().assurance_profile, primary=Primary.NONE)
    assert alone == AssuranceLevel.AAL1


def test_a_holder_who_is_not_verified_leaves_that_unknown(who: Stopped) -> None:
    key, _old = registered(who.member.user, user_verified=False)
    run("passkey")
    assert isinstance(prove_by_key(who, key), Verified)
    row = Factor.objects.get()
    assert (row.user_verified, row.backup_eligible) == (None, False)


def test_a_key_of_another_relying_party_is_refused(who: Stopped, settings: Any) -> None:
    registered(who.member.user)
    settings.TWO_FACTOR_WEBAUTHN_RP_ID = "app.acme.example"
    result = run("passkey")
    assert result.added == 0
    assert [each.reason for each in result.mistakes] == [
        "it was made for app.acme.example, and no browser uses it for acme.example"
    ]


def test_an_unknown_relying_party_has_to_be_given(who: Stopped, settings: Any) -> None:
    key, _old = registered(who.member.user)
    settings.TWO_FACTOR_WEBAUTHN_RP_ID = None
    assert run("passkey").mistakes[0].reason == (
        "its relying party is not known: give it as --rp-id"
    )
    assert run("passkey", rp_id="acme.example").added == 1
    assert isinstance(prove_by_key(who, key), Verified)


def test_a_count_that_went_on_elsewhere_is_told_and_not_blocked(who: Stopped) -> None:
    key, old = registered(who.member.user)
    WebauthnDevice.objects.filter(pk=old.pk).update(sign_count=40)
    run("passkey")
    assert isinstance(prove_by_key(who, key), Verified)
    assert events_of(who.member.user, "factor.clone_suspected")[0]["stored"] == 40


def test_somebody_elses_credential_is_refused(who: Stopped) -> None:
    _key, old = registered(who.member.user)
    run("passkey")
    WebauthnDevice.objects.create(
        user=factories.user(),
        name="",
        public_key=old.public_key,
        key_handle=old.key_handle,
        sign_count=0,
    )
    result = run("passkey")
    assert (result.added, result.known) == (0, 1)
    assert result.mistakes[0].reason == "somebody else has this passkey here"


# --- phones -------------------------------------------------------------------------------------


def phone(user: Any, number: str = NUMBER, **known: Any) -> Any:
    known = {"name": "default", "method": "sms", **known}
    return PhoneDevice.objects.create(user=user, number=number, **known)


def test_a_number_gets_codes_here(who: Stopped) -> None:
    phone(who.member.user)
    assert run("phone").added == 1
    factor = Factor.objects.get()
    assert (factor.secret.reveal(), factor.email_index) == (NUMBER, "")
    assert factor.name == "+1 ••• ••23"
    challenge = begin(who, factor)
    assert isinstance(who.answer(challenge, sent_code(challenge)), Verified)


def test_the_same_number_twice_is_one_factor(who: Stopped) -> None:
    phone(who.member.user, name="backup")
    older = phone(who.member.user)
    dry = run("phone", dry_run=True)
    assert (dry.added, dry.known) == (1, 1)
    assert run("phone") == dry
    assert Factor.objects.get().serial == f"phonenumber/{older.pk}"


def test_two_people_may_share_a_number(who: Stopped) -> None:
    phone(who.member.user)
    phone(factories.user())
    assert run("phone").added == 2


def test_a_number_that_its_owner_has_here_already_is_known(who: Stopped) -> None:
    phone(who.member.user)
    mine = factories.phone_factor(who.member.user, NUMBER)
    assert run("phone").known == 1
    mine.disabled_at = command().now
    mine.save()
    assert run("phone").known == 1


def test_a_number_that_is_none_is_said_without_showing_it(who: Stopped) -> None:
    bad = phone(who.member.user, "+12015550123")
    PhoneDevice.objects.filter(pk=bad.pk).update(number="+1201555")
    phone(factories.user())
    result = run("phone")
    assert result.added == 1
    assert "1201555" not in str(result)
    assert result.mistakes[0].source == f"phonenumber/{bad.pk}"


def test_a_number_that_is_not_confirmed_stays_behind(who: Stopped) -> None:
    phone(who.member.user, confirmed=False)
    result = run("phone")
    assert (result.added, result.unconfirmed) == (0, 1)


def test_each_factor_is_an_event_and_each_person_gets_one_notice(who: Stopped) -> None:
    user = who.member.user
    old = phone(user)
    registered(user)
    import_two_factor(facts=command())
    events = events_of(user, "factor.provisioned")
    assert [each["source"] for each in events] == ["django-two-factor-auth"] * 2
    assert events[0]["serial"] == f"phonenumber/{old.pk}"
    assert events[1]["enrolled_at"]
    assert notices_to(user) == ["factors_imported"]


def test_nobody_waits_for_what_was_taken_over(who: Stopped) -> None:
    phone(who.member.user)
    registered(who.member.user)
    import_two_factor(facts=command())
    assert not Factor.objects.exclude(usable_from=None).exists()


def test_the_command_says_what_it_took_over_and_why_not_the_rest(
    who: Stopped, capsys: Any, settings: Any
) -> None:
    settings.TWO_FACTOR_WEBAUTHN_RP_ID = "old.example"
    phone(who.member.user)
    phone(who.member.user, "+12015550124", confirmed=False)
    registered(who.member.user)
    registered(factories.user())
    with pytest.raises(CommandError, match="Not imported: two_factor_webauthn/"):
        call_command("otpguard_import_two_factor", dry_run=True)
    assert capsys.readouterr().out.splitlines() == [
        "phone: 1 to add, 0 known already, 1 never confirmed",
        "passkey: 0 to add, 0 known already, 2 not possible",
        "  2 not possible: it was made for old.example, and no browser uses it for acme.example",
        "  relying party: old.example by its settings, acme.example here",
    ]
    assert not Factor.objects.exists()
