"""dumpdata and loaddata: what is encrypted comes back as it lay in the table."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core import serializers
from django.core.management import call_command
from django.utils import timezone

from otpguard.models import Challenge, Factor, Hold, LoginSession, Membership, PhoneClaim, Tenant
from tests import factories
from tests.models.rows import anonymous, challenge, claim, raw

pytestmark = pytest.mark.django_db
NUMBER = "+12015550123"
FORMATS = ("json", "xml", "jsonl")


def dumped(*said: str, form: str = "json") -> str:
    out = StringIO()
    call_command("dumpdata", *said, format=form, stdout=out)
    return out.getvalue()


def load(text: str, folder: Path, form: str = "json") -> None:
    file = folder / f"dump.{form}"
    file.write_text(text, encoding="utf-8")
    call_command("loaddata", str(file), verbosity=0)


@pytest.mark.parametrize("form", FORMATS)
def test_the_whole_app_comes_back_with_its_secrets(tmp_path: Path, form: str) -> None:
    tenant = factories.tenant(external_id="7", legal_hold=True)
    member = factories.member(tenant, roles=["admin"])
    phone, app = factories.phone_factor(member.user, NUMBER), factories.totp_factor(member.user)
    session = factories.session(member.user, session_key="the key")
    factories.recovery_codes(member.user)
    asked = challenge(phone, tenant=tenant, target="a key", destination=NUMBER)
    factories.grant(member.user, tenant, challenge=asked)
    until = timezone.now() + timedelta(hours=1)
    Hold.objects.create(
        tenant=tenant, membership=member, user=member.user, checkpoint="*", until=until
    )
    columns = [(phone, "secret"), (app, "secret"), (session, "session_key"), (asked, "destination")]
    before = [raw(row, column) for row, column in columns]
    text = dumped("auth.user", "otpguard", form=form)
    assert "••••" not in text
    assert "5550123" not in text
    Hold.objects.all().delete()
    Tenant.objects.update(legal_hold=False)
    Factor.objects.all().delete()
    LoginSession.objects.all().delete()
    load(text, tmp_path, form)
    assert [raw(row, column) for row, column in columns] == before
    assert Factor.objects.get(pk=phone.pk).secret.reveal() == NUMBER
    assert factories.totp_code(Factor.objects.get(pk=app.pk)) == factories.totp_code(app)
    assert LoginSession.objects.get(pk=session.pk).session_key.reveal() == "the key"
    assert Tenant.objects.get(pk=tenant.pk).legal_hold


def test_a_dump_without_the_key_is_loaded_all_the_same(tmp_path: Path, settings: object) -> None:
    phone = factories.phone_factor(factories.user(), NUMBER)
    token, text = raw(phone, "secret"), dumped("otpguard.factor")
    Factor.objects.all().delete()
    settings.OTPGUARD = {"ROOT_KEYS": ["another key " * 4]}
    load(text, tmp_path)
    assert raw(phone, "secret") == token


def test_a_plain_text_in_a_fixture_written_by_hand_is_encrypted(tmp_path: Path) -> None:
    phone = factories.phone_factor(factories.user(), NUMBER)
    (row,) = json.loads(dumped("otpguard.factor"))
    row["fields"]["secret"] = "+12015550199"
    load(json.dumps([row]), tmp_path)
    assert "5550199" not in raw(phone, "secret")
    assert Factor.objects.get(pk=phone.pk).secret.reveal() == "+12015550199"


def test_an_empty_secret_stays_empty(tmp_path: Path) -> None:
    session = factories.session(factories.user())
    load(dumped("otpguard.loginsession"), tmp_path)
    assert raw(session, "session_key") == ""


def test_a_tenant_is_found_by_its_slug_where_it_has_another_id(tmp_path: Path) -> None:
    member = factories.member(factories.tenant("acme"), roles=["admin"])
    flags = ("--natural-foreign", "--natural-primary")
    text = dumped("otpguard.tenant", "otpguard.membership", *flags)
    user = member.user
    Membership.objects.all().delete()
    Tenant.objects.all().delete()
    here = factories.tenant("acme", name="Other")
    load(text, tmp_path)
    loaded = Membership.objects.get(user=user)
    assert (loaded.tenant_id, loaded.roles) == (here.pk, ["admin"])
    assert Tenant.objects.get().name == "Acme"


def test_any_serializer_of_a_host_shows_ciphertext_alone() -> None:
    phone = factories.phone_factor(factories.user(), NUMBER)
    text = serializers.serialize("json", [phone], fields=["secret"])
    assert f"otpguard-ciphertext:{raw(phone, 'secret')}" in text


@pytest.mark.parametrize("form", FORMATS)
def test_a_visitors_number_and_claim_come_back(tmp_path: Path, form: str) -> None:
    asked = anonymous(NUMBER, browser="b", consent_version="2026-1")
    row = claim(asked)
    text = dumped("otpguard.challenge", "otpguard.phoneclaim", form=form)
    assert "5550123" not in text
    Challenge.objects.all().delete()
    load(text, tmp_path, form)
    found = PhoneClaim.objects.get(pk=row.pk)
    assert found.number.e164 == NUMBER
    assert (found.browser, found.challenge.consent_version) == ("b", "2026-1")
