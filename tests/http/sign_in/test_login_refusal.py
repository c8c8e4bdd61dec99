"""A login that the people's own organization refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.test import Client, RequestFactory
from django.utils import timezone

from otpguard.conf.people.login_backends import ALLAUTH
from otpguard.http.guard_state import RequestRefused
from otpguard.http.sign_in.login_refusal import check_login
from otpguard.http.sign_in.vouched import note_vouched
from otpguard.models import Event, LoginSession
from tests import factories
from tests.host import Host
from tests.sign_in_rule import own_sign_in_only
from tests.verifying import DOMAIN, verified

BACKEND = "otpguard.contrib.single_sign_on.SingleSignOnBackend"
HTML = {"Accept": "text/html"}


@pytest.fixture
def there(host: Host, settings: Any) -> Host:
    """A host with our single sign-on, whose admin is linked at the provider."""
    settings.ROOT_URLCONF = "tests.sso_host"
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGIN_BACKENDS": {BACKEND: "sso"}}
    own_sign_in_only(host.tenant, host.user)
    return host


def log_in(host: Host, client: Client) -> Any:
    host.user.set_password("correct horse")
    host.user.save()
    data = {"username": host.user.get_username(), "password": "correct horse"}
    return client.post("/enter/", data)


def test_a_password_opens_nothing_and_the_page_leads_to_the_provider(there: Host) -> None:
    client, before = Client(headers=HTML), LoginSession.objects.count()
    page = log_in(there, client)
    assert page.status_code == 403
    assert "Sign in at Okta" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert LoginSession.objects.count() == before
    assert Event.objects.filter(kind="checkpoint.denied").exists()


def test_a_login_goes_on_where_no_tenant_asks(there: Host) -> None:
    factories.member(factories.tenant(), there.user)
    client = Client(headers=HTML)
    assert log_in(there, client).status_code == 302
    assert "_auth_user_id" in client.session


def test_a_social_login_is_no_organizations_word(there: Host) -> None:
    request = RequestFactory().get("/")
    request.session = Client().session
    request.user = there.user
    request.session[BACKEND_SESSION_KEY] = ALLAUTH
    now = timezone.now().timestamp()
    request.session["account_authentication_methods"] = [{"method": "socialaccount", "at": now}]
    with pytest.raises(RequestRefused):
        check_login(request, there.user)
    assert BACKEND_SESSION_KEY not in request.session
    request.session[BACKEND_SESSION_KEY] = ALLAUTH
    note_vouched(request, there.user.pk)
    check_login(request, there.user)
    assert request.session[BACKEND_SESSION_KEY] == ALLAUTH


def test_a_back_end_of_the_hosts_own_that_is_single_sign_on_goes_on(there: Host) -> None:
    client = Client(headers=HTML)
    client.force_login(there.user, backend=BACKEND)
    assert client.session["_auth_user_id"] == str(there.user.pk)


def test_the_owner_of_the_domain_refuses_a_password(there: Host) -> None:
    factories.member(factories.tenant(), there.user)
    there.user.email = f"ann@{DOMAIN}"
    there.user.save()
    verified(there.tenant)
    page = log_in(there, Client(headers=HTML))
    assert page.status_code == 403
    assert "Sign in at Okta" in page.content.decode()
