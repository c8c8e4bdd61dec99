"""A subject of a token is a person of one tenant, and of no other."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf.people.token_issuers import TokenIssuer, read_token_issuers
from otpguard.flows.federation.by_token import person_of_token
from otpguard.models import FederatedIdentity
from tests import factories
from tests.federating import ISSUER, SignedIn, idp, signed_in

pytestmark = pytest.mark.django_db


def issuer(url: str = ISSUER, **more: Any) -> TokenIssuer:
    return read_token_issuers({url: {"AUDIENCE": "a", "ACR": ["phr"], **more}})[url]


def found(alice: SignedIn, of: TokenIssuer | None = None, subject: str = "alice") -> Any:
    return person_of_token(issuer=of or issuer(), subject=subject, tenant=str(alice.tenant.pk))


def test_the_person_who_was_linked_is_found() -> None:
    alice = signed_in()
    assert found(alice) == alice.user
    assert found(alice, subject="bob") is None
    assert found(alice, issuer("https://other.example")) is None


def test_another_tenants_link_finds_nobody() -> None:
    alice, other = signed_in(), factories.tenant()
    assert person_of_token(issuer=issuer(), subject="alice", tenant=str(other.pk)) is None
    assert person_of_token(issuer=issuer(), subject="alice", tenant="") is None
    assert found(alice) == alice.user


def test_a_provider_that_is_off_and_an_account_that_is_off_find_nobody() -> None:
    alice = signed_in()
    alice.provider.enabled = False
    alice.provider.save()
    assert found(alice) is None
    bob = signed_in()
    bob.user.is_active = False
    bob.user.save()
    assert found(bob) is None


def test_one_subject_of_two_clients_is_one_person_or_nobody() -> None:
    alice = signed_in()
    second = idp(alice.tenant, client_id="second")
    link = FederatedIdentity.objects.create(provider=second, subject="alice", user=alice.user)
    assert found(alice) == alice.user
    link.user = factories.member(alice.tenant).user
    link.save()
    assert found(alice) is None


def by_hand(url: str, subject: str) -> Any:
    """A host's function: the subject is the login name."""
    return type(factories.user()).objects.filter(username=subject).first() if url else None


def test_the_hosts_function_is_asked_in_place_of_the_links() -> None:
    alice = signed_in()
    own = issuer(PERSON=f"{__name__}.by_hand")
    assert found(alice, own) is None
    assert found(alice, own, subject=alice.user.get_username()) == alice.user
    alice.user.is_active = False
    alice.user.save()
    assert found(alice, own, subject=alice.user.get_username()) is None
