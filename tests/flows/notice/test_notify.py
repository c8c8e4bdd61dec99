"""A notice goes to every e-mail address, once, is tried again when it fails and breaks nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.channels.providers.memory import SENT
from otpguard.core.assurance import Channel
from otpguard.core.events.notice import NoticeFailed
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.flows.due import LEASE
from otpguard.flows.notice.notify import TRIES, WAITS, notify, send_notice
from otpguard.models import Event, Notice, NoticeEmail, RouteSwitch
from otpguard.notices.kinds import NoticeKind
from otpguard.testing import captured_events, send_notices
from otpguard.testing.racing import race
from tests import factories
from tests.flows.delivery.setting import providers

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)
NUMBER = "+12015550123"


class TakesOver:
    """A provider during whose call the lease lapses and another worker sends the same notice."""

    capabilities = Capabilities(channels=frozenset({Channel.EMAIL}))
    outcome: Outcome = Accepted()
    asked = 0

    def send(self, message: OutboundMessage) -> Outcome:
        """Let the other worker run to its end first, then answer."""
        TakesOver.asked += 1
        if TakesOver.asked == 1:
            send_notice(notice_id=message.key, now=timezone.now() + LEASE + SECOND)
            return TakesOver.outcome
        return Accepted()


def told(*, to: Any = None, kind: NoticeKind = NoticeKind.RECOVERY_ISSUED, **known: Any) -> Notice:
    """One ordered notice to the account of somebody."""
    person = to or factories.user()
    facts = factories.facts(person, host="acme.example")
    assert notify(facts=facts, kind=kind, user_id=str(person.pk), **known) >= 1
    return Notice.objects.latest("created_at")


def send(notice: Notice, *, at: datetime | None = None) -> Outcome | None:
    outcome = send_notice(notice_id=str(notice.pk), now=at or timezone.now())
    notice.refresh_from_db()
    return outcome


def events() -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.order_by("pk")
    return [(row.kind, json.loads(row.body)["data"]) for row in rows]


# --- ordering ----------------------------------------------------------------------------------


def test_every_email_and_the_old_number_are_told() -> None:
    kim = factories.user("kim")
    for email in ("one@example.org", "two@example.org"):
        NoticeEmail.objects.create(
            user=kim, email=email, email_index=email, confirmed_at=timezone.now()
        )
    ordered = notify(
        facts=factories.facts(kim),
        kind=NoticeKind.FACTOR_CHANGED,
        user_id=str(kim.pk),
        also_to_number=NUMBER,
        context={"number": "+12015550199", "usable_from": "2026-05-01T12:00:00Z"},
    )
    assert ordered == 4
    assert send_notices() == 4
    assert sorted((m.channel, m.to) for m in SENT) == [
        ("email", "kim@example.com"),
        ("email", "one@example.org"),
        ("email", "two@example.org"),
        ("sms", NUMBER),
    ]
    assert all(message.code is None for message in SENT)
    assert "+1 ••• ••99" in SENT[0].text
    assert "2026-05-01 12:00 UTC" in SENT[0].text


def test_a_notice_carries_the_tenants_brand_and_where_to_go(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.notices.pages"
    settings.OTPGUARD = {**settings.OTPGUARD, "SUPPORT_URL": "https://help.acme.example/"}
    tenant = factories.tenant(brand="Acme")
    told(tenant_id=str(tenant.pk))
    send_notices()
    assert SENT[-1].subject == "Acme: New recovery codes were made"
    assert "https://acme.example/security/" in SENT[-1].text
    assert "https://help.acme.example/" in SENT[-1].text


def test_a_notice_without_a_tenant_carries_the_sites_brand() -> None:
    told()
    send_notices()
    assert SENT[-1].subject.startswith("this service: ")


def test_what_was_rolled_back_tells_nobody(redis_client: Any) -> None:
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert Notice.objects.count() == 0
    assert redis_client.llen("celery") == 0


def test_a_worker_hears_of_each_notice_after_the_commit(redis_client: Any) -> None:
    with transaction.atomic():
        told()
        assert redis_client.llen("celery") == 0
    assert redis_client.llen("celery") == 1


def test_somebody_who_cannot_be_told_is_an_event_and_no_error() -> None:
    person = factories.user(email="")
    with captured_events() as written:
        kind = NoticeKind.RECOVERY_USED
        assert notify(facts=factories.facts(person), kind=kind, user_id=str(person.pk)) == 0
    assert [(e["kind"], e["subject"], e["data"]["reason"]) for e in written] == [
        (NoticeFailed.code, str(person.pk), "no e-mail address")
    ]


def test_a_detail_that_a_kind_does_not_take_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match='does not name "name"'):
        told(context={"name": "Kim's key"})
    assert Notice.objects.count() == 0


def test_destination_and_details_lie_encrypted_and_the_details_only_until_it_is_sent() -> None:
    notice = told(kind=NoticeKind.RECOVERY_USED, context={"left": "7"})
    row = Notice.objects.filter(pk=notice.pk)
    assert "@" not in str(row.values_list("destination", "context"))
    assert json.loads(row.get().context.reveal())["details"] == {"left": "7"}
    send(notice)
    assert not notice.context


# --- sending -----------------------------------------------------------------------------------


def test_a_sent_notice_is_not_sent_again_and_leaves_an_event() -> None:
    notice = told()
    assert isinstance(send(notice), Accepted)
    assert send(notice) is None
    assert len(SENT) == 1
    assert (notice.state, notice.tries, notice.lease_until) == ("sent", 1, None)
    assert notice.sent_at is not None
    told_of = {"notice": "recovery_issued", "channel": "email", "test_number": False}
    assert events() == [("notice.sent", told_of)]


def test_of_many_workers_at_once_one_sends() -> None:
    pk = str(told().pk)
    outcomes = race(lambda: send_notice(notice_id=pk, now=timezone.now()), threads=8)
    assert len([outcome for outcome in outcomes if outcome is not None]) == 1
    assert len(SENT) == 1


def test_a_notice_that_is_gone_is_nothing_to_do() -> None:
    gone = "00000000-0000-4000-8000-000000000000"
    assert send_notice(notice_id=gone, now=timezone.now()) is None


def test_a_worker_that_died_is_taken_over_when_its_lease_lapses() -> None:
    notice = told()
    now = timezone.now()
    factories.age(notice, state="sending", lease_until=now + LEASE, tries=1)
    assert send(notice, at=now) is None
    assert isinstance(send(notice, at=now + LEASE + SECOND), Accepted)


def test_a_vendor_that_is_away_is_tried_five_times_with_growing_waits(settings: Any) -> None:
    settings.OTPGUARD = providers(email="unavailable")
    notice = told()
    now = timezone.now()
    for wait in WAITS:
        assert isinstance(send(notice, at=now), Unavailable)
        assert (notice.state, notice.lease_until) == ("queued", now + wait)
        assert notice.outcome == "configured to be away"
        assert send(notice, at=now + wait - 9 * SECOND) is None, "not before its time"
        assert events() == []
        now += wait
    send(notice, at=now)
    assert (notice.state, notice.tries) == ("failed", TRIES)
    [(kind, data)] = events()
    assert (kind, data["reason"]) == ("notice.failed", "configured to be away")
    assert send(notice, at=now + timedelta(days=1)) is None


def test_a_later_try_that_succeeds_is_the_last(settings: Any) -> None:
    settings.OTPGUARD = providers(email="unavailable")
    notice = told()
    now = timezone.now()
    send(notice, at=now)
    settings.OTPGUARD = providers(email="delivered")
    assert isinstance(send(notice, at=now + WAITS[0]), Accepted)
    assert (notice.state, notice.tries) == ("sent", 2)
    assert [m.key for m in SENT] == [str(notice.pk)], "one key for all tries"


def test_a_refusal_is_final_at_once(settings: Any) -> None:
    settings.OTPGUARD = providers(email="refused")
    notice = told()
    assert isinstance(send(notice), Refused)
    assert (notice.state, notice.tries) == ("failed", 1)
    assert [kind for kind, _ in events()] == ["notice.failed"]


def test_a_channel_without_a_provider_fails_with_an_event_and_tells_the_others(
    settings: Any,
) -> None:
    settings.OTPGUARD = providers(sms="delivered")
    told(kind=NoticeKind.FACTOR_CHANGED, also_to_number=NUMBER)
    assert send_notices() == 2
    assert [m.channel for m in SENT] == ["sms"]
    failed = Notice.objects.get(state="failed")
    assert (failed.channel, failed.tries) == ("email", 1)
    assert failed.outcome == "no provider is configured for this channel"
    assert {kind for kind, _ in events()} == {"notice.failed", "notice.sent"}


def test_the_first_provider_in_the_sites_order_is_taken(settings: Any) -> None:
    memory = providers(email="delivered")["PROVIDERS"]["email"]
    away = providers(email="refused")["PROVIDERS"]["email"]
    settings.OTPGUARD = {"PROVIDERS": {"away": away, "email": memory}, "ROUTES": ["email", "away"]}
    told()
    send_notices()
    assert len(SENT) == 1


def test_a_provider_of_codes_only_is_passed_over(settings: Any) -> None:
    codes = {
        "BACKEND": "otpguard.channels.providers.twilio_verify.TwilioVerify",
        "OPTIONS": {
            "user": "AC" + "0" * 32,
            "password": "-",
            "service_sid": "VA" + "0" * 32,
            "channels": ["email"],
        },
    }
    memory = providers(email="delivered")["PROVIDERS"]["email"]
    settings.OTPGUARD = {"PROVIDERS": {"codes": codes, "email": memory}}
    told()
    send_notices()
    assert len(SENT) == 1


def test_a_notice_under_a_lost_key_fails_instead_of_being_tried_for_ever() -> None:
    with override_settings(OTPGUARD={"ROOT_KEYS": ["a key that is lost by now"]}):
        notice = told()
    assert isinstance(send(notice), Refused)
    assert notice.state == "failed"
    assert "UndecryptableError" in notice.outcome


def test_a_kind_from_another_release_fails_with_its_reason() -> None:
    notice = told()
    factories.age(notice, kind="moon_full")
    assert isinstance(send(notice), Refused)
    assert notice.outcome == "cannot be put in words: ValueError"


def test_a_notice_that_ends_every_worker_is_given_up() -> None:
    notice = told()
    now = timezone.now()
    for _ in range(TRIES):
        factories.age(notice, state="sending", lease_until=now, tries=notice.tries + 1)
        now += LEASE
    assert isinstance(send(notice, at=now), Refused)
    assert notice.state == "failed"
    assert not SENT
    assert [kind for kind, _ in events()] == ["notice.failed"]


@pytest.mark.parametrize("late", [Accepted(), Unavailable(reason="late"), Refused(reason="late")])
def test_a_worker_that_comes_back_late_does_not_undo_what_another_recorded(
    settings: Any, late: Outcome
) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"slow": {"BACKEND": f"{__name__}.TakesOver"}}}
    TakesOver.asked, TakesOver.outcome = 0, late
    notice = told()
    send(notice)
    assert (notice.state, notice.tries) == ("sent", 2)
    assert [kind for kind, _ in events()] == ["notice.sent"], "one event for one notice"


def test_a_route_that_an_operator_switched_off_carries_no_notice(settings: Any) -> None:
    settings.OTPGUARD = providers(email="delivered")
    notice = told()
    switch = RouteSwitch.objects.create(channel="email", reason="pumping")
    outcome = send(notice)
    assert isinstance(outcome, Unavailable)
    assert SENT == []
    notice.refresh_from_db()
    assert notice.state == "queued", "it is tried again when the switch has ended"
    factories.age(switch, ended_at=timezone.now())
    assert isinstance(send(notice, at=timezone.now() + WAITS[0]), Accepted)


def test_a_notice_goes_to_no_number_whose_holder_stopped_messages(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="delivered", email="delivered")
    factories.opt_out(NUMBER)
    told(kind=NoticeKind.FACTOR_CHANGED, also_to_number=NUMBER)
    send_notices()
    assert [m.channel for m in SENT] == ["email"]
    kept_back = Notice.objects.get(channel="sms")
    assert (kept_back.state, kept_back.outcome) == (
        "failed",
        "the person has stopped messages to this number",
    )
