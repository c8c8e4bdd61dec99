"""Erasing a person: nothing leads to them any more, and every proof stays valid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import override_settings

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.erasure_journal import JournalError, erased_refs
from otpguard.audit.event_mac import is_genuine
from otpguard.audit.private import decrypt_private
from otpguard.audit.recorder import record
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.exceptions import ErasureRefused, NotAllowed
from otpguard.flows.audit.verify import verify_log
from otpguard.flows.privacy.erase_subject import erase_again, erase_subject
from otpguard.flows.privacy.legal_hold import lift_legal_hold, place_legal_hold
from otpguard.models import Event, Factor, SubjectKey, Tenant, Usage
from tests import factories
from tests.flows.audit.logging import begin, seal
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)
SITE = factories.facts


@pytest.fixture
def who() -> Stopped:
    """A member with a factor and an event with their address."""
    who = stopped()
    where = Circumstances.of(who.facts, client_ip="203.0.113.7", target="Deal 7")
    record(CheckpointDenied(reason="held"), where)
    return who


def erase(user: str) -> None:
    erase_subject(facts=SITE(), user_id=user, reason="asked for it")


def test_nothing_leads_from_an_event_to_the_person_any_more(who: Stopped) -> None:
    erase(who.facts.user)
    assert not Event.objects.filter(actor_ref=who.facts.user).exists()
    assert not Event.objects.filter(subject_ref=who.facts.user).exists()
    erased = SubjectKey.objects.exclude(erased_at=None)
    assert [(row.user_key, bool(row.secret)) for row in erased] == [("", False)]
    row = Event.objects.filter(kind="checkpoint.denied").get()
    assert decrypt_private(row) == {}
    assert row.actor_ref == json.loads(row.body)["actor"]
    assert not Factor.objects.filter(user=who.member.user).exists()
    assert not Usage.objects.filter(key=who.factor.phone_index).exists()


def test_every_event_stays_genuine_and_says_that_it_happened(who: Stopped) -> None:
    before = set(Event.objects.values_list("body", "mac"))
    erase(who.facts.user)
    assert before <= set(Event.objects.values_list("body", "mac"))
    assert all(is_genuine(row) for row in Event.objects.all())
    said = json.loads(Event.objects.get(kind="person.erased").body)
    assert said["data"]["reason"] == "asked for it"
    assert set(said["data"]) == {"references", "events", "reason", "again"}
    assert said["subject"] == ""


def test_the_sealed_log_holds_as_before(who: Stopped) -> None:
    begin()
    seal()
    erase(who.facts.user)
    seal()
    (*_, last) = verify_log(who.member.tenant.pk)
    assert (last.damages, last.finished) == ((), True)


def test_somebody_who_is_deleted_already_is_erased_too(who: Stopped) -> None:
    user = who.facts.user
    who.member.user.delete()
    assert Event.objects.filter(subject_ref=user).exists()
    erase(user)
    assert not Event.objects.filter(subject_ref=user).exists()


def test_others_are_left_alone(who: Stopped) -> None:
    other = stopped()
    record(CheckpointDenied(reason="held"), Circumstances.of(other.facts, client_ip="192.0.2.1"))
    erase(who.facts.user)
    row = Event.objects.get(kind="checkpoint.denied", subject_ref=other.facts.user)
    assert decrypt_private(row)["client_ip"] == "192.0.2.1"
    assert Factor.objects.filter(user=other.member.user).exists()


def test_a_legal_hold_on_the_person_forbids_it_until_it_is_lifted(who: Stopped) -> None:
    hold = place_legal_hold(facts=SITE(), user_id=who.facts.user, reason="case 7")
    with pytest.raises(ErasureRefused):
        erase(who.facts.user)
    with pytest.raises(ErasureRefused):
        who.member.user.delete()
    assert Factor.objects.filter(user=who.member.user).exists()
    assert lift_legal_hold(facts=SITE(), hold=hold, reason="over")
    erase(who.facts.user)


def test_a_legal_hold_on_a_tenant_keeps_who_stands_in_its_log(who: Stopped) -> None:
    user = who.facts.user
    who.member.user.delete()
    Tenant.objects.update(legal_hold=True)
    with pytest.raises(ErasureRefused):
        erase(user)
    assert Event.objects.filter(subject_ref=user).exists()


def test_no_person_is_erased_from_within_a_tenant(who: Stopped) -> None:
    with pytest.raises(NotAllowed):
        erase_subject(facts=who.facts, user_id=who.facts.user, reason="x")
    assert Event.objects.filter(subject_ref=who.facts.user).exists()


def test_where_the_journal_cannot_be_written_nothing_is_erased(
    who: Stopped, tmp_path: Path
) -> None:
    away = {"ERASURE_JOURNAL": str(tmp_path / "away" / "erased.jsonl")}
    with override_settings(OTPGUARD=away), pytest.raises(JournalError):
        erase(who.facts.user)
    assert Event.objects.filter(subject_ref=who.facts.user).exists()
    assert Factor.objects.filter(user=who.member.user).exists()


def test_after_a_restore_the_journal_is_applied_again(who: Stopped, tmp_path: Path) -> None:
    user = who.facts.user
    before = list(SubjectKey.objects.filter(user_key=user))
    with override_settings(OTPGUARD={"ERASURE_JOURNAL": str(tmp_path / "erased.jsonl")}):
        erase(user)
        assert erased_refs() >= {row.pk for row in before}
        for row in before:
            row.save()
        Event.objects.filter(kind="checkpoint.denied").update(actor_ref=user, subject_ref=user)
        done = erase_again(facts=SITE())
    assert (done.references, done.events) == (len(before), 1)
    assert not SubjectKey.objects.exclude(user_key="").filter(user_key=user).exists()
    again = Event.objects.filter(kind="person.erased").latest("pk")
    assert json.loads(again.body)["data"]["again"] is True


def test_a_second_time_changes_nothing(who: Stopped) -> None:
    erase(who.facts.user)
    done = erase_subject(facts=SITE(), user_id=who.facts.user, reason="again")
    assert done.references <= 1, "the deletion of what was left names them once more at most"
