"""What stands open for somebody, as the Security page lists it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard import vault
from otpguard.http.facts import facts_from
from otpguard.models import Grant, KnownDevice, NoticeEmail
from otpguard.web.security.access import (
    SHOWN,
    EmailLine,
    device_lines,
    email_lines,
    grant_lines,
    login_lines,
)
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def test_this_device_stands_first_and_forgotten_and_expired_ones_are_gone() -> None:
    user = factories.user()
    now = factories.facts(user).now
    factories.device(user, name="Chrome on macOS")
    this = factories.device(user, last_seen_at=now - timedelta(days=9))
    factories.device(user, revoked_at=now)
    factories.device(user, expires_at=now - timedelta(seconds=1))
    factories.device(factories.user())
    lines = device_lines(factories.facts(user, device=this))
    assert [(line.name, line.this) for line in lines] == [
        ("Firefox on Linux", True),
        ("Chrome on macOS", False),
    ]
    assert KnownDevice.objects.count() == 5


def test_proofs_that_may_count_are_listed_with_their_latest_end() -> None:
    user, tenant = factories.user(), factories.tenant(name="Acme")
    facts = factories.facts(user, tenant, sid="here")
    at = facts.now - timedelta(minutes=4)
    factories.grant(user, tenant, sid="here", verified_at=at, intent="i" * 64, uses_left=1)
    factories.grant(user, None, sid="there", verified_at=at - timedelta(minutes=1))
    factories.grant(user, tenant, verified_at=facts.now - timedelta(minutes=31))
    factories.grant(user, tenant, revoked_at=facts.now)
    factories.grant(factories.user(), tenant)
    here, there = grant_lines(facts)
    assert (here.here, here.single, here.tenant) == (True, True, "Acme")
    assert here.until == at + timedelta(minutes=30)
    assert (there.here, there.single, there.tenant) == (False, False, "")
    assert str(here.method) == "Code by text message"
    assert Grant.objects.count() == 5


def test_open_logins_are_listed_this_one_first(host: Host) -> None:
    host.another_client()
    facts = facts_from(request_of(host))
    lines = login_lines(facts)
    assert [line.this for line in lines] == [True, False]


def test_emails_are_masked_and_say_how_they_stand() -> None:
    user = factories.user(email="anna@acme.example")
    facts = factories.facts(user)

    def email(text: str, **times: object) -> str:
        index = vault.blind_indexes(text)[0]
        row = NoticeEmail.objects.create(user=user, email=text, email_index=index, **times)
        return str(row.pk)

    fresh = email("new@home.example")
    known = email("old@home.example", confirmed_at=facts.now)
    gone = facts.now - timedelta(hours=1)
    email("lost@home.example", confirmed_at=gone, removed_at=gone)
    email("never@home.example", removed_at=gone)
    email("long@home.example", confirmed_at=gone, removed_at=facts.now - timedelta(days=4))
    assert email_lines(facts) == [
        EmailLine(id="", email="a•••@acme.example", confirmed=True),
        EmailLine(id=fresh, email="n•••@home.example", confirmed=False),
        EmailLine(id=known, email="o•••@home.example", confirmed=True),
        EmailLine(
            id="",
            email="l•••@home.example",
            confirmed=True,
            told_until=gone + timedelta(hours=72),
        ),
    ]


def test_somebody_without_any_email_has_none() -> None:
    assert email_lines(factories.facts(factories.user(email=""))) == []


def test_a_robots_account_gets_the_newest_of_each_and_as_few_statements(
    host: Host, django_assert_num_queries: Any
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            factories.grant(host.user, host.tenant)
            factories.device(host.user)
            host.another_client()

    fill(1)
    with CaptureQueriesContext(connection) as few:
        page = host.client.get("/security/")
    assert [page.context[name].more for name in ("grants", "devices", "logins")] == 3 * [False]
    fill(SHOWN)
    with django_assert_num_queries(len(few)):
        page = host.client.get("/security/")
    for name in ("grants", "devices", "logins"):
        assert (len(page.context[name]), page.context[name].more) == (SHOWN, True), name
    assert page.content.count(b"Only the newest ones are shown.") == 3
