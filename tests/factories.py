"""Rows and clients that tests start from. Everything has a default; names are unique by a count."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.db.models import Model
from django.test import Client, RequestFactory
from django.utils import timezone

from otpguard import vault
from otpguard.account import email_of
from otpguard.core import shipped_kinds
from otpguard.core.assurance import MethodFacts, Primary
from otpguard.core.evidence import facts_to_json
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import parse_phone
from otpguard.core.totp import code_at, step_at
from otpguard.factors import devices, passkey_rows, phone, recovery, totp
from otpguard.factors.passkey import (
    RelyingParty,
    Trust,
    begin_registration,
    finish_registration,
)
from otpguard.http.session import KEY
from otpguard.models import (
    Factor,
    Grant,
    KnownDevice,
    LoginSession,
    Membership,
    OptOut,
    Tenant,
    WhatsAppSender,
)
from otpguard.tenants.directory import SESSION_KEY
from tests.authenticator import Authenticator

PASSWORD = "correct horse battery staple"
_number = count(1)


def user(name: str = "", **fields: object) -> AbstractUser:
    """A user who can log in with PASSWORD; `is_staff=True` and the like go to the model."""
    name = name or f"user{next(_number)}"
    model = get_user_model()
    fields.setdefault("email", f"{name}@example.com")
    if any(field.name == "date_joined" for field in model._meta.fields):
        # Old enough to be past the strict caps of new accounts.
        fields.setdefault("date_joined", timezone.now() - timedelta(days=31))
    made: AbstractUser = model.objects.create_user(name, password=PASSWORD, **fields)
    return made


def staff(name: str = "", **fields: object) -> AbstractUser:
    """A superuser of the site's admin."""
    return user(name, is_staff=True, is_superuser=True, **fields)


def tenant(slug: str = "", **fields: object) -> Tenant:
    """A tenant old enough to be past the strict caps of new ones."""
    slug = slug or f"tenant-{next(_number)}"
    fields.setdefault("name", slug.replace("-", " ").title())
    fields.setdefault("usage_signal_at", timezone.now())
    fields.setdefault("created_at", timezone.now() - timedelta(days=31))
    return Tenant.objects.create(slug=slug, **fields)


def member(
    of: Tenant, user_: AbstractUser | None = None, *, roles: Iterable[str] = (), active: bool = True
) -> Membership:
    """A membership of `of`; its user is made if none is given."""
    return Membership.objects.create(
        tenant=of, user=user_ or user(), roles=list(roles), active=active
    )


def phone_factor(
    of: AbstractUser, number: str = "", *, confirmed: bool = True, tenant: Tenant | None = None
) -> Factor:
    """A phone of `of`: a US number of its own unless one is given."""
    digits = number or f"+1201555{1000 + next(_number) % 9000:04d}"
    factor = phone.build(
        user_id=str(of.pk), number=parse_phone(digits, region="US"), email=of.email, tenant=tenant
    )
    factor.confirmed = confirmed
    factor.save(force_insert=True)
    factor.refresh_from_db()
    return factor


def totp_factor(of: AbstractUser, *, name: str = "App", **fields: object) -> Factor:
    """A confirmed authenticator app of `of`; `hardware=True` and the like go to the driver."""
    factor = totp.build(user_id=str(of.pk), name=name, **fields)
    factor.confirmed = True
    factor.save(force_insert=True)
    factor.refresh_from_db()
    return factor


def totp_code(factor: Factor, at: datetime | None = None) -> str:
    """What the authenticator shows now, or at another moment."""
    seed = totp.seed_of(factor)
    return code_at(seed, step_at(seed, at or timezone.now())).digits


def passkey_factor(
    of: AbstractUser, key: Authenticator, *, name: str = "Key", rp_id: str = "acme.example"
) -> Factor:
    """A confirmed passkey of `of`, made by the soft authenticator `key`."""
    party = RelyingParty(id=rp_id, name="Acme", origins=frozenset({key.origin}))
    handle = passkey_rows.handle_of(str(of.pk))
    begun = begin_registration(
        party=party,
        user_handle=handle,
        user_name=of.get_username(),
        display_name=of.get_username(),
        existing=[],
        require_user_verification=False,
        ask_attestation=False,
    )
    made = finish_registration(
        party=party,
        state=begun.state,
        body=key.create(begun.options),
        existing=[],
        trust=Trust(roots=(), aaguids=frozenset()),
    )
    factor = passkey_rows.build(user_id=str(of.pk), name=name)
    for column in (
        "credential_id",
        "secret",
        "aaguid",
        "sign_count",
        "attestation",
        "user_verified",
        "backup_eligible",
        "backed_up",
        "attested",
    ):
        setattr(factor, column, getattr(made, column))
    factor.transports, factor.confirmed = list(made.transports), True
    factor.save(force_insert=True)
    factor.refresh_from_db()
    return factor


