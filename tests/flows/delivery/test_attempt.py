"""One try: whatever changed since the plan was made still counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels import catalog
from otpguard.channels.base import OutboundMessage
from otpguard.channels.breaker import RouteKey, count_try
from otpguard.core.assurance import Channel
from otpguard.core.breaker import Tried
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.flows.delivery.attempt import (
    ASKED_TO_WAIT,
    NO_TEMPLATE,
    NO_TURN,
    PAUSED,
    SWITCHED_OFF,
    Postponed,
    attempt_send,
)
from otpguard.models import RouteHealth, RouteSwitch, Tenant, TenDlcRegistration
from tests import factories
from tests.channels.prechecks import in_the_way
from tests.channels.vendors import TAKEN, provider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> Iterator[None]:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(), "broken": provider(failure="auth_config")}}
    yield
    TAKEN.clear()


def send(
    channel: Channel = Channel.SMS, name: str = "w", tenant: str = "", now: datetime | None = None
) -> Outcome | Postponed:
    return attempt_send(
        provider=catalog.providers().get(name),
        route_key=RouteKey(provider=name, channel=channel.value, country="US"),
        message=OutboundMessage(key="k", channel=channel, to="+12015550100", text="x"),
        tenant=tenant,
        precheck=in_the_way(name, channel.value),
        now=now or timezone.now(),
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


def test_a_paused_route_is_not_asked() -> None:
    route_key = RouteKey(provider="w", channel="sms", country="US")
    count_try(route_key, Tried(failed=True, fatal=True), now=timezone.now())
    found = send()
    assert isinstance(found, Unavailable)
    assert found.reason == PAUSED
    assert TAKEN == []


def test_a_vendor_that_refuses_us_rests_at_once() -> None:
    assert isinstance(send(name="broken"), Unavailable)
    assert isinstance(send(name="broken"), Unavailable)
    assert len(TAKEN) == 1


def test_a_paused_template_stops_the_message() -> None:
    factories.whatsapp_sender(approval="paused")
    found = send(Channel.WHATSAPP)
    assert isinstance(found, Refused)
    assert found.reason == NO_TEMPLATE
    assert TAKEN == []


def test_a_tenants_sender_rides_on_the_message() -> None:
    tenant: Tenant = factories.tenant()
    factories.whatsapp_sender(account="site")
    factories.whatsapp_sender(tenant, account="own")
    send(Channel.WHATSAPP)
    send(Channel.WHATSAPP, tenant=str(tenant.pk))
    send(Channel.SMS, tenant=str(tenant.pk))
    assert [m.sender.account if m.sender else "" for m in TAKEN] == ["site", "own", ""]


def test_what_is_wrong_with_one_tenants_sender_closes_no_route_of_others() -> None:
    tenant: Tenant = factories.tenant()
    factories.whatsapp_sender(tenant, provider="broken")
    send(Channel.WHATSAPP, name="broken", tenant=str(tenant.pk))
    send(Channel.WHATSAPP, name="broken", tenant=str(tenant.pk))
    assert len(TAKEN) == 2
    send(Channel.WHATSAPP, name="broken")
    send(Channel.WHATSAPP, name="broken")
    assert len(TAKEN) == 3


def test_a_message_before_its_turn_is_given_back_and_counts_nothing() -> None:
    TenDlcRegistration.objects.create(
        provider="w", brand="Acme", status="approved", per_second=20, next_at=timezone.now()
    )
    assert isinstance(send(), Accepted)
    assert isinstance(send(), Accepted), "a twentieth of a second is waited for"
    TenDlcRegistration.objects.update(next_at=timezone.now() + timedelta(seconds=20))
    postponed = send()
    assert isinstance(postponed, Postponed)
    assert postponed.reason == NO_TURN
    assert len(TAKEN) == 2


def test_a_vendor_that_asks_to_wait_is_not_asked_until_then(settings: Any) -> None:
    limited = provider(failure="rate_limited", retry_after=30, times=1)
    settings.OTPGUARD = {"PROVIDERS": {"w": limited}}
    assert isinstance(send(), Unavailable)
    began = timezone.now()
    postponed = send()
    assert isinstance(postponed, Postponed)
    assert postponed.reason == ASKED_TO_WAIT
    assert began + timedelta(seconds=25) < postponed.until < began + timedelta(seconds=31)
    assert isinstance(send(Channel.WHATSAPP), Accepted), "another channel is another route"
    assert len(TAKEN) == 2
    assert isinstance(send(now=postponed.until), Accepted)
    assert len(TAKEN) == 3


def test_a_wait_takes_no_turn_of_a_campaign(settings: Any) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(failure="rate_limited", retry_after=30)}}
    first = timezone.now() - timedelta(hours=1)
    TenDlcRegistration.objects.create(
        provider="w", brand="Acme", status="approved", per_second=1, next_at=first
    )
    assert isinstance(send(), Unavailable)
    taken = TenDlcRegistration.objects.get().next_at
    assert isinstance(send(), Postponed)
    assert TenDlcRegistration.objects.get().next_at == taken


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
