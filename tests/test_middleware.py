"""The middleware reads marks, answers refusals, writes them down; the others pay nothing."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.utils import timezone

from otpguard.models import Event, Grant, Membership
from otpguard.testing import captured_events, pass_step_up
from tests import enrolling, factories, guarded
from tests.host import Host
from tests.stepup import continue_held, step_up

API = {"Accept": "application/json"}


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_an_unguarded_view_costs_no_query(host: Host, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert host.client.get("/open/").status_code == 200


def test_a_guarded_view_costs_one_statement_in_its_steady_state(
    host: Host, django_assert_num_queries: Any
) -> None:
    pass_step_up(host.client)
    host.client.get("/billing/")  # the first pass of a proof writes its event
    with django_assert_num_queries(3) as captured:
        host.client.get("/billing/")
    ours = [q["sql"] for q in captured.captured_queries if "otpguard_" in q["sql"]]
    assert len(ours) == 1
    assert "otpguard_membership" in ours[0]


def test_the_name_map_of_the_settings_guards_a_view_one_does_not_own(
    host: Host, settings: Any
) -> None:
    assert host.client.get("/mapped/").status_code == 200
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "URL_CHECKPOINTS": {"mapped": "account_closure", "admin:*": "audit_log_export"},
        "POLICY_DEFAULTS": {"account_closure": {"active": True}},
    }
    assert host.client.get("/mapped/").status_code == 303
    assert host.client.get("/admin/").status_code == 303


def test_a_refusal_inside_an_atomic_view_stays_in_the_log(
    transactional_db: None, host: Host
) -> None:
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        refused = host.client.post("/keys/", {"name": "ci"})
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert refused.status_code == 303
    assert not Group.objects.exists(), "the view's own rows went with its transaction"
    assert "checkpoint.required" in kinds()


def test_a_refusal_inside_an_atomic_api_view_stays_in_the_log(
    transactional_db: None, host: Host
) -> None:
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        refused = host.client.post("/api/keys/", {"name": "ci"}, headers=API)
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert refused.status_code == 401
    assert "checkpoint.required" in kinds()


def test_repeats_of_a_refusal_are_counted_not_written(host: Host) -> None:
    with captured_events() as events:
        for _ in range(5):
            host.client.get("/billing/")
    assert [e["kind"] for e in events].count("checkpoint.required") == 1


def test_a_guarded_answer_is_kept_out_of_caches(host: Host) -> None:
    assert host.client.get("/billing/")["Cache-Control"] == "private, no-store"
    pass_step_up(host.client)
    assert host.client.get("/billing/")["Cache-Control"] == "private, no-store"


def test_a_site_cache_in_front_does_not_answer_for_the_guard(host: Host, settings: Any) -> None:
    """A13: what was allowed once must be asked again when the proof is gone."""
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 200
    Grant.objects.update(revoked_at=timezone.now())
    assert host.client.get("/billing/").status_code == 303


def test_a_fetch_gets_a_problem_document_with_the_rfc_9470_header(host: Host) -> None:
    refused = host.client.get("/billing/", headers={"Sec-Fetch-Mode": "cors"})
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"
    assert 'error="insufficient_user_authentication"' in refused["WWW-Authenticate"]
    assert 'acr_values="AAL2"' in refused["WWW-Authenticate"]
    assert "max_age=1200" in refused["WWW-Authenticate"]
    document = json.loads(refused.content)
    assert document["code"] == "step_up_required"
    assert document["status"] == 401
    assert document["checkpoint"] == "billing_change"
    assert document["challenge_url"].startswith("http://testserver/security/step-up/")


@pytest.mark.parametrize(
    "headers",
    [{"HX-Request": "true"}, {"X-Requested-With": "XMLHttpRequest"}, API],
    ids=["htmx", "ajax", "json"],
)
def test_a_client_that_cannot_follow_a_page_gets_a_problem(
    host: Host, headers: dict[str, str]
) -> None:
    assert host.client.get("/billing/", headers=headers).status_code == 401


def test_a_running_hold_is_403_with_retry_after(host: Host) -> None:
    until = timezone.now() + timedelta(hours=2)
    Membership.objects.update(held={"billing_change": until.isoformat()})
    pass_step_up(host.client)
    page = host.client.get("/billing/")
    assert page.status_code == 403
    assert b"waiting period" in page.content.lower()
    refused = host.client.get("/billing/", headers=API)
    assert refused.status_code == 403
    assert refused.json()["code"] == "checkpoint_held"
    assert 7100 < int(refused["Retry-After"]) <= 7200


def test_an_anonymous_visitor_is_sent_to_the_login_page(host: Host) -> None:
    refused = Client(headers={"Accept": "text/html"}).get("/billing/")
    assert refused.status_code == 302
    assert refused["Location"] == "/admin/login/?next=/billing/"
    assert Client().get("/billing/", headers=API).status_code == 401


def test_a_logged_in_person_without_a_tenant_is_denied(host: Host) -> None:
    factories.select(host.client, None)
    refused = host.client.get("/billing/", headers=API)
    assert (refused.status_code, refused.json()["code"]) == (403, "no_tenant")
    assert guarded.ran == []


def test_a_store_that_is_down_refuses_with_503(transactional_db: None, host: Host) -> None:
    pass_step_up(host.client)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_grant RENAME TO otpguard_grant_away")
    try:
        refused = host.client.get("/billing/", headers=API)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE otpguard_grant_away RENAME TO otpguard_grant")
    assert refused.status_code == 503
    assert refused.json()["code"] == "store_unavailable"
    assert "Retry-After" in refused
    assert guarded.ran == []


def test_report_only_lets_pass_and_says_so(host: Host, settings: Any) -> None:
    until = (timezone.now() + timedelta(days=7)).date().isoformat()
    settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"billing_change": until}}
    with captured_events() as events:
        assert host.client.get("/billing/").status_code == 200
    assert "checkpoint.reported" in [e["kind"] for e in events]


def test_report_only_softens_neither_holds_nor_strangers(host: Host, settings: Any) -> None:
    until = timezone.now() + timedelta(days=7)
    settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"*": until.date().isoformat()}}
    Membership.objects.update(held={"*": until.isoformat()})
    assert host.client.get("/billing/").status_code == 403
    Membership.objects.update(held={}, active=False)
    assert host.client.get("/billing/").status_code == 403


def test_a_bound_proof_serves_one_request_and_no_other(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/bob/", {"role": "admin"}))
    assert continue_held(host.client, page, role="owner").status_code == 303, "changed body"
    assert host.client.post("/roles/eve/", {"role": "admin"}).status_code == 303, "other target"
    assert continue_held(host.client, page).status_code == 200
    assert guarded.ran == ["bob is admin"]
    assert host.client.post("/roles/bob/", {"role": "admin"}).status_code == 303


def test_a_view_that_fails_gives_the_bound_use_back(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/failing/", {"role": "admin"}))
    assert continue_held(host.client, page).status_code == 503
    grant = Grant.objects.get(revoked_at=None)
    assert grant.uses_left == 1


def test_every_method_is_guarded(host: Host) -> None:
    for method in ("get", "head", "post", "put", "patch", "delete", "options"):
        assert getattr(host.client, method)("/billing/").status_code == 303, method
    assert guarded.ran == []


def test_a_large_body_is_neither_read_nor_refused_for_its_size(host: Host, settings: Any) -> None:
    """A20: an unbound checkpoint never touches the body."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    pass_step_up(host.client)
    body = b"x" * 5000
    response = host.client.post("/billing/", body, content_type="application/octet-stream")
    assert response.status_code == 200


