"""A tenant with billing admins, and a change that one of them makes."""

from __future__ import annotations

from dataclasses import replace

from otpguard.core.facts import RequestFacts
from otpguard.flows.release.billing_change import note_billing_change
from otpguard.models import BillingChange, Membership, Tenant
from tests import factories


def payer(tenant: Tenant) -> Membership:
    """One more billing admin."""
    return factories.member(tenant, roles=["billing_admin"])


def acting(member: Membership) -> RequestFacts:
    """What is known of a POST of theirs."""
    return replace(
        factories.facts(member.user, member.tenant), host="acme.example", client_ip="192.0.2.7"
    )


def change(facts: RequestFacts, **other: str) -> BillingChange:
    """The card is replaced."""
    what = {"field": "card", "old": "4242 4242 4242 4242", "new": "4000 0000 0000 1881", **other}
    return note_billing_change(facts=facts, **what)
