"""A month's costs add up, by tenant, channel and provider, in two statements."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from otpguard.models import Tenant
from otpguard.reports.costs import CostShare, Line, costs, read_month
from tests import factories
from tests.reports.deliveries import delivered

pytestmark = pytest.mark.django_db(transaction=True)

MARCH = date(2026, 3, 1)


def test_a_month_without_messages_costs_nothing() -> None:
    found = costs(month=MARCH)
    assert (found.messages, found.micros, found.lines) == (0, 0, ())


def test_messages_are_summed_by_tenant_channel_and_provider() -> None:
    a, b = factories.tenant(name="A"), factories.tenant(name="B")
    delivered(a, 10), delivered(a, 5), delivered(a, 7, provider="q")
    delivered(b, 100, channel="voice"), delivered(None, 1)
    found = costs(month=date(2026, 3, 20))
    assert found.month == MARCH
    assert (found.messages, found.micros) == (5, 123)
    assert found.lines[1] == Line(
        tenant=str(a.pk), name="A", channel="sms", provider="p", messages=2, micros=15
    )
    assert found.by_tenant() == {
        (str(b.pk), "B"): CostShare(1, 100),
        (str(a.pk), "A"): CostShare(3, 22),
        ("", ""): CostShare(1, 1),
    }
    assert found.by_channel() == {"voice": CostShare(1, 100), "sms": CostShare(4, 23)}
    assert list(found.by_provider()) == ["p", "q"], "the dearest first"


def test_one_tenant_sees_its_own_alone() -> None:
    own, other = factories.tenant(), factories.tenant()
    delivered(own, 10), delivered(other, 100), delivered(None, 1_000)
    found = costs(month=MARCH, tenant=own)
    assert (found.messages, found.micros) == (1, 10)
    assert {line.tenant for line in found.lines} == {str(own.pk)}


def test_a_month_is_that_of_utc_and_ends_before_the_next() -> None:
    delivered(None, 1, 1), delivered(None, 2, 31)
    delivered(None, 4, 1, month=4), delivered(None, 8, 28, month=2)
    assert costs(month=MARCH).micros == 3


def test_what_did_not_leave_is_no_message_unless_it_was_billed() -> None:
    delivered(None, 0, state="queued", sent_at=None)
    delivered(None, 0, state="failed", sent_at=None)
    delivered(None, 5, state="failed", sent_at=None)
    found = costs(month=MARCH)
    assert (found.messages, found.micros) == (1, 5)


def test_it_costs_two_statements_however_many_there_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(4):
        delivered(factories.tenant(), number, provider=f"p{number}")
    with django_assert_num_queries(2):
        assert len(costs(month=MARCH).lines) == 4


@pytest.mark.parametrize("text", ["2026-03", "1999-12"])
def test_a_month_is_read(text: str) -> None:
    assert f"{read_month(text):%Y-%m}" == text


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-3", "2026-13", "2026-00", "0000-01", "2026-03-01", "²026-03"],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM"):
        read_month(text)


def test_a_tenant_that_is_gone_has_no_messages_left() -> None:
    assert costs(month=MARCH, tenant=Tenant(pk=uuid4())).lines == ()
