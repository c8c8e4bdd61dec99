"""The guard's one statement, on PostgreSQL and on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import ANY
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from otpguard.conf import methods
from otpguard.core import shipped_kinds
from otpguard.core.assurance import MethodFacts, Primary
from otpguard.core.evidence import facts_to_json
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StoreUnavailable
from otpguard.grants.evidence import Evidence, _proofs, read_hosts_member, read_member, read_site
from otpguard.models import Grant, Membership, PolicyWish
from tests import factories

pytestmark = pytest.mark.django_db
Queries = Callable[[int], Any]


@dataclass
class Sitting:
    """A member at work in one login session."""

    membership: Membership
    sid: str = "mine"

    def facts(self, **changed: Any) -> RequestFacts:
        known = {"sid": self.sid, **changed}
        return factories.facts(self.membership.user, self.membership.tenant, **known)

    def grant(self, **changed: Any) -> str:
        known = {"sid": self.sid, "tenant": self.membership.tenant, **changed}
        return str(factories.grant(known.pop("user", self.membership.user), **known).pk)


@pytest.fixture
def sitting() -> Sitting:
    tenant = factories.tenant(annual_contract_value=5000, policy_version=3)
    return Sitting(factories.member(tenant, roles=["admin", "billing"]))


def grants(evidence: Evidence) -> set[str]:
    return {proof.grant for proof in evidence.proofs}


def test_one_statement_reads_all_there_is_to_know(
    sitting: Sitting, django_assert_num_queries: Queries
) -> None:
    until = timezone.now() + timedelta(hours=1)
    sitting.membership.held = {"api_key": until.astimezone(UTC).isoformat()}
    sitting.membership.save()
    ids = {sitting.grant(), sitting.grant(intent="digest", uses_left=1, passed=["api_key"])}
    facts = sitting.facts()
    with django_assert_num_queries(1):
        found = read_member(facts)
    assert found.member is not None
    assert found.member.roles == {"admin", "billing"}
    assert found.member.held == {"api_key": until}
    assert found.member.membership_active
    assert found.member.tenant_active
    assert (found.annual_contract_value, found.policy_version) == (5000, 3)
    assert grants(found) == ids


def test_a_proof_comes_back_as_it_was_stored(sitting: Sitting) -> None:
    at, story = timezone.now(), uuid4()
    identity = sitting.grant(
        verified_at=at, story=story, intent="digest", uses_left=1, passed=["api_key", "login"]
    )
    [proof] = read_member(sitting.facts()).proofs
    assert (proof.grant, proof.story, proof.verified_at) == (identity, str(story), at)
    assert (proof.intent, proof.uses_left) == ("digest", 1)
    assert proof.passed == {"api_key", "login"}
    assert (proof.facts.method, proof.facts.primary) == (shipped_kinds.BY_SMS, Primary.PASSWORD)
    assert proof.verified_at.tzinfo is not None


def test_no_model_is_loaded_on_the_way(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    facts, loaded = sitting.facts(), []
    original = Membership.from_db.__func__
    monkeypatch.setattr(
        "django.db.models.Model.from_db",
        classmethod(lambda cls, *a, **k: loaded.append(cls) or original(cls, *a, **k)),
    )
    assert Membership.objects.get(pk=sitting.membership.pk) == sitting.membership
    assert loaded == [Membership]
    read_member(facts)
    assert loaded == [Membership]


def test_somebody_who_does_not_belong_is_nobody(
    sitting: Sitting, django_assert_num_queries: Queries
) -> None:
    sitting.grant()
    stranger = factories.facts(factories.user(), sitting.membership.tenant, sid="mine")
    with django_assert_num_queries(1):
        assert read_member(stranger) == Evidence(member=None)
    elsewhere = factories.facts(sitting.membership.user, factories.tenant(), sid="mine")
    assert read_member(elsewhere).member is None
    assert read_member(sitting.facts()).member is not None


def test_other_peoples_tenants_and_sessions_prove_nothing_here(sitting: Sitting) -> None:
    elsewhere = factories.tenant()
    factories.member(elsewhere, sitting.membership.user)
    colleague = factories.member(sitting.membership.tenant)
    sitting.grant(tenant=elsewhere)
    sitting.grant(tenant=None)
    sitting.grant(sid="another")
    sitting.grant(user=colleague.user)
    sitting.grant(revoked_at=timezone.now())
    found = read_member(sitting.facts())
    assert found.member is not None
    assert found.proofs == ()
    mine = sitting.grant()
    assert grants(read_member(sitting.facts())) == {mine}


def test_a_bearer_token_has_a_membership_and_no_proofs(sitting: Sitting) -> None:
    sitting.grant(sid="")
    sitting.grant()
    found = read_member(sitting.facts(sid=""))
    assert found.member is not None
    assert found.proofs == ()


@pytest.mark.parametrize("suspended", ["tenant", "membership", "user"])
def test_whoever_is_not_active_is_known_as_such(sitting: Sitting, suspended: str) -> None:
    tenant = sitting.membership.tenant
    if suspended == "tenant":
        factories.age(tenant, status="suspended")
    if suspended == "membership":
        factories.age(sitting.membership, active=False)
    member = read_member(sitting.facts(user_active=suspended != "user")).member
    assert member is not None
    assert member.tenant_active is (suspended != "tenant")
    assert member.membership_active is (suspended != "membership")
    assert member.user_active is (suspended != "user")


def test_the_sites_people_have_their_own_grants_and_version(
    django_assert_num_queries: Queries,
) -> None:
    staff, tenant = factories.staff(), factories.tenant()
    mine = str(factories.grant(staff, sid="mine").pk)
    factories.grant(staff, tenant, sid="mine")
    factories.grant(staff, sid="another")
    factories.grant(factories.user(), sid="mine")
    factories.grant(staff, sid="mine", revoked_at=timezone.now())
    for slug, stamp, owner in (("*", 4, None), ("login", 3, None), ("*", 9, tenant)):
        PolicyWish.objects.create(tenant=owner, checkpoint=slug, version=1, stamp=stamp)
    PolicyWish.objects.create(checkpoint="*", version=2, stamp=5, current=False)
    facts = factories.facts(staff, sid="mine")
    with django_assert_num_queries(1):
        found = read_site(facts)
    assert grants(found) == {mine}
    assert found.policy_version == 7
    assert found.member is not None


def test_the_sites_people_without_grants_or_wishes_are_known_too() -> None:
    found = read_site(factories.facts(factories.staff(), sid="mine"))
    assert found == Evidence(member=ANY)
    assert found.member is not None
    bearer = factories.staff()
    factories.grant(bearer, sid="")
    assert read_site(factories.facts(bearer)).proofs == ()


@pytest.fixture
def broken_table() -> Iterator[None]:
    """For the length of the test the table of grants has another name."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE otpguard_grant RENAME TO otpguard_grant_away")
        yield
        transaction.set_rollback(True)


