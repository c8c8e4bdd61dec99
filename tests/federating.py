"""An identity provider of a tenant, a person who is known there, and what it states of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import Protocol, SignInEvidence
from otpguard.flows.federation.accept import SignInOutcome, accept_sign_in
from otpguard.models import FederatedIdentity, IdentityProvider, LoginSession, Tenant
from tests import factories

ISSUER = "https://idp.example"
ACCEPTED = {"amr": ["mfa"]}


def idp(tenant: Tenant, **fields: Any) -> IdentityProvider:
    """An Okta that the tenant has opted in to."""
    usual: dict[str, Any] = {
        "name": "Okta",
        "profile": "okta",
        "protocol": Protocol.OIDC.value,
        "issuer": ISSUER,
        "client_id": "otpguard",
        "accepted": ACCEPTED,
    }
    return IdentityProvider.objects.create(tenant=tenant, **{**usual, **fields})


def login_of(user: AbstractUser, sid: str) -> LoginSession:
    """A login session that is open."""
    return LoginSession.objects.create(
        sid=sid, user=user, primary="sso", authenticated_at=timezone.now()
    )


def said_now(**values: Any) -> SignInEvidence:
    """A statement of more than one factor, a minute ago, that arrives now."""
    now = timezone.now()
    usual: dict[str, Any] = {
        "issuer": ISSUER,
        "subject": "alice",
        "protocol": Protocol.OIDC,
        "received_at": now,
        "authenticated_at": now - timedelta(minutes=1),
        "amr": ("pwd", "mfa"),
    }
    return SignInEvidence(**{**usual, **values})


@dataclass(frozen=True)
class SignedIn:
    """A member of a tenant in a login session, linked to the subject `alice` at its provider."""

    user: AbstractUser
    tenant: Tenant
    provider: IdentityProvider
    facts: RequestFacts

    def accept(
        self,
        evidence: SignInEvidence | None = None,
        statement: str = "",
        **known: Any,
    ) -> SignInOutcome:
        """Take in a statement, a new one unless it is named."""
        return accept_sign_in(
            **{
                "facts": self.facts,
                "provider": self.provider.pk,
                "evidence": evidence or said_now(),
                "statement": statement or str(uuid4()),
                **known,
            }
        )


def signed_in(tenant: Tenant | None = None, *, subject: str = "alice", **fields: Any) -> SignedIn:
    """See SignedIn."""
    tenant = tenant or factories.tenant()
    user = factories.member(tenant).user
    provider = idp(tenant, **fields)
    FederatedIdentity.objects.create(provider=provider, subject=subject, user=user)
    sid = f"sid-{uuid4()}"
    login_of(user, sid)
    return SignedIn(user, tenant, provider, factories.facts(user, tenant, sid=sid))
