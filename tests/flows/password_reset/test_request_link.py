"""A request to reset a password is one encrypted job, the same for every e-mail address."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.password_reset.request_link import request_reset_link
from otpguard.models import ResetRequest, Usage
from tests import factories
from tests.store_down import store_down

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reset_urls")]


@pytest.fixture
def reset_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"


def request(email: str, **known: Any) -> None:
    facts = factories.facts(host="testserver", **known)
    request_reset_link(facts=facts, email=email, page="password_reset_confirm")


def statements(email: str) -> list[str]:
    with CaptureQueriesContext(connection) as caught:
        request(email)
    return [query["sql"].split("(")[0][:60] for query in caught.captured_queries]


def test_known_and_unknown_take_the_same_statements() -> None:
    known = factories.user().email
    statements("warm@example.com")
    assert statements(known) == statements("nobody@example.com")


def test_the_e_mail_address_is_encrypted_and_counted_by_its_index() -> None:
    request("kim@example.com")
    row = ResetRequest.objects.get()
    assert "kim@example.com" in row.job.reveal()
    assert "kim" not in row.job.token
    assert "kim" not in str(list(Usage.objects.values_list("key", flat=True)))


def test_spellings_of_one_mailbox_share_a_limit() -> None:
    for number in range(6):
        request(f"Kim+{number}@example.com", client_ip=f"203.0.113.{number}")
    assert ResetRequest.objects.count() == 5


def test_without_a_host_there_is_no_link() -> None:
    with pytest.raises(StartRefused):
        request_reset_link(
            facts=factories.facts(), email="kim@example.com", page="password_reset_confirm"
        )
    assert not ResetRequest.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_with_the_store_down_nothing_is_promised() -> None:
    with store_down(), pytest.raises(StoreUnavailable):
        request("kim@example.com")
