"""Issue, mark, spend and revoke: each once, however many try."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser
from django.db import connection, transaction
from django.utils import timezone

from otpguard.conf import methods
from otpguard.core import shipped_kinds
from otpguard.core.assurance import MethodFacts, Primary
from otpguard.core.evidence import Proof, facts_from_json
from otpguard.grants import store
from otpguard.models import Challenge, Grant
from otpguard.testing.racing import race
from tests import factories
from tests.models.rows import challenge, postgres_only

pytestmark = pytest.mark.django_db
SMS = MethodFacts(method=shipped_kinds.BY_SMS, primary=Primary.PASSWORD)
VOICE = MethodFacts(method=shipped_kinds.BY_VOICE, primary=Primary.PASSWORD)


@pytest.fixture
def user() -> AbstractUser:
    return factories.user()


def proof_of(grant: Grant) -> Proof:
    return Proof(
        grant=str(grant.pk),
        facts=facts_from_json(grant.facts, methods=methods()),
        verified_at=grant.verified_at,
        intent=grant.intent,
        uses_left=grant.uses_left,
        passed=frozenset(grant.passed),
    )


def issue(proven: Challenge, facts: MethodFacts = SMS) -> Grant:
    return store.issue(proven, facts, now=timezone.now())


def is_revoked(grant: Grant) -> bool:
    grant.refresh_from_db()
    return grant.revoked_at is not None


@pytest.fixture
def proven(user: AbstractUser) -> Any:
    """Makes challenges of one phone that have just been proven."""
    factor = factories.phone_factor(user)
    return lambda **fields: challenge(factor, **fields)


def test_a_grant_records_what_was_proven_and_for_whom(proven: Any) -> None:
    tenant = factories.tenant()
    done = proven(tenant=tenant, intent="digest", binds=False)
    grant = issue(done)
    grant.refresh_from_db()
    assert (grant.sid, grant.tenant, grant.user) == (done.sid, tenant, done.user)
    assert (grant.story, grant.factor_id, grant.challenge) == (done.story, done.factor_id, done)
    assert facts_from_json(grant.facts, methods=methods()) == SMS
    assert (grant.intent, grant.uses_left) == ("", None)


def test_a_binding_challenge_gives_one_use_of_its_intent(proven: Any) -> None:
    grant = issue(proven(intent="digest", binds=True))
    assert (grant.intent, grant.uses_left) == ("digest", 1)


def test_a_newer_proof_of_the_same_kind_replaces_the_older(proven: Any) -> None:
    older = issue(proven())
    newer = issue(proven())
    assert is_revoked(older)
    assert not is_revoked(newer)


def by_hand(proven: Challenge, facts: MethodFacts = SMS) -> Grant:
    """`issue`, its UPDATE as a statement of SQL has it."""
    grant = store.granted(proven, facts, now=timezone.now())
    grant.save(force_insert=True)
    sql, params = store.revoking_older(grant)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    return grant


def test_what_a_challenge_gives_is_not_saved_by_itself(proven: Any) -> None:
    done = proven(tenant=factories.tenant(), intent="digest", binds=True)
    grant = store.granted(done, SMS, now=timezone.now())
    assert grant._state.adding
    assert not Grant.objects.exists()
    written = issue(done)
    for name in ("sid", "tenant_id", "user_id", "story", "intent", "uses_left", "factor_id"):
        assert getattr(grant, name) == getattr(written, name)


@postgres_only
@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("differs", ["", "sid", "tenant", "method", "binding", "user", "revoked"])
def test_by_hand_the_same_older_ones_are_replaced(
    proven: Any, user: AbstractUser, differs: str, inside: bool
) -> None:
    tenant, other = factories.tenant(), factories.tenant()
    older, beside = issue(proven(tenant=tenant if inside else None)), factories.grant(user)
    before = timezone.now()
    changes: dict[str, Any] = {
        "user": {"user": factories.user()},
        "tenant": {"tenant": other if inside else tenant},
        "revoked": {"revoked_at": before},
    }
    Grant.objects.filter(pk=older.pk).update(**changes.get(differs, {}))
    by_hand(
        proven(
            sid="another" if differs == "sid" else "sid",
            tenant=tenant if inside else None,
            binds=differs == "binding",
            intent="digest",
        ),
        VOICE if differs == "method" else SMS,
    )
    assert is_revoked(older) is (differs in {"", "revoked"})
    assert differs != "revoked" or older.revoked_at == before
    assert not is_revoked(beside)


@pytest.mark.parametrize("differs", ["sid", "tenant", "method", "binding"])
def test_a_proof_of_another_kind_stays_beside_it(proven: Any, differs: str) -> None:
    older = issue(proven())
    issue(
        proven(
            sid="another" if differs == "sid" else "sid",
            tenant=factories.tenant() if differs == "tenant" else None,
            binds=differs == "binding",
            intent="digest",
        ),
        VOICE if differs == "method" else SMS,
    )
    assert not is_revoked(older)


def test_a_bound_use_is_taken_once(user: AbstractUser) -> None:
    proof = proof_of(factories.grant(user, intent="digest", uses_left=1))
    assert store.spend(proof) is True
    assert store.spend(proof) is False
    assert Grant.objects.get(pk=proof.grant).uses_left == 0


def test_a_use_that_could_not_be_made_is_given_back_once(user: AbstractUser) -> None:
    proof = proof_of(factories.grant(user, intent="digest", uses_left=1))
    store.spend(proof)
    store.give_back(proof.grant)
    store.give_back(proof.grant)
    assert store.spend(proof) is True
    assert store.spend(proof) is False


def test_an_unbound_or_revoked_grant_has_no_uses(user: AbstractUser) -> None:
    free = factories.grant(user)
    ended = factories.grant(user, intent="digest", uses_left=1, revoked_at=timezone.now())
    spent = factories.grant(user, intent="digest", uses_left=0, revoked_at=timezone.now())
    for grant in (free, ended):
        assert store.spend(proof_of(grant)) is False
    for grant in (free, spent):
        store.give_back(str(grant.pk))
        grant.refresh_from_db()
    assert (free.uses_left, spent.uses_left) == (None, 0)


def test_the_first_pass_is_noted_once_for_each_checkpoint(user: AbstractUser) -> None:
    grant = factories.grant(user)
    proof = proof_of(grant)
    assert store.mark_passed(proof, "api_key") is True
    assert store.mark_passed(proof, "api_key") is False
    assert store.mark_passed(proof, "api_key.production") is True
    grant.refresh_from_db()
    assert grant.passed == ["api_key", "api_key.production"]


def test_a_grant_that_is_gone_passes_nothing(user: AbstractUser) -> None:
    ended = factories.grant(user, revoked_at=timezone.now())
    never = Grant(pk=uuid4(), user=user, facts=ended.facts, verified_at=ended.verified_at)
    for grant in (ended, never):
        assert store.mark_passed(proof_of(grant), "api_key") is False
    ended.refresh_from_db()
    assert ended.passed == []


def test_a_grant_is_live_until_it_is_revoked(user: AbstractUser) -> None:
    grant = factories.grant(user)
    assert store.is_live(str(grant.pk))
    assert not store.is_live(str(uuid4()))
    store.revoke(Grant.objects.filter(pk=grant.pk), now=timezone.now())
    assert not store.is_live(str(grant.pk))


def test_revoking_counts_the_live_ones_and_leaves_the_rest_alone(user: AbstractUser) -> None:
    before = timezone.now()
    ended = factories.grant(user, revoked_at=before)
    factories.grant(user)
    factories.grant(user)
    untouched = factories.grant(factories.user())
    mine = Grant.objects.filter(user=user)
    assert store.revoke(mine, now=timezone.now()) == 2
    assert store.revoke(mine, now=timezone.now()) == 0
    ended.refresh_from_db()
    assert ended.revoked_at == before
    assert not is_revoked(untouched)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("threads", [2, 8])
def test_of_several_requests_at_once_one_gets_the_use(user: AbstractUser, threads: int) -> None:
    proof = proof_of(factories.grant(user, intent="digest", uses_left=1))

    def spend() -> bool:
        with transaction.atomic():
            return store.spend(proof)

    assert sorted(race(spend, threads=threads)) == [False] * (threads - 1) + [True]
    assert Grant.objects.get(pk=proof.grant).uses_left == 0


@pytest.mark.django_db(transaction=True)
def test_of_several_first_passes_at_once_one_is_noted(user: AbstractUser) -> None:
    proof = proof_of(factories.grant(user))

    def mark() -> bool:
        with transaction.atomic():
            return store.mark_passed(proof, "api_key")

    assert sorted(race(mark, threads=4)) == [False] * 3 + [True]
    assert Grant.objects.get(pk=proof.grant).passed == ["api_key"]
