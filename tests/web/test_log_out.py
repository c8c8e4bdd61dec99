"""The way out that every page of ours has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from otpguard.models import EnrollmentRule, Membership
from tests.host import Host

pytestmark = pytest.mark.django_db

URL = "/security/log-out/"


def test_the_button_ends_the_login_and_the_page_says_so(host: Host) -> None:
    answer = host.client.post(URL)
    assert (answer.status_code, answer["Location"]) == (303, URL)
    assert SESSION_KEY not in host.client.session
    page = host.client.get(URL)
    assert "You are logged out" in page.content.decode()
    assert page.context["login_url"] == "/admin/login/?next=/"


def test_a_link_ends_nothing_and_asks(host: Host) -> None:
    page = host.client.get(URL)
    assert "Log out?" in page.content.decode()
    assert SESSION_KEY in host.client.session


def test_after_a_new_login_people_are_back_where_they_were(host: Host) -> None:
    answer = host.client.post(URL, {"next": "/billing/?page=2"})
    page = host.client.get(answer["Location"])
    assert page.context["login_url"] == "/admin/login/?next=/billing/%3Fpage%3D2"


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_no_other_site_is_led_to(host: Host, place: str) -> None:
    answer = host.client.post(URL, {"next": place})
    page = host.client.get(answer["Location"])
    assert "evil" not in page.content.decode()
    assert page.context["next"] == ""


def test_another_site_cannot_press_it(host: Host) -> None:
    assert host.another_client(enforce_csrf_checks=True).post(URL).status_code == 403


def test_somebody_overdue_can_log_out(host: Host, settings: Any) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "otpguard.middleware.EnrollmentMiddleware"]
    long_ago = timezone.now() - timedelta(days=30)
    Membership.objects.update(created_at=long_ago)
    EnrollmentRule.objects.create(tenant=host.tenant, level=3, starts_at=long_ago)
    assert host.client.get("/billing/")["Location"].startswith("/security/")
    page = host.client.get("/security/")
    assert b'action="/security/log-out/"' in page.content
    assert host.client.post(URL).status_code == 303
    assert SESSION_KEY not in host.client.session


def test_a_visitor_sees_the_same_page(client: Client) -> None:
    assert client.get(URL).status_code == 200
