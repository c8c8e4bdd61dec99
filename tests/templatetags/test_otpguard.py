"""The banner counts down, in words that fit, and is nothing where nothing is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import timezone

from otpguard.models import Membership
from tests import enrolling, factories
from tests.federating import idp
from tests.host import Host
from tests.store_down import no_answer


@pytest.fixture
def bare(host: Host, settings: Any) -> Host:
    """The host without a factor, a member since long, with the banner on its home page."""
    enrolling.enforce(settings, ENROLLMENT_EXEMPT=["home"])
    host.factor.delete()
    enrolling.joined(Membership.objects.get(user=host.user), timedelta(days=100))
    return host


def banner(host: Host) -> str:
    return host.client.get("/home/").content.decode().strip()


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (timedelta(days=3), "You have 3 days left to set up a second way to confirm."),
        (timedelta(days=2, hours=1), "You have 3 days left to set up a second way to confirm."),
        (timedelta(days=1, minutes=30), "You have 2 days left to set up a second way to confirm."),
        (
            timedelta(hours=23, minutes=30),
            "You have 24 hours left to set up a second way to confirm.",
        ),
        (timedelta(minutes=20), "You have 1 hour left to set up a second way to confirm."),
    ],
)
def test_the_banner_counts_down(bare: Host, left: timedelta, says: str) -> None:
    enrolling.rule(bare.tenant, started=timedelta(days=14) - left)
    page = banner(bare)
    assert says in page
    assert 'href="/security/"' in page
    assert "otpguard-banner-overdue" not in page
    assert "style=" not in page, "a strict content policy allows no inline style"


def test_one_day_is_said_in_the_singular(bare: Host) -> None:
    text = Template("{% include 'otpguard/banner.html' %}")
    known = {"url": "/x/", "what": "a second way to confirm", "days": 1, "deadline": timezone.now()}
    assert "You have 1 day left" in text.render(Context(known))


def test_the_level_is_named(bare: Host) -> None:
    enrolling.rule(bare.tenant, level=3, started=timedelta(0))
    assert "a passkey, security key or hardware token" in banner(bare)


def test_past_the_deadline_it_says_so_where_a_page_is_open(bare: Host) -> None:
    enrolling.rule(bare.tenant)
    page = banner(bare)
    assert "otpguard-banner-overdue" in page
    assert "Set up a second way to confirm to continue" in page


def test_there_is_nothing_for_whom_nothing_is_due(bare: Host) -> None:
    assert banner(bare) == ""
    enrolling.rule(factories.tenant(), started=timedelta(0))
    assert banner(bare) == "", "another tenant's rule"
    assert Client().get("/home/").content.strip() == b""
    enrolling.rule(bare.tenant, started=timedelta(0))
    factories.phone_factor(bare.user)
    assert banner(bare) == ""


@pytest.mark.django_db(transaction=True)
def test_it_costs_nothing_where_the_middleware_has_asked(
    bare: Host, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ENROLLMENT_EXEMPT": []}
    enrolling.rule(bare.tenant, started=timedelta(0))
    banner(bare)
    with django_assert_num_queries(4):  # the session, the user, the membership, the factors
        assert "days left" in banner(bare)


def test_a_template_without_a_request_or_a_user_gets_nothing() -> None:
    tag = Template(enrolling.BANNER)
    assert tag.render(Context()).strip() == ""
    assert tag.render(Context({"request": RequestFactory().get("/")})).strip() == ""


def test_while_the_store_is_away_it_is_silent(transactional_db: None, bare: Host) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_membership RENAME TO away")
    try:
        assert banner(bare) == ""
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_membership")


def test_templates_can_ask_whether_there_are_organizations(settings: Any) -> None:
    template = Template("{% load otpguard %}{% otpguard_single as alone %}{{ alone }}")
    assert template.render(Context()) == "False"
    settings.OTPGUARD = {"TENANCY": "single"}
    assert template.render(Context()) == "True"


def test_a_login_page_shows_the_ways_of_its_organization(host: Host, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.sso_host"
    idp(host.tenant)
    request = RequestFactory().get("/enter/")
    request.tenant = host.tenant
    shown = "{% for way in ways %}{{ way.name }} {{ way.url }}{% endfor %}"
    page = Template("{% load otpguard %}{% otpguard_sign_ins as ways %}" + shown)
    assert page.render(Context({"request": request})).startswith("Okta /sso/")
    assert page.render(Context({})) == ""
    with no_answer():
        assert page.render(Context({"request": request})) == ""
