"""May this request pass? Membership, holds, proof, factor; and never open when unsure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.assurance import Primary
from otpguard.core.decision import Deny, Reason, RequireChallenge, RequireEnrollment, Wait
from otpguard.exceptions import StepUpRefused
from otpguard.flows.checkpoint.guard import IntentSource, Passed, require
from otpguard.models import Event, Factor, Grant, Membership, Tenant
from tests import factories

SHALLOW = IntentSource(shallow=lambda: "s" * 64, full=lambda: "f" * 64)


def ask(facts: Any, slug: str = "billing_change", **more: Any) -> Passed | Any:
    """The guard's answer: what passed, or the decision that refused."""
    try:
        return require(facts=facts, checkpoint=checkpoint(slug), intent=SHALLOW, **more)
    except StepUpRefused as refused:
        return refused.decision


@pytest.fixture
def person(db: None) -> Membership:
    member = factories.member(factories.tenant(), roles=["admin"])
    factories.phone_factor(member.user)
    return member


@pytest.fixture
def facts(person: Membership) -> Any:
    return factories.facts(person.user, person.tenant, sid="sid-a", primary=Primary.PASSWORD)


@pytest.fixture
def proven(person: Membership) -> Grant:
    return factories.grant(person.user, person.tenant, sid="sid-a")


def test_a_proof_lets_pass(facts: Any, proven: Grant) -> None:
    assert isinstance(ask(facts), Passed)


def test_without_a_proof_the_enrolled_factor_is_asked_for(facts: Any) -> None:
    decision = ask(facts)
    assert isinstance(decision, RequireChallenge)
    assert decision.factors == (str(Factor.objects.get().pk),)


def test_without_a_factor_enrollment_is_asked_for_never_a_silent_pass(facts: Any) -> None:
    Factor.objects.all().delete()
    assert isinstance(ask(facts), RequireEnrollment)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda g: factories.age(g, revoked_at=timezone.now()),
        lambda g: factories.age(g, verified_at=timezone.now() - timedelta(minutes=21)),
        lambda g: factories.age(g, sid="another session"),
        lambda g: factories.age(g, tenant=factories.tenant()),
        lambda g: factories.age(g, user=factories.user()),
    ],
    ids=["revoked", "older than the window", "other session", "other tenant", "other user"],
)
def test_a_proof_that_is_not_good_here_does_not_let_pass(
    facts: Any, proven: Grant, spoil: Callable[[Grant], None]
) -> None:
    spoil(proven)
    assert isinstance(ask(facts), RequireChallenge)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: factories.age(m, active=False),
        lambda m: Tenant.objects.update(status="suspended"),
        lambda m: m.delete(),
    ],
    ids=["membership ended", "tenant suspended", "not a member"],
)
def test_who_does_not_belong_is_denied_whatever_they_proved(
    person: Membership, facts: Any, proven: Grant, spoil: Callable[[Any], None]
) -> None:
    spoil(person)
    assert isinstance(ask(facts), Deny)


def test_an_inactive_user_is_denied(person: Membership, proven: Grant) -> None:
    facts = factories.facts(person.user, person.tenant, sid="sid-a", user_active=False)
    assert isinstance(ask(facts), Deny)


def test_a_running_hold_makes_wait_and_a_lapsed_one_does_not(
    person: Membership, facts: Any, proven: Grant
) -> None:
    soon = timezone.now() + timedelta(hours=1)
    factories.age(person, held={"billing_change": soon.isoformat()})
    decision = ask(facts)
    assert isinstance(decision, Wait)
    assert decision.until == soon
    assert isinstance(ask(facts, "data_export"), Passed), "held elsewhere"
    past = timezone.now() - timedelta(seconds=1)
    factories.age(person, held={"billing_change": past.isoformat()})
    assert isinstance(ask(facts), Passed)


def test_a_bearer_token_is_never_proof_of_presence(person: Membership, proven: Grant) -> None:
    bearer = factories.facts(person.user, person.tenant, sid="")
    assert not isinstance(ask(bearer), Passed)


@pytest.mark.django_db(transaction=True)
def test_the_steady_state_is_one_statement(
    facts: Any, proven: Grant, django_assert_num_queries: Any
) -> None:
    ask(facts)
    with django_assert_num_queries(1):
        assert isinstance(ask(facts), Passed)


