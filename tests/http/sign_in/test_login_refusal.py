"""A login that the people's own organization refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Event, LoginSession
from tests import factories
from tests.host import Host
from tests.sign_in_rule import own_sign_in_only

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
