"""How senders stand is read from the vendor: daily, on demand, and when the vendor says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.channels.inbound import SenderChange, TemplateState
from otpguard.channels.senders import may_carry_codes
from otpguard.exceptions import NotAllowed
from otpguard.flows.route.whatsapp_sender import change_sender
from otpguard.flows.route.whatsapp_state import (
    MOST_AT_ONCE,
    apply_changes,
    enqueue_due_reads,
    read_sender,
    read_sender_now,
    read_senders,
)
from otpguard.models import Event, WhatsAppSender
from otpguard.testing.vendor_server import Reply, Vendor, vendor
from tests import factories
from tests.channels.vendors import provider
from tests.vendors.meta import ACCOUNT, NUMBER, TEMPLATE, TOKEN, graph

pytestmark = pytest.mark.django_db(transaction=True)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def meta(settings: Any) -> Iterator[Vendor]:
    """Meta, in whose account the sender stands well."""
    with vendor(graph()) as server:
        options = {"phone_number_id": "1", "token": TOKEN, "base": server.url, "read": 1}
        options |= {"whatsapp_business_account": "2", "whatsapp_template_name": "other"}
        backend = "otpguard.channels.providers.meta_whatsapp.MetaWhatsApp"
        settings.OTPGUARD = {
            "PROVIDERS": {"w": {"BACKEND": backend, "OPTIONS": options}, "other": provider()}
        }
        yield server


def sender(**columns: object) -> WhatsAppSender:
    usual = {"account": ACCOUNT, "number_id": NUMBER, "template": TEMPLATE, "display_name": ""}
    usual |= {"approval": "pending", "category": ""}
    return factories.whatsapp_sender(**{**usual, **columns})


def read(row: WhatsAppSender, now: datetime | None = None) -> str:
    fault = read_sender(sender_id=str(row.pk), now=now or timezone.now())
    row.refresh_from_db()
    return fault


def change(row: WhatsAppSender, approval: TemplateState | None, **told: Any) -> bool:
    about = {"account": row.account, "template": row.template, "language": "en_US"}
    about |= {"approval": approval, "at": timezone.now(), **told}
    done = apply_changes(provider="w", changes=[SenderChange(**about)], now=timezone.now())
    row.refresh_from_db()
    return done > 0


# --- asked ---------------------------------------------------------------------------------------


def test_a_sender_carries_codes_once_it_was_read(meta: Vendor) -> None:
    row, now = sender(), timezone.now()
    assert not may_carry_codes(row)
    assert read(row, now) == ""
    assert may_carry_codes(row)
    assert (row.display_name, row.badge, row.read_at, row.fault) == ("Acme", True, now, "")
    assert row.read_due_at == now + DAY
    data = json.loads(Event.objects.get(kind="sender.changed").body)["data"]
    assert (data["source"], data["status"]) == ("read", "approved AUTHENTICATION")
    read(row)
    assert Event.objects.filter(kind="sender.changed").count() == 1, "nothing changed"


def test_one_that_cannot_be_read_stays_as_it_is_and_says_why(meta: Vendor) -> None:
    row, now = sender(approval="approved", category="AUTHENTICATION"), timezone.now()
    meta.reply = Reply(400, {"error": {"code": 190}})
    assert read(row, now) == "auth_config: meta 190"
    assert (row.fault, row.read_at) == ("auth_config: meta 190", None)
    assert row.read_due_at == now + HOUR
    assert may_carry_codes(row)


def test_an_answer_about_what_the_record_named_before_is_not_written(meta: Vendor) -> None:
    row = sender()

    def meanwhile(received: Any) -> Reply:
        WhatsAppSender.objects.filter(pk=row.pk).update(template="another")
        connection.close()  # that of this thread
        return graph()(received)

    meta.rule = meanwhile
    assert read(row) == "it has been changed since"
    assert row.approval == "pending"


def test_the_sweep_has_each_read_once_a_day(meta: Vendor) -> None:
    row, now = sender(), timezone.now()
    sender(tenant=factories.tenant(), provider="other", template="x")
    assert enqueue_due_reads(now=now) == 1, "the other vendor cannot be asked"
    assert enqueue_due_reads(now=now) == 0, "it is under way"
    assert read(row, now) == "", "what the task does"
    assert may_carry_codes(row)
    assert enqueue_due_reads(now=now + DAY - HOUR) == 0
    assert enqueue_due_reads(now=now + DAY + HOUR) == 1


def test_all_are_read_at_once_and_one_at_an_operators_word(meta: Vendor) -> None:
    row, tenant = sender(), factories.tenant()
    own = sender(tenant=tenant)
    sender(tenant=factories.tenant(), provider="other")
    found = dict(read_senders(now=timezone.now()))
    assert found == {row: "", own: ""}
    assert read_sender_now(facts=factories.facts(factories.staff()), sender=row) == ""
    with pytest.raises(NotAllowed, match="site"):
        read_sender_now(facts=factories.facts(factories.staff(), tenant), sender=own)


def test_one_that_is_gone_or_cannot_be_asked_is_said(meta: Vendor) -> None:
    row = sender(provider="other")
    assert "cannot be asked" in read(row)
    row.delete()
    assert "cannot be asked" in read_sender(sender_id="0", now=timezone.now())


def test_another_template_starts_without_codes_and_is_read_at_once(meta: Vendor) -> None:
    row = sender()
    read(row)
    facts = factories.facts(factories.staff())
    assert change_sender(facts=facts, sender=row, values={"template": "new"}) == ("template",)
    row.refresh_from_db()
    assert not may_carry_codes(row)
    assert (row.display_name, row.category, row.read_at) == ("", "", None)
    assert row.read_due_at <= timezone.now()


# --- told ----------------------------------------------------------------------------------------


def test_a_paused_template_is_out_of_use_at_once_and_read_again(meta: Vendor) -> None:
    row = sender()
    read(row, timezone.now() - HOUR)
    assert change(row, TemplateState.PAUSED)
    assert not may_carry_codes(row)
    assert row.read_due_at <= timezone.now()
    event = Event.objects.filter(kind="sender.changed").latest("pk")
    assert json.loads(event.body)["data"]["source"] == "webhook"
    assert change(row, TemplateState.APPROVED)
    assert may_carry_codes(row)


def test_a_word_that_is_older_than_what_is_known_changes_nothing(meta: Vendor) -> None:
    row, now = sender(), timezone.now()
    change(row, TemplateState.PAUSED, at=now)
    assert not change(row, TemplateState.APPROVED, at=now - HOUR), "nor does a captured one"
    assert row.approval == "paused"


def test_a_word_without_a_time_only_takes_away(meta: Vendor) -> None:
    row = sender()
    assert not change(row, TemplateState.APPROVED, at=None)
    assert not change(row, None, category="AUTHENTICATION", at=None)
    assert change(row, TemplateState.REJECTED, at=None)
    assert row.approval == "rejected"


def test_a_time_that_is_ahead_silences_nothing_that_follows(meta: Vendor) -> None:
    row = sender()
    change(row, TemplateState.APPROVED, at=LATER)
    assert change(row, TemplateState.PAUSED)


def test_a_change_of_category_takes_codes_away(meta: Vendor) -> None:
    row = sender(approval="approved", category="AUTHENTICATION")
    assert change(row, None, category="UTILITY")
    assert not may_carry_codes(row)


def test_only_the_template_of_that_account_and_language_is_meant(meta: Vendor) -> None:
    row = sender(approval="approved", category="AUTHENTICATION")
    for other in ({"account": "9"}, {"template": "x"}, {"language": "de"}):
        assert not change(row, TemplateState.PAUSED, **other)
    other = SenderChange(account=ACCOUNT, template=TEMPLATE, language="en_US", at=LATER)
    assert apply_changes(provider="other", changes=[other], now=timezone.now()) == 0
    assert may_carry_codes(row)


def test_of_more_changes_than_are_taken_at_once_the_rest_is_read_from_the_vendor(
    meta: Vendor,
) -> None:
    row, last, foreign = sender(), sender(account="8", tenant=factories.tenant()), "9"
    for each in (row, last):
        each.read_due_at = LATER
        each.save()
    about = {"template": TEMPLATE, "language": "en_US", "approval": TemplateState.PAUSED}
    accounts = [foreign] * MOST_AT_ONCE + [ACCOUNT] * MOST_AT_ONCE + ["8"]
    changes = [SenderChange(account=account, **about) for account in accounts]
    assert apply_changes(provider="w", changes=changes, now=timezone.now()) == 1
    row.refresh_from_db()
    last.refresh_from_db()
    assert (row.approval, last.approval) == ("paused", "pending")
    assert last.read_due_at <= timezone.now()


def test_an_account_that_changed_has_all_its_senders_read_again(meta: Vendor) -> None:
    row, own = sender(), sender(tenant=factories.tenant())
    for each in (row, own):
        read(each)
    about = [SenderChange(account=ACCOUNT, at=timezone.now())]
    apply_changes(provider="w", changes=about, now=timezone.now())
    assert enqueue_due_reads(now=timezone.now()) == 2
