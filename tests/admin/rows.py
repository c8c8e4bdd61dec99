"""A row of every table that the admin shows, with one phone number wherever one can stand."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import AbstractUser
from django.db.models import Model
from django.utils import timezone

from otpguard.flows.release import hold
from otpguard.models import (
    Approval,
    Challenge,
    Delivery,
    EnrollmentRule,
    Event,
    Factor,
    FactorBlock,
    Grant,
    Hold,
    LoginSession,
    Membership,
    Notice,
    OptOut,
    PhoneClaim,
    PolicyException,
    PolicyWish,
    Price,
    Receipt,
    RouteHealth,
    RouteSwitch,
    Tenant,
    TenDlcRegistration,
    WhatsAppSender,
)
from tests import factories
from tests.models.rows import anonymous, challenge, claim, delivery
from tests.prices import price

NUMBER = "+12015550199"

Rows = dict[type[Model], Model]


def rows_of_everything(operator: AbstractUser) -> Rows:
    """Each model of the admin with a row of it; `operator` started the hold."""
    member = factories.member(
        factories.tenant("acme", name="Acme"), factories.user("ada"), roles=["admin"]
    )
    return {**_of_people(member, operator), **_of_sending(member), **_of_routes(operator)}


def _of_people(member: Membership, operator: AbstractUser) -> Rows:
    tenant, user, by = member.tenant, member.user, factories.facts(operator)
    factor = factories.phone_factor(user, NUMBER)
    held = hold.start(
        facts=by,
        membership=member,
        checkpoint="*",
        until=by.now + timedelta(hours=1),
        reason="a test",
    )
    return {
        Tenant: tenant,
        Membership: member,
        Factor: factor,
        Hold: held,
        Event: Event.objects.get(kind="hold.started"),
        FactorBlock: FactorBlock.objects.create(tenant=tenant, factor=factor, reason="a test"),
        Grant: factories.grant(user, tenant, passed=["api_key"]),
        LoginSession: factories.session(user),
        PolicyWish: PolicyWish.objects.create(checkpoint="*", version=1, wishes={"ttl": 600}),
        PolicyException: PolicyException.objects.create(
            tenant=tenant,
            checkpoint="api_key",
            field="ttl",
            value=1200,
            owner=user,
            created_by=operator,
            reason="a test",
            expires_at=by.now + timedelta(days=30),
        ),
        EnrollmentRule: EnrollmentRule.objects.create(tenant=tenant, role="admin", level=2),
        Approval: Approval.objects.create(
            tenant=tenant,
            action="factor_reset",
            subject=user,
            what={"factors": None},
            reason="a test",
            asked_by=factories.user(),
            expires_at=by.now + timedelta(hours=24),
        ),
    }


def _of_sending(member: Membership) -> Rows:
    factor = Factor.objects.get(user=member.user)
    asked = challenge(
        factor,
        tenant=member.tenant,
        target="key 'ci'",
        destination=factor.secret,
        plan=[{"channel": "sms", "provider": "memory", "receipts": False}],
        net='{"client_ip": "203.0.113.7", "agent": "Firefox on Linux"}',
    )
    sent = delivery(asked, tenant=member.tenant, provider_ref="SM1", state="sent")
    return {
        Challenge: asked,
        Delivery: sent,
        OptOut: factories.opt_out(NUMBER),
        PhoneClaim: claim(anonymous(NUMBER, tenant=member.tenant)),
        Receipt: Receipt.objects.create(
            provider="memory", digest="d" * 64, delivery=sent, state="failed", raw=f"To={NUMBER}"
        ),
        Notice: Notice.objects.create(
            kind="factor_changed",
            user=member.user,
            tenant=member.tenant,
            channel="sms",
            destination=NUMBER,
        ),
    }


def _of_routes(operator: AbstractUser) -> Rows:
    return {
        Price: price(country="US"),
        RouteHealth: RouteHealth.objects.create(
            provider="memory", channel="sms", state="paused", paused_until=timezone.now()
        ),
        RouteSwitch: RouteSwitch.objects.create(channel="voice", reason="a test", by=operator),
        TenDlcRegistration: TenDlcRegistration.objects.create(provider="memory", brand="Acme"),
        WhatsAppSender: factories.whatsapp_sender(),
    }