def test_a_bound_body_over_the_limit_is_refused_as_too_large(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "HELD_BYTES": 1000}
    refused = host.client.post("/roles/bob/", {"role": "x" * 2000}, headers=API)
    assert refused.status_code == 413


def test_a_late_poll_with_the_old_cookie_stays_logged_in_but_is_not_elevated(host: Host) -> None:
    """C3: rotation leaves a tombstone for ten seconds."""
    late = Client(headers={"Accept": "text/html"})
    old = host.client.cookies["sessionid"].value
    late.cookies["sessionid"] = old
    page = step_up(host.client, host.client.get("/billing/"))
    assert page.status_code == 200
    assert host.client.cookies["sessionid"].value != old

    answer = late.get("/whoami/?note=late")
    assert answer.json()["user"] == str(host.user)
    assert "sessionid" not in answer.cookies, "the late answer must not bring the old cookie back"
    assert late.get("/billing/").status_code == 303
    assert host.client.get("/billing/").status_code == 200


# --- enrollment --------------------------------------------------------------------------------


@pytest.fixture
def overdue(host: Host, settings: Any) -> Host:
    """The host, whose admin has no factor and a rule that asks for one since long."""
    enrolling.enforce(settings)
    host.factor.delete()
    enrolling.joined(Membership.objects.get(user=host.user), timedelta(days=100))
    enrolling.rule(host.tenant)
    return host


def test_somebody_overdue_is_sent_to_enrollment_from_every_page(overdue: Host) -> None:
    for method in ("get", "head", "post", "put", "delete", "options"):
        closed = getattr(overdue.client, method)("/terms/")
        assert (closed.status_code, closed["Cache-Control"]) == (303, "private, no-store"), method
    assert overdue.client.get("/terms/?a=1&b=2")["Location"] == (
        "/security/?next=%2Fterms%2F%3Fa%3D1%26b%3D2"
    )
    assert overdue.client.post("/terms/")["Location"] == "/security/"
    assert overdue.client.get("/billing/")["Location"].startswith("/security/?"), "before the guard"
    assert overdue.client.get("/admin/")["Location"].startswith("/security/?")
    assert overdue.client.get("/security/").content == b"your factors"


def test_a_factor_opens_everything_again(overdue: Host) -> None:
    factories.phone_factor(overdue.user)
    assert overdue.client.get("/terms/").status_code == 200


