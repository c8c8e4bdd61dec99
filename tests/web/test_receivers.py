"""Logins and logouts without a browser leave nothing behind and raise nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate, user_logged_in, user_logged_out
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from otpguard.models import LoginSession, Membership, Tenant, WrongPasswords
from otpguard.tenants.single import SINGLE_ID
from otpguard.web.receivers import migrated
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_login_without_a_request_or_session_marks_nothing() -> None:
    user = factories.user()
    for request in (None, RequestFactory().get("/")):
        user_logged_in.send(sender=type(user), request=request, user=user)
        user_logged_out.send(sender=type(user), request=request, user=user)
    assert not LoginSession.objects.exists()


@pytest.mark.parametrize("name", ["kim", "nobody"])
def test_a_wrong_password_is_counted_alike_for_a_name_that_nobody_has(name: str) -> None:
    factories.user("kim")
    with CaptureQueriesContext(connection) as seen:
        assert authenticate(username=name, password="wrong") is None
    assert WrongPasswords.objects.get().count == 1
    written = [query["sql"] for query in seen if query["sql"].startswith("INSERT")]
    assert len(written) == 1, written


def test_a_token_that_is_refused_is_no_wrong_password() -> None:
    assert authenticate(token="wrong") is None
    assert not WrongPasswords.objects.exists()


def test_a_login_after_many_wrong_passwords_says_so(client: Client) -> None:
    user = factories.user("kim", email="kim@example.com")
    client.force_login(user)
    for _ in range(10):
        authenticate(username="kim", password="wrong")
    client.force_login(user)
    assert "wrong_passwords" in LoginSession.objects.latest("started_at").risk_reasons


def test_migrate_makes_the_one_tenant_where_the_settings_ask_for_it_and_once() -> None:
    boss = factories.staff()
    emit_post_migrate_signal(0, interactive=False, db="default")
    assert not Tenant.objects.exists()
    with override_settings(OTPGUARD={"TENANCY": "single", "BRAND": "Acme"}):
        emit_post_migrate_signal(0, interactive=False, db="default")
        emit_post_migrate_signal(0, interactive=False, db="default")
    assert Tenant.objects.get().pk == SINGLE_ID
    assert Membership.objects.get().user == boss


@override_settings(OTPGUARD={"TENANCY": "single"})
def test_a_migrate_that_has_not_come_to_our_tables_or_is_elsewhere_makes_nothing() -> None:
    migrated(using="another")
    assert not Tenant.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_membership RENAME TO otpguard_membership_away")
    migrated(using="default")
    assert not Tenant.objects.exists()