def test_a_store_that_does_not_answer_is_told_from_one_without_proofs(
    sitting: Sitting, broken_table: None
) -> None:
    facts = sitting.facts()
    for read in (read_member, read_site):
        with pytest.raises(StoreUnavailable), transaction.atomic():
            read(facts)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends a server's session")
def test_a_connection_that_was_cut_is_a_store_that_does_not_answer(sitting: Sitting) -> None:
    facts = sitting.facts()
    connection.connection.close()
    with pytest.raises(StoreUnavailable):
        read_member(facts)
    connection.close()
    assert read_member(facts).member is not None


# --- rows of another release ---------------------------------------------------------------------


def test_a_grant_that_cannot_be_read_proves_nothing_and_hides_no_other(
    sitting: Sitting, caplog: pytest.LogCaptureFixture
) -> None:
    known = sitting.grant()
    for changed in (
        {"source": "oracle"},
        {"facts": {"method": "telepathy"}},
        {"facts": {}},
        {"facts": {"method": "sms", "primary": "handshake", "uv": 0, "be": 0, "attested": 0}},
        {"facts": []},
    ):
        unreadable = sitting.grant()
        Grant.objects.filter(pk=unreadable).update(**changed)
    assert grants(read_member(sitting.facts())) == {known}
    # A method that is not installed proves nothing either, and is no fault of the row.
    assert caplog.text.count("it proves nothing") == 4


@pytest.mark.parametrize(
    ("held", "slug"),
    [({"api_key": "soon"}, "api_key"), ({"api_key": None}, "api_key"), (["api_key"], "*")],
)
def test_a_hold_that_cannot_be_read_runs_on(sitting: Sitting, held: Any, slug: str) -> None:
    Membership.objects.filter(pk=sitting.membership.pk).update(held=held)
    member = read_member(sitting.facts()).member
    assert member is not None
    assert member.held[slug] > timezone.now() + timedelta(days=36_500)


def test_roles_that_cannot_be_read_are_none(sitting: Sitting) -> None:
    Membership.objects.filter(pk=sitting.membership.pk).update(roles={"admin": True})
    member = read_member(sitting.facts()).member
    assert member is not None
    assert member.roles == frozenset()


def test_a_time_that_the_database_stores_without_a_zone_is_in_that_of_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SQLite does, and DATABASES may give it any TIME_ZONE."""
    zone = ZoneInfo("America/New_York")
    monkeypatch.setattr(connections["default"], "timezone", zone)
    facts = RequestFacts(now=timezone.now(), sid="s")
    method = MethodFacts(method=methods()["sms"], primary=Primary.PASSWORD)
    row = (
        *(uuid4().hex, "local", json.dumps(facts_to_json(method))),
        *(datetime(2026, 1, 1, 12), "", None, "[]", uuid4().hex),  # noqa: DTZ001 (as SQLite stores it)
    )
    (proof,) = _proofs([row], facts)
    assert proof.verified_at == datetime(2026, 1, 1, 17, tzinfo=UTC)


def test_where_the_host_knows_the_members_our_row_tells_of_holds_alone(
    sitting: Sitting, django_assert_num_queries: Queries
) -> None:
    until = timezone.now() + timedelta(hours=1)
    sitting.membership.held = {"api_key": until.astimezone(UTC).isoformat()}
    sitting.membership.active = False
    sitting.membership.save()
    grant = sitting.grant()
    with django_assert_num_queries(1):
        found = read_hosts_member(sitting.facts(), roles=frozenset({"theirs"}), active=True)
    assert found.member is not None
    assert (found.member.membership_active, found.member.roles) == (True, {"theirs"})
    assert dict(found.member.held) == {"api_key": until}
    assert grants(found) == {grant}
    assert (found.annual_contract_value, found.policy_version) == (5000, 3)


def test_a_member_of_the_hosts_needs_no_row(sitting: Sitting) -> None:
    grant = sitting.grant()
    Membership.objects.all().delete()
    found = read_hosts_member(sitting.facts(), roles=frozenset(), active=False)
    assert found.member is not None
    assert (found.member.membership_active, dict(found.member.held)) == (False, {})
    assert grants(found) == {grant}
    nowhere = replace(sitting.facts(), tenant=str(uuid4()))
    assert read_hosts_member(nowhere, roles=frozenset(), active=True) == Evidence(member=None)
