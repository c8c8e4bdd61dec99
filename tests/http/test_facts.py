"""From a request to facts."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest

from otpguard.core.assurance import Primary
from otpguard.http import device
from otpguard.http.facts import facts_from
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_a_request_says_who_asks_where_for_what(host: Host) -> None:
    request = request_of(
        host, "post", "/keys/?a=1", view="app:keys", headers={"User-Agent": FIREFOX}
    )
    facts = facts_from(request)
    assert (facts.user, facts.tenant) == (str(host.user.pk), str(host.tenant.pk))
    assert facts.sid == factories.sid_of(host.client)
    assert facts.primary is Primary.PASSWORD
    assert facts.authenticated_at is not None
    assert (facts.method, facts.path, facts.view) == ("POST", "/keys/", "app:keys")
    assert (facts.client_ip, facts.agent, facts.host) == (
        "127.0.0.1",
        "Firefox on Linux",
        "testserver",
    )
    assert (facts.user_active, facts.user_is_staff, facts.device) == (True, False, "")


def test_a_page_that_is_only_read_costs_no_look_at_its_host(host: Host) -> None:
    assert facts_from(request_of(host)).host == ""


def test_a_visitor_has_neither_user_nor_session(host: Host) -> None:
    facts = facts_from(request_of(None))
    assert (facts.user, facts.sid, facts.tenant) == ("", "", "")
    assert facts.authenticated_at is None


def test_a_bearer_request_has_a_user_and_nothing_of_the_browser(host: Host) -> None:
    request = request_of(host)
    facts = facts_from(request, user=host.user, bearer=True)
    assert facts.user == str(host.user.pk)
    assert (facts.sid, facts.primary, facts.authenticated_at) == ("", Primary.NONE, None)
    assert facts_from(request).sid


def test_a_user_who_authenticated_otherwise_does_not_get_the_sessions_sid(host: Host) -> None:
    other = factories.user()
    facts = facts_from(request_of(host), user=other)
    assert (facts.user, facts.sid) == (str(other.pk), "")


@pytest.mark.parametrize("flag", ["is_active", "is_staff"])
def test_what_the_user_model_says_is_taken_over(host: Host, flag: str) -> None:
    setattr(host.user, flag, flag != "is_active")
    facts = facts_from(request_of(host))
    assert facts.user_active is (flag != "is_active")
    assert facts.user_is_staff is (flag == "is_staff")


@pytest.mark.parametrize(
    ("proxies", "header", "client_ip"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "<script>", ""),
    ],
)
def test_only_what_trusted_proxies_wrote_is_believed(
    host: Host, settings: Any, proxies: int, header: str, client_ip: str
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "TRUSTED_PROXIES": proxies}
    request = request_of(host, headers={"X-Forwarded-For": header})
    assert facts_from(request).client_ip == client_ip


def test_nothing_from_a_strange_user_agent_gets_through(host: Host) -> None:
    request = request_of(host, headers={"User-Agent": "<b>Firefox/</b> ' OR 1=1"})
    assert facts_from(request).agent == "Firefox"
    assert facts_from(request_of(host)).agent == ""


def test_a_browser_with_a_signed_cookie_is_told_apart_for_its_own_user_without_a_query(
    host: Host, django_assert_num_queries: Any
) -> None:
    request = request_of(host)
    response = host.client.get("/open/")
    device.write(request, response, str(host.user.pk), "some-id")
    request.COOKIES.update({name: morsel.value for name, morsel in response.cookies.items()})
    other = factories.user()
    facts_from(request)  # loads the web session
    with django_assert_num_queries(0):
        assert facts_from(request).device == "some-id"
        assert facts_from(request, user=other).device == ""


def test_a_login_without_a_request_of_its_own_still_has_facts(host: Host) -> None:
    bare = HttpRequest()
    bare.session = host.client.session
    facts = facts_from(bare, user=host.user)
    assert (facts.user, facts.host, facts.client_ip) == (str(host.user.pk), "", "")