@pytest.mark.parametrize("headers", [API, {"Sec-Fetch-Mode": "cors"}, {"HX-Request": "true"}])
def test_a_machine_is_told_where_enrollment_is(overdue: Host, headers: dict[str, str]) -> None:
    closed = overdue.client.get("/terms/", headers=headers)
    assert closed.status_code == 403
    assert closed["Content-Type"] == "application/problem+json"
    document = closed.json()
    assert document["code"] == "enrollment_overdue"
    assert document["enroll_url"] == "http://testserver/security/"
    assert (document["level"], document["deadline"][:2]) == (None, "20")


def test_what_leads_to_enrollment_or_away_stays_open(overdue: Host, settings: Any) -> None:
    settings.LOGIN_URL = "/enter/"
    open_ = ("/security/", "/security/api/coverage/", "/enter/", "/leave/", "/admin/logout/")
    for url in open_:
        assert overdue.client.get(url).status_code not in {303, 503}, url
    assert overdue.client.get("/media/picture.png").status_code == 404
    assert overdue.client.post("/bye/").status_code == 200
    settings.LOGIN_URL = "no-such-name"
    again = overdue.another_client(headers={"Accept": "text/html"})
    assert again.get("/enter/").status_code == 303


def test_the_settings_open_more_by_name_or_namespace(overdue: Host, settings: Any) -> None:
    for exempt in ([], ["help"], ["terms:*"], ["*"]):
        settings.OTPGUARD = {**settings.OTPGUARD, "ENROLLMENT_EXEMPT": exempt}
        assert overdue.client.get("/help/").status_code == 303
        assert overdue.client.get("/terms/").status_code == 303
    settings.OTPGUARD = {**settings.OTPGUARD, "ENROLLMENT_EXEMPT": ["help:*", "terms"]}
    assert overdue.client.get("/help/").status_code == 200
    assert overdue.client.get("/terms/").status_code == 200
    assert overdue.client.get("/home/").status_code == 303


def test_the_grace_period_leaves_everything_open(overdue: Host) -> None:
    enrolling.joined(Membership.objects.get(user=overdue.user), timedelta(days=13))
    assert overdue.client.get("/terms/").status_code == 200


def test_other_tenants_and_visitors_are_not_touched(overdue: Host) -> None:
    other = factories.tenant()
    factories.member(other, overdue.user)
    factories.select(overdue.client, other)
    assert overdue.client.get("/terms/").status_code == 200
    factories.select(overdue.client, None)
    assert overdue.client.get("/terms/").status_code == 200
    assert Client().get("/terms/").status_code == 200
    factories.select(overdue.client, overdue.tenant)
    assert overdue.client.get("/terms/").status_code == 303


def test_staff_without_a_tenant_meet_the_sites_rules(overdue: Host) -> None:
    operator = factories.login(Client(headers={"Accept": "text/html"}), factories.staff())
    assert operator.get("/admin/").status_code == 200
    enrolling.rule(None)
    assert operator.get("/admin/").status_code == 303
    factories.select(operator, overdue.tenant)
    assert operator.get("/admin/").status_code == 303


def test_a_member_whom_no_rule_asks_costs_one_statement(
    host: Host, settings: Any, django_assert_num_queries: Any
) -> None:
    enrolling.enforce(settings)
    host.client.get("/terms/")
    with django_assert_num_queries(3) as captured:  # the session and the user, and ours
        host.client.get("/terms/")
    ours = [q["sql"] for q in captured.captured_queries if "otpguard_" in q["sql"]]
    assert len(ours) == 1
    with django_assert_num_queries(0):
        Client().get("/terms/")


def test_being_closed_out_is_in_the_log_once_a_minute(overdue: Host) -> None:
    with captured_events() as events:
        for _ in range(3):
            overdue.client.get("/terms/")
    [event] = [e for e in events if e["kind"] == "enrollment.overdue"]
    assert (event["tenant"], event["subject"]) == (str(overdue.tenant.pk), str(overdue.user.pk))


@pytest.mark.parametrize("table", ["membership", "enrollmentrule", "factor"])
def test_a_store_that_is_down_closes_all_but_what_is_exempt(
    transactional_db: None, overdue: Host, table: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE otpguard_{table} RENAME TO away")
    try:
        page = overdue.client.get("/terms/")
        refused = overdue.client.get("/terms/", headers=API)
        exempt = overdue.client.get("/security/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO otpguard_{table}")
    assert (page.status_code, refused.status_code, exempt.status_code) == (503, 503, 200)
    assert "Retry-After" in page
    assert "store_unavailable" in page.content.decode()
    assert refused.json()["code"] == "store_unavailable"
    assert overdue.client.get("/terms/").status_code == 303


def test_async_projects_are_closed_just_the_same(transactional_db: None, overdue: Host) -> None:
    cookies = overdue.client.cookies

    async def ask() -> list[int]:
        client = AsyncClient()
        client.cookies = cookies
        html = {"Accept": "text/html"}
        urls = ("/slow/", "/terms/", "/security/")
        first = [(await client.get(url, headers=html)).status_code for url in urls]
        await sync_to_async(factories.phone_factor)(overdue.user)
        second = [(await client.get(url, headers=html)).status_code for url in urls]
        await sync_to_async(connections.close_all)()
        return first + second

    assert asyncio.run(ask()) == [303, 303, 200, 200, 200, 200]
