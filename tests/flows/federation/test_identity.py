"""Linking a sign-in: by the person alone, never by e-mail, and never somebody else's."""

from __future__ import annotations

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.federation.identity import link_identity, person_of, unlink_identity
from otpguard.models import Event, FederatedIdentity, Grant, IdentityProvider, Membership
from tests import factories
from tests.federating import idp, said_now, signed_in

pytestmark = pytest.mark.django_db


def test_a_person_links_their_own_sign_in_once() -> None:
    tenant = factories.tenant()
    user = factories.member(tenant).user
    provider = idp(tenant)
    facts = factories.facts(user, tenant, sid="s")

    first = link_identity(facts=facts, provider=provider, evidence=said_now())
    again = link_identity(facts=facts, provider=provider, evidence=said_now())

    assert first == again
    assert person_of(provider=provider, evidence=said_now()) == first
    assert Event.objects.filter(kind="identity.linked").count() == 1


def test_somebody_elses_sign_in_is_linked_to_nobody_else() -> None:
    alice = signed_in()
    eve = factories.member(alice.tenant).user
    with pytest.raises(NotAllowed):
        link_identity(
            facts=factories.facts(eve, alice.tenant, sid="e"),
            provider=alice.provider,
            evidence=said_now(),
        )


def test_who_does_not_belong_to_the_tenant_links_nothing() -> None:
    provider = idp(factories.tenant())
    stranger = factories.member(factories.tenant()).user
    with pytest.raises(NotAllowed):
        link_identity(
            facts=factories.facts(stranger, sid="s"), provider=provider, evidence=said_now()
        )


def test_a_provider_that_is_off_links_nobody_and_opens_nothing() -> None:
    alice = signed_in()
    IdentityProvider.objects.update(enabled=False)
    alice.provider.refresh_from_db()

    assert person_of(provider=alice.provider, evidence=said_now()) is None
    with pytest.raises(NotAllowed):
        link_identity(facts=alice.facts, provider=alice.provider, evidence=said_now())


def test_a_sign_in_opens_no_account_of_a_member_who_left() -> None:
    alice = signed_in()
    Membership.objects.update(active=False)

    assert person_of(provider=alice.provider, evidence=said_now()) is None
    assert person_of(provider=alice.provider, evidence=said_now(subject="bob")) is None


def test_unlinking_ends_what_the_provider_proved() -> None:
    alice = signed_in()
    alice.accept()
    identity = FederatedIdentity.objects.get()

    assert unlink_identity(facts=alice.facts, identity=identity.pk, reason="mine no longer")
    assert not unlink_identity(facts=alice.facts, identity=identity.pk, reason="again")

    assert not Grant.objects.filter(revoked_at=None).exists()


def test_nobody_unlinks_what_is_anothers() -> None:
    alice = signed_in()
    eve = factories.member(alice.tenant).user
    with pytest.raises(NotAllowed):
        unlink_identity(
            facts=factories.facts(eve, alice.tenant, sid="e"),
            identity=FederatedIdentity.objects.get().pk,
            reason="x",
        )
