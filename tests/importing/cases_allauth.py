"""Authenticators, codes and passkeys of allauth.mfa: set up with it, proven here."""

from __future__ import annotations

import json
from base64 import b32encode
from datetime import timedelta
from typing import Any

import pytest
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator as Row
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth.hashers import check_password
from django.core.management import call_command
from django.test import RequestFactory

from otpguard.core.reasons import AnswerReason
from otpguard.factors import recovery, totp
from otpguard.factors.base import Missed, Shown
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.factor.import_allauth import import_allauth
from otpguard.flows.factor.import_run import Imported
from otpguard.models import Factor, RecoveryCode
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped
from tests.importing.people import ORIGIN, command, notices_to, prove_by_key, somebody

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = b32encode(bytes(range(20))).decode()


class Sealing(DefaultMFAAdapter):
    """A site that encrypts what it keeps, and has lost some of it."""

    def encrypt(self, text: str) -> str:
        return text[::-1]

    def decrypt(self, encrypted_text: str) -> str:
        if encrypted_text == "lost":
            raise ValueError("the key is gone, the secret was hunter2")
        return encrypted_text[::-1]


def registered(user: Any, **known: Any) -> tuple[Authenticator, Row]:
    """A passkey that was registered with the package itself, and its row there."""
    key = Authenticator(origin=ORIGIN, **known)
    request = RequestFactory().get("/", headers={"host": "testserver"})
    request.META["HTTP_HOST"] = "acme.example"
    request.session = {}
    with context.request_context(request):
        options = json.loads(json.dumps(webauthn.begin_registration(user, passwordless=True)))
        answer = key.create(options["publicKey"])
        webauthn.complete_registration(answer)
        return key, webauthn.WebAuthn.add(user, "My phone", answer).instance


def run(kind: str, **given: Any) -> Imported:
    result = import_allauth(facts=command(), **given)[kind]
    assert result is not None
    return result


