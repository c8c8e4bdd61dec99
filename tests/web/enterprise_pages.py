"""The pages of what an organization brings: directory, sign-in, event streams, trust documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from django.http import HttpResponse
from django.test import override_settings
from django.utils import timezone

from otpguard.models import (
    DeadLetter,
    FederatedIdentity,
    IdentityProvider,
    LogStream,
    ScimGroup,
    ScimToken,
    ScimUser,
    Seal,
    VerifiedDomain,
)
from tests.federating import idp
from tests.flows.siem.streaming import stream_of
from tests.host import Host
from tests.stepup import carry_out
from tests.verifying import verified

Page = tuple[str, HttpResponse]
TOKEN = {"name": "Okta", "scope": "full", "days": "365"}
SERVICE = {
    "name": "Acme",
    "profile": "okta",
    "protocol": "oidc",
    "issuer": "https://acme.okta.example",
    "client_id": "abc",
    "max_age": "300",
}
STREAM = {"name": "SOC", "sink": "webhook", "url": "https://logs.example.com/in"}


def enterprise_pages(host: Host) -> Iterator[Page]:
    """The name of each page and state, with its response. Leaves no row of these behind."""
    with override_settings(ROOT_URLCONF="tests.team_host"):
        yield from _provisioning(host)
        yield from _sign_in(host)
        yield from _domains(host)
        yield from _streams(host)
        yield from _trust(host)


def _provisioning(host: Host) -> Iterator[Page]:
    page, now = "/security/team/provisioning/", timezone.now()
    yield "team provisioning, none", host.client.get(page)
    yield "team provisioning, wrong", host.client.post(f"{page}make/", {**TOKEN, "days": "0"})
    yield "team keys, made token", carry_out(host.client, host.client.post(f"{page}make/", TOKEN))
    common = {"tenant": host.tenant, "user": host.user}
    person = ScimUser.objects.create(user_name="ada@acme.example", folded="ada", **common)
    held = {"active": False, "removal_held": now, "left_at": now}
    common["user"] = None
    ScimUser.objects.create(user_name="bob@acme.example", folded="bob", **held, **common)
    group = ScimGroup.objects.create(tenant=host.tenant, name="Admins", folded="admins")
    group.members.create(person=person)
    yield "team provisioning", host.client.get(page)
    yield "team provisioning, done", host.client.get(f"{page}?done=role_set")
    yield "team group", host.client.get(f"{page}groups/{group.pk}/")
    yield "team keys, unknown token", host.client.post(f"{page}{uuid4()}/end/")
    for model in (ScimToken, ScimGroup, ScimUser):
        model.objects.all().delete()


def _sign_in(host: Host) -> Iterator[Page]:
    page = "/security/team/sign-in/"
    yield "team sign-in, none", host.client.get(page)
    yield "team sign-in, add", host.client.get(f"{page}add/")
    yield "team sign-in, wrong", host.client.post(f"{page}add/", {**SERVICE, "amr": "pwd"})
    row = idp(host.tenant, enabled=False, protocol="saml", accepted={})
    yield "team sign-in, saml", host.client.get(f"{page}{row.pk}/")
    row.delete()
    row = idp(host.tenant, issuer="https://idp.invalid", capture_next=True, outside=True)
    yield "team sign-in", host.client.get(page)
    yield "team sign-in, waits", host.client.get(f"{page}{row.pk}/")
    yield "team sign-in, unreachable", host.client.post(f"{page}{row.pk}/test/")
    said = ["amr=pwd", "amr=mfa", "acr=urn:okta:loa:2fa:any", "amr=odd"]
    row.captured, row.captured_at = {"said": said, "authenticated_at": ""}, timezone.now()
    row.save()
    FederatedIdentity.objects.create(provider=row, subject="alice", user=host.user)
    yield "team sign-in, captured", host.client.get(f"{page}{row.pk}/?done=reached")
    yield "team sign-in, change", host.client.get(f"{page}{row.pk}/change/")
    FederatedIdentity.objects.all().delete()
    who = host.client.post(f"{page}only/who/")
    yield "team sign-in, who", carry_out(host.client, who)
    IdentityProvider.objects.all().delete()


def _domains(host: Host) -> Iterator[Page]:
    page = "/security/team/domains/"
    yield "team domains, none", host.client.get(page)
    yield "team domains, wrong", host.client.post(f"{page}add/", {"domain": ""})
    long = f"{'eu.research-and-development' * 2}.acme.example"
    verified(host.tenant, verified_at=None, domain=long)
    verified(host.tenant)
    yield "team domains", host.client.get(f"{page}?done=domain_missing")
    VerifiedDomain.objects.all().delete()


def _streams(host: Host) -> Iterator[Page]:
    page = "/security/team/streams/"
    yield "team streams, none", host.client.get(page)
    yield "team streams, add", host.client.get(f"{page}add/")
    yield "team streams, wrong", host.client.post(f"{page}add/", {**STREAM, "url": "http://x"})
    made = carry_out(host.client, host.client.post(f"{page}add/", STREAM))
    yield "team keys, made stream", made
    LogStream.objects.all().delete()
    row = stream_of(host.tenant, failures=3, failing_since=timezone.now(), trouble="HTTP 500")
    DeadLetter.objects.create(stream=row, event=uuid4(), reason="HTTP 400")
    yield "team streams", host.client.get(page)
    yield "team stream, fails", host.client.get(f"{page}{row.pk}/")
    soon = timezone.now() + timedelta(hours=24)
    signed = stream_of(host.tenant, sink="verifications", old_secret_until=soon)
    yield "team stream, two secrets", host.client.get(f"{page}{signed.pk}/")
    LogStream.objects.update(state="paused")
    yield "team stream, paused", host.client.get(f"{page}{row.pk}/?done=stream_paused")
    LogStream.objects.all().delete()


def _trust(host: Host) -> Iterator[Page]:
    yield "team trust, none", host.client.get("/security/team/trust/")
    parts = {
        "first": 0,
        "root": bytes(32),
        "peaks": b"",
        "leaves": b"",
        "public_key": bytes(32),
        "signature": bytes(64),
    }
    clock = {"clock_key": bytes(32), "clock_signature": bytes(64)}
    Seal.objects.create(log=host.tenant.pk, size=7, at=timezone.now(), **parts, **clock)
    yield "team trust", host.client.get("/security/team/trust/")
    Seal.objects.all().delete()
