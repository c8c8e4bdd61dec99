"""A service is called for each outcome of its verifications: signed, once, and told no number.

The receiver is a real server on loopback, over TLS.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.delivery.fallback import Fallen, fall_back
from otpguard.flows.siem.due_streams import enqueue_due_streams
from otpguard.flows.siem.send import send_stream
from otpguard.flows.siem.stream_change import pause_stream, resume_stream, send_test_event
from otpguard.flows.sweep import sweep
from otpguard.flows.verification.check import cancel_verification, check_verification
from otpguard.flows.verification.start import start_verification
from otpguard.models import Challenge, DeadLetter, LogStream, Tenant, Verification
from otpguard.siem import receivers
from otpguard.testing.vendor_server import Reply, Vendor
from otpguard.transport.exchange import Deadlines
from tests import factories
from tests.flows.audit.logging import wait_for_others
from tests.flows.setting import sent_code, wrong
from tests.flows.siem.streaming import Clock, stream_of
from tests.flows.verification.asking import NUMBER, key_of, wanted
from tests.models.rows import postgres_only
from tests.siem.receiving import https_receiver, options, url_of

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "whsec_" + b64encode(b"k" * 32).decode()


@pytest.fixture(autouse=True)
def _settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SIEM": options()}
    monkeypatch.setattr(receivers, "DEADLINES", Deadlines(connect=1, read=1))


@pytest.fixture
def server() -> Iterator[Vendor]:
    with https_receiver() as running:
        yield running


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def hook(tenant: Tenant, server: Vendor, **more: Any) -> LogStream:
    """A webhook of the tenant's verifications, from now on."""
    known = {"sink": "verifications", "url": f"{url_of(server)}/hook", "secret": SECRET}
    return stream_of(tenant, **{**known, **more})


def start(tenant: Tenant, **given: Any) -> Verification:
    facts = factories.facts(None, tenant)
    key = given.pop("key", None) or key_of(tenant)[0]
    return start_verification(facts=facts, key=key, wanted=wanted(**given)).verification


def send(stream: LogStream, clock: Clock | None = None) -> int:
    """One turn of a worker with the real sender."""
    wait_for_others()
    found = send_stream(stream_id=str(stream.pk), clock=clock or Clock())
    stream.refresh_from_db()
    return found


def told(server: Vendor) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in server.received]


def facts_now(tenant: Tenant) -> Any:
    return factories.facts(None, tenant, now=timezone.now())


def verify(row: Verification) -> None:
    code = sent_code(row.challenge)
    assert check_verification(facts=facts_now(row.tenant), verification=row, code=code).verified


def exhaust(row: Verification) -> None:
    code = wrong(sent_code(row.challenge))
    for _ in range(5):
        check_verification(facts=facts_now(row.tenant), verification=row, code=code)


def cancel(row: Verification) -> None:
    assert cancel_verification(facts=facts_now(row.tenant), verification=row)


def expire(row: Verification) -> None:
    Challenge.objects.filter(pk=row.challenge_id).update(expires_at=timezone.now())
    sweep(now=timezone.now())


def fail_to_deliver(row: Verification) -> None:
    assert row.challenge is not None
    sent_code(row.challenge)
    with transaction.atomic():
        fall_back(
            [Fallen(challenge=row.challenge, reason="invalid_number", final=True)],
            now=timezone.now(),
        )