@pytest.fixture(autouse=True)
def _served_there(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["acme.example", "testserver"]


@pytest.fixture
def who() -> Stopped:
    return somebody()


# --- passkeys -----------------------------------------------------------------------------------


@pytest.mark.parametrize("synced", [True, False])
def test_a_passkey_works_on(who: Stopped, synced: bool) -> None:
    key, old = registered(who.member.user, backup_eligible=synced, transports=("internal",))
    assert run("passkey").added == 1
    row = Factor.objects.get()
    assert (row.name, row.serial) == ("My phone", f"mfa/{old.pk}")
    assert (row.user_verified, row.backup_eligible) == (True, synced)
    assert (row.transports, row.attestation, row.attested) == (["internal"], "none", False)
    assert row.aaguid == key.aaguid
    # It is discoverable: the answer carries the handle that allauth gave it.
    assert isinstance(prove_by_key(who, key), Verified)


def test_json_that_an_older_library_kept_is_read(who: Stopped) -> None:
    key, old = registered(who.member.user)
    del old.data["credential"]["type"]
    response = old.data["credential"]["response"]
    old.data["credential"]["response"] = {
        "attestationObject": response["attestationObject"] + "==",
        "clientDataJSON": response["clientDataJSON"] + "=",
    }
    old.save()
    assert run("passkey").added == 1
    assert isinstance(prove_by_key(who, key), Verified)


def test_a_passkey_of_another_relying_party_is_refused(who: Stopped, settings: Any) -> None:
    registered(who.member.user)
    settings.OTPGUARD = {**settings.OTPGUARD, "RELYING_PARTY_ID": "example"}
    for given in ({}, {"rp_id": "example"}):
        result = run("passkey", **given)
        assert [each.reason for each in result.mistakes] == [
            "it was made for another relying party, and no browser uses it for example"
        ]


def test_without_a_setting_the_relying_party_has_to_be_given(who: Stopped, settings: Any) -> None:
    key, _old = registered(who.member.user)
    settings.OTPGUARD = {**settings.OTPGUARD, "RELYING_PARTY_ID": ""}
    assert "set RELYING_PARTY_ID or give --rp-id" in run("passkey").mistakes[0].reason
    assert run("passkey", rp_id="ACME.example").added == 1
    assert isinstance(prove_by_key(who, key), Verified)


def test_a_passkey_that_cannot_be_read_is_said(who: Stopped) -> None:
    _key, old = registered(who.member.user)
    old.data["credential"]["response"]["attestationObject"] = "oWE"
    old.save()
    Row.objects.create(user=factories.user(), type="webauthn", data=[])
    reasons = [each.reason for each in run("passkey").mistakes]
    assert reasons == ["its key cannot be used (malformed)", "its data cannot be read"]


# --- authenticators -----------------------------------------------------------------------------


def code_at(seconds: float) -> str:
    return format_hotp_value(hotp_value(SECRET, int(seconds) // 30))


def test_an_authenticator_works_on_but_not_with_the_running_code(who: Stopped) -> None:
    TOTP.activate(who.member.user, SECRET)
    assert run("totp").added == 1
    factor, now = Factor.objects.get(), command().now
    missed = totp.verify(factor, code_at(now.timestamp()), now=now)
    assert missed == Missed(reason=AnswerReason.USED)
    later = now + timedelta(seconds=60)
    assert isinstance(totp.verify(factor, code_at(later.timestamp()), now=later), Shown)


def test_digits_and_period_are_those_of_the_settings(who: Stopped, settings: Any) -> None:
    settings.MFA_TOTP_DIGITS, settings.MFA_TOTP_PERIOD = 8, 60
    TOTP.activate(who.member.user, SECRET.lower())
    run("totp")
    seed = totp.seed_of(Factor.objects.get())
    assert (seed.digits, seed.period, seed.key) == (8, 60, bytes(range(20)))


def test_secrets_are_read_by_its_adapter(who: Stopped, settings: Any) -> None:
    settings.MFA_ADAPTER = "tests.importing.cases_allauth.Sealing"
    TOTP.activate(who.member.user, SECRET)
    lost = Row.objects.create(user=factories.user(), type="totp", data={"secret": "lost"})
    result = run("totp")
    assert result.added == 1
    assert [str(each) for each in result.mistakes] == [f"mfa/{lost.pk}: its data cannot be read"]
    assert totp.seed_of(Factor.objects.get()).base32 == SECRET


@pytest.mark.parametrize(
    ("settings_", "secret", "why"),
    [
        ({}, b32encode(bytes(10)).decode(), "at least 128 bits"),
        ({"MFA_TOTP_DIGITS": 4}, SECRET, "6 to 8 digits"),
        ({}, "1!", "cannot be read"),
    ],
)
def test_a_weak_authenticator_is_refused(
    who: Stopped, settings: Any, settings_: dict[str, Any], secret: str, why: str
) -> None:
    for name, value in settings_.items():
        setattr(settings, name, value)
    TOTP.activate(who.member.user, secret)
    result = run("totp")
    assert result.added == 0
    assert why in result.mistakes[0].reason


# --- recovery codes -----------------------------------------------------------------------------


def test_unused_codes_are_taken_over_by_a_slow_hash(who: Stopped) -> None:
    codes = RecoveryCodes.activate(who.member.user)
    first, *others = codes.generate_codes()
    codes.validate_code(first)
    assert run("recovery").added == 1
    factor = Factor.objects.get()
    rows = list(RecoveryCode.objects.filter(factor=factor))
    assert len(rows) == len(others) == 9
    assert all("$" in row.digest for row in rows)
    assert sum(check_password(others[0], row.digest) for row in rows) == 1
    assert isinstance(recovery.verify(factor, others[0], now=command().now), Shown)
    assert isinstance(recovery.verify(factor, first, now=command().now), Missed)


def test_codes_that_it_took_over_itself_are_read_too(who: Stopped) -> None:
    row = RecoveryCodes.activate(who.member.user).instance
    row.data["migrated_codes"] = ["abc123-DEF", "second-code"]
    row.save()
    run("recovery")
    assert isinstance(recovery.verify(Factor.objects.get(), "abc123-DEF", now=command().now), Shown)


def test_when_all_codes_are_used_there_is_nothing_to_take(who: Stopped) -> None:
    row = RecoveryCodes.activate(who.member.user).instance
    row.data["migrated_codes"] = []
    row.save()
    assert run("recovery") == Imported(added=0, known=1)


def test_codes_that_are_too_short_are_refused(who: Stopped, settings: Any) -> None:
    settings.MFA_RECOVERY_CODE_DIGITS = 4
    RecoveryCodes.activate(who.member.user)
    assert run("recovery").mistakes[0].reason == "its codes have fewer than 6 characters"


def test_whoever_has_recovery_codes_here_keeps_them(who: Stopped) -> None:
    mine = recovery.build(user_id=str(who.member.user.pk))
    mine.save()
    RecoveryCodes.activate(who.member.user)
    assert run("recovery").known == 1
    assert Factor.objects.get() == mine


# --- the run ------------------------------------------------------------------------------------


def test_twice_adds_nothing_and_each_person_gets_one_notice(who: Stopped) -> None:
    user = who.member.user
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    registered(user)
    before = list(Row.objects.values())
    dry = import_allauth(facts=command(), dry_run=True)
    assert not Factor.objects.exists()
    assert import_allauth(facts=command()) == dry
    again = import_allauth(facts=command())
    assert [result.known for result in again.values() if result] == [1, 1, 1]
    assert notices_to(user) == ["factors_imported"]
    assert list(Row.objects.values()) == before


def test_the_command_says_what_it_took_over(who: Stopped, capsys: Any) -> None:
    TOTP.activate(who.member.user, SECRET)
    call_command("otpguard_import_allauth")
    assert capsys.readouterr().out.splitlines() == [
        "totp: 1 added, 0 known already",
        "recovery: 0 added, 0 known already",
        "passkey: 0 added, 0 known already",
        "  relying party: the host of each request by its settings, acme.example here",
    ]
