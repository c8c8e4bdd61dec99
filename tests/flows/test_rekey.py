"""Keys rotate: what was under the old one is under the new one, and nothing is lost meanwhile."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import Model
from django.test import override_settings
from django.utils import timezone

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels.opt_outs import stopped_channels
from otpguard.core.assurance import Channel
from otpguard.core.events.challenge import ChallengeExpired
from otpguard.core.phone import parse_phone
from otpguard.factors.phone import holders_of
from otpguard.flows import rekey
from otpguard.models import (
    Challenge,
    Event,
    Factor,
    KeptForm,
    Notice,
    NoticeEmail,
    PhoneClaim,
    Usage,
)
from tests import factories
from tests.models.rows import anonymous, claim, mailed, number_release, pumping_decision

pytestmark = pytest.mark.django_db
OLD, NEW = "the old root key of these tests", "the new root key of these tests"
NUMBER = "+12015550123"
EMAIL = "Kim@example.org"


def keys(*roots: str, index: tuple[str, ...] = (OLD,)) -> override_settings:
    return override_settings(OTPGUARD={"ROOT_KEYS": list(roots), "INDEX_KEYS": list(index)})


def run(batch: int = 500) -> list[rekey.Progress]:
    return list(rekey.rekey(batch=batch))


def rewritten(batch: int = 500) -> int:
    return sum(done.rewritten for done in run(batch) if done.finished)


def challenge(factor: Factor) -> Challenge:
    return Challenge.objects.create(
        seed=os.urandom(16),
        key_id=vault.key_ids()[0],
        sid="sid",
        story=uuid4(),
        user=factor.user,
        checkpoint="api_key",
        level=2,
        primary="password",
        factor=factor,
        target="key 'ci'",
        destination=factor.secret,
        phone_index=factor.phone_index,
        net=json.dumps({"client_ip": "203.0.113.7"}),
        expires_at=timezone.now() + timedelta(minutes=5),
    )


def kept_form(factor: Factor) -> KeptForm:
    return KeptForm.objects.create(
        sid="sid",
        user=factor.user,
        story=uuid4(),
        path="/keys/",
        body='{"name": ["ci"]}',
        expires_at=timezone.now() + timedelta(minutes=10),
    )


def test_every_encrypted_column_is_found() -> None:
    found = {
        f"{model.__name__}.{name}"
        for model in rekey.tables()
        for name in rekey.encrypted_fields(model)
    }
    assert found >= {
        "Factor.secret",
        "Challenge.target",
        "Challenge.destination",
        "Challenge.net",
        "KeptForm.body",
        "Notice.destination",
        "Notice.context",
        "NoticeEmail.email",
    }


def test_after_a_rekey_the_old_root_key_can_go() -> None:
    with keys(OLD):
        factor = factories.phone_factor(factories.user(), NUMBER)
        asked, form = challenge(factor), kept_form(factor)
    with keys(NEW, OLD):
        assert rewritten() == 3
    with keys(NEW):
        rows: list[Model] = [factor, asked, form]
        for row in rows:
            row.refresh_from_db()
        assert factor.secret.reveal() == NUMBER
        assert asked.destination.reveal() == NUMBER
        assert asked.target.reveal() == "key 'ci'"
        assert json.loads(asked.net.reveal()) == {"client_ip": "203.0.113.7"}
        assert form.body.reveal() == '{"name": ["ci"]}'
        assert holders_of(NUMBER).get() == factor


def test_without_a_rekey_it_cannot() -> None:
    with keys(OLD):
        factor = factories.phone_factor(factories.user(), NUMBER)
    with keys(NEW), pytest.raises(vault.UndecryptableError):
        factor.secret.reveal()


def test_a_second_run_changes_nothing() -> None:
    with keys(OLD):
        challenge(factories.phone_factor(factories.user(), NUMBER))
    with keys(NEW, OLD):
        assert rewritten() == 2
        assert rewritten() == 0


def test_a_run_that_was_stopped_goes_on_where_it_was() -> None:
    with keys(OLD):
        for _ in range(5):
            factories.phone_factor(factories.user())
    with keys(NEW, OLD):
        stopped = rekey.rekey(batch=2)
        while next(stopped).rewritten < 2:
            pass
        stopped.close()
        assert rewritten(batch=2) == 3


def test_progress_counts_up_a_table_and_ends_it() -> None:
    with keys(OLD):
        for _ in range(5):
            factories.phone_factor(factories.user())
    with keys(NEW, OLD):
        steps = [(p.read, p.finished) for p in run(batch=2) if p.table == "factors"]
    assert steps == [(2, False), (4, False), (5, True)]


def test_a_number_is_found_before_during_and_after_its_index_moves() -> None:
    number = parse_phone(NUMBER, region="US")
    with keys(OLD):
        factor = factories.phone_factor(factories.user(), NUMBER)
        asked = challenge(factor)
        assert holders_of(number.e164).get() == factor
    with keys(NEW, OLD, index=(NEW, OLD)):
        assert holders_of(number.e164).get() == factor, "before the move, by the retiring key"
        run()
        assert holders_of(number.e164).get() == factor, "by both"
        factor.refresh_from_db()
        asked.refresh_from_db()
        assert factor.phone_index_old
        assert asked.phone_index == factor.phone_index
    with keys(OLD, NEW, index=(OLD,)):
        assert holders_of(number.e164).get() == factor, (
            "a process that has not heard of the new key"
        )
    with keys(NEW, index=(NEW,)):
        assert holders_of(number.e164).get() == factor, "the old key is gone"
        run()
        factor.refresh_from_db()
        assert factor.phone_index_old == ""
        assert holders_of(number.e164).get() == factor


def test_what_caps_have_counted_for_a_number_moves_along() -> None:
    with keys(OLD):
        factor = factories.phone_factor(factories.user(), NUMBER, confirmed=False)
        Usage.objects.create(
            cap="number", key=factor.phone_index, at=timezone.now(), challenge=uuid4()
        )
    with keys(NEW, OLD, index=(NEW, OLD)):
        run()
        factor.refresh_from_db()
        assert Usage.objects.get().key == factor.phone_index


def notice_email(**fields: object) -> NoticeEmail:
    fields.setdefault("user", factories.user())
    index = vault.blind_indexes(EMAIL.lower())[0]
    return NoticeEmail.objects.create(email=EMAIL, email_index=index, **fields)


def test_a_notice_and_its_email_move_to_the_new_keys() -> None:
    with keys(OLD):
        row = notice_email()
        Notice.objects.create(
            kind="factor_added", channel="email", destination=EMAIL, context='{"left": 7}'
        )
    with keys(NEW, OLD, index=(NEW, OLD)):
        assert rewritten() == 2
        assert rewritten() == 0
    with keys(NEW, index=(NEW,)):
        row.refresh_from_db()
        assert row.email.reveal() == EMAIL
        assert row.email_index == vault.blind_indexes(EMAIL.lower())[0]
        notice = Notice.objects.get()
        assert (notice.destination.reveal(), notice.context.reveal()) == (EMAIL, '{"left": 7}')


def test_an_email_that_came_in_twice_while_the_keys_moved_does_not_stop_the_run() -> None:
    kim = factories.user()
    with keys(NEW, OLD, index=(NEW, OLD)):
        moved = notice_email(user=kim)
    with keys(NEW, OLD, index=(OLD,)):
        stale = notice_email(user=kim)
        gone = notice_email(user=kim, removed_at=timezone.now())
    with keys(NEW, OLD, index=(NEW, OLD)):
        assert rewritten() == 1
        gone.refresh_from_db()
        stale.refresh_from_db()
        assert gone.email_index == moved.email_index
        assert stale.email_index != moved.email_index


def test_a_row_under_a_key_that_is_lost_stops_the_run() -> None:
    with keys(OLD):
        factories.phone_factor(factories.user(), NUMBER)
    with keys(NEW, "some other key"), pytest.raises(vault.UndecryptableError):
        run()


def test_events_are_left_as_they_are_and_counted() -> None:
    with keys(OLD):
        factories.user()
        body = _event()
    with keys(NEW, OLD):
        run()
        assert Event.objects.get().body == body
        assert rekey.events_under_older_keys() == 1


def _event() -> str:
    record(ChallengeExpired(), Circumstances(now=timezone.now(), client_ip="203.0.113.7"))
    return Event.objects.get().body


def test_an_opt_out_is_found_under_the_new_key_alone_afterwards() -> None:
    with keys(OLD, index=(OLD,)):
        row = factories.opt_out(NUMBER)
    with keys(NEW, OLD, index=(NEW, OLD)):
        assert stopped_channels(NUMBER, tenant="", now=timezone.now()) == {Channel.SMS}
        run()
        row.refresh_from_db()
        assert (row.phone_index, row.phone_index_old) == vault.blind_indexes(NUMBER)
    with keys(NEW, index=(NEW,)):
        run()
        row.refresh_from_db()
        assert (row.phone_index, row.phone_index_old) == (vault.blind_indexes(NUMBER)[0], "")
        assert row.number.reveal() == NUMBER
        assert stopped_channels(NUMBER, tenant="", now=timezone.now()) == {Channel.SMS}
        assert rewritten() == 0


def test_an_opt_out_that_was_told_again_under_the_new_key_stops_nothing() -> None:
    with keys(OLD, index=(OLD,)):
        first = factories.opt_out(NUMBER)
    with keys(NEW, OLD, index=(NEW, OLD)):
        factories.opt_out(NUMBER)
        run()
        first.refresh_from_db()
        assert first.phone_index == vault.blind_indexes(NUMBER)[1], "the other one stands for it"


def test_a_visitors_number_its_claim_and_its_caps_move_along() -> None:
    with keys(OLD, index=(OLD,)):
        asked = anonymous(NUMBER)
        row = claim(asked)
        was = asked.phone_index
        Usage.objects.create(cap="number", key=was, at=timezone.now(), challenge=asked.pk)
    with keys(NEW, OLD, index=(NEW, OLD)):
        assert rewritten() == 1
        assert rewritten() == 0
    with keys(NEW, index=(NEW,)):
        [now] = vault.blind_indexes(NUMBER)
        row = PhoneClaim.objects.get(pk=row.pk)
        assert row.number.e164 == NUMBER
        assert {row.phone_index, row.challenge.phone_index, Usage.objects.get().key} == {now}
    assert now != was


def test_decisions_and_releases_of_a_number_move_along() -> None:
    with keys(OLD, index=(OLD,)):
        decided, released = pumping_decision(NUMBER), number_release(NUMBER)
        was = decided.phone_index
    with keys(NEW, OLD, index=(NEW, OLD)):
        assert rewritten() == 2
        assert rewritten() == 0
    with keys(NEW, index=(NEW,)):
        [now] = vault.blind_indexes(NUMBER)
        for row in (decided, released):
            row.refresh_from_db()
            assert (row.phone_index, row.number.reveal()) == (now, NUMBER)
        assert decided.client_ip.reveal() == "203.0.113.7"
    assert now != was


def test_a_mailbox_and_what_its_caps_have_counted_move_along() -> None:
    with keys(OLD, index=(OLD,)):
        row = mailed("Kim+1@example.com")
        was = row.email_index
        Usage.objects.create(cap="mailbox", key=was, at=timezone.now(), challenge=row.pk)
    with keys(NEW, OLD, index=(NEW, OLD)):
        assert rewritten() == 1
        assert rewritten() == 0
    with keys(NEW, index=(NEW,)):
        [now] = vault.blind_indexes("kim@example.com")
        row.refresh_from_db()
        assert (row.email_index, row.email.reveal()) == (now, "Kim+1@example.com")
        assert row.ask.reveal() == "{}"
        assert Usage.objects.get().key == now
    assert now != was
