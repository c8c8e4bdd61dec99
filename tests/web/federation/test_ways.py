"""The page of a step-up offers a provider where it could serve, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.federation.speakers import speakers
from otpguard.flows.tenant.policy import change_policy
from otpguard.models import Factor, FederatedIdentity, IdentityProvider
from tests import factories
from tests.web.federation.sso_host import SsoHost

BUTTON = "Confirm with"


def page(sso: SsoHost, url: str = "") -> str:
    text: str = sso.host.client.get(url or sso.choose_url(), follow=True).content.decode()
    return text


def test_it_is_offered_beside_the_factors(sso: SsoHost) -> None:
    text = page(sso)
    assert "Okta" in text
    assert sso.host.factor.secret.reveal()[-2:] in text


def test_without_a_factor_it_is_the_way_and_enrollment_is_offered_too(sso: SsoHost) -> None:
    Factor.objects.all().delete()
    text = page(sso)
    assert "Okta" in text
    assert "/enroll/" in text


@pytest.mark.parametrize(
    "changed",
    [{"enabled": False}, {"accepted": {}}, {"profile": "google"}],
    ids=["off", "nothing accepted", "cannot ask again"],
)
def test_what_cannot_serve_is_not_offered(sso: SsoHost, changed: dict[str, Any]) -> None:
    IdentityProvider.objects.update(**changed)
    assert "Okta" not in page(sso)


def test_a_provider_that_speaks_what_this_site_does_not_is_not_offered(
    sso: SsoHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speakers, "saml", None)  # another test may have included it
    IdentityProvider.objects.update(protocol="saml")
    assert "Okta" not in page(sso)


def test_who_is_not_known_there_is_not_sent_there(sso: SsoHost) -> None:
    FederatedIdentity.objects.all().delete()
    assert "Okta" not in page(sso)


def test_where_the_policy_says_no_it_is_not_offered(sso: SsoHost) -> None:
    change_policy(
        facts=factories.facts(),
        tenant=sso.host.tenant,
        checkpoint="billing_change",
        wishes={"active": True},
    )
    assert "Okta" not in page(sso)


def test_a_project_without_single_sign_on_of_ours_offers_none(sso: SsoHost, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    assert "Okta" not in page(sso)


def test_a_crafted_word_puts_nothing_on_the_page(sso: SsoHost) -> None:
    assert "pay me" not in page(sso, f"{sso.choose_url()}?sso=pay+me")
    assert "stronger" not in page(sso, f"{sso.choose_url()}?sso=")
