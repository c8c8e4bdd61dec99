"""What the settings guard by name is closed, and nobody is locked out of the login."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.testing import pass_step_up
from tests.host import Host
from tests.stepup import step_up

HTML = {"Accept": "text/html"}


@pytest.fixture
def host(host: Host, settings: Any) -> Host:
    """The host, with namespaces inside namespaces."""
    settings.ROOT_URLCONF = "tests.patterned"
    settings.LOGIN_URL = "enter"
    return host


def guard(settings: Any, **patterns: Any) -> None:
    named = {name.replace("__", ":").replace("_all", "*"): slug for name, slug in patterns.items()}
    settings.OTPGUARD = {**settings.OTPGUARD, "URL_CHECKPOINTS": named}


def test_a_namespace_is_closed_with_all_that_is_below_it(host: Host, settings: Any) -> None:
    guard(settings, partner___all="billing_change")
    for path in ("", "api/key/", "api/unnamed/", "login/", "logout/"):
        assert host.client.get(f"/partner/{path}").status_code == 303, path
        assert Client(headers=HTML).get(f"/partner/{path}").status_code == 302, path
    pass_step_up(host.client)
    assert host.client.get("/partner/api/key/").status_code == 200


def test_a_prefix_closes_what_begins_like_it(host: Host, settings: Any) -> None:
    host.user.is_staff = host.user.is_superuser = True
    host.user.save()
    settings.OTPGUARD = {**settings.OTPGUARD, "URL_CHECKPOINTS": {"admin:auth_*": "billing_change"}}
    assert host.client.get("/admin/auth/user/").status_code == 303
    assert host.client.get("/admin/auth/group/add/").status_code == 303
    assert host.client.get("/admin/").status_code == 200


@pytest.mark.parametrize("pattern", ["admin:*", "*"])
def test_a_guarded_admin_lets_people_log_in_and_out(
    host: Host, settings: Any, pattern: str
) -> None:
    """Else the first request would lead to a login page that is closed itself, for ever."""
    settings.OTPGUARD = {**settings.OTPGUARD, "URL_CHECKPOINTS": {pattern: "billing_change"}}
    settings.LOGIN_URL = "admin:login"
    host.user.is_staff = host.user.is_superuser = True
    host.user.set_password("a long password")
    host.user.save()
    browser = Client(headers=HTML)
    page = browser.get("/admin/", follow=True)
    assert (page.status_code, page.redirect_chain[-1][0]) == (200, "/admin/login/?next=/admin/")
    given = {"username": host.user.get_username(), "password": "a long password"}
    assert browser.post("/admin/login/?next=/admin/", given).status_code == 302
    session = browser.session
    session["otpguard_tenant"] = str(host.tenant.pk)
    session.save()
    refused = browser.get("/admin/")
    assert refused.status_code == 303
    assert step_up(browser, refused).request["PATH_INFO"] == "/admin/"
    assert browser.post("/admin/logout/").status_code in {200, 302}
    assert browser.get("/admin/").status_code == 302


SAFE = ["GET", "HEAD", "OPTIONS", "TRACE"]
FREED = ["reads", "safe-outside", "safe-inside", "reading-class", "reading-api"]
BOUND = ["silent", "acts", "class", "api", "api-function"]


@pytest.mark.parametrize("view", BOUND)
@pytest.mark.parametrize("method", [*SAFE, "POST", "PURGE"])
def test_an_unbound_proof_runs_a_binding_view_by_no_method(
    host: Host, view: str, method: str
) -> None:
    pass_step_up(host.client)
    answer = host.client.generic(method, f"/binding/{view}/")
    assert answer.status_code in {303, 401, 405}
    assert b"silent" not in answer.content
    if method in {"GET", "HEAD"}:
        assert answer.status_code in {303, 401}, "guarded first"


@pytest.mark.parametrize("view", FREED)
@pytest.mark.parametrize("method", [*SAFE, "POST"])
def test_a_view_that_reads_safely_takes_any_fresh_proof_by_safe_methods_alone(
    host: Host, view: str, method: str
) -> None:
    pass_step_up(host.client)
    answer = host.client.generic(method, f"/binding/{view}/")
    assert (answer.status_code in {303, 401}) is (method == "POST")


def test_a_bound_page_is_shown_once_for_its_proof(host: Host) -> None:
    shown = step_up(host.client, host.client.get("/binding/silent/?month=5"))
    assert (shown.status_code, shown.content) == (200, b"silent")
    assert host.client.get("/binding/silent/?month=5").status_code == 303
    assert host.client.get("/binding/silent/?month=6").status_code == 303


def test_the_settings_can_say_that_views_only_read(host: Host, settings: Any) -> None:
    pass_step_up(host.client)
    guard(settings, about="role_grant", plain={"CHECKPOINT": "role_grant", "READS_SAFELY": True})
    assert host.client.get("/about/").status_code == 303
    assert host.client.get("/plain/").status_code == 200
    assert host.client.post("/plain/").status_code == 303
