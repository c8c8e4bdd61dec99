"""Removing a factor: what is said, what it takes, what stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.models import EnrollmentRule, Grant, Membership
from otpguard.models.factor import FACTORS
from tests import factories
from tests.authenticator import Authenticator
from tests.host import Host
from tests.stepup import carry_out
from tests.web.foreign import assert_nothing_there

pytestmark = pytest.mark.django_db

URL = "/security/factors/{}/remove/"


def test_getting_the_page_says_what_will_happen_and_does_nothing(host: Host) -> None:
    page = host.client.get(URL.format(host.factor.pk))
    assert b"All your confirmations end" in page.content
    assert b"It is the last one" in page.content
    factories.totp_factor(host.user)
    assert b"It is the last one" not in host.client.get(URL.format(host.factor.pk)).content
    assert FACTORS.filter(pk=host.factor.pk).exists()


def test_an_app_goes_after_a_proof_and_with_it_what_was_proven(host: Host) -> None:
    app = factories.totp_factor(host.user, name="Aegis")
    url = URL.format(app.pk)
    refused = host.client.post(url)
    assert FACTORS.filter(pk=app.pk).exists()
    answer = carry_out(host.client, refused)
    assert answer.status_code == 303, answer.content[:300]
    assert b"It is removed" in host.client.get(answer["Location"]).content
    assert not FACTORS.filter(pk=app.pk).exists()
    assert not Grant.objects.filter(user=host.user, revoked_at=None).exists()


def test_the_page_of_the_proof_names_what_goes(host: Host) -> None:
    app = factories.totp_factor(host.user, name="Aegis")
    page = host.client.get(host.client.post(URL.format(app.pk))["Location"])
    assert b"remove: Aegis" in page.content


def test_a_passkey_is_not_removed_by_a_phone_code(host: Host) -> None:
    """NIST SP 800-63B-4, 4.1.2: at the level that it serves."""
    key = factories.passkey_factor(host.user, Authenticator(origin="https://acme.example"))
    page = host.client.get(host.client.post(URL.format(key.pk))["Location"])
    assert [choice.kind for choice in page.context["factors"]] == ["passkey"]


def test_a_phone_that_was_guessed_at_can_still_be_removed(host: Host) -> None:
    off = factories.phone_factor(host.user)
    factories.age(off, disabled_at=timezone.now(), disabled_by="guesses")
    refused = host.client.post(URL.format(off.pk))
    assert carry_out(host.client, refused, factor=None).status_code == 303
    assert not FACTORS.filter(pk=off.pk).exists()


def test_a_phone_that_an_operator_switched_off_stays(host: Host) -> None:
    """A26: else it could be removed and added again."""
    off = factories.phone_factor(host.user)
    factories.age(off, disabled_at=timezone.now(), disabled_by="operator")
    answer = carry_out(host.client, host.client.post(URL.format(off.pk)))
    assert answer.status_code == 403
    assert b"An operator has switched this off." in answer.content
    assert FACTORS.filter(pk=off.pk).exists()


def test_the_last_one_stays_while_a_tenant_requires_it(host: Host) -> None:
    long_ago = timezone.now() - timedelta(days=30)
    Membership.objects.update(created_at=long_ago)
    EnrollmentRule.objects.create(tenant=host.tenant, level=2, starts_at=long_ago)
    answer = carry_out(host.client, host.client.post(URL.format(host.factor.pk)))
    assert answer.status_code == 403
    assert b"Your organization requires this way of confirming." in answer.content
    assert b'role="alert"' in answer.content
    assert FACTORS.filter(pk=host.factor.pk).exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_not_ones_own_is_not_there(host: Host, method: str) -> None:
    foreign = factories.phone_factor(factories.user())
    assert_nothing_there(host.client, URL, foreign.pk, method)
    given = factories.totp_factor(host.user, tenant=host.tenant)
    assert_nothing_there(host.client, URL, given.pk, method)
    assert FACTORS.filter(pk=foreign.pk).exists()


def test_another_site_cannot_post_it(host: Host) -> None:
    strict: Any = host.another_client(enforce_csrf_checks=True)
    assert isinstance(strict, Client)
    assert strict.post(URL.format(host.factor.pk)).status_code == 403
