"""While the store is down guarded requests and our pages are 503, never 500 and never open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from otpguard.testing import pass_step_up
from tests import factories, guarded
from tests.host import Host
from tests.models.rows import postgres_only
from tests.stepup import begin, url_of
from tests.store_down import read_only_store, store_down

pytestmark = [pytest.mark.django_db(transaction=True), postgres_only]
API = {"Accept": "application/json"}

Ask = Callable[[Client], HttpResponse]
GUARDED: dict[str, Ask] = {
    "a marked view": lambda client: client.get("/billing/"),
    "an async view": lambda client: client.get("/export/"),
    "a class view": lambda client: client.get("/mixin/"),
    "a form that asks inside": lambda client: client.post("/chats/later/"),
    "an API view": lambda client: client.get("/api/keys/", headers=API),
    "an API view that binds": lambda client: client.post("/api/rows/", {"name": "x"}, headers=API),
    "a view of a set": lambda client: client.post("/api/members/promote/", headers=API),
}


def is_closed(response: HttpResponse) -> bool:
    return response.status_code == 503 and "Retry-After" in response


@pytest.fixture
def host(host: Host) -> Host:
    """The host, with a client that answers 500 as a server would instead of raising."""
    pass_step_up(host.client)
    host.client.raise_request_exception = False
    return host


@pytest.mark.parametrize("what", GUARDED)
def test_a_guarded_request_is_closed(host: Host, what: str) -> None:
    with store_down():
        assert is_closed(GUARDED[what](host.client))
    assert guarded.ran == []


# Not for a view that asks inside: Django fails there before the view runs, so before we can know
# that it would have asked.
@pytest.mark.parametrize("what", ["a marked view", "an API view"])
def test_a_guarded_request_is_closed_inside_atomic_requests_as_well(
    host: Host, what: str, settings: Any
) -> None:
    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = True
    try:
        with store_down():
            assert is_closed(GUARDED[what](host.client))
    finally:
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False
    assert guarded.ran == []


def test_our_own_pages_and_api_are_closed(host: Host) -> None:
    client = host.another_client(raise_request_exception=False, headers={"Accept": "text/html"})
    refused = client.post("/keys/", {"name": "ci"})
    page = url_of(refused)
    challenge = begin(client, page)
    code = reverse("otpguard:code", args=[challenge.pk])
    status = client.get(code).context["poll_url"]
    pages = [page, code, status, reverse("otpguard:security"), reverse("otpguard:add")]
    pages.append(reverse("admin:otpguard_grant_changelist"))
    with store_down():
        found = {url: client.get(url).status_code for url in pages}
        answered = client.post(code, {"code": "123456"})
    assert set(found.values()) == {503}, found
    assert is_closed(answered)


def test_a_store_that_takes_no_writes_lets_nothing_pass_that_must_be_written(host: Host) -> None:
    with read_only_store():
        first = host.client.get("/billing/")  # the first pass of a proof is written
        ordered = host.client.post("/chats/later/")
    assert is_closed(first)
    assert is_closed(ordered)
    assert guarded.ran == []
    assert host.client.get("/billing/").status_code == 200


def test_somebody_who_is_sent_to_enroll_is_not_let_in_instead(host: Host, settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE]
    settings.MIDDLEWARE.insert(
        settings.MIDDLEWARE.index("otpguard.middleware.OtpguardMiddleware"),
        "otpguard.middleware.EnrollmentMiddleware",
    )
    client = Client(raise_request_exception=False)
    factories.login(client, host.user, host.tenant)
    with store_down():
        assert is_closed(client.get("/whoami/"))
