"""Passkeys as rows: one owner each, their origin fixed by the settings, their trust too."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from otpguard.core.reasons import CeremonyFault
from otpguard.factors import passkey_rows
from otpguard.factors.base import Missed, Shown
from otpguard.factors.enrolled import value_of
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.models import Challenge, Factor
from tests import factories
from tests.authenticator import Authenticator
from tests.flows.setting import Stopped, stopped
from tests.manufacturer import Manufacturer

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = "http://acme.example"


@pytest.fixture
def who() -> Stopped:
    """Somebody with nothing enrolled, logged in a moment ago."""
    stop = stopped()
    Factor.objects.all().delete()
    stop.facts = replace(stop.facts, authenticated_at=timezone.now())
    return stop


def begun(who: Stopped) -> Challenge:
    challenge = enroll_factor(
        facts=who.facts, ask=who.ask, kind="passkey", given={"name": "Blue key"}
    )
    challenge.refresh_from_db()
    return challenge


def made_by(key: Authenticator, challenge: Challenge, **lies: Any) -> Shown | Missed:
    answer = json.dumps(key.create(passkey_rows.options_of(challenge), **lies))
    return passkey_rows.verify(challenge, answer, now=timezone.now())


def test_the_row_keeps_what_the_ceremony_showed(who: Stopped) -> None:
    challenge = begun(who)
    key = Authenticator(origin=ORIGIN, backup_eligible=True, backed_up=True, transports=("hybrid",))
    shown = made_by(key, challenge)
    assert isinstance(shown, Shown)
    assert shown.spend()
    row = Factor.objects.get()
    assert (row.user_verified, row.backup_eligible, row.backed_up) == (True, True, True)
    assert (row.attestation, row.attested, row.transports) == ("none", False, ["hybrid"])
    assert str(row.aaguid) == str(key.aaguid)
    assert "credential" not in repr(row.secret).lower()


def test_a_credential_has_one_owner(who: Stopped) -> None:
    key = Authenticator(origin=ORIGIN)
    theirs = factories.passkey_factor(factories.user(), key)
    stolen = next(iter(key.credentials))
    challenge = begun(who)
    shown = made_by(Authenticator(origin=ORIGIN), challenge, credential_id=stolen)
    assert isinstance(shown, Shown)
    assert not shown.spend()
    assert shown.lost == CeremonyFault.DUPLICATE
    theirs.refresh_from_db()
    assert theirs.confirmed


def test_the_settings_fix_relying_party_and_origins(who: Stopped, settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "RELYING_PARTY_ID": "acme.example",
        "RELYING_PARTY_ORIGINS": ["https://app.acme.example"],
    }
    challenge = begun(who)
    assert made_by(Authenticator(origin=ORIGIN), challenge) == Missed(reason=CeremonyFault.ORIGIN)
    assert isinstance(made_by(Authenticator(origin="https://app.acme.example"), challenge), Shown)


def test_a_related_origin_answers_for_the_one_domain(who: Stopped, settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "RELYING_PARTY_ID": "acme.example",
        "RELYING_PARTY_ORIGINS": ["https://acme.example", "https://acme.test"],
    }
    challenge = begun(who)
    key = Authenticator(origin="https://acme.test")
    assert isinstance(made_by(key, challenge, rp_id="acme.example"), Shown)
    assert isinstance(made_by(key, challenge, rp_id="acme.test"), Missed)


def test_browsers_keep_the_passkeys_of_every_tenant_and_state(who: Stopped) -> None:
    me = who.facts.user
    mine = get_user_model().objects.get(pk=me)
    rows = [factories.passkey_factor(mine, Authenticator(origin=ORIGIN)) for _ in range(3)]
    Factor.objects.filter(pk=rows[1].pk).update(disabled_at=timezone.now())
    Factor.objects.filter(pk=rows[2].pk).update(confirmed=False, user_handle=b"another")
    factories.passkey_factor(factories.user(), Authenticator(origin=ORIGIN))
    known = passkey_rows.accepted_credentials(me)
    assert known["credentials"] == sorted(row.credential_id for row in rows)
    assert len(known["handles"]) == 2
    assert known["party"] == ""


def test_without_settings_the_host_of_the_request_counts(who: Stopped) -> None:
    party = passkey_rows.party_of(replace(who.facts, host="acme.example:8000", secure=True))
    assert (party.id, party.origins) == ("acme.example", frozenset({"https://acme.example:8000"}))


def test_a_trusted_maker_attests_and_another_does_not(
    who: Stopped, settings: Any, tmp_path: Any
) -> None:
    trusted, stranger = Manufacturer(), Manufacturer()
    roots = tmp_path / "roots.pem"
    roots.write_text(trusted.root.pem)
    settings.OTPGUARD = {**settings.OTPGUARD, "ATTESTATION_ROOTS": [str(roots)]}
    challenge = begun(who)
    for maker, attested in ((trusted, True), (stranger, False)):
        shown = made_by(Authenticator(origin=ORIGIN, attestation=maker), challenge)
        assert isinstance(shown, Shown)
        assert shown.attested is attested


def test_only_listed_models_count_as_attested(who: Stopped, settings: Any, tmp_path: Any) -> None:
    maker = Manufacturer()
    roots = tmp_path / "roots.pem"
    roots.write_text(maker.root.pem)
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "ATTESTATION_ROOTS": [str(roots)],
        "ATTESTATION_AAGUIDS": ["00000000-0000-4000-8000-000000000000"],
    }
    shown = made_by(Authenticator(origin=ORIGIN, attestation=maker), begun(who))
    assert isinstance(shown, Shown)
    assert not shown.attested


def test_a_denied_model_cannot_be_added_and_one_that_was_is_attested_no_more(
    who: Stopped, settings: Any, tmp_path: Any
) -> None:
    maker = Manufacturer()
    roots = tmp_path / "roots.pem"
    roots.write_text(maker.root.pem)
    settings.OTPGUARD = {**settings.OTPGUARD, "ATTESTATION_ROOTS": [str(roots)]}
    key = Authenticator(origin=ORIGIN, attestation=maker)
    shown = made_by(key, begun(who))
    assert isinstance(shown, Shown)
    assert shown.spend()
    row = Factor.objects.get()
    assert passkey_rows.is_attested(row)
    assert value_of(row).attested

    denied = {"ATTESTATION_DENIED_AAGUIDS": [str(key.aaguid)]}
    settings.OTPGUARD = {**settings.OTPGUARD, **denied}
    assert not passkey_rows.is_attested(row)
    assert not value_of(row).attested
    Factor.objects.all().delete()
    another = Authenticator(origin=ORIGIN, attestation=maker)
    assert made_by(another, begun(who)) == Missed(reason=CeremonyFault.MODEL)


def test_a_person_has_one_handle_and_no_two_share_it() -> None:
    first, second = factories.user(), factories.user()
    handle = passkey_rows.handle_of(str(first.pk))
    assert handle == passkey_rows.handle_of(str(first.pk))
    assert handle != passkey_rows.handle_of(str(second.pk))
    assert len(handle) == 32
