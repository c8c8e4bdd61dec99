"""A tenant that takes sessions of its own identity provider only."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser

from otpguard.flows.tenant.policy import change_policy
from otpguard.models import FederatedIdentity, IdentityProvider, Tenant
from tests import factories
from tests.federating import idp


def own_sign_in_only(tenant: Tenant, *known: AbstractUser) -> IdentityProvider:
    """Let `tenant` ask for it; returns its provider, at which the people in `known` are linked."""
    provider = idp(tenant)
    for user in known:
        FederatedIdentity.objects.create(provider=provider, subject=f"sub-{user.pk}", user=user)
    ask_for_own_sign_in(tenant)
    return provider


def ask_for_own_sign_in(tenant: Tenant) -> None:
    """Let `tenant` ask for it; it is in force once it has a provider."""
    change_policy(
        facts=factories.facts(),
        tenant=tenant,
        checkpoint="login",
        wishes={"sso_required": True},
    )
