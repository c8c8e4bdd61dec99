"""Buttons on factors: disable, remove; numbers masked."""

from __future__ import annotations

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from otpguard.models import Factor, Grant
from tests import factories
from tests.admin.conftest import Act

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


def test_a_factor_is_removed_and_the_list_is_next(act: Act) -> None:
    factor = factories.phone_factor(factories.user())
    page = act(do("remove", factor), reason="left")
    assert page.context["cl"] is not None
    assert not Factor.objects.filter(pk=factor.pk).exists()


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
