"""The open assurance agrees with the guard, reads once and writes nothing."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core import shipped_kinds
from otpguard.core.assurance import Method, MethodFacts, Primary
from otpguard.core.assurance_view import AssuranceView
from otpguard.core.decision import Reason
from otpguard.core.evidence import facts_to_json
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StepUpRefused
from otpguard.flows.checkpoint.assurance import assurance_of
from otpguard.flows.checkpoint.guard import IntentSource, require
from otpguard.models import Event, Factor, Grant, Membership, Tenant
from tests import factories

pytestmark = pytest.mark.django_db

NO_INTENT = IntentSource(shallow=lambda: "", full=lambda: "i")
SLUGS = ("api_key", "api_key.production", "role_grant", "login", "signup", "factor_change")


@pytest.fixture
def facts() -> RequestFacts:
    """A member with a phone, about to read a page."""
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    sid = factories.session(member.user).sid
    return factories.facts(
        member.user, member.tenant, sid=sid, method="GET", primary=Primary.PASSWORD
    )


def shown(facts: RequestFacts, method: Method, *, minutes: int = 1) -> Grant:
    """A proof of this login."""
    passkey = method is shipped_kinds.BY_PASSKEY
    return Grant.objects.create(
        user_id=facts.user,
        tenant_id=facts.tenant or None,
        sid=facts.sid,
        story="00000000-0000-4000-8000-000000000000",
        verified_at=facts.now - timedelta(minutes=minutes),
        facts=facts_to_json(
            MethodFacts(
                method=method, primary=facts.primary, user_verified=passkey, backup_eligible=False
            )
        ),
    )


def guard_passes(facts: RequestFacts, slug: str) -> bool:
    """What the guard answers."""
    try:
        require(facts=facts, checkpoint=checkpoint_named(slug), intent=NO_INTENT, reads_safely=True)
    except StepUpRefused:
        return False
    return True


def seen(facts: RequestFacts, slug: str = "api_key") -> AssuranceView:
    return assurance_of(facts, checkpoint_named(slug))


@pytest.mark.parametrize("reports", [False, True], ids=["enforced", "report only"])
@pytest.mark.parametrize("enrolled", [True, False], ids=["enrolled", "nothing enrolled"])
@pytest.mark.parametrize("method", [None, *shipped_kinds.SHIPPED_METHODS.values()])
def test_it_agrees_with_the_guard_about_every_proof_and_checkpoint(
    facts: RequestFacts, settings: Any, method: Method | None, enrolled: bool, reports: bool
) -> None:
    if not enrolled:
        Factor.objects.all().delete()
    if reports:
        until = timezone.now().date() + timedelta(days=3)
        settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"*": until}}
    for minutes, slug in product((1, 25, 31) if method else (0,), SLUGS):
        Grant.objects.all().delete()
        if method:
            shown(facts, method, minutes=minutes)
        assert seen(facts, slug).passes == guard_passes(facts, slug), (minutes, slug)


def test_it_agrees_about_people_who_do_not_belong(facts: RequestFacts) -> None:
    shown(facts, shipped_kinds.BY_SMS)
    for change in (
        lambda: Tenant.objects.update(status=Tenant.Status.SUSPENDED),
        lambda: Membership.objects.update(active=False),
        Membership.objects.all().delete,
    ):
        change()
        assert not seen(facts).passes
        assert not guard_passes(facts, "api_key")


@pytest.mark.django_db(transaction=True)
def test_it_costs_one_statement_and_writes_nothing(
    facts: RequestFacts, django_assert_num_queries: Any
) -> None:
    shown(facts, shipped_kinds.BY_SMS)
    seen(facts)  # fills the cache of policies
    with django_assert_num_queries(1):
        assert seen(facts).passes
    assert Grant.objects.get().passed == []
    assert not Event.objects.exists()


def test_a_visitor_is_told_to_log_in() -> None:
    assert seen(factories.facts()).reason is Reason.NOT_LOGGED_IN


def test_a_store_that_does_not_answer_is_a_reason_and_no_pass(facts: RequestFacts) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError

    with connection.execute_wrapper(broken):
        assert seen(facts) == AssuranceView(passes=False, reason=Reason.STORE_UNAVAILABLE)