def test_the_first_pass_at_each_checkpoint_is_an_event_and_later_ones_are_not(
    facts: Any, proven: Grant
) -> None:
    for slug in ("billing_change", "data_export", "billing_change", "data_export"):
        ask(facts, slug)
    passed = Event.objects.filter(kind="checkpoint.passed").order_by("pk")
    assert list(passed.values_list("checkpoint", flat=True)) == ["billing_change", "data_export"]


def test_tightening_the_policy_works_at_once(facts: Any, proven: Grant, person: Membership) -> None:
    assert isinstance(ask(facts), Passed)
    Tenant.objects.update(annual_contract_value=100_000)
    assert not isinstance(ask(facts), Passed), "enterprise asks AAL3"


def test_a_checkpoint_that_binds_wants_its_own_proof(facts: Any, proven: Grant) -> None:
    decision = ask(facts, "role_grant")
    assert isinstance(decision, RequireChallenge)
    assert str(decision.reason) == "other_intent"
    factories.age(proven, intent="f" * 64, uses_left=1)
    assert isinstance(ask(facts, "role_grant"), Passed)
    assert str(ask(facts, "role_grant").reason) == "spent"


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "OPTIONS", "TRACE", "POST", "PUT", "PATCH", "DELETE", "PURGE"]
)
def test_binding_guards_every_method_and_a_view_that_reads_safely_frees_the_safe_ones(
    person: Membership, proven: Grant, method: str
) -> None:
    facts = factories.facts(
        person.user, person.tenant, sid="sid-a", primary=Primary.PASSWORD, method=method
    )
    assert isinstance(ask(facts, "role_grant"), RequireChallenge)
    freed = method in {"GET", "HEAD", "OPTIONS", "TRACE"}
    expected = Passed if freed else RequireChallenge
    assert isinstance(ask(facts, "role_grant", reads_safely=True), expected)


@pytest.mark.django_db(transaction=True)
def test_one_use_is_spent_by_one_of_many_requests_at_once(
    person: Membership, proven: Grant
) -> None:
    factories.age(proven, intent="f" * 64, uses_left=1)
    facts = factories.facts(person.user, person.tenant, sid="sid-a", primary=Primary.PASSWORD)
    start, passed = Barrier(12), []

    def run() -> None:
        start.wait()
        try:
            if isinstance(ask(facts, "role_grant"), Passed):
                passed.append(1)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 1
    assert Event.objects.filter(kind="checkpoint.passed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_store_that_does_not_answer_refuses(facts: Any, proven: Grant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_membership RENAME TO away")
    try:
        decision = ask(facts)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_membership")
    assert isinstance(decision, Deny)
    assert str(decision.reason) == "store_unavailable"


@pytest.mark.django_db(transaction=True)
def test_a_policy_that_cannot_be_read_refuses(facts: Any, proven: Grant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_policywish RENAME TO away")
    try:
        decision = ask(facts)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_policywish")
    assert isinstance(decision, Deny)
    assert str(decision.reason) == "store_unavailable"


@pytest.mark.django_db(transaction=True)
def test_a_store_that_does_not_answer_refuses_also_where_the_site_only_reports(
    facts: Any, proven: Grant, settings: Any
) -> None:
    """Membership cannot be read then, and a trial run never softens that."""
    until = (timezone.now() + timedelta(days=3)).date().isoformat()
    settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"billing_change": until}}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_membership RENAME TO away")
    try:
        decision = ask(facts)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_membership")
    assert decision == Deny(reason=Reason.STORE_UNAVAILABLE)


def test_staff_without_a_tenant_act_for_the_site(db: None) -> None:
    operator = factories.staff()
    factories.phone_factor(operator)
    facts = factories.facts(operator, sid="sid-o", primary=Primary.PASSWORD, method="GET")
    reading = {"reads_safely": True}
    assert isinstance(ask(facts, "security_settings", **reading), RequireChallenge)
    factories.grant(operator, None, sid="sid-o")
    assert isinstance(ask(facts, "security_settings", **reading), Passed)


def test_anybody_else_without_a_tenant_is_denied(person: Membership) -> None:
    facts = factories.facts(person.user, sid="sid-a", primary=Primary.PASSWORD)
    assert isinstance(ask(facts), Deny)