@pytest.mark.parametrize(
    ("end", "kind", "state"),
    [
        (verify, "verification.verified", "verified"),
        (exhaust, "verification.failed", "exhausted"),
        (cancel, "verification.canceled", "canceled"),
        (expire, "verification.expired", "expired"),
        (fail_to_deliver, "verification.undelivered", "open"),
    ],
)
def test_each_outcome_is_told_once_and_names_no_number_and_no_code(
    tenant: Tenant, server: Vendor, end: Any, kind: str, state: str
) -> None:
    stream = hook(tenant, server)
    row = start(tenant, action="payout", audit_metadata={"user": "u-17"})
    assert row.challenge is not None
    code = sent_code(row.challenge)
    end(row)
    assert send(stream) == 1
    clock = Clock()
    clock.move(seconds=5)
    assert send(stream, clock) == 0, "it was told"
    [message] = told(server)
    assert (message["type"], message["data"]["state"]) == (kind, state)
    data = message["data"]
    assert (data["id"], data["action"], data["channel"]) == (str(row.pk), "payout", "sms")
    assert datetime.fromisoformat(message["timestamp"]).tzinfo is not None
    # Digits of ids and times may be those of a number by chance.
    named = {**data, "id": "", "audit_event": "", "created_at": ""}
    for hidden in (code, NUMBER, NUMBER[-4:], "u-17"):
        assert hidden not in json.dumps(named)
    assert set(named) == {"id", "action", "channel", "audit_event", "created_at", "state"}


def test_it_is_signed_over_id_time_and_body_and_by_the_old_secret_too(
    tenant: Tenant, server: Vendor
) -> None:
    old = "whsec_" + b64encode(b"o" * 32).decode()
    until = timezone.now() + timedelta(hours=1)
    stream = hook(tenant, server, old_secret=old, old_secret_until=until)
    cancel(start(tenant))
    send(stream)
    [received] = server.received
    signed = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}."
    raw = signed.encode() + received.body
    wanted_by = [
        "v1,"
        + b64encode(hmac.new(b64decode(each.removeprefix("whsec_")), raw, sha256).digest()).decode()
        for each in (SECRET, old)
    ]
    assert received.headers["webhook-signature"].split(" ") == wanted_by


def test_after_its_time_the_old_secret_signs_nothing(tenant: Tenant, server: Vendor) -> None:
    stream = hook(tenant, server, old_secret=SECRET, old_secret_until=timezone.now())
    cancel(start(tenant))
    send(stream)
    assert " " not in server.received[0].headers["webhook-signature"]


def test_what_is_no_verification_of_this_tenant_is_told_to_nobody_here(
    tenant: Tenant, server: Vendor
) -> None:
    other = factories.tenant()
    stream = hook(tenant, server)
    cancel(start(other))
    visitor = start(tenant)
    Verification.objects.filter(pk=visitor.pk).update(challenge=None)
    assert visitor.challenge_id is not None
    Verification.objects.filter(pk=visitor.pk).delete()
    with transaction.atomic():
        cancel_open(facts_now(tenant), Challenge.objects.filter(pk=visitor.challenge_id), "x")
    assert send(stream) == 0
    assert server.received == []


def test_a_test_is_told_to_its_own_receiver_alone(tenant: Tenant, server: Vendor) -> None:
    stream, another = hook(tenant, server), hook(tenant, server)
    facts = facts_now(tenant)
    event = send_test_event(facts=facts, stream=stream)
    assert (send(stream), send(another)) == (1, 0)
    assert [each["type"] for each in told(server)] == ["webhook.tested"]
    assert server.received[0].headers["webhook-id"] == str(event)


def test_an_error_of_the_receiver_is_tried_again_under_the_same_id(
    tenant: Tenant, server: Vendor
) -> None:
    stream, clock = hook(tenant, server), Clock()
    key = key_of(tenant)[0]
    cancel(start(tenant, key=key))
    cancel(start(tenant, key=key, to="+12015550124"))
    clock.move(seconds=5)
    server.reply = Reply(500)
    assert send(stream, clock) == 0
    assert (stream.failures, stream.trouble, len(server.received)) == (1, "HTTP 500", 1)
    assert send(stream, clock) == 0, "it waits first"
    server.reply = None
    clock.now = stream.next_at
    assert send(stream, clock) == 2
    first, again, second = server.received
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body
    assert second.headers["webhook-id"] != again.headers["webhook-id"]
    assert stream.failures == 0


