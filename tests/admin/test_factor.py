"""Buttons on factors: disable, reset; numbers masked, secrets never shown."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client, override_settings
from django.urls import reverse

from otpguard.factors import recovery
from otpguard.models import Factor, FactorBlock, Grant
from tests import factories
from tests.admin.acting import Act
from tests.authenticator import Authenticator
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db


def do(action: str, factor: Factor) -> str:
    return reverse(f"admin:otpguard_factor_do_{action}", args=[factor.pk])


def test_a_factor_is_disabled_and_the_persons_proofs_end(act: Act) -> None:
    person = factories.user()
    factor = factories.phone_factor(person)
    factories.grant(person, factories.tenant())
    page = act(do("disable", factor), reason="phone lost").content.decode()
    assert "disabled" in page
    assert do("disable", factor) not in page
    assert not Grant.objects.filter(user=person, revoked_at=None).exists()


def test_a_reset_factor_is_gone_and_the_list_is_next(act: Act) -> None:
    member = factories.member(factories.tenant())
    factor = factories.phone_factor(member.user)
    page = act(do("reset", factor), reason="lost")
    assert page.context["cl"] is not None
    assert "1 factor was reset." in page.content.decode()
    assert not Factor.objects.filter(pk=factor.pk).exists()
    member.refresh_from_db()
    assert set(member.held) == {"*sensitive"}


def test_a_tenants_factor_is_reset_for_that_tenant_alone(act: Act) -> None:
    here, person = factories.tenant(), factories.user()
    elsewhere = factories.grant(person, factories.tenant())
    act(do("reset", factories.phone_factor(person, tenant=here)), reason="lost")
    elsewhere.refresh_from_db()
    assert elsewhere.revoked_at is None


def test_an_operator_does_not_reset_a_factor_of_their_own(
    site: Client, operator: AbstractUser
) -> None:
    factor = factories.phone_factor(operator)
    asked = site.post(do("reset", factor), {"reason": "me"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    assert "your own factors" in page.content.decode()
    assert Factor.objects.filter(pk=factor.pk).exists()


def test_what_takes_a_factor_away_is_guarded_as_a_reset(site: Client) -> None:
    factor = factories.phone_factor(factories.user())
    for action in ("disable", "reset"):
        refused = site.post(do(action, factor), {"reason": "x"}, HTTP_ACCEPT="application/json")
        assert refused.status_code == 401
        assert refused.json()["checkpoint"] == "security_settings.factor_reset"


def test_a_passkey_shows_its_model_and_trust_and_no_secret(site: Client) -> None:
    model = UUID("d8522d9f-575b-4866-88a9-ba99fa02f35b")
    factor = Factor.objects.create(
        user=factories.user(),
        kind="passkey",
        confirmed=True,
        secret="the-public-key",
        credential_id="the-credential",
        aaguid=model,
        attestation="packed",
        attested=True,
        backup_eligible=False,
        user_verified=True,
    )
    page = site.get(reverse("admin:otpguard_factor_change", args=[factor.pk])).content.decode()
    for shown in (str(model), "packed, trusted", "stays on one device"):
        assert shown in page
    for secret in ("the-public-key", "the-credential"):
        assert secret not in page


def test_a_token_shows_its_serial_and_is_found_by_it(site: Client) -> None:
    factor = Factor.objects.create(
        user=factories.user(),
        tenant=factories.tenant(),
        kind="totp",
        confirmed=True,
        hardware=True,
        serial="TK-0042",
        secret="SEED",
    )
    factories.phone_factor(factories.user())
    listed = site.get(reverse("admin:otpguard_factor_changelist"), {"q": "TK-0042"})
    assert list(listed.context["cl"].result_list) == [factor]
    page = site.get(reverse("admin:otpguard_factor_change", args=[factor.pk])).content.decode()
    assert "hardware token" in page
    assert "SEED" not in page


def test_recovery_codes_are_counted_and_not_shown(site: Client) -> None:
    factor = recovery.build(user_id=str(factories.user().pk))
    factor.save()
    codes = recovery.replace_codes(factor)
    page = site.get(reverse("admin:otpguard_factor_change", args=[factor.pk]))
    assert "codes left: 10" in page.content.decode()
    assert codes[0] not in page.content.decode()


def test_the_page_says_who_blocks_a_factor_and_leads_to_the_way_back(site: Client) -> None:
    factor = factories.phone_factor(factories.user())
    tenant = factories.tenant(name="Acme")
    block = FactorBlock.objects.create(tenant=tenant, factor=factor, reason="stolen phone")
    page = site.get(reverse("admin:otpguard_factor_change", args=[factor.pk])).content.decode()
    assert "stolen phone" in page
    assert reverse("admin:otpguard_factorblock_change", args=[block.pk]) in page
    url = reverse("admin:otpguard_factor_changelist")
    listed = site.get(url, {"blocks__isempty": "0"})
    assert list(listed.context["cl"].result_list) == [factor]


def test_a_members_page_leads_to_their_factors_only(site: Client) -> None:
    factor = factories.phone_factor(factories.user())
    factories.phone_factor(factories.user())
    url = reverse("admin:otpguard_factor_changelist")
    page = site.get(url, {"user__exact": str(factor.user_id)})
    assert list(page.context["cl"].result_list) == [factor]


def test_a_number_is_shown_by_country_and_last_digits(site: Client) -> None:
    factories.phone_factor(factories.user(), "+442079460123")
    page = site.get(reverse("admin:otpguard_factor_changelist")).content.decode()
    assert "+44 ••• ••23" in page
    assert "9460123" not in page


def test_a_number_whose_key_is_gone_is_said_to_be_unreadable(
    site: Client, settings: object
) -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["a key that will be lost"]}):
        factor = factories.phone_factor(factories.user())
    page = site.get(reverse("admin:otpguard_factor_change", args=[factor.pk]))
    assert page.status_code == 200
    assert "its key is gone" in page.content.decode()


def test_what_a_kind_says_of_a_factor_stands_on_its_page_and_the_list_goes_by_kind(
    site: Client,
) -> None:
    key = Authenticator(origin="https://acme.example", backup_eligible=True, backed_up=True)
    passkey = factories.passkey_factor(factories.user(), key)
    page = site.get(reverse("admin:otpguard_factor_change", args=[passkey.pk])).content.decode()
    for line in ("attestation: none, not trusted", "backup: synced", "user verification: yes"):
        assert line in page
    url = reverse("admin:otpguard_factor_changelist")
    assert list(site.get(url, {"kind": "passkey"}).context["cl"].result_list) == [passkey]


def test_a_factor_of_a_kind_that_is_gone_is_listed_and_said_to_prove_nothing(site: Client) -> None:
    gone = Factor.objects.create(user=factories.user(), kind="pigeon", confirmed=True)
    page = site.get(reverse("admin:otpguard_factor_change", args=[gone.pk])).content.decode()
    assert "pigeon" in page
    assert "Its kind is not installed" in page


def test_blocks_are_filtered_by_the_kind_of_their_factor(site: Client) -> None:
    tenant = factories.tenant()
    for factor in (
        factories.phone_factor(factories.user()),
        factories.totp_factor(factories.user()),
    ):
        FactorBlock.objects.create(tenant=tenant, factor=factor, reason="lost")
    url = reverse("admin:otpguard_factorblock_changelist")
    (listed,) = site.get(url, {"kind": "totp"}).context["cl"].result_list
    assert listed.factor.kind == "totp"
