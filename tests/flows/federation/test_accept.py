"""A statement of an identity provider becomes a proof once, here, for this person, or nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.decision import Allow, Decision, Deny
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import Protocol
from otpguard.core.federation.grade import IdpReason
from otpguard.exceptions import Ask
from otpguard.flows.checkpoint.evaluate import evaluate_request, evidence_of, policy_of
from otpguard.flows.federation.accept import SEEN_FOR, SignInFault, accepted_by
from otpguard.flows.federation.provider import change_provider, switch_provider
from otpguard.flows.tenant.policy import change_policy
from otpguard.models import Event, Grant, LoginSession, SeenStatement, Tenant
from tests import factories
from tests.federating import SignedIn, idp, said_now, signed_in

pytestmark = pytest.mark.django_db

BILLING = "billing_change"


def decision(facts: RequestFacts, slug: str = BILLING, intent: str = "") -> Decision:
    named = checkpoint(slug)
    evidence = evidence_of(facts, named)
    assert not isinstance(evidence, Deny)
    policy = policy_of(facts, named, evidence)
    return evaluate_request(facts, named, policy=policy, evidence=evidence, intent=intent)


def wish(tenant: Tenant, slug: str, **wishes: object) -> None:
    change_policy(facts=factories.facts(), tenant=tenant, checkpoint=slug, wishes=wishes)


def serves(tenant: Tenant, slug: str = BILLING) -> None:
    wish(tenant, slug, idp_satisfies=True, active=True)


def body(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Event.objects.filter(kind=kind).latest("pk").body)["data"]
    return data


@pytest.fixture
def alice() -> SignedIn:
    found = signed_in()
    serves(found.tenant)
    return found


def test_a_sign_in_by_more_than_one_factor_passes_where_the_policy_says_so(
    alice: SignedIn,
) -> None:
    outcome = alice.accept()

    assert outcome.grant is not None
    assert outcome.grant.source == "idp"
    assert isinstance(decision(alice.facts), Allow)


def test_without_the_policys_word_a_local_factor_is_asked() -> None:
    found = signed_in()
    wish(found.tenant, BILLING, active=True)

    assert found.accept().grant is not None
    assert not isinstance(decision(found.facts), Allow)


def test_the_event_keeps_word_for_word_what_the_provider_said(alice: SignedIn) -> None:
    alice.accept(said_now(amr=("pwd", "mfa"), acr="urn:okta:loa:2fa:any"))

    said = body("idp_proof.accepted")
    assert said["said"] == ["amr=pwd", "amr=mfa", "acr=urn:okta:loa:2fa:any"]
    assert said["authenticated_at"]


def test_one_factor_gives_no_proof_and_the_event_says_why(alice: SignedIn) -> None:
    outcome = alice.accept(said_now(amr=("pwd",)))

    assert outcome.reason is IdpReason.NOT_ACCEPTED
    assert not Grant.objects.exists()
    assert body("idp_proof.rejected")["reason"] == "not_accepted"


def test_the_proof_is_as_old_as_the_provider_says(alice: SignedIn) -> None:
    now = timezone.now()
    outcome = alice.accept(said_now(received_at=now, authenticated_at=now - timedelta(minutes=4)))

    assert outcome.grant is not None
    assert outcome.grant.verified_at == now - timedelta(minutes=4)


def test_the_same_statement_is_taken_in_once(alice: SignedIn) -> None:
    assert alice.accept(statement="n-1").grant is not None
    assert alice.accept(statement="n-1").reason is SignInFault.REPLAYED
    assert Grant.objects.filter(revoked_at=None).count() == 1


def test_what_was_seen_long_ago_is_forgotten(alice: SignedIn) -> None:
    alice.accept(statement="n-1")
    SeenStatement.objects.update(expires_at=timezone.now() - SEEN_FOR)

    alice.accept(statement="n-2")

    assert SeenStatement.objects.count() == 1


def test_another_persons_sign_in_is_no_proof_and_links_nobody(alice: SignedIn) -> None:
    outcome = alice.accept(said_now(subject="mallory"))

    assert outcome.reason is SignInFault.OTHER_PERSON
    assert alice.provider.identities.count() == 1
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "changed", [{"issuer": "https://other.example"}, {"protocol": Protocol.SAML}]
)
def test_a_statement_of_another_issuer_or_protocol_is_foreign(
    alice: SignedIn, changed: dict[str, Any]
) -> None:
    assert alice.accept(said_now(**changed)).reason is SignInFault.FOREIGN


def test_a_login_that_was_ended_gets_no_proof(alice: SignedIn) -> None:
    LoginSession.objects.update(ended_at=timezone.now())

    assert alice.accept().reason is SignInFault.SESSION_ENDED


def test_a_provider_that_is_off_or_gone_proves_nothing(alice: SignedIn) -> None:
    assert alice.accept(provider=uuid4()).reason is SignInFault.PROVIDER_OFF
    switch_provider(facts=factories.facts(), provider=alice.provider, reason="left")

    assert alice.accept().reason is SignInFault.PROVIDER_OFF


def test_switching_the_provider_off_ends_what_it_proved(alice: SignedIn) -> None:
    alice.accept()
    assert isinstance(decision(alice.facts), Allow)

    switch_provider(facts=factories.facts(), provider=alice.provider, reason="left")

    assert not isinstance(decision(alice.facts), Allow)


def test_accepting_less_ends_what_was_proven_and_a_new_name_does_not(alice: SignedIn) -> None:
    alice.accept()
    change_provider(facts=factories.facts(), provider=alice.provider, values={"name": "New"})
    assert isinstance(decision(alice.facts), Allow)

    change_provider(facts=factories.facts(), provider=alice.provider, values={"accepted": {}})

    assert not isinstance(decision(alice.facts), Allow)


def test_tightening_the_policy_counts_at_once(alice: SignedIn) -> None:
    alice.accept()
    wish(alice.tenant, BILLING, active=True, idp_satisfies=False)

    assert not isinstance(decision(alice.facts), Allow)


def test_it_counts_in_the_tenant_that_brings_the_provider_and_nowhere_else(
    alice: SignedIn,
) -> None:
    other = factories.tenant()
    factories.member(other, alice.user)
    serves(other)
    elsewhere = factories.facts(alice.user, other, sid=alice.facts.sid)

    alice.accept(facts=elsewhere)

    assert not isinstance(decision(elsewhere), Allow)
    assert isinstance(decision(alice.facts), Allow)


def test_two_tenants_with_one_issuer_do_not_know_each_others_people(alice: SignedIn) -> None:
    other = idp(factories.tenant())

    assert alice.accept(provider=other.pk).reason is SignInFault.OTHER_PERSON


def test_a_step_up_binds_the_proof_to_its_intent(alice: SignedIn) -> None:
    ask = Ask(
        checkpoint=BILLING,
        tenant=str(alice.tenant.pk),
        user=alice.facts.user,
        sid=alice.facts.sid,
        story=str(uuid4()),
        intent="intent-a",
        binds=True,
    )

    alice.accept(ask=ask)

    assert isinstance(decision(alice.facts, intent="intent-a"), Allow)
    assert not isinstance(decision(alice.facts, intent="intent-b"), Allow)


def test_a_capture_shows_what_was_said_of_how_and_not_of_whom(alice: SignedIn) -> None:
    type(alice.provider).objects.update(capture_next=True)

    alice.accept(said_now(amr=("pwd",), acr="gold"))
    alice.accept(said_now(amr=("other",)))

    alice.provider.refresh_from_db()
    assert alice.provider.captured["said"] == ["amr=pwd", "acr=gold"]
    assert not alice.provider.capture_next
    assert "alice" not in json.dumps(alice.provider.captured)


def test_huge_values_make_no_huge_event(alice: SignedIn) -> None:
    huge = tuple("\N{ROCKET}" * 255 for _ in range(32))

    alice.accept(said_now(amr=huge, contexts=huge, acrs=huge, acr=huge[0]))

    assert len(body("idp_proof.rejected")["said"]) == 24


def test_a_place_of_another_release_counts_for_nothing() -> None:
    row = idp(factories.tenant(), accepted={"amr": ["mfa"], "stars": ["5"]})

    assert {str(place) for place in accepted_by(row).values} == {"amr"}
