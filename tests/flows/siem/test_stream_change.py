"""Streams are set up, paused, resumed, tested, replayed and removed, within one's own reach."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.siem.sinks import Sink
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.siem.stream_change import (
    MOST_STREAMS,
    OLD_SECRET_KEPT,
    create_stream,
    forget_old_secrets,
    pause_stream,
    remove_stream,
    replace_secret,
    replay_refused,
    resume_stream,
    send_test_event,
)
from otpguard.models import DeadLetter, Event, LogStream, Notice, Tenant
from otpguard.notices.kinds import NoticeKind
from tests import factories
from tests.flows.audit.logging import write
from tests.flows.siem.streaming import Clock, Hand, send, stream_of

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = (
    pause_stream,
    resume_stream,
    remove_stream,
    send_test_event,
    replay_refused,
    replace_secret,
)


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def facts_in(tenant: Tenant | None, **more: Any) -> RequestFacts:
    where = {"tenant": str(tenant.pk)} if tenant else {}
    return RequestFacts(now=timezone.now(), user="7", path="/x/", **where, **more)


def create(tenant: Tenant | None, facts: RequestFacts | None = None, **changed: Any) -> Any:
    values = {"name": "soc", "sink": Sink.WEBHOOK, "url": "https://logs.example.com/in"}
    return create_stream(
        facts=facts or facts_in(tenant, user_is_staff=tenant is None),
        tenant=tenant,
        **{**values, **changed},
    )


def test_a_webhook_gets_a_secret_that_is_told_once_and_kept_encrypted(tenant: Tenant) -> None:
    made = create(tenant)
    assert made.secret.startswith("whsec_")
    row = LogStream.objects.get()
    assert row.secret.reveal() == made.secret
    assert made.secret not in str(LogStream.objects.values("secret").get())
    said = json.loads(Event.objects.get(kind="siem.created").body)
    assert said["data"]["host"] == "logs.example.com"
    assert made.secret not in json.dumps(said)


def test_it_begins_with_the_next_event_or_with_the_first(tenant: Tenant) -> None:
    old = write(tenant.pk, 2)
    new, whole = create(tenant).stream, create(tenant, from_beginning=True).stream
    first, every = Hand(), Hand()
    clock = Clock()
    send(new, first, clock)
    send(whole, every, clock)
    assert not {str(each) for each in old} & set(first.ids)
    assert every.ids[:2] == [str(each) for each in old]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": "http://logs.example.com/"}, "url"),
        ({"url": "https://user:secret@logs.example.com/"}, "url"),
        ({"url": "https://" + "a" * 500}, "url"),
        ({"url": "tls://logs.example.com"}, "url"),
        ({"sink": Sink.SYSLOG}, "url"),
        ({"sink": Sink.SPLUNK}, "secret"),
        ({"sink": Sink.DATADOG, "secret": "two\r\nlines"}, "secret"),
        ({"name": " \u200b"}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"region": "E U"}, "region"),
    ],
)
def test_a_value_that_no_stream_may_have_is_refused(
    tenant: Tenant, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(tenant, **changed)
    assert refused.value.field == field
    assert not LogStream.objects.exists()


def test_data_that_must_stay_in_a_region_goes_to_no_other() -> None:
    bound = factories.tenant(tags=["EU-only"])
    for region in ("", "US"):
        with pytest.raises(InvalidInput) as refused:
            create(bound, region=region)
        assert refused.value.field == "region"
    assert create(bound, region="eu").stream.region == "EU"


def test_there_is_an_end_to_the_number_of_streams(tenant: Tenant) -> None:
    for _ in range(MOST_STREAMS):
        create(tenant)
    with pytest.raises(InvalidInput):
        create(tenant)
    assert create(factories.tenant()).stream.pk


def test_another_tenant_and_the_site_are_out_of_reach(tenant: Tenant) -> None:
    theirs, sites = stream_of(factories.tenant()), stream_of(None)
    facts = facts_in(tenant, user_is_staff=True)
    for row in (theirs, sites):
        for change in CHANGES:
            with pytest.raises(NotAllowed):
                change(facts=facts, stream=row)
    for whose in (theirs.tenant, None):
        with pytest.raises(NotAllowed):
            create(whose, facts)
    assert LogStream.objects.count() == 2
    assert not Event.objects.exists()


def test_a_pause_is_told_and_nothing_is_lost(tenant: Tenant) -> None:
    factories.member(tenant, roles=["admin"])
    stream, hand, clock = stream_of(tenant), Hand(), Clock()
    facts = facts_in(tenant)
    assert pause_stream(facts=facts, stream=stream, reason="maintenance")
    assert not pause_stream(facts=facts, stream=stream)
    [written] = write(tenant.pk)
    assert send(stream, hand, clock) == 0
    assert resume_stream(facts=facts, stream=stream)
    assert not resume_stream(facts=facts, stream=stream)
    clock.move(seconds=5)
    assert send(stream, hand, clock) >= 3, "the pause itself arrives as well"
    assert str(written) in hand.ids
    assert Notice.objects.filter(kind=NoticeKind.STREAM_STOPPED).count() == 1


def test_a_removal_is_told_and_takes_what_was_refused(tenant: Tenant) -> None:
    factories.member(tenant, roles=["admin"])
    stream = stream_of(tenant)
    DeadLetter.objects.create(stream=stream, event=uuid4(), reason="HTTP 400")
    assert remove_stream(facts=facts_in(tenant), stream=stream, reason="over")
    assert not remove_stream(facts=facts_in(tenant), stream=stream)
    assert not DeadLetter.objects.exists()
    assert '"refused":1' in Event.objects.get(kind="siem.removed").body
    assert Notice.objects.filter(kind=NoticeKind.STREAM_STOPPED).count() == 1


def test_a_test_event_arrives_as_any_other_even_in_an_outage(tenant: Tenant) -> None:
    stream, hand, clock = stream_of(tenant), Hand(), Clock()
    LogStream.objects.update(failures=9, next_at=clock.now + timedelta(hours=1))
    event = send_test_event(facts=facts_in(tenant), stream=stream)
    clock.move(seconds=5)
    assert send(stream, hand, clock) == 1
    assert hand.ids == [str(event)]


def test_refused_events_are_offered_again_all_or_some(tenant: Tenant) -> None:
    stream = stream_of(tenant)
    one, two = (
        DeadLetter.objects.create(stream=stream, event=uuid4(), reason="x") for _ in range(2)
    )
    other = DeadLetter.objects.create(stream=stream_of(tenant), event=uuid4(), reason="x")
    facts = facts_in(tenant)
    assert replay_refused(facts=facts, stream=stream, letters=[one.pk, other.pk]) == 1
    assert replay_refused(facts=facts, stream=stream) == 1
    assert replay_refused(facts=facts, stream=stream) == 0
    for row, asked in ((one, True), (two, True), (other, False)):
        row.refresh_from_db()
        assert (row.replay_at is not None) == asked
    assert Event.objects.filter(kind="siem.replayed").count() == 2


def test_a_stream_of_the_site_is_for_its_operators() -> None:
    facts = RequestFacts(now=timezone.now(), user="7", path="/x/")
    with pytest.raises(NotAllowed):
        create(None, facts)
    assert create(None).stream.tenant is None


def test_a_replaced_secret_signs_for_a_day_and_is_then_deleted(tenant: Tenant) -> None:
    made, facts = create(tenant, sink=Sink.VERIFICATIONS), facts_in(tenant)
    new = replace_secret(facts=facts, stream=made.stream)
    row = LogStream.objects.get()
    assert (row.secret.reveal(), row.old_secret.reveal()) == (new, made.secret)
    assert new.startswith("whsec_")
    assert new != made.secret
    until = facts.now + OLD_SECRET_KEPT
    assert row.old_secret_until == until
    said = Event.objects.get(kind="siem.secret_replaced").body
    assert new not in said
    assert made.secret not in said
    assert forget_old_secrets(now=until - timedelta(seconds=1)) == 0
    assert forget_old_secrets(now=until) == 1
    row.refresh_from_db()
    assert (bool(row.old_secret), row.old_secret_until) == (False, None)
    assert row.secret.reveal() == new


def test_a_secret_that_is_replaced_twice_ends_at_once(tenant: Tenant) -> None:
    made, facts = create(tenant), facts_in(tenant)
    first = replace_secret(facts=facts, stream=made.stream)
    second = replace_secret(facts=facts, stream=made.stream)
    row = LogStream.objects.get()
    assert (row.old_secret.reveal(), row.secret.reveal()) == (first, second)


def test_the_token_of_a_receiver_is_not_ours_to_replace(tenant: Tenant) -> None:
    row = stream_of(tenant, sink="splunk", secret="hec-token")
    with pytest.raises(InvalidInput) as refused:
        replace_secret(facts=facts_in(tenant), stream=row)
    assert refused.value.field == "sink"
    row.refresh_from_db()
    assert row.secret.reveal() == "hec-token"


def test_verifications_are_told_in_a_tenant_alone(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(None, sink=Sink.VERIFICATIONS)
    assert refused.value.field == "sink"
    assert create(tenant, sink=Sink.VERIFICATIONS).secret.startswith("whsec_")
