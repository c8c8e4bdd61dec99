"""One try: whatever changed since the plan was made still counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels import catalog
from otpguard.channels.base import OutboundMessage
from otpguard.channels.breaker import Spot, note
from otpguard.core.assurance import Channel
from otpguard.core.breaker import Tried
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.flows.attempt import NO_TEMPLATE, RESTING, SWITCHED_OFF, attempt
from otpguard.models import RouteHealth, RouteSwitch, SenderRegistration, Tenant
from tests import factories
from tests.channels.test_obstacles import in_the_way
from tests.channels.test_senders import sender
from tests.channels.vendors import TAKEN, provider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> Iterator[None]:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(), "broken": provider(failure="auth_config")}}
    yield
    TAKEN.clear()


def send(channel: Channel = Channel.SMS, name: str = "w", tenant: str = "") -> Outcome | None:
    return attempt(
        provider=catalog.providers().get(name),
        spot=Spot(provider=name, channel=channel.value, country="US"),
        message=OutboundMessage(key="k", channel=channel, to="+12015550100", text="x"),
        tenant=tenant,
        found=in_the_way(name, channel.value),
        now=timezone.now(),
    )


def test_a_good_send_is_counted() -> None:
    assert isinstance(send(), Accepted)
    assert RouteHealth.objects.get(country="US").tries == 1


def test_what_was_switched_off_meanwhile_is_not_sent() -> None:
    RouteSwitch.objects.create(channel="sms", country="US", reason="pumping")
    found = send()
    assert isinstance(found, Unavailable)
    assert found.reason == SWITCHED_OFF
    assert TAKEN == []
    assert isinstance(send(Channel.WHATSAPP), Accepted)


def test_a_resting_route_is_not_asked() -> None:
    spot = Spot(provider="w", channel="sms", country="US")
    note(spot, Tried(failed=True, fatal=True), now=timezone.now())
    found = send()
    assert isinstance(found, Unavailable)
    assert found.reason == RESTING
    assert TAKEN == []


def test_a_vendor_that_refuses_us_rests_at_once() -> None:
    assert isinstance(send(name="broken"), Unavailable)
    assert isinstance(send(name="broken"), Unavailable)
    assert len(TAKEN) == 1


def test_a_paused_template_stops_the_message() -> None:
    sender(approval="paused")
    found = send(Channel.WHATSAPP)
    assert isinstance(found, Refused)
    assert found.reason == NO_TEMPLATE
    assert TAKEN == []


def test_a_tenants_sender_rides_on_the_message() -> None:
    tenant: Tenant = factories.tenant()
    sender(account="site")
    sender(tenant, account="own")
    send(Channel.WHATSAPP)
    send(Channel.WHATSAPP, tenant=str(tenant.pk))
    send(Channel.SMS, tenant=str(tenant.pk))
    assert [m.sender.account if m.sender else "" for m in TAKEN] == ["site", "own", ""]


def test_what_is_wrong_with_one_tenants_sender_closes_no_route_of_others() -> None:
    tenant: Tenant = factories.tenant()
    sender(tenant, provider="broken")
    send(Channel.WHATSAPP, name="broken", tenant=str(tenant.pk))
    send(Channel.WHATSAPP, name="broken", tenant=str(tenant.pk))
    assert len(TAKEN) == 2
    send(Channel.WHATSAPP, name="broken")
    send(Channel.WHATSAPP, name="broken")
    assert len(TAKEN) == 3


def test_a_message_before_its_turn_is_given_back_and_counts_nothing() -> None:
    SenderRegistration.objects.create(
        provider="w", brand="Acme", status="approved", per_second=20, next_at=timezone.now()
    )
    assert isinstance(send(), Accepted)
    assert isinstance(send(), Accepted), "a twentieth of a second is waited for"
    SenderRegistration.objects.update(next_at=timezone.now() + timedelta(seconds=20))
    assert send() is None
    assert len(TAKEN) == 2


def test_without_the_store_nothing_is_sent() -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if RouteHealth._meta.db_table in sql:
            raise DatabaseError("away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away), pytest.raises(DatabaseError):
        send()
    assert TAKEN == []


def test_a_send_that_cannot_be_counted_is_still_told_to_the_caller() -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if RouteHealth._meta.db_table in sql and not sql.startswith("SELECT"):
            raise DatabaseError("away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        assert isinstance(send(), Accepted)
    assert len(TAKEN) == 1
