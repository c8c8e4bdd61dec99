"""The middleware reads marks, answers refusals, writes them down; the others pay nothing."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any, ClassVar

import django_otp
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.channels.providers.memory import SENT
from otpguard.http.otp import STAMP
from otpguard.models import Event, Factor, FactorBlock, Grant, LoginSession, Membership
from otpguard.tenants.directory import SessionDirectory
from otpguard.testing import captured_events, pass_step_up
from tests import factories, guarded
from tests import otp_host as otp_host_urls
from tests.host import Host
from tests.stepup import begin, continue_held, go_on, step_up

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


def test_a_key_that_django_changed_by_itself_is_noted_where_it_happens(host: Host) -> None:
    """The password's change gives the session a new key; ending the login must find it."""
    sid = factories.sid_of(host.client)
    host.client.post("/password/", {"password": "another long password"})
    row = LoginSession.objects.get(pk=sid)
    assert row.session_key.reveal() == host.client.cookies["sessionid"].value


@pytest.fixture
def otp_host(host: Host, settings: Any) -> Host:
    """A host that lets django-otp know of step-ups, and has pages for verified users."""
    settings.ROOT_URLCONF = "tests.otp_host"
    settings.OTPGUARD = {**settings.OTPGUARD, "OTP_LOGIN": True}
    settings.MIDDLEWARE = otp_host_urls.middleware()
    return host


def proven(host: Host) -> Client:
    """The host's browser after a step-up."""
    assert step_up(host.client, host.client.get("/billing/")).status_code == 200
    return host.client


def verified_by(client: Client) -> str:
    return str(client.get("/device/").json()["device"])


def test_a_page_of_django_otp_opens_after_a_step_up_and_not_before(otp_host: Host) -> None:
    assert otp_host.client.get("/verified/").status_code == 302
    client = proven(otp_host)
    assert client.get("/verified/").status_code == 200
    assert verified_by(client) == str(otp_host.factor.pk)


def test_another_browser_of_the_same_person_is_not_verified_by_it(otp_host: Host) -> None:
    other = otp_host.another_client()
    proven(otp_host)
    assert other.get("/verified/").status_code == 302
    assert Client().get("/verified/").status_code == 302


def test_django_otps_admin_opens_after_a_step_up_and_not_before(otp_host: Host) -> None:
    type(otp_host.user).objects.update(is_staff=True, is_superuser=True)
    assert otp_host.client.get("/otp-admin/").status_code == 302
    page = proven(otp_host).get("/otp-admin/")
    assert (page.status_code, b"Site administration" in page.content) == (200, True)


def test_nobody_is_verified_by_typing_a_code_into_django_otps_own_form(otp_host: Host) -> None:
    """C23: outside our flows a factor always refuses."""
    challenge = begin(otp_host.client, otp_host.client.get("/billing/"))
    digits = SENT[-1].code.digits
    answer = otp_host.client.post(
        "/otp-admin/login/",
        {
            "username": otp_host.user.username,
            "password": factories.PASSWORD,
            "otp_device": otp_host.factor.persistent_id,
            "otp_token": digits,
        },
    )
    assert answer.status_code == 200, "the form again"
    assert not otp_host.factor.verify_token(digits)
    assert django_otp.match_token(otp_host.user, digits) is None
    assert verified_by(otp_host.client) == ""
    assert go_on(otp_host.client, challenge).status_code == 200, "our own page still takes it"


def test_the_mark_is_dropped_after_the_session_ceiling(otp_host: Host) -> None:
    client = proven(otp_host)
    session = client.session
    session[STAMP] = {**session[STAMP], "at": session[STAMP]["at"] - 12 * 3600}
    session.save()
    assert client.get("/verified/").status_code == 302
    assert DEVICE_ID_SESSION_KEY not in client.session


def test_the_mark_is_dropped_in_another_tenant_and_stays_dropped(otp_host: Host) -> None:
    client = proven(otp_host)
    factories.select(client, factories.member(factories.tenant(), otp_host.user).tenant)
    assert client.get("/verified/").status_code == 302
    factories.select(client, otp_host.tenant)
    assert client.get("/verified/").status_code == 302
    assert STAMP not in client.session


@pytest.mark.parametrize("lost", ["removed", "disabled", "blocked"])
def test_the_mark_is_dropped_with_its_factor(otp_host: Host, lost: str) -> None:
    client = proven(otp_host)
    factor = Factor.objects.filter(pk=otp_host.factor.pk)
    if lost == "removed":
        factor.delete()
    elif lost == "disabled":
        factor.update(disabled_at=timezone.now())
    else:
        FactorBlock.objects.create(tenant=otp_host.tenant, factor=otp_host.factor, reason="lost")
    assert client.get("/verified/").status_code == 302
    assert DEVICE_ID_SESSION_KEY not in client.session


def test_nothing_is_read_for_a_request_that_does_not_ask_who_it_is(
    otp_host: Host, django_assert_num_queries: Any
) -> None:
    client = proven(otp_host)
    with django_assert_num_queries(0):
        client.get("/open/")


def test_a_tenant_directory_that_asks_who_it_is_gets_an_answer(
    otp_host: Host, settings: Any
) -> None:
    client = proven(otp_host)
    directory = f"{__name__}.CuriousDirectory"
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANT_DIRECTORY": directory}
    CuriousDirectory.seen.clear()
    assert verified_by(client) == str(otp_host.factor.pk)
    assert CuriousDirectory.seen == [(str(otp_host.user), False)], "unverified while looked into"


class CuriousDirectory(SessionDirectory):
    """Looks at the user to find the tenant."""

    seen: ClassVar[list[tuple[str, bool]]] = []

    def tenant_for(self, request: Any) -> str:
        self.seen.append((str(request.user), request.user.is_verified()))
        return super().tenant_for(request)


@pytest.mark.django_db(transaction=True)
def test_an_async_project_is_served_as_well(otp_host: Host) -> None:
    client = proven(otp_host)

    async def ask() -> str:
        inner = AsyncClient()
        inner.cookies = client.cookies
        answer = await inner.get("/device/async/")
        await sync_to_async(connections.close_all)()  # of the thread that the view ran in
        return str(answer.json()["device"])

    assert asyncio.run(ask()) == str(otp_host.factor.pk)
    Factor.objects.filter(pk=otp_host.factor.pk).update(disabled_at=timezone.now())
    assert asyncio.run(ask()) == ""
    assert DEVICE_ID_SESSION_KEY not in client.session
