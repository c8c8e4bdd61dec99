"""What stays open while everything else is closed, and what is answered where it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.views import LoginView
from django.test import RequestFactory
from django.urls import resolve
from django.utils import timezone

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import NotRequired, Overdue
from otpguard.http.enrollment import enrollment_status_of_request, send_to_enrollment, stays_open
from otpguard.http.unavailable import unavailable
from tests import enrolling, factories
from tests.host import Host
from tests.http.asking import request_of

OVERDUE = Overdue(level=AssuranceLevel.AAL2, deadline=timezone.now())


@pytest.fixture(autouse=True)
def _pages(settings: Any) -> None:
    enrolling.enforce(settings)


@pytest.fixture
def person(host: Host, settings: Any) -> Host:
    """The host, with the pages of this file."""
    settings.ROOT_URLCONF = "tests.enrolling"
    return host


def is_open(url: str, view: Any = None) -> bool:
    request = RequestFactory().get(url)
    request.resolver_match = resolve(url)
    return stays_open(request, view or request.resolver_match.func)


@pytest.mark.parametrize(
    "url",
    [
        "/security/",
        "/security/api/policies/api_key/",
        "/bye/",
        "/leave/",
        "/admin/logout/",
        "/media/a",
    ],
)
def test_the_way_in_and_out_stays_open(url: str) -> None:
    assert is_open(url)


@pytest.mark.parametrize("url", ["/terms/", "/help/", "/admin/", "/billing/", "/open/", "/enter/"])
def test_anything_else_does_not(url: str) -> None:
    assert not is_open(url)


def test_a_login_view_stays_open_under_any_name() -> None:
    assert is_open("/terms/", LoginView.as_view())


@pytest.mark.parametrize(
    ("login", "open_"),
    [
        ("/enter/", True),
        ("/enter/?sso=1", True),
        ("enter", True),
        ("/ent", False),
        ("no-such-name", False),
        ("https://sso.example/enter/", False),
    ],
)
def test_the_login_page_is_the_one_of_the_settings(settings: Any, login: str, open_: bool) -> None:
    settings.LOGIN_URL = login
    assert is_open("/enter/") is open_


def test_neither_an_empty_media_url_nor_static_files_open_the_rest(settings: Any) -> None:
    settings.MEDIA_URL, settings.STATIC_URL = "", "/"
    assert not is_open("/terms/")


def test_a_request_that_no_url_fits_is_not_open() -> None:
    request = RequestFactory().get("/terms/")
    request.resolver_match = None
    assert not stays_open(request, enrolling.ordinary)


def test_a_person_is_asked_about_once_a_request_and_anew_as_somebody_else(
    person: Host, django_assert_num_queries: Any
) -> None:
    request = request_of(person)
    enrollment_status_of_request(request)
    with django_assert_num_queries(0):
        assert enrollment_status_of_request(request) == NotRequired()
    enrolling.rule(None)
    request.user = factories.staff()
    factories.select(person.client, None)
    request.session = person.client.session
    assert isinstance(enrollment_status_of_request(request), Overdue)


def test_the_way_back_is_kept_for_pages_only(person: Host) -> None:
    html = {"headers": {"Accept": "text/html"}}
    asked = request_of(person, path="/?a=1", **html)
    asked.path = "//evil.example/"
    page = send_to_enrollment(asked, OVERDUE)
    assert page["Location"] == "/security/?next=%2F%252Fevil.example%2F%3Fa%3D1"
    form = send_to_enrollment(request_of(person, "post", **html), OVERDUE)
    assert (form.status_code, form["Location"]) == (303, "/security/")


def test_a_machine_gets_level_and_deadline(person: Host) -> None:
    late = Overdue(level=AssuranceLevel.AAL3, deadline=timezone.now() - timedelta(days=1))
    answer = send_to_enrollment(request_of(person, headers={"Accept": "application/json"}), late)
    assert answer.status_code == 403
    assert b'"level": "AAL3"' in answer.content
    assert late.deadline.isoformat().encode() in answer.content


def test_while_nobody_can_tell_the_answer_is_to_come_again(person: Host) -> None:
    for accept in ("text/html", "application/json"):
        answer = unavailable(request_of(person, headers={"Accept": accept}))
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer["Cache-Control"] == "private, no-store"
