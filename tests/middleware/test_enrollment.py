"""A person who is overdue with enrollment finds everything closed but enrollment."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import AsyncClient, Client

from otpguard.models import Membership
from otpguard.testing import captured_events
from tests import enrolling, factories
from tests.host import Host

API = {"Accept": "application/json"}


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
    assert overdue.client.get("/security/").status_code == 200


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
    for exempt in ([], ["help"], ["terms:*"]):
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


@pytest.mark.django_db(transaction=True)
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
        exempt = overdue.client.get("/media/picture.png")
        ours = overdue.client.get("/security/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO otpguard_{table}")
    assert (page.status_code, refused.status_code, exempt.status_code) == (503, 503, 404)
    assert ours.status_code in {200, 503}, "a page that needs the table says so"
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
