"""What is taken away ends, with an event, and only within the actor's reach."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from otpguard.exceptions import NotAllowed
from otpguard.flows.session import revoke
from otpguard.models import Challenge, Event, Factor, Grant, Notice
from tests import factories

pytestmark = pytest.mark.django_db
TakeAway = Callable[..., bool]


def challenge(factor: Factor, **fields: object) -> Challenge:
    fields.setdefault("sid", "sid-x")
    return Challenge.objects.create(
        seed=os.urandom(16),
        key_id="00000000",
        story=uuid4(),
        user=factor.user,
        checkpoint="api_key",
        level=2,
        primary="password",
        factor=factor,
        expires_at=timezone.now() + timedelta(minutes=5),
        **fields,
    )


def live() -> set[UUID]:
    return set(Grant.objects.filter(revoked_at=None).values_list("pk", flat=True))


def test_grants_of_several_people_end_with_one_event_each() -> None:
    tenant = factories.tenant()
    one, two = factories.user(), factories.user()
    single = factories.grant(one, tenant)
    factories.grant(two, tenant)
    factories.grant(two, tenant)
    by = factories.facts(factories.user(), tenant)
    assert revoke.revoke_grants(facts=by, grants=Grant.objects.all(), reason="incident") == 3
    assert live() == set()
    rows = Event.objects.filter(kind="grant.revoked", tenant_id=tenant.pk)
    assert {row.subject_ref for row in rows} == {str(one.pk), str(two.pk)}
    assert {row.actor_ref for row in rows} == {by.user}
    alone = rows.get(subject_ref=str(one.pk))
    assert str(single.pk) in alone.body
    assert str(alone.story) == single.story


def test_revoking_what_is_revoked_writes_nothing() -> None:
    tenant = factories.tenant()
    by = factories.facts(factories.user(), tenant)
    factories.grant(factories.user(), tenant, revoked_at=by.now)
    assert revoke.revoke_grants(facts=by, grants=Grant.objects.all(), reason="x") == 0
    assert not Event.objects.filter(kind="grant.revoked").exists()


def test_one_grant_of_another_tenant_stops_the_whole_revocation() -> None:
    here, there = factories.tenant(), factories.tenant()
    factories.grant(factories.user(), here)
    factories.grant(factories.user(), there)
    before = live()
    with pytest.raises(NotAllowed):
        revoke.revoke_grants(
            facts=factories.facts(factories.user(), here), grants=Grant.objects.all(), reason="x"
        )
    assert live() == before


def test_the_site_revokes_everywhere() -> None:
    factories.grant(factories.user(), factories.tenant())
    factories.grant(factories.user(), None)
    by = factories.facts(factories.staff())
    assert revoke.revoke_grants(facts=by, grants=Grant.objects.all(), reason="x") == 2


@pytest.mark.parametrize("take_away", [revoke.disable_factor, revoke.remove_factor])
def test_without_a_personal_factor_what_it_proved_ends_in_every_tenant(take_away: TakeAway) -> None:
    person = factories.user()
    factor = factories.phone_factor(person)
    factories.grant(person, factories.tenant())
    factories.grant(person, factories.tenant())
    others = factories.grant(factories.user(), factories.tenant())
    assert take_away(facts=factories.facts(factories.staff()), factor=factor, reason="lost")
    assert live() == {others.pk}
    assert Event.objects.filter(kind="grant.revoked", subject_ref=str(person.pk)).count() == 2


@pytest.mark.parametrize("take_away", [revoke.disable_factor, revoke.remove_factor])
def test_a_tenants_own_factor_takes_no_proof_of_another_tenant_along(take_away: TakeAway) -> None:
    here, there, person = factories.tenant(), factories.tenant(), factories.user()
    factor = factories.phone_factor(person, tenant=here)
    factories.grant(person, here)
    kept = factories.grant(person, there)
    by = factories.facts(factories.user(), here)
    assert take_away(facts=by, factor=factor, reason="left the company")
    assert live() == {kept.pk}


@pytest.mark.parametrize("take_away", [revoke.disable_factor, revoke.remove_factor])
def test_a_tenant_never_reaches_a_personal_factor_or_another_tenants(take_away: TakeAway) -> None:
    here, there, person = factories.tenant(), factories.tenant(), factories.user()
    by = factories.facts(factories.user(), here)
    for factor in (
        factories.phone_factor(person),
        factories.phone_factor(person, tenant=there),
    ):
        with pytest.raises(NotAllowed):
            take_away(facts=by, factor=factor, reason="x")
    assert Factor.objects.filter(disabled_at=None).count() == 2


def test_a_person_removes_their_own_factor_in_any_tenant() -> None:
    person = factories.user()
    factor = factories.phone_factor(person)
    by = factories.facts(person, factories.tenant())
    assert revoke.remove_factor(facts=by, factor=factor, reason="new phone")
    assert not Factor.objects.exists()


def test_a_disabled_factor_stays_listed_and_is_disabled_once() -> None:
    factor = factories.phone_factor(factories.user())
    by = factories.facts(factories.staff())
    assert revoke.disable_factor(facts=by, factor=factor, reason="lost")
    assert not revoke.disable_factor(facts=by, factor=factor, reason="lost")
    factor.refresh_from_db()
    assert factor.disabled_at == by.now
    assert Event.objects.filter(kind="factor.disabled").count() == 1


def test_a_removed_factor_is_gone_once_and_its_event_stays() -> None:
    factor = factories.phone_factor(factories.user())
    twin = Factor.objects.get(pk=factor.pk)
    by = factories.facts(factories.staff())
    assert revoke.remove_factor(facts=by, factor=factor, reason="lost")
    assert not revoke.remove_factor(facts=by, factor=twin, reason="lost")
    row = Event.objects.get(kind="factor.removed")
    assert row.subject_ref == str(twin.user_id)
    assert str(twin.pk) in row.body


def test_an_open_challenge_of_a_factor_that_is_switched_off_is_canceled() -> None:
    factor = factories.phone_factor(factories.user())
    asked = challenge(factor)
    revoke.disable_factor(facts=factories.facts(factories.staff()), factor=factor, reason="x")
    asked.refresh_from_db()
    assert asked.state == "canceled"
    assert Event.objects.filter(kind="challenge.canceled", story=asked.story).exists()


def test_ending_a_session_ends_its_proofs_and_open_challenges_but_no_others() -> None:
    person = factories.user()
    session = factories.session(person)
    factories.grant(person, factories.tenant(), sid=session.pk)
    other = factories.grant(person, factories.tenant())
    asked = challenge(factories.phone_factor(person), sid=session.pk)
    by = factories.facts(factories.staff())
    assert revoke.end_session(facts=by, session=session, reason="stolen laptop")
    assert not revoke.end_session(facts=by, session=session, reason="stolen laptop")
    assert live() == {other.pk}
    session.refresh_from_db()
    asked.refresh_from_db()
    assert session.ended_at == by.now
    assert asked.state == "canceled"
    row = Event.objects.get(kind="session.ended")
    assert "stolen laptop" in row.body
    assert row.subject_ref == str(person.pk)


def test_a_tenant_ends_nobodys_session() -> None:
    session = factories.session(factories.user())
    with pytest.raises(NotAllowed):
        revoke.end_session(
            facts=factories.facts(factories.user(), factories.tenant()), session=session, reason="x"
        )
    session.refresh_from_db()
    assert session.ended_at is None


def test_a_person_ends_their_own_session() -> None:
    person = factories.user()
    by = factories.facts(person, factories.tenant())
    assert revoke.end_session(facts=by, session=factories.session(person), reason="not mine")


def test_a_factor_whose_key_is_gone_can_be_taken_away_and_the_person_is_told() -> None:
    person = factories.user()
    with override_settings(OTPGUARD={"ROOT_KEYS": ["a key that will be lost"]}):
        factor = factories.phone_factor(person)
    assert revoke.remove_factor(facts=factories.facts(factories.staff()), factor=factor, reason="x")
    assert Notice.objects.get().user == person


def test_whoever_tells_the_person_of_more_can_remove_in_silence() -> None:
    factor = factories.phone_factor(factories.user())
    by = factories.facts(factories.staff())
    assert revoke.remove_factor(facts=by, factor=factor, reason="x", tell=False)
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_session_that_ends_while_an_answer_is_written_ends_its_proof_as_well() -> None:
    user = factories.user()
    session = factories.session(user)
    asked = challenge(factories.phone_factor(user), sid=session.sid)
    by = factories.facts(user)

    def end() -> bool:
        try:
            return revoke.end_session(facts=by, session=session, reason="stolen")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # as flows.answer does with a right answer
            Challenge.objects.filter(pk=asked.pk).update(state="verified", closed_at=by.now)
            ending = pool.submit(end)
            while not ending.done() and not _somebody_waits():
                pass
            factories.grant(user, sid=session.sid)
        assert ending.result(timeout=30)
    assert live() == set()


def _somebody_waits() -> bool:
    """True once another connection to this database waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[1])
