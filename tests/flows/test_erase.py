"""Deleting people and tenants: what is open ends first, what waits refuses it, the log stays."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import CASCADE, SET_NULL, ManyToOneRel
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.exceptions import ErasureRefused, NotAllowed
from otpguard.flows.challenge.start import start_challenge
from otpguard.flows.erase import is_kept, remove_tenant
from otpguard.flows.number.claim import use_claim
from otpguard.flows.session.login import begin_login
from otpguard.models import (
    Challenge,
    Delivery,
    Event,
    Factor,
    Grant,
    Hold,
    LoginSession,
    MailedBrowser,
    Membership,
    Notice,
    NumberAnswer,
    NumberOutcome,
    NumberRelease,
    PhoneClaim,
    PumpingDecision,
    Receipt,
    Tenant,
)
from tests import factories
from tests.flows.number.visitor import visitor
from tests.flows.setting import Stopped, sent_code, stopped
from tests.models.rows import mailed, number_release, pumping_decision
from tests.pausing import meet

pytestmark = pytest.mark.django_db(transaction=True)

OURS = (Challenge, Factor, Grant, LoginSession, Membership, Receipt)


@pytest.fixture
def who() -> Stopped:
    """A member with an open challenge, a receipt, a grant and a login."""
    who = stopped()
    challenge = who.start()
    sent_code(challenge)
    delivery = challenge.deliveries.get()
    Receipt.objects.create(provider="memory", digest="d", delivery=delivery, state="sent", raw="x")
    factories.grant(who.member.user, who.member.tenant)
    return who


def kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def told(kind: str) -> dict[str, int]:
    counts: dict[str, int] = json.loads(Event.objects.get(kind=kind).body)["data"]["counts"]
    return counts


def hold(who: Stopped, **fields: object) -> Hold:
    fields.setdefault("until", timezone.now() + timedelta(hours=1))
    return Hold.objects.create(
        tenant=who.member.tenant,
        membership=who.member,
        user=who.member.user,
        checkpoint="*",
        reason="new role",
        **fields,
    )


def test_a_person_goes_with_all_that_is_theirs_and_their_events_stay(who: Stopped) -> None:
    before = Event.objects.count()
    who.member.user.delete()
    assert [model.__name__ for model in OURS if model._base_manager.exists()] == []
    assert Event.objects.count() > before
    ended = ["factor.removed", "challenge.canceled", "grant.revoked", "person.removed"]
    assert kinds()[-4:] == ended, "each of theirs leaves an event"
    assert told("person.removed") == {
        "challenge": 1,
        "delivery": 1,
        "factor": 1,
        "grant": 1,
        "loginsession": 1,
        "membership": 1,
        "receipt": 1,
    }
    removed = Event.objects.get(kind="person.removed")
    assert (removed.subject_ref, removed.tenant_id) == (str(who.facts.user), None)


def test_many_at_once_are_each_recorded(who: Stopped) -> None:
    other = stopped()
    get_user_model().objects.filter(pk__in=[who.facts.user, other.facts.user]).delete()
    assert kinds().count("person.removed") == 2
    assert not Factor.objects.exists()


def test_a_person_of_whom_there_is_nothing_leaves_no_event() -> None:
    factories.user().delete()
    assert kinds() == []


def test_a_tenant_goes_with_its_members_but_not_with_their_own_factors(who: Stopped) -> None:
    given = factories.phone_factor(who.member.user, tenant=who.member.tenant)
    remove_tenant(facts=factories.facts(), tenant=who.member.tenant)
    assert not Tenant.objects.exists()
    assert not Membership.objects.exists()
    assert list(Factor.objects.values_list("pk", flat=True)) == [who.factor.pk] != [given.pk]
    assert kinds()[-3:] == ["challenge.canceled", "grant.revoked", "tenant.removed"]
    assert told("tenant.removed")["factor"] == 1
    assert get_user_model().objects.filter(pk=who.facts.user).exists()


def test_nothing_of_a_tenant_is_deleted_from_within_one(who: Stopped) -> None:
    with pytest.raises(NotAllowed):
        remove_tenant(facts=who.facts, tenant=who.member.tenant)
    assert Tenant.objects.exists()


def test_a_running_hold_refuses_both_and_nothing_has_changed(who: Stopped) -> None:
    hold(who)
    before = Event.objects.count()
    with pytest.raises(ErasureRefused):
        who.member.user.delete()
    with pytest.raises(ErasureRefused):
        remove_tenant(facts=factories.facts(), tenant=who.member.tenant)
    with pytest.raises(PermissionDenied):
        Tenant.objects.all().delete()
    assert Event.objects.count() == before
    assert Challenge.objects.get().state == "open"


@pytest.mark.parametrize("over", ["lifted", "past"])
def test_a_hold_that_is_over_refuses_nothing(who: Stopped, over: str) -> None:
    past = timezone.now() - timedelta(minutes=1)
    hold(who, **({"lifted_at": past} if over == "lifted" else {"until": past}))
    who.member.user.delete()
    assert not Hold.objects.exists()


def test_a_legal_hold_keeps_the_tenant_and_who_was_ever_in_it(who: Stopped) -> None:
    Tenant.objects.update(legal_hold=True)
    Membership.objects.update(active=False)
    assert is_kept(user_id=who.facts.user)
    with pytest.raises(ErasureRefused):
        who.member.user.delete()
    with pytest.raises(ErasureRefused):
        Tenant.objects.get().delete()
    assert Factor.objects.exists()


def test_no_row_of_ours_stands_on_a_person_but_those_that_go() -> None:
    every = get_user_model()._meta.get_fields(include_hidden=True)
    relations = [each for each in every if isinstance(each, ManyToOneRel)]
    ours = [each for each in relations if each.related_model._meta.app_label == "otpguard"]
    assert len(ours) > 15
    assert {each.on_delete for each in ours} == {CASCADE, SET_NULL}


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer and needs no lock"
)


def delete(user: AbstractUser) -> None:
    get_user_model().objects.get(pk=user.pk).delete()


@on_postgresql
def test_a_code_that_is_being_ordered_and_a_deletion_leave_no_half(who: Stopped) -> None:
    """Whichever comes first: the other finds what it did."""
    other = who.ask
    meeting = meet(
        lambda: delete(who.member.user),
        lambda: start_challenge(facts=who.facts, ask=other, factor_id=str(who.factor.pk)),
        after="FOR UPDATE",
    )
    assert meeting.held.error is None
    assert meeting.other.error is not None
    assert not Challenge.objects.exists()


@on_postgresql
def test_a_login_in_flight_waits_and_finds_nobody(who: Stopped) -> None:
    def log_in() -> None:
        begin_login(
            facts=who.facts, backend="x", primary=Primary.NONE, authenticated_at=who.facts.now
        )

    meeting = meet(lambda: delete(who.member.user), log_in, after="FOR UPDATE")
    assert meeting.held.error is None
    assert meeting.other_waited
    assert meeting.other.error is not None
    assert not LoginSession.objects.exists()


def test_a_second_deletion_finds_nothing(who: Stopped) -> None:
    who.member.user.delete()
    assert get_user_model().objects.filter(pk=who.facts.user).delete()[0] == 0
    assert kinds().count("person.removed") == 1


def test_a_person_goes_with_what_proved_their_number_before_they_had_an_account() -> None:
    person, other = factories.user(), factories.user()
    factories.phone_factor(person, "+12015550123")
    proven, joined, foreign = visitor(), visitor(), visitor()
    proven.start("+12015550123")
    sent_code(proven.start("+12015550123"))
    use_claim(facts=joined.facts, claim=joined.prove("+12015550124"), user=person.pk)
    kept = use_claim(facts=foreign.facts, claim=foreign.prove("+12015550125"), user=other.pk)
    delivery = Delivery.objects.order_by("created_at").first()
    Receipt.objects.create(provider="memory", digest="d", delivery=delivery, state="sent", raw="x")
    person.delete()
    assert [row.number for row in PhoneClaim.objects.all()] == [kept]
    assert Challenge.objects.count() == 1
    assert not Receipt.objects.exists()
    counts = told("person.removed")
    assert (counts["challenge"], counts["phoneclaim"], counts["receipt"]) == (3, 1, 1)
    assert "challenge.canceled" in kinds()


def test_a_person_goes_with_that_their_number_was_counted(who: Stopped) -> None:
    now = timezone.now()
    NumberOutcome.objects.create(phone_index=who.factor.phone_index, began_at=now)
    NumberOutcome.objects.create(phone_index="of another", began_at=now)
    get_user_model().objects.get(pk=who.member.user_id).delete()
    assert NumberOutcome.objects.get().phone_index == "of another"


def test_a_person_goes_with_what_vendors_said_about_their_number(who: Stopped) -> None:
    for index in (who.factor.phone_index, "of another"):
        NumberAnswer.objects.create(vendor="v", phone_index=index, answer="x", until=timezone.now())
    get_user_model().objects.get(pk=who.member.user_id).delete()
    assert NumberAnswer.objects.get().phone_index == "of another"


def test_a_tenant_goes_with_what_its_visitors_have_proven() -> None:
    tenant = factories.tenant()
    visitor(tenant=tenant).prove()
    visitor(tenant=tenant).start("+12015550124")
    remove_tenant(facts=factories.facts(), tenant=tenant)
    assert not Challenge.objects.exists()
    assert told("tenant.removed")["phoneclaim"] == 1


def test_what_was_decided_about_a_persons_number_goes_with_them() -> None:
    person = factories.user()
    factories.phone_factor(person, "+12015550177")
    pumping_decision("+12015550177")
    pumping_decision("+12015550178", user=person)
    number_release("+12015550177")
    kept = pumping_decision("+12015550179")
    person.delete()
    assert list(PumpingDecision.objects.all()) == [kept]
    assert not NumberRelease.objects.exists()


def test_a_person_goes_with_the_links_that_went_to_their_mailbox() -> None:
    person = factories.user(email="kim@example.com")
    sent = Notice.objects.create(kind="signup_email", channel="email", destination="x")
    mailed("Kim+1@example.com", notice=sent)
    kept = mailed("alex@example.com")
    person.delete()
    assert list(MailedBrowser.objects.all()) == [kept]
    assert not Notice.objects.exists()
