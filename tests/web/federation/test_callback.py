"""What a browser brings back from the identity provider, and what it opens."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import FederatedIdentity, Grant, IdpRequest, LoginSession, Membership
from tests import factories, guarded
from tests.stepup import continue_form, step_up
from tests.verifying import brought
from tests.web.federation.sso_host import SsoHost, led_to


def test_a_sign_in_there_confirms_the_action_and_leads_on(sso: SsoHost) -> None:
    answer = sso.come_back(sso.leave(sso.choose_url()))

    on = sso.host.client.get(answer["Location"])
    assert on["Location"] == "/billing/"
    assert sso.host.client.get("/billing/").status_code == 200


def test_the_kept_form_survives_the_round_trip(sso: SsoHost) -> None:
    refused = sso.host.client.post("/billing/", {"card": "4242"})
    answer = sso.come_back(sso.leave(refused["Location"]))

    page = sso.host.client.get(answer["Location"])
    assert continue_form(sso.host.client, page).status_code == 200
    assert guarded.ran == ["billing by POST"]


def problem_of(sso: SsoHost, answer: Any) -> str:
    """The word that the page of the step-up is told; it is shown, and nothing is open."""
    url = str(answer["Location"])
    page = sso.host.client.get(url)
    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert sso.host.client.get("/billing/").status_code == 303
    assert not Grant.objects.filter(source="idp").exists()
    return url.partition("?sso=")[2]


@pytest.mark.parametrize(
    ("claims", "word"),
    [
        ({"amr": ["pwd"]}, "not_enough"),
        ({"amr": None}, "not_enough"),
        ({"auth_time": None}, "not_enough"),
        ({"auth_time": int(time.time()) - 3600}, "not_enough"),
        ({"sub": "mallory"}, "other_person"),
        ({"iss": "https://other.example"}, "unreachable"),
        ({"aud": "other"}, "unreachable"),
        ({"nonce": "another"}, "unreachable"),
    ],
)
def test_what_does_not_serve_leaves_the_other_ways_open(
    sso: SsoHost, claims: dict[str, Any], word: str
) -> None:
    sso.server.claims = claims
    assert problem_of(sso, sso.come_back(sso.leave(sso.choose_url()))) == word


def test_an_unsigned_token_opens_nothing(sso: SsoHost) -> None:
    away = sso.leave(sso.choose_url())
    query = sso.server.sent_back(away)
    _head, body, _signature = sso.server.token().split(".")
    sso.server.raw = f"eyJhbGciOiJub25lIn0.{body}."
    answer = sso.host.client.get(f"/sso/callback/?{query}")
    assert problem_of(sso, answer) == "unreachable"


def test_a_refusal_is_read_before_the_code_is_spent(sso: SsoHost) -> None:
    error = "unmet_authentication_requirements"
    answer = sso.come_back(sso.leave(sso.choose_url()), error=error)
    assert problem_of(sso, answer) == "unmet"
    assert not sso.server.forms


def test_another_issuers_answer_spends_no_code(sso: SsoHost) -> None:
    for said in ("https://other.example", ""):
        answer = sso.come_back(sso.leave(sso.choose_url()), iss=said)
        assert problem_of(sso, answer) == "unreachable"
    assert not sso.server.forms


@pytest.mark.parametrize("code", ["", "x" * 5000], ids=["none", "huge"])
def test_a_code_that_is_none_is_not_sent_on(sso: SsoHost, code: str) -> None:
    answer = sso.come_back(sso.leave(sso.choose_url()), code=code)
    assert problem_of(sso, answer) == "refused"
    assert not sso.server.forms


def test_mallorys_sign_in_leaves_alice_logged_in_and_links_nobody(sso: SsoHost) -> None:
    sso.server.subject = "mallory"
    before = FederatedIdentity.objects.count()
    sso.come_back(sso.leave(sso.choose_url()))

    assert sso.host.client.get("/whoami/").content.decode().find(sso.host.user.username) >= 0
    assert FederatedIdentity.objects.count() == before


def test_an_answer_serves_once(sso: SsoHost) -> None:
    away = sso.leave(sso.choose_url())
    query = sso.server.sent_back(away)
    sso.host.client.get(f"/sso/callback/?{query}")
    again = sso.host.client.get(f"/sso/callback/?{query}")
    assert again.status_code == 410
    assert Grant.objects.filter(source="idp").count() == 1


def test_an_answer_after_ten_minutes_or_in_another_login_is_gone(sso: SsoHost) -> None:
    away = sso.leave(sso.choose_url())
    query = sso.server.sent_back(away)
    elsewhere = sso.host.another_client(headers={"Accept": "text/html"})
    assert elsewhere.get(f"/sso/callback/?{query}").status_code == 410
    assert Client().get(f"/sso/callback/?{query}").status_code == 410
    IdpRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sso.host.client.get(f"/sso/callback/?{query}").status_code == 410


@pytest.mark.parametrize("query", ["", "state=", "state=x&code=y", "state=%00", "state=%ED%A0%80"])
def test_an_answer_that_nobody_asked_for_is_gone(sso: SsoHost, query: str) -> None:
    assert sso.host.client.get(f"/sso/callback/?{query}").status_code == 410


def log_in(sso: SsoHost, client: Client, **query: str) -> Any:
    begun = client.get(reverse("otpguard_sso_login", args=[sso.row.pk]), {"next": "/whoami/"})
    return client.get(f"/sso/callback/?{sso.server.sent_back(begun['Location'], **query)}")


def test_a_sign_in_opens_the_linked_account_and_is_a_proof_there(sso: SsoHost) -> None:
    client = Client(headers={"Accept": "text/html"})
    assert log_in(sso, client)["Location"] == "/whoami/"
    factories.select(client, sso.host.tenant)
    assert client.get("/billing/").status_code == 200
    assert LoginSession.objects.latest("started_at").primary == "sso"


def test_a_login_that_somebody_else_began_does_not_open_here(sso: SsoHost) -> None:
    eve, victim = Client(), Client()
    begun = eve.get(reverse("otpguard_sso_login", args=[sso.row.pk]))
    query = sso.server.sent_back(begun["Location"])
    assert victim.get(f"/sso/callback/?{query}").status_code == 410


def test_nobody_is_switched_to_another_account_by_a_login(sso: SsoHost) -> None:
    eve = factories.member(sso.host.tenant).user
    FederatedIdentity.objects.create(provider=sso.row, subject="eve", user=eve)
    sso.server.subject = "eve"
    assert log_in(sso, sso.host.client).status_code == 403
    assert sso.host.client.session["_auth_user_id"] == str(sso.host.user.pk)


def test_who_is_not_linked_or_left_the_tenant_is_not_let_in(sso: SsoHost) -> None:
    sso.server.subject = "stranger"
    assert log_in(sso, Client()).status_code == 403
    sso.server.subject = "alice"
    Membership.objects.update(active=False)
    assert log_in(sso, Client()).status_code == 403


def test_a_link_is_made_by_the_person_after_a_proof_of_their_own(sso: SsoHost) -> None:
    sso.server.subject = "alice-2"
    url = reverse("otpguard_sso_connect", args=[sso.row.pk])
    refused = sso.host.client.post(url)
    assert "/step-up/" in refused["Location"]
    begun = continue_form(sso.host.client, step_up(sso.host.client, refused))
    answer = sso.come_back(led_to(begun))
    assert answer["Location"].endswith("?done=linked")
    assert FederatedIdentity.objects.filter(subject="alice-2", user=sso.host.user).exists()


def test_somebody_elses_sign_in_is_not_linked(sso: SsoHost) -> None:
    eve = factories.member(sso.host.tenant).user
    FederatedIdentity.objects.create(provider=sso.row, subject="eve", user=eve)
    refused = sso.host.client.post(reverse("otpguard_sso_connect", args=[sso.row.pk]))
    begun = continue_form(sso.host.client, step_up(sso.host.client, refused))
    sso.server.subject = "eve"
    assert sso.come_back(led_to(begun)).status_code == 403


def test_whom_directory_and_domain_vouch_for_is_linked_by_the_first_sign_in(sso: SsoHost) -> None:
    there = brought(issuer=sso.server.url)
    client = Client()
    away = client.get(reverse("otpguard_sso_login", args=[there.provider.pk]))["Location"]
    sso.server.subject, sso.server.claims = "00u7", {"email": there.user.email}
    client.get(f"/sso/callback/?{sso.server.sent_back(away)}")
    assert client.session["_auth_user_id"] == str(there.user.pk)
    assert FederatedIdentity.objects.get(user=there.user).subject == "00u7"


def test_an_address_that_the_provider_calls_unverified_links_nobody(sso: SsoHost) -> None:
    there = brought(issuer=sso.server.url)
    client = Client()
    away = client.get(reverse("otpguard_sso_login", args=[there.provider.pk]))["Location"]
    sso.server.subject = "00u7"
    sso.server.claims = {"email": there.user.email, "email_verified": False}
    assert client.get(f"/sso/callback/?{sso.server.sent_back(away)}").status_code == 403
    assert "_auth_user_id" not in client.session
