"""A service has a number proven: by the caps of a stranger, once for each request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.audit.private import decrypt_private
from otpguard.channels.providers.memory import SENT
from otpguard.core.pumping.attempt import SpendLane
from otpguard.exceptions import InvalidInput, StartRefused, StoreUnavailable
from otpguard.flows.verification.start import (
    IN_WORK,
    KEPT,
    RequestRepeated,
    StartedVerification,
    start_verification,
)
from otpguard.models import (
    Challenge,
    Event,
    Grant,
    KeyRecord,
    PumpingDecision,
    Tenant,
    Usage,
    Verification,
)
from otpguard.testing import send_queued
from tests import factories
from tests.flows.verification.asking import NUMBER, key_of, wanted
from tests.models.rows import postgres_only
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


@pytest.fixture
def key(tenant: Tenant) -> KeyRecord:
    return key_of(tenant)[0]


def start(
    key: KeyRecord, request_key: str = "", *, after: Any = None, **given: Any
) -> StartedVerification:
    now = timezone.now() + (after or timedelta(0))
    return start_verification(
        facts=factories.facts(None, key.tenant, now=now),
        key=key,
        wanted=wanted(**given),
        request_key=request_key,
        body=repr(sorted(given.items())).encode(),
    )


def started_of(key: KeyRecord, numbers: Iterable[str], **given: Any) -> int:
    """How many are started before one is refused."""
    count = 0
    for number in numbers:
        try:
            start(key, to=number, **given)
        except StartRefused:
            return count
        count += 1
    return count


def test_a_code_goes_to_the_number_and_nobody_gets_a_grant(key: KeyRecord) -> None:
    started = start(key)
    send_queued()
    assert [each.to for each in SENT] == [NUMBER]
    challenge = started.verification.challenge
    assert challenge is not None
    assert (challenge.tenant_id, challenge.user_id, challenge.sid) == (key.tenant_id, None, "")
    assert not Grant.objects.exists()


def test_it_counts_as_a_stranger_whatever_the_key_has_proven_before(key: KeyRecord) -> None:
    start(key)
    start(key, to="+12015550124")
    lanes = set(Challenge.objects.values_list("spend_lane", flat=True))
    assert lanes == {SpendLane.STRANGER.value}
    browsers = set(Challenge.objects.values_list("browser", flat=True))
    assert len(browsers) == 2, "each verification is a browser of its own"


def test_the_profile_strict_counts_by_the_narrower_caps(key: KeyRecord) -> None:
    Tenant.objects.update(
        created_at=timezone.now() - timedelta(days=400), usage_signal_at=timezone.now()
    )
    key.tenant.refresh_from_db()
    limits = []
    for profile in ("standard", "strict"):
        numbers = (f"+1201555{1000 + each}" for each in range(60))
        limits.append(started_of(key, numbers, velocity_profile=profile))
        Usage.objects.all().delete()
        Challenge.objects.all().delete()
    assert limits[1] < limits[0]


def test_the_entry_in_the_log_has_its_user_encrypted(key: KeyRecord) -> None:
    row = start(key, audit_metadata={"user": "u-17", "action": "payout"}).verification
    assert row.event is not None
    event = Event.objects.get(pk=row.event)
    assert (event.kind, event.tenant_id) == ("verification.asked", key.tenant_id)
    assert "u-17" not in event.body
    assert NUMBER not in event.body
    assert decrypt_private(event)["target"] == "payout · u-17"


def test_the_same_request_is_answered_alike_and_sends_nothing_again(key: KeyRecord) -> None:
    first, again = start(key, "r1"), start(key, "r1")
    assert (again.verification.pk, again.repeated) == (first.verification.pk, True)
    assert Challenge.objects.count() == 1


def test_the_same_request_key_with_another_body_is_refused(key: KeyRecord) -> None:
    start(key, "r1")
    with pytest.raises(RequestRepeated) as caught:
        start(key, "r1", to="+12015550124")
    assert not caught.value.in_work


def test_a_request_that_is_being_worked_on_is_not_begun_twice(key: KeyRecord) -> None:
    Verification.objects.create(tenant=key.tenant, key=key, request_key="r1", browser="x")
    with pytest.raises(RequestRepeated) as caught:
        start(key, "r1")
    assert caught.value.in_work
    assert not start(key, "r1", after=IN_WORK * 2).repeated, (
        "the process that worked on it has gone"
    )


def test_after_a_day_a_request_key_is_free_again(key: KeyRecord) -> None:
    first = start(key, "r1")
    assert start(key, "r1", after=KEPT / 2).repeated
    later = start(key, "r1", after=KEPT + IN_WORK)
    assert later.verification.pk != first.verification.pk


def test_keys_do_not_share_their_requests(key: KeyRecord) -> None:
    other = key_of(factories.tenant())[0]
    assert start(key, "r1").verification.pk != start(other, "r1").verification.pk


def test_a_refused_request_may_be_sent_again(key: KeyRecord, settings: Any) -> None:
    with pytest.raises(StartRefused):
        start(key, "r1", to="+9607712345")
    assert not Verification.objects.exists()
    assert (
        PumpingDecision.objects.exists()
        or Event.objects.filter(kind="challenge.start_refused").exists()
    ), "why is on record"
    assert not start(key, "r1").repeated


def test_a_number_has_its_caps_whoever_asks(key: KeyRecord) -> None:
    assert 0 < started_of(key, [NUMBER] * 20) < 20


def test_another_organization_is_not_named(key: KeyRecord) -> None:
    other = factories.tenant()
    for named in (other.slug, str(other.pk)):
        with pytest.raises(InvalidInput):
            start(key, audit_metadata={"tenant": named})
    start(key, audit_metadata={"tenant": key.tenant.slug})


def test_a_sender_must_be_one_of_here(key: KeyRecord) -> None:
    factories.whatsapp_sender(factories.tenant(), account="theirs", template="theirs")
    mine = factories.whatsapp_sender(key.tenant, account="mine", template="codes")
    for given in (
        {"whatsapp_business_account": "theirs"},
        {"whatsapp_template_name": "theirs"},
    ):
        with pytest.raises(InvalidInput):
            start(key, **given)
    start(key, whatsapp_business_account=mine.account, whatsapp_template_name=mine.template)


def test_an_action_that_is_a_checkpoint_needs_more_than_a_number(key: KeyRecord) -> None:
    assert start(key, action="billing_change").requires_step_up
    assert not start(key, to="+12015550124", action="newsletter").requires_step_up


def test_a_suspended_organization_gets_no_code(key: KeyRecord) -> None:
    Tenant.objects.update(status="suspended")
    with pytest.raises(StartRefused):
        start(key)


def test_without_a_store_nothing_is_sent(key: KeyRecord) -> None:
    with no_answer(), pytest.raises(StoreUnavailable):
        start(key)
    assert not Verification.objects.exists()


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_one_request_that_comes_twice_at_once_sends_once() -> None:
    tenant = factories.tenant()
    key, _secret = key_of(tenant)
    ready = Barrier(2)
    said: list[str] = []

    def ask() -> None:
        ready.wait(20)
        try:
            facts = factories.facts(None, tenant)
            told = start_verification(
                facts=facts, key=key, wanted=wanted(), request_key="order-7", body=b"{}"
            )
            said.append("again" if told.repeated else "new")
        except RequestRepeated as repeated:
            said.append("in work" if repeated.in_work else "another")
        finally:
            connection.close()

    threads = [Thread(target=ask) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(said) in (["again", "new"], ["in work", "new"])
    assert Verification.objects.count() == 1
    assert Challenge.objects.count() == 1
