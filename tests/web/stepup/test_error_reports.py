"""A secret that somebody typed stands in no error report, whatever breaks meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.views.debug import ExceptionReporter

from otpguard.channels.providers.memory import SENT
from otpguard.models import Challenge
from otpguard.models.factor import FACTORS
from tests import factories
from tests.host import Host
from tests.stepup import begin

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reports() -> Iterator[list[str]]:
    """Every error report that Django would send, as it does in production."""
    written: list[str] = []

    def report(request: HttpRequest, **_: Any) -> None:
        written.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    got_request_exception.connect(report)
    yield written
    got_request_exception.disconnect(report)


@contextmanager
def without(table: str) -> Iterator[None]:
    """A table is missing, so that something breaks on the way of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def answer(host: Host, challenge: Challenge, typed: str) -> int:
    browser = Client(headers={"Accept": "text/html"}, raise_request_exception=False)
    browser.cookies = host.client.cookies
    url = reverse("otpguard:code", args=[challenge.pk])
    return int(browser.post(url, {"code": typed}).status_code)


@pytest.mark.parametrize(
    ("table", "right"),
    [
        ("otpguard_grant", True),
        ("otpguard_factorlane", True),
        ("otpguard_factorlane", False),
        ("otpguard_delivery", False),
    ],
)
def test_a_sent_code_stands_in_no_report(
    host: Host, reports: list[str], *, table: str, right: bool
) -> None:
    challenge = begin(host.client, host.client.get("/billing/"))
    typed = SENT[-1].code.digits if right else "314159"
    with without(table):
        status = answer(host, challenge, typed)
    assert (status, len(reports)) == (500, 1)
    assert "answer_challenge" in reports[0], "the frames are there"
    assert typed not in reports[0]


def test_a_saved_code_stands_in_no_report(host: Host, reports: list[str]) -> None:
    codes = factories.recovery_codes(host.user)
    factor = FACTORS.get(user=host.user, kind="recovery")
    challenge = begin(host.client, host.client.get("/billing/"), factor)
    with without("otpguard_recoverycode"):
        assert answer(host, challenge, codes[0]) == 500
    assert codes[0] not in reports[0]
    assert codes[0].replace("-", "") not in reports[0]


def test_an_apps_code_stands_in_no_report(host: Host, reports: list[str]) -> None:
    factor = factories.totp_factor(host.user)
    challenge = begin(host.client, host.client.get("/billing/"), factor)
    typed = factories.totp_code(factor)
    with without("otpguard_grant"):
        assert answer(host, challenge, typed) == 500
    assert typed not in reports[0]