def recovery_codes(of: AbstractUser) -> tuple[str, ...]:
    """A fresh set of recovery codes of `of`, bound to the e-mail address of now."""
    factor = recovery.build(user_id=str(of.pk))
    factor.email_index = phone.email_index(of.email)
    factor.save(force_insert=True)
    return recovery.replace_codes(factor)


def whatsapp_sender(tenant: Tenant | None = None, **columns: object) -> WhatsAppSender:
    """An approved WhatsApp sender of the provider "w", of a tenant or of the site."""
    columns = {
        "provider": "w",
        "account": "1",
        "number_id": "2",
        "display_name": "Acme",
        "template": "code",
        "category": "AUTHENTICATION",
        "approval": "approved",
        **columns,
    }
    return WhatsAppSender.objects.create(tenant=tenant, **columns)


def opt_out(number: str, tenant: Tenant | None = None, **columns: object) -> OptOut:
    """A number whose holder stopped text messages, everywhere or in a tenant."""
    columns = {
        "channel": "sms",
        "provider": "w",
        "source": OptOut.Source.KEYWORD,
        "phone_index": vault.blind_indexes(number)[0],
        **columns,
    }
    return OptOut.objects.create(number=number, tenant=tenant, **columns)


def session(of: AbstractUser, **fields: object) -> LoginSession:
    """A login session that no browser holds."""
    fields.setdefault("sid", f"sid-{next(_number)}")
    fields.setdefault("primary", Primary.PASSWORD.value)
    fields.setdefault("authenticated_at", timezone.now())
    return LoginSession.objects.create(user=of, **fields)


def grant(of: AbstractUser, tenant: Tenant | None = None, **fields: object) -> Grant:
    """A live grant of a text message, of a session made up for it unless `sid` is given."""
    fields.setdefault("sid", f"sid-{next(_number)}")
    fields.setdefault("verified_at", timezone.now())
    fields.setdefault("story", "00000000-0000-4000-8000-000000000000")
    fields.setdefault(
        "facts", facts_to_json(MethodFacts(method=shipped_kinds.BY_SMS, primary=Primary.PASSWORD))
    )
    return Grant.objects.create(user=of, tenant=tenant, **fields)


def device(of: AbstractUser, **fields: object) -> str:
    """A known device of `of`; returns the id that its cookie holds, for `facts(device=...)`."""
    identity = secrets.token_urlsafe(16)
    fields.setdefault("expires_at", timezone.now() + timedelta(days=100))
    fields.setdefault("name", "Firefox on Linux")
    KnownDevice.objects.create(user=of, digest=devices.digests(identity)[0], **fields)
    return identity


def facts(
    of: AbstractUser | None = None, tenant: Tenant | None = None, **known: object
) -> RequestFacts:
    """The facts of a request by `of` in `tenant`, now, by POST."""
    known.setdefault("now", timezone.now())
    known.setdefault("method", "POST")
    known.setdefault("client_ip", "203.0.113.7")
    known.setdefault("agent", "Firefox on Linux")
    return RequestFacts(
        user=str(of.pk) if of else "",
        user_is_staff=bool(of and of.is_staff),
        email=email_of(of),
        tenant=str(tenant.pk) if tenant else "",
        **known,
    )


def login(client: Client, user_: AbstractUser, tenant: Tenant | None = None) -> Client:
    """The client, logged in a moment ago as `user_` by password, with `tenant` selected."""
    request = RequestFactory().post(settings.LOGIN_URL)
    request.session = client.session
    request.user = AnonymousUser()
    auth.login(request, user_, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    if tenant is not None:
        select(client, tenant)
    return client


def select(client: Client, tenant: Tenant | None) -> None:
    """Switch the client to another tenant, or to none."""
    kept = client.session
    kept.pop(SESSION_KEY, None)
    if tenant is not None:
        kept[SESSION_KEY] = str(tenant.pk)
    kept.save()


def sid_of(client: Client) -> str:
    """The sid of the client's login session."""
    return str(client.session[KEY]["sid"])


def age(row: Model, **times: datetime) -> None:
    """Set times of a row by UPDATE, past every flow, and reload it."""
    type(row)._default_manager.filter(pk=row.pk).update(**times)
    row.refresh_from_db()
