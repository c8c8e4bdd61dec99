"""The way to the identity provider: for whom it is meant, and from where."""

from __future__ import annotations

import re
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from otpguard.flows.federation.provider import switch_provider
from otpguard.models import IdentityProvider, IdpRequest, Tenant
from tests import factories
from tests.federating import idp
from tests.web.federation.sso_host import SsoHost, led_to


def token_of(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[1]


def test_a_cross_site_post_or_a_get_begins_no_step_up(sso: SsoHost) -> None:
    url = reverse("otpguard_sso_step_up", args=[sso.row.pk, token_of(sso.choose_url())])
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sso.host.client.cookies
    assert strict.post(url).status_code == 403
    assert sso.host.client.get(url).status_code == 405
    assert not IdpRequest.objects.exists()


def test_another_login_cannot_use_the_page(sso: SsoHost) -> None:
    url = reverse("otpguard_sso_step_up", args=[sso.row.pk, token_of(sso.choose_url())])
    elsewhere = sso.host.another_client(headers={"Accept": "text/html"})
    assert elsewhere.post(url).status_code == 410
    assert not IdpRequest.objects.exists()


def test_another_tenants_provider_confirms_nothing_here(sso: SsoHost) -> None:
    foreign = idp(factories.tenant(), issuer=sso.server.url)
    url = reverse("otpguard_sso_step_up", args=[foreign.pk, token_of(sso.choose_url())])
    assert sso.host.client.post(url)["Location"].endswith("?sso=unreachable")
    link = sso.host.client.post(reverse("otpguard_sso_connect", args=[foreign.pk]))
    assert link.status_code == 404


def test_a_provider_that_is_away_leaves_the_other_ways(sso: SsoHost) -> None:
    sso.server.metadata = {"issuer": "https://other.example"}
    url = reverse("otpguard_sso_step_up", args=[sso.row.pk, token_of(sso.choose_url())])
    assert sso.host.client.post(url)["Location"].endswith("?sso=unreachable")
    login = reverse("otpguard_sso_login", args=[sso.row.pk])
    assert Client().get(login).status_code == 503


def test_the_form_of_a_step_up_leads_on_without_a_redirect(sso: SsoHost) -> None:
    IdentityProvider.objects.update(name="<Okta>")
    url = reverse("otpguard_sso_step_up", args=[sso.row.pk, token_of(sso.choose_url())])
    answer = sso.host.client.post(url)
    page = answer.content.decode()
    assert led_to(answer).startswith(f"{sso.server.url}/auth?")
    assert "form-action 'self'" in answer["Content-Security-Policy"], "it would stop a redirect"
    assert answer["Referrer-Policy"] == "same-origin", "the provider learns nothing of the token"
    assert "no-store" in answer["Cache-Control"]
    assert re.search(r'<a class="og-button og-primary" href="http[^"]+/auth\?', page)
    assert "&lt;Okta&gt;" in page
    assert "<Okta>" not in page


def test_a_login_begins_only_where_the_provider_is_on(sso: SsoHost) -> None:
    url = reverse("otpguard_sso_login", args=[sso.row.pk])
    assert Client().get(url)["Location"].startswith(f"{sso.server.url}/auth?")
    Tenant.objects.update(status="suspended")
    assert Client().get(url).status_code == 404
    Tenant.objects.update(status="active")
    switch_provider(facts=factories.facts(), provider=sso.row, reason="left")
    assert Client().get(url).status_code == 404
    assert Client().get(reverse("otpguard_sso_login", args=[uuid4()])).status_code == 404


def test_a_login_leads_to_no_other_site(sso: SsoHost) -> None:
    url = reverse("otpguard_sso_login", args=[sso.row.pk])
    Client().get(url, {"next": "https://evil.example/"})
    assert IdpRequest.objects.get().next == ""


def test_nobody_links_without_being_logged_in(sso: SsoHost) -> None:
    answer = Client().post(reverse("otpguard_sso_connect", args=[sso.row.pk]))
    assert answer.status_code == 302
    assert not IdpRequest.objects.exists()
