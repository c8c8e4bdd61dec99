"""Who is linked without a question: whom the tenant's own directory and domain both vouch for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from otpguard.flows.federation.provisioned import link_provisioned, links_itself
from otpguard.models import (
    Event,
    FederatedIdentity,
    IdentityProvider,
    Membership,
    Notice,
    ScimUser,
    VerifiedDomain,
)
from otpguard.notices.kinds import NoticeKind
from tests import factories
from tests.federating import said_now
from tests.verifying import DOMAIN, Brought, brought

pytestmark = pytest.mark.django_db
EMAIL = f"ann@{DOMAIN}"


def linked(there: Brought, **said: Any) -> FederatedIdentity | None:
    evidence = said_now(**{"email": EMAIL, **said})
    return link_provisioned(facts=factories.facts(), provider=there.provider, evidence=evidence)


def test_a_person_of_the_directory_at_a_verified_domain_is_linked() -> None:
    there = brought()
    assert links_itself(user=str(there.user.pk), tenant=there.tenant.pk)
    found = linked(there)
    assert found is not None
    assert (found.user, found.subject) == (there.user, "alice")
    assert Event.objects.get(kind="identity.linked").tenant_id == there.tenant.pk


def test_they_are_told_for_nobody_asked_them() -> None:
    there = brought()
    assert linked(there) is not None
    notice = Notice.objects.get()
    assert (notice.kind, notice.user, notice.tenant) == (
        NoticeKind.SIGN_IN_LINKED,
        there.user,
        there.tenant,
    )
    assert linked(there) is None, "they have one there"
    assert Notice.objects.count() == 1


def brought_elsewhere(there: Brought) -> None:
    """They are another tenant's, whose directory has them and whose members they are alone."""
    other = factories.tenant()
    ScimUser.objects.update(tenant=other)
    Membership.objects.filter(user=there.user).update(tenant=other)


CASES: dict[str, Callable[[Brought], Any]] = {
    "the domain is not verified": lambda there: VerifiedDomain.objects.update(verified_at=None),
    "another tenant has verified it": lambda there: VerifiedDomain.objects.update(
        tenant=factories.tenant()
    ),
    "the directory did not bring them": lambda there: ScimUser.objects.update(user=None),
    "another directory brought them": brought_elsewhere,
    "the directory took them out": lambda there: ScimUser.objects.update(active=False),
    "their account has another address": lambda there: type(there.user).objects.update(
        email="ann@private.example"
    ),
    "the directory knows another address": lambda there: ScimUser.objects.update(folded="bob"),
    "they belong to another tenant too": lambda there: factories.member(
        factories.tenant(), there.user
    ),
    "they are staff of the site": lambda there: (
        type(there.user).objects.filter(pk=there.user.pk).update(is_staff=True)
    ),
    "the organization has named the provider itself": lambda there: (
        setattr(there.provider, "outside", True) or there.provider.save()
    ),
    "the account is closed": lambda there: type(there.user).objects.update(is_active=False),
}


@pytest.mark.parametrize("case", list(CASES))
def test_everybody_else_is_asked(case: str) -> None:
    there = brought()
    CASES[case](there)
    assert linked(there) is None
    assert not FederatedIdentity.objects.exists()
    assert not Notice.objects.exists()
    assert not links_itself(user=str(there.user.pk), tenant=there.tenant.pk)


@pytest.mark.parametrize(
    "said",
    [{"email": ""}, {"email": f"bob@{DOMAIN}"}, {"issuer": "https://other.example"}],
    ids=["no address", "another address", "another issuer"],
)
def test_a_statement_of_somebody_else_links_nobody(said: dict[str, Any]) -> None:
    assert linked(brought(), **said) is None


def test_a_second_subject_takes_nobody_over_and_a_second_person_no_subject() -> None:
    there = brought()
    assert linked(there) is not None
    assert linked(there, subject="mallory") is None
    FederatedIdentity.objects.update(user=factories.user())
    assert linked(there) is None


def test_a_provider_that_is_off_links_nobody() -> None:
    there = brought()
    IdentityProvider.objects.update(enabled=False)
    there.provider.refresh_from_db()
    assert linked(there) is None
