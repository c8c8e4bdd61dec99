"""A row of every table that the admin shows, with one phone number wherever one can stand."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.db.models import Model
from django.utils import timezone

from otpguard.flows.key.own_key import create_key
from otpguard.flows.release import hold
from otpguard.models import (
    Approval,
    BillingChange,
    CapRaise,
    Challenge,
    DeadLetter,
    Delivery,
    EmailChange,
    EmergencyAccess,
    EnrollmentRule,
    Envelope,
    Event,
    Factor,
    FactorBlock,
    FederatedIdentity,
    Grant,
    Hold,
    IdentityProvider,
    KeyRecord,
    LegalHold,
    LogCheck,
    LoginPlace,
    LoginSession,
    LogStream,
    Membership,
    Notice,
    NumberAnswer,
    NumberRelease,
    OptOut,
    PaidClosure,
    PhoneClaim,
    PolicyException,
    PolicyWish,
    PrefixRule,
    PrefixStatistic,
    Price,
    PumpingDecision,
    Receipt,
    Release,
    ResetLink,
    ResetRequest,
    RouteHealth,
    RouteSwitch,
    ScimGroup,
    ScimToken,
    ScimUser,
    SignalStream,
    SignupLockdown,
    SubjectKey,
    Tenant,
    TenDlcRegistration,
    VendorState,
    VerifiedDomain,
    WhatsAppSender,
)
from tests import factories
from tests.federating import idp
from tests.flows.siem.streaming import stream_of
from tests.models.rows import (
    anonymous,
    challenge,
    claim,
    delivery,
    number_release,
    pumping_decision,
)
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
        LegalHold: LegalHold.objects.create(user_key=str(user.pk), reason="a test"),
        SubjectKey: SubjectKey.objects.filter(user_key=str(user.pk)).first(),
        KeyRecord: _key(member),
        Event: Event.objects.get(kind="hold.started"),
        FactorBlock: FactorBlock.objects.create(tenant=tenant, factor=factor, reason="a test"),
        Grant: factories.grant(user, tenant, passed=["api_key"]),
        LoginSession: factories.session(user),
        **_of_mailboxes(user, by.now),
        LoginPlace: LoginPlace.objects.create(user=user, country="US", asn=64_496),
        PolicyWish: PolicyWish.objects.create(checkpoint="*", version=1, wishes={"ttl": 600}),
        **_of_exceptions(member, operator, by.now),
        BillingChange: BillingChange.objects.create(
            tenant=tenant, by=operator, field="card", before="•••• 4242", after="•••• 1881"
        ),
        EnrollmentRule: EnrollmentRule.objects.create(tenant=tenant, role="admin", level=2),
        Release: Release.objects.create(
            tenant=tenant,
            user=user,
            job="people",
            arguments=NUMBER,
            format="csv",
            checkpoint="data_export",
            event=uuid4(),
            downloads_left=3,
            held_until=by.now,
        ),
        **_of_emergencies(member, by.now),
        **_of_enterprise(member),
    }


def _of_enterprise(member: Membership) -> Rows:
    tenant, user, later = member.tenant, member.user, timezone.now() + timedelta(days=90)
    provider = idp(tenant)
    stream = stream_of(tenant)
    return {
        IdentityProvider: provider,
        FederatedIdentity: FederatedIdentity.objects.create(
            provider=provider, subject="00u1", user=user
        ),
        SignalStream: SignalStream.objects.create(
            tenant=tenant,
            name="Okta",
            dialect="caep",
            issuer="https://acme.okta.example",
            audience="https://acme.example",
            jwks="https://acme.okta.example/keys",
        ),
        VerifiedDomain: VerifiedDomain.objects.create(
            tenant=tenant, domain="acme.example", token="t0ken", verified_at=timezone.now()
        ),
        LogStream: stream,
        DeadLetter: DeadLetter.objects.create(stream=stream, event=uuid4(), reason="refused"),
        ScimToken: ScimToken.objects.create(
            tenant=tenant, name="Okta", prefix="scim_x", digest="d" * 64, expires_at=later
        ),
        ScimUser: ScimUser.objects.create(
            tenant=tenant, user=user, user_name="ada", folded="ada", external_id="00u1"
        ),
        ScimGroup: ScimGroup.objects.create(tenant=tenant, name="Admins", folded="admins"),
    }


def _of_mailboxes(user: AbstractUser, now: datetime) -> Rows:
    return {
        EmailChange: EmailChange.objects.create(user=user, old=NUMBER),
        ResetLink: ResetLink.objects.create(user=user, fingerprint=NUMBER),
        ResetRequest: ResetRequest.objects.create(job=NUMBER, due_at=now),
    }


def _key(member: Membership) -> KeyRecord:
    facts = factories.facts(member.user, member.tenant)
    return create_key(facts=facts, name="ci", environment="production", scope="read")[0]


def _of_emergencies(member: Membership, now: datetime) -> Rows:
    tenant = member.tenant
    asked = Approval.objects.create(
        tenant=tenant,
        action="factor_reset",
        subject=member.user,
        what={"factors": None},
        reason="a test",
        asked_by=factories.user(),
        expires_at=now + timedelta(hours=24),
    )
    envelope = Envelope.objects.create(tenant=tenant, checkpoints=["api_key"], created_at=now)
    access = EmergencyAccess.objects.create(
        tenant=tenant,
        envelope=envelope,
        approval=asked,
        reason="a test",
        opened_at=now,
        until=now + timedelta(hours=1),
    )
    return {Approval: asked, Envelope: envelope, EmergencyAccess: access}


def _of_exceptions(member: Membership, operator: AbstractUser, now: datetime) -> Rows:
    return {
        PolicyException: PolicyException.objects.create(
            tenant=member.tenant,
            checkpoint="api_key",
            field="ttl",
            value=1200,
            owner=member.user,
            created_by=operator,
            reason="a test",
            expires_at=now + timedelta(days=30),
        ),
        CapRaise: CapRaise.objects.create(
            row="ip_hour",
            tenant=member.tenant,
            limit=50,
            created_by=operator,
            reason="a test",
            expires_at=now + timedelta(days=1),
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
        LogCheck: LogCheck.objects.create(
            log=uuid4(), detail="event 7", finished_at=timezone.now()
        ),
        OptOut: factories.opt_out(NUMBER),
        PumpingDecision: pumping_decision(NUMBER, tenant=member.tenant),
        NumberRelease: number_release(NUMBER),
        NumberAnswer: NumberAnswer.objects.create(
            vendor="lookup", phone_index="f" * 64, answer="{}", until=timezone.now()
        ),
        VendorState: VendorState.objects.create(
            name="lookup", day=timezone.now().date(), window_at=timezone.now()
        ),
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
        PrefixRule: PrefixRule.objects.create(prefix="+92300", action="block"),
        PrefixStatistic: PrefixStatistic.objects.create(
            level="short", key="+92300", at=timezone.now(), blocked_until=timezone.now()
        ),
        Price: price(country="US"),
        RouteHealth: RouteHealth.objects.create(
            provider="memory", channel="sms", state="paused", paused_until=timezone.now()
        ),
        PaidClosure: PaidClosure.objects.create(
            scope="country", key="PK", lost_micros=5_000_000, until=timezone.now()
        ),
        SignupLockdown: SignupLockdown.objects.create(
            by=operator, until=timezone.now() + timedelta(hours=1)
        ),
        RouteSwitch: RouteSwitch.objects.create(channel="voice", reason="a test", by=operator),
        TenDlcRegistration: TenDlcRegistration.objects.create(provider="memory", brand="Acme"),
        WhatsAppSender: factories.whatsapp_sender(),
    }
