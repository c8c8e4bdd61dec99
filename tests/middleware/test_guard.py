"""The middleware reads marks, answers refusals, writes them down; the others pay nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone

from otpguard.models import Event, Factor, Grant, LoginSession, Membership, Tenant
from otpguard.testing import captured_events, pass_step_up
from tests import factories, guarded
from tests.host import Host
from tests.stepup import continue_form, step_up

API = {"Accept": "application/json"}


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_an_unguarded_view_costs_no_query(host: Host, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert host.client.get("/open/").status_code == 200


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.django_db(transaction=True)
def test_a_known_device_costs_the_guard_no_further_statement(
    host: Host, django_assert_num_queries: Any
) -> None:
    step_up(host.client, host.client.get("/billing/"))
    assert "otpguard_device" in host.client.cookies
    host.client.get("/billing/")
    with django_assert_num_queries(3):
        host.client.get("/billing/")


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
    assert b"must wait before you do this" in page.content
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


def test_report_only_lets_people_without_a_factor_pass_and_says_so(
    host: Host, settings: Any
) -> None:
    Factor.objects.all().delete()
    until = (timezone.now() + timedelta(days=7)).date().isoformat()
    settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"billing_change": until}}
    with captured_events() as events:
        assert host.client.get("/billing/").status_code == 200
    assert [e["data"]["reason"] for e in events if e["kind"] == "checkpoint.reported"] == [
        "no_factor"
    ]


def test_report_only_softens_neither_holds_nor_strangers(host: Host, settings: Any) -> None:
    until = timezone.now() + timedelta(days=7)
    settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"*": until.date().isoformat()}}
    Membership.objects.update(held={"*": until.isoformat()})
    assert host.client.get("/billing/").status_code == 403
    Membership.objects.update(held={}, active=False)
    assert host.client.get("/billing/").status_code == 403


def test_a_bound_proof_serves_one_request_and_no_other(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/bob/", {"role": "admin"}))
    assert continue_form(host.client, page, role="owner").status_code == 303, "changed body"
    assert host.client.post("/roles/eve/", {"role": "admin"}).status_code == 303, "other target"
    assert continue_form(host.client, page).status_code == 200
    assert guarded.ran == ["bob is admin"]
    assert host.client.post("/roles/bob/", {"role": "admin"}).status_code == 303


def test_a_view_that_fails_gives_the_bound_use_back(host: Host) -> None:
    page = step_up(host.client, host.client.post("/roles/failing/", {"role": "admin"}))
    assert continue_form(host.client, page).status_code == 503
    grant = Grant.objects.get(revoked_at=None)
    assert grant.uses_left == 1


def test_a_used_up_proof_is_retired_so_that_the_guard_never_reads_it_again(host: Host) -> None:
    for _ in range(3):
        page = step_up(host.client, host.client.post("/roles/kim/", {"role": "admin"}))
        assert continue_form(host.client, page).status_code == 200
    assert Grant.objects.filter(uses_left=0).count() == 3
    assert not Grant.objects.filter(revoked_at=None).exists()


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
    settings.OTPGUARD = {**settings.OTPGUARD, "KEPT_FORM_BYTES": 1000}
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


def test_a_key_that_django_changed_by_itself_is_noted_where_it_happens(host: Host) -> None:
    """The password's change gives the session a new key; ending the login must find it."""
    sid = factories.sid_of(host.client)
    host.client.post("/password/", {"password": "another long password"})
    row = LoginSession.objects.get(pk=sid)
    assert row.session_key.reveal() == host.client.cookies["sessionid"].value


@pytest.mark.parametrize("path", ["/keys/%00/", "/keys/%3Fb/", "/keys/%23b/", "/keys/%25b/"])
def test_a_form_of_an_odd_path_is_kept_and_comes_back(host: Host, path: str) -> None:
    """A NUL has no place in a database; a decoded ? or # would lead elsewhere."""
    refused = host.client.post(path, {"name": "ci", "password\0": "x"})
    proven = step_up(host.client, refused)
    assert proven.context["back_url"] == path
    assert continue_form(host.client, proven).content == b"done: key ci"


@pytest.mark.parametrize("path", ["/keys/%00/", "/keys/%3Fb/"])
def test_a_page_of_an_odd_path_comes_back(host: Host, path: str) -> None:
    referer = f"http://testserver{path}?x=%00"
    proven = step_up(
        host.client, host.client.post("/keys/", {"name": "ci"}, headers={"Referer": referer})
    )
    assert proven.context["back_url"] == f"{path}?x=%00"


def test_a_tenant_of_the_hosts_that_is_none_of_ours_is_none_and_not_that_of_the_session(
    host: Host, settings: Any
) -> None:
    settings.MIDDLEWARE = [f"{__name__}.sets_tenant", *settings.MIDDLEWARE]
    pass_step_up(host.client)
    refused = host.client.get("/billing/", headers={"Accept": "application/json", "X-Tenant": "7"})
    assert (refused.status_code, refused.json()["code"]) == (403, "no_tenant")
    Tenant.objects.filter(pk=host.tenant.pk).update(external_id="7")
    assert host.client.get("/billing/", headers={"X-Tenant": "7"}).status_code == 200
    assert host.client.get("/billing/").status_code == 200, "the session, where there is none"


def sets_tenant(get_response: Any) -> Any:
    """A host's middleware with a model of its own."""

    def middleware(request: Any) -> Any:
        key = request.headers.get("X-Tenant")
        request.tenant = SimpleNamespace(pk=int(key)) if key else None
        return get_response(request)

    return middleware
