"""The first page names the action and starts a challenge only for whom it is meant."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from otpguard.http import ask_token
from otpguard.http.assurance import assurance
from otpguard.models import Challenge, Factor, Grant, Tenant
from otpguard.testing import pass_step_up
from tests import factories
from tests.authenticator import Authenticator
from tests.host import Host
from tests.http.asking import request_of
from tests.models.rows import postgres_only


@pytest.fixture
def page_url(host: Host) -> str:
    """The page that a refused GET leads to."""
    return str(host.client.get("/billing/")["Location"])


def test_it_names_the_action_the_target_and_the_tenant(host: Host, page_url: str) -> None:
    page = host.client.get(page_url)
    text = page.content.decode()
    assert "Change how you pay" in text
    assert "card ending 4242" in text
    assert host.tenant.name in text
    assert host.factor.secret.reveal() not in text
    assert host.factor.secret.reveal()[-2:] in text


def test_looking_at_it_sends_nothing(host: Host, page_url: str) -> None:
    """A21: only a CSRF-checked POST orders a code."""
    host.client.get(page_url)
    assert not Challenge.objects.exists()


def test_a_cross_site_post_starts_nothing(host: Host, page_url: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = host.client.cookies
    assert strict.post(page_url, {"factor": str(host.factor.pk)}).status_code == 403
    assert not Challenge.objects.exists()


def test_choosing_a_factor_leads_to_the_code_page(host: Host, page_url: str) -> None:
    answer = host.client.post(page_url, {"factor": str(host.factor.pk)})
    assert answer.status_code == 302
    assert answer["Location"] == f"/security/challenge/{Challenge.objects.get().pk}/"


@postgres_only
def test_starting_reads_who_asks_and_where_once(
    host: Host, page_url: str, django_assert_num_queries: Any
) -> None:
    """The ask is evaluated once, and user, login session, factors and member are read once each."""
    with django_assert_num_queries(12) as captured:
        host.client.post(page_url, {"factor": str(host.factor.pk)})
    # What is locked, and looked at once more under the lock, does not count (A25).
    queries = [query["sql"].strip() for query in captured.captured_queries]
    said = [sql for sql in queries if "FOR SHARE" not in sql and not sql.startswith("WITH seen")]
    for table in ("auth_user", "otpguard_loginsession", "otpguard_membership", "otpguard_factor"):
        assert len([sql for sql in said if re.search(rf"\b{table}\b", sql)]) == 1, table
    assert len([sql for sql in said if '"otpguard_tenant" t ' in sql]) == 1
    assert not [sql for sql in said if "otpguard_challenge" in sql]


@pytest.mark.parametrize("factor", ["", "not-a-uuid"])
def test_no_choice_says_what_to_do(host: Host, page_url: str, factor: str) -> None:
    answer = host.client.post(page_url, {"factor": factor})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize(
    "spoil",
    [lambda t: t[:-4] + "AAAA", lambda t: "x" * 40, lambda t: t[:60]],
    ids=["tampered", "made up", "cut off"],
)
def test_a_url_that_is_not_ours_is_gone(host: Host, page_url: str, spoil: object) -> None:
    token = page_url.rstrip("/").rpartition("/")[2]
    answer = host.client.get(page_url.replace(token, spoil(token)))
    assert answer.status_code == 410


def test_an_old_url_is_gone(host: Host, page_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask_token, "LIFE", ask_token.LIFE * 0 - ask_token.LIFE)
    assert host.client.get(page_url).status_code == 410


def test_somebody_elses_url_is_refused(host: Host, page_url: str) -> None:
    colleague = factories.member(host.tenant).user
    factories.phone_factor(colleague)
    other = factories.login(Client(), colleague, host.tenant)
    assert other.get(page_url).status_code == 403
    assert Client().get(page_url).status_code == 302, "the login page"


def test_another_login_of_the_same_person_is_refused(host: Host, page_url: str) -> None:
    assert host.another_client().get(page_url).status_code == 403


def test_after_switching_the_tenant_it_says_so(host: Host, page_url: str) -> None:
    second = factories.tenant()
    factories.member(second, host.user)
    factories.select(host.client, second)
    answer = host.client.get(page_url)
    assert answer.status_code == 403
    assert b"another organization" in answer.content


def test_what_is_proven_meanwhile_in_another_tab_goes_straight_on(
    host: Host, page_url: str
) -> None:
    pass_step_up(host.client)
    answer = host.client.get(page_url)
    assert (answer.status_code, answer["Location"]) == (303, "/billing/")


def test_without_a_factor_it_leads_to_enrollment(host: Host, page_url: str) -> None:
    Factor.objects.all().delete()
    answer = host.client.get(page_url)
    assert answer.status_code == 302
    assert "/security/enroll/" in answer["Location"]


def test_a_full_cap_says_when_to_come_back(host: Host, page_url: str) -> None:
    for _ in range(10):
        host.client.post(page_url, {"factor": str(host.factor.pk)})
    answer = host.client.post(page_url, {"factor": str(host.factor.pk)})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert b"Too many codes" in answer.content
    assert not Grant.objects.exists()


def test_its_headers_keep_it_out_of_caches_and_frames(host: Host, page_url: str) -> None:
    page = host.client.get(page_url)
    assert page["Cache-Control"] == "private, no-store"
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    body = page.content.decode()
    assert "style=" not in body
    assert "<script>" not in body
    assert "onclick" not in body


def test_why_the_last_proof_does_not_do_is_said_as_everywhere(host: Host) -> None:
    Tenant.objects.update(annual_contract_value=250_000)
    factories.passkey_factor(host.user, Authenticator(origin="http://testserver"))
    pass_step_up(host.client)
    page = host.client.get(host.client.get("/billing/")["Location"])
    said = assurance(request_of(host), "billing_change").text
    assert said.startswith("Your phone code is not enough here: this action needs a passkey")
    assert page.context["why"] == said
