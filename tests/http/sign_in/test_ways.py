"""The way to the provider, on the page that refuses and for machines."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from otpguard.http.sign_in.ways import is_sign_in_url, login_ways, sign_in_ways
from otpguard.models import FederatedIdentity, LoginSession, Membership
from tests import factories
from tests.federating import idp
from tests.host import Host
from tests.sign_in_rule import own_sign_in_only


@pytest.fixture
def asking(host: Host, settings: Any) -> Host:
    """A host whose tenant takes its own provider's sessions only; the admin is linked there."""
    settings.ROOT_URLCONF = "tests.sso_host"
    own_sign_in_only(host.tenant, host.user)
    return host


def test_a_member_is_led_to_the_provider_and_back_to_the_page(asking: Host) -> None:
    page = asking.client.get("/billing/?x=1")
    assert page.status_code == 403
    text = page.content.decode()
    assert "Sign in at Okta" in text
    assert "?next=%2Fbilling%2F%3Fx%3D1" in text


def test_who_is_not_linked_yet_links_a_sign_in_first(asking: Host) -> None:
    FederatedIdentity.objects.all().delete()
    text = asking.client.get("/billing/").content.decode()
    assert "Link your sign-in at Okta" in text
    assert "csrfmiddlewaretoken" in text


def test_a_machine_is_told_the_address(asking: Host) -> None:
    answer = asking.client.get("/billing/", headers={"Accept": "application/json"})
    assert answer.status_code == 403
    said = answer.json()
    assert said["code"] == "sso_required"
    assert said["sign_in_urls"][0].startswith("http://testserver/sso/")


def test_nobody_but_members_learns_where_an_organization_signs_in(asking: Host) -> None:
    stranger = factories.user()
    client = factories.login(asking.client, stranger, asking.tenant)
    text = client.get("/billing/").content.decode()
    assert "Okta" not in text


def test_a_session_that_the_provider_vouches_for_goes_on_as_usual(asking: Host) -> None:
    row = asking.tenant.pk
    provider = FederatedIdentity.objects.get(provider__tenant=row).provider
    LoginSession.objects.filter(user=asking.user).update(idp=provider)
    assert asking.client.get("/billing/").status_code == 303


def test_without_single_sign_on_of_ours_there_are_no_buttons(host: Host) -> None:
    own_sign_in_only(host.tenant, host.user)
    facts = factories.facts(host.user, host.tenant)
    request = RequestFactory().get("/billing/")
    assert sign_in_ways(request, facts, str(host.tenant.pk), links=True) == []
    assert not is_sign_in_url(request)


def test_the_login_page_of_an_organization_leads_to_its_providers_alone(asking: Host) -> None:
    idp(factories.tenant(), name="Theirs")
    idp(asking.tenant, name="Off", enabled=False, client_id="off")
    request = RequestFactory().get("/enter/?next=/billing/")
    request.tenant = asking.tenant
    [way] = login_ways(request)
    assert way.name == "Okta"
    assert way.url.endswith("/login/?next=%2Fbilling%2F")
    asking.tenant.status = "suspended"
    asking.tenant.save()
    assert login_ways(request) == []


def test_a_login_page_of_no_organization_leads_nowhere(asking: Host) -> None:
    assert login_ways(RequestFactory().get("/enter/")) == []


def test_the_login_page_leads_to_no_other_site(asking: Host) -> None:
    request = RequestFactory().get("/enter/?next=https://evil.example/")
    request.tenant = asking.tenant
    assert "evil" not in login_ways(request)[0].url


def test_the_security_page_links_a_sign_in_of_members_alone(asking: Host) -> None:
    assert "Linked to your account." in asking.client.get("/security/").content.decode()
    FederatedIdentity.objects.all().delete()
    text = asking.client.get("/security/").content.decode()
    assert "Not linked to your account yet." in text
    assert "/link/" in text
    Membership.objects.filter(user=asking.user).update(active=False)
    assert "Sign-in of your organization" not in asking.client.get("/security/").content.decode()
