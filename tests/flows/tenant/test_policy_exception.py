"""The site's operators move the floor of one tenant until a date, and end that again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.facts import RequestFacts
from otpguard.core.wishes import parse_wishes
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant.policy import change_policy
from otpguard.flows.tenant.policy_exception import (
    check_terms,
    end_exception,
    grant_exception,
)
from otpguard.models import PolicyException, Tenant
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants import policies
from otpguard.testing import captured_events
from otpguard.testing.racing import race
from tests import factories
from tests.excepting import grant, policy, set_floor, terms
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a server")
DAY = timedelta(days=1)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


@pytest.fixture(autouse=True)
def _floor(settings: Any) -> Iterator[None]:
    set_floor(settings)
    policies.forget()
    yield
    policies.forget()


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


@pytest.fixture
def site() -> RequestFacts:
    return factories.facts(factories.staff())


def wish(tenant: Tenant, slug: str, **raw: Any) -> Any:
    return change_policy(
        facts=factories.facts(factories.user(), tenant),
        tenant=tenant,
        checkpoint=slug,
        wishes=parse_wishes(raw),
    )


# --- granting -------------------------------------------------------------------------------------


def test_an_exception_moves_the_floor_of_its_tenant_and_of_no_other(tenant: Tenant) -> None:
    other = factories.tenant()
    assert policy(tenant).ttl == minutes(10)
    grant(tenant)
    assert policy(tenant).ttl == minutes(20)
    assert policy(other).ttl == minutes(10)
    assert policy(tenant, "api_key").required_level is AssuranceLevel.AAL3


def test_what_an_exception_allows_is_still_the_tenants_to_ask(tenant: Tenant) -> None:
    wish(tenant, "billing_change", ttl=300)
    grant(tenant)
    assert policy(tenant).ttl == minutes(5), "its own wish is stricter"
    assert wish(tenant, "billing_change", ttl=1200).clamped == {}
    assert wish(tenant, "billing_change", ttl=1800).clamped == {"ttl": 1200}


def test_a_variant_needs_an_exception_of_its_own(tenant: Tenant) -> None:
    grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
    assert policy(tenant, "api_key").required_level is AssuranceLevel.AAL2
    assert policy(tenant, "api_key.production").required_level is AssuranceLevel.AAL3


def test_the_row_says_who_why_and_until_when(tenant: Tenant, site: RequestFacts) -> None:
    asked = terms(tenant)
    row = grant_exception(facts=site, terms=asked)
    row.refresh_from_db()
    assert (str(row.owner_id), str(row.created_by_id)) == (asked.owner_id, site.user)
    assert (row.reason, row.value, row.expires_at) == ("moving house", 1200, asked.expires_at)
    assert (row.created_at, row.ended_at, row.reminded_at) == (site.now, None, None)


def test_the_event_says_what_was_and_what_is_now(tenant: Tenant, site: RequestFacts) -> None:
    asked = terms(tenant)
    with captured_events() as events:
        row = grant_exception(facts=site, terms=asked)
    (event,) = events
    assert (event["kind"], event["checkpoint"]) == ("exception.granted", "billing_change")
    assert (event["tenant"], event["actor"], event["subject"]) == (str(tenant.pk), site.user, "")
    assert event["data"] == {
        "exception": str(row.pk),
        "field": "ttl",
        "before": 600,
        "after": 1200,
        "owner": asked.owner_id,
        "reason": "moving house",
        "expires_at": asked.expires_at.isoformat(),
        "weakened": ["ttl"],
    }


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"checkpoint": "*"}, "checkpoint", "must be one checkpoint"),
        ({"checkpoint": "biling_change"}, "checkpoint", "billing_change"),
        ({"field": "tlt"}, "field", "no such policy field"),
        ({"field": "hold", "value": 0}, "field", "does nothing"),
        ({"field": "enforcement", "value": "report_only"}, "field", "No floor"),
        ({"field": "preferred_methods", "value": ["sms"]}, "field", "No floor"),
        ({"value": 1860}, "value", "1800"),
        ({"value": "long"}, "value", "whole seconds"),
        ({"value": 600}, "value", "allows this already"),
        ({"value": 300}, "value", "allows this already"),
        ({"field": "active", "value": False}, "value", "No exception goes this far"),
        ({"field": "required_level", "value": "AAL1"}, "value", "No exception goes this far"),
        ({"expires_at": timezone.now() - DAY}, "expires_at", "in the future"),
        ({"expires_at": timezone.now() + 367 * DAY}, "expires_at", "365 days"),
        ({"reason": " \u202e "}, "reason", "must have a reason"),
        ({"owner_id": "999999"}, "owner", "owner must be"),
    ],
)
def test_terms_that_cannot_be_are_refused_and_leave_nothing(
    tenant: Tenant, site: RequestFacts, changed: dict[str, Any], field: str, says: str
) -> None:
    asked = terms(tenant, **changed)
    version = tenant.policy_version
    with captured_events() as events:
        for act in (check_terms, grant_exception):
            with pytest.raises(InvalidInput, match=says) as bad:
                act(facts=site, terms=asked)
            assert bad.value.field == field
    tenant.refresh_from_db()
    assert (events, tenant.policy_version) == ([], version)
    assert not PolicyException.objects.exists()


def test_no_exception_weakens_what_guards_exceptions(
    tenant: Tenant, site: RequestFacts, settings: Any
) -> None:
    set_floor(settings, security_settings={"required_level": "AAL3"})
    for field, value in (("binds_intent", False), ("active", False), ("required_level", "AAL1")):
        asked = terms(tenant, checkpoint="security_settings", field=field, value=value)
        with pytest.raises(InvalidInput):
            grant_exception(facts=site, terms=asked)
    grant(tenant, checkpoint="security_settings", field="required_level", value="AAL2")
    assert policy(tenant, "security_settings").required_level is AssuranceLevel.AAL2


def test_the_owner_belongs_to_the_tenant_or_to_the_site(tenant: Tenant, site: RequestFacts) -> None:
    member = factories.member(tenant)
    for stranger in (
        factories.user(),
        factories.member(factories.tenant()).user,
        factories.member(tenant, active=False).user,
        factories.member(tenant, factories.user(is_active=False)).user,
        factories.user(is_staff=True, is_active=False),
    ):
        with pytest.raises(InvalidInput, match="owner must be"):
            grant_exception(facts=site, terms=terms(tenant, owner_id=str(stranger.pk)))
    assert grant(tenant, owner_id=str(member.user.pk)).owner == member.user


def test_nobody_but_the_site_grants_or_ends_one(tenant: Tenant) -> None:
    row = grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
    own, elsewhere = factories.staff(), factories.staff()
    admin = factories.member(tenant, roles=["admin"]).user
    asked = terms(tenant)
    with captured_events() as events:
        for facts in (
            factories.facts(admin, tenant),
            factories.facts(own, tenant),
            factories.facts(elsewhere, factories.tenant()),
            factories.facts(admin),
            factories.facts(host="app.example"),
        ):
            for act in (check_terms, grant_exception):
                with pytest.raises(NotAllowed, match="operators of the site"):
                    act(facts=facts, terms=asked)
            with pytest.raises(NotAllowed, match="operators of the site"):
                end_exception(facts=facts, exception=row, reason="x")
    assert events == []
    assert PolicyException.objects.get().ended_at is None


def test_there_is_one_for_each_tenant_checkpoint_and_field(tenant: Tenant) -> None:
    grant(tenant)
    with pytest.raises(InvalidInput, match=r"runs until .* UTC\. End it first\."):
        grant(tenant)
    grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
    grant(factories.tenant())
    assert PolicyException.objects.count() == 3


def test_one_that_has_expired_makes_room_and_says_so(tenant: Tenant) -> None:
    long_ago = timezone.now() - 91 * DAY
    old = grant(tenant, now=long_ago, expires_at=long_ago + DAY)
    with captured_events() as events:
        grant(tenant)
    assert [event["kind"] for event in events] == ["exception.expired", "exception.granted"]
    old.refresh_from_db()
    assert old.ended_at == old.expires_at
    assert policy(tenant).ttl == minutes(20)


# --- ending ---------------------------------------------------------------------------------------


def test_an_exception_that_is_ended_counts_no_more(tenant: Tenant, site: RequestFacts) -> None:
    row = grant(tenant)
    assert policy(tenant).ttl == minutes(20)
    with captured_events() as events:
        assert end_exception(facts=site, exception=row, reason="all have passkeys\n")
    assert policy(tenant).ttl == minutes(10)
    row.refresh_from_db()
    assert (row.ended_at, str(row.ended_by_id)) == (site.now, site.user)
    assert row.end_reason == "all have passkeys"
    (event,) = events
    assert (event["kind"], event["tenant"]) == ("exception.ended", str(tenant.pk))
    assert event["data"] == {
        "exception": str(row.pk),
        "field": "ttl",
        "before": 1200,
        "after": 600,
        "reason": "all have passkeys",
    }


def test_what_is_over_is_not_ended_again(tenant: Tenant, site: RequestFacts) -> None:
    row = grant(tenant)
    assert end_exception(facts=site, exception=row, reason="x")
    with captured_events() as events:
        assert not end_exception(facts=site, exception=row, reason="y")
        other = grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
        late = factories.facts(factories.staff(), now=other.expires_at)
        assert not end_exception(facts=late, exception=other, reason="z")
    assert [event["kind"] for event in events] == ["exception.granted"]


def test_one_of_a_checkpoint_that_is_gone_can_be_ended(
    tenant: Tenant, site: RequestFacts, settings: Any
) -> None:
    own = {"CHECKPOINTS": {"payout": {"POLICY": {"ttl": 300}}}}
    settings.OTPGUARD = {**settings.OTPGUARD, **own, "POLICY_FLOOR": {"payout": {"ttl": 300}}}
    row = grant(tenant, checkpoint="payout", value=600)
    set_floor(settings)
    settings.OTPGUARD = {key: settings.OTPGUARD[key] for key in settings.OTPGUARD.keys() - own}
    assert end_exception(facts=site, exception=row, reason="x")


# --- caches, the store, and two at once -----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_grant_that_is_rolled_back_is_in_no_cache(tenant: Tenant) -> None:
    assert policy(tenant).ttl == minutes(10)
    with transaction.atomic():
        grant(tenant)
        assert policy(tenant).ttl == minutes(20)
        transaction.set_rollback(True)
    assert policy(tenant).ttl == minutes(10)


@pytest.mark.django_db(transaction=True)
def test_grant_and_end_count_at_the_next_look_of_a_process_with_a_warm_cache(
    tenant: Tenant, site: RequestFacts
) -> None:
    assert policy(tenant).ttl == minutes(10)
    row = grant(tenant)
    assert policy(tenant).ttl == minutes(20)
    end_exception(facts=site, exception=row, reason="x")
    assert policy(tenant).ttl == minutes(10)


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_with_a_store_that_takes_no_writes_nothing_is_granted_or_ended(tenant: Tenant) -> None:
    row = grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
    asked, facts = terms(tenant), factories.facts(factories.staff())
    with read_only_store():
        with pytest.raises(STORE_ERRORS):
            grant_exception(facts=facts, terms=asked)
        with pytest.raises(STORE_ERRORS):
            end_exception(facts=facts, exception=row, reason="x")
    assert policy(tenant).ttl == minutes(10)
    assert PolicyException.objects.get().ended_at is None


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_grants_at_once_one_wins_and_the_others_are_refused_in_words(tenant: Tenant) -> None:
    asked, facts = terms(tenant), factories.facts(factories.staff())

    def act() -> str:
        try:
            grant_exception(facts=facts, terms=asked)
        except InvalidInput as refused:
            return refused.field
        return "granted"

    with captured_events() as events:
        answers = race(act, threads=6)
    assert sorted(answers) == ["field"] * 5 + ["granted"]
    assert PolicyException.objects.count() == 1
    assert [event["kind"] for event in events].count("exception.granted") == 1