@pytest.mark.parametrize("mood", ["hang", "drop", "rubbish"])
def test_a_receiver_that_does_not_answer_is_waited_for(
    tenant: Tenant, server: Vendor, mood: Any
) -> None:
    stream = hook(tenant, server)
    cancel(start(tenant))
    server.mood = mood
    assert send(stream) == 0
    assert stream.failures == 1
    server.mood = "answer"
    clock = Clock()
    clock.now = stream.next_at
    assert send(stream, clock) == 1


def test_one_that_is_down_is_waited_for(tenant: Tenant) -> None:
    with https_receiver() as gone:
        stream = hook(tenant, gone)
    gone.server_close()
    cancel(start(tenant))
    assert send(stream) == 0
    assert stream.trouble.startswith("no connection")


def test_a_redirect_is_not_followed(tenant: Tenant, server: Vendor) -> None:
    stream = hook(tenant, server)
    cancel(start(tenant))
    with https_receiver() as elsewhere:
        server.reply = Reply(307, b"", {"Location": url_of(elsewhere)})
        assert send(stream) == 0
        assert elsewhere.received == []
    assert stream.trouble == "HTTP 307"


def test_a_local_address_is_not_called(settings: Any, tenant: Tenant, server: Vendor) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SIEM": {"CA_FILE": options()["CA_FILE"]}}
    stream = hook(tenant, server)
    cancel(start(tenant))
    assert send(stream) == 0
    assert stream.trouble.startswith("the host is inside")
    assert server.connections == 0


def test_one_message_that_is_refused_does_not_hold_up_the_others(
    tenant: Tenant, server: Vendor
) -> None:
    stream, key = hook(tenant, server), key_of(tenant)[0]
    rows = [start(tenant, key=key, to=f"+1201555012{last}") for last in range(4)]
    for row in rows:
        cancel(row)
    bad = str(rows[2].pk)
    server.rule = lambda received: Reply(422 if received.json["data"]["id"] == bad else 204)
    assert send(stream) == 3
    assert sorted(each["data"]["id"] for each in told(server)) == sorted(str(r.pk) for r in rows)
    assert DeadLetter.objects.get().reason == "HTTP 422"


@postgres_only
def test_of_two_workers_at_once_one_calls(tenant: Tenant, server: Vendor) -> None:
    stream, key = hook(tenant, server), key_of(tenant)[0]
    for last in range(5):
        cancel(start(tenant, key=key, to=f"+1201555012{last}"))
    wait_for_others()
    barrier = Barrier(2)

    def work() -> None:
        barrier.wait()
        send_stream(stream_id=str(stream.pk), clock=timezone.now)
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [each.headers["webhook-id"] for each in server.received]
    assert (len(ids), len(set(ids))) == (5, 5)


def test_of_a_suspended_tenant_nothing_is_told_until_it_is_active_again(
    tenant: Tenant, server: Vendor
) -> None:
    stream, clock = hook(tenant, server), Clock()
    cancel(start(tenant))
    clock.move(seconds=5)
    Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.SUSPENDED)
    assert send(stream, clock) == 0, "also one that was enqueued before"
    assert enqueue_due_streams(clock.now) == 0
    assert server.received == []
    Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.ACTIVE)
    clock.move(seconds=5)
    assert enqueue_due_streams(clock.now) == 1
    assert send(stream, clock) == 1


def test_one_that_is_switched_off_is_told_nothing_until_it_goes_on(
    tenant: Tenant, server: Vendor
) -> None:
    stream, clock = hook(tenant, server), Clock()
    facts = facts_now(tenant)
    assert pause_stream(facts=facts, stream=stream)
    cancel(start(tenant))
    clock.move(seconds=5)
    assert send(stream, clock) == 0
    assert resume_stream(facts=facts, stream=stream)
    assert send(stream, clock) == 1
