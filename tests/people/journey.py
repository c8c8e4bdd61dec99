"""A person's whole way through a host, by Django's test client and with real transactions.

Run as a program in a project of `tests.people.project`; prints the steps that it has done.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

import django

django.setup()

from celery import Celery  # noqa: E402 (Django must be set up first)
from django.contrib import admin  # noqa: E402 (the same)
from django.contrib.admin.utils import quote  # noqa: E402 (the same)
from django.contrib.auth import get_user_model  # noqa: E402 (the same)
from django.core.management import call_command  # noqa: E402 (the same)
from django.test import Client  # noqa: E402 (the same)
from django.test.utils import setup_test_environment  # noqa: E402 (the same)
from django.urls import reverse  # noqa: E402 (the same)
from django.utils import timezone  # noqa: E402 (the same)

from otpguard.core.facts import RequestFacts  # noqa: E402 (the same)
from otpguard.core.federation.evidence import Protocol, SignInEvidence  # noqa: E402 (the same)
from otpguard.flows.federation.identity import person_of  # noqa: E402 (the same)
from otpguard.flows.federation.provisioned import links_itself  # noqa: E402 (the same)
from otpguard.models import (  # noqa: E402 (the same)
    Event,
    Factor,
    FederatedIdentity,
    Grant,
    Hold,
    IdentityProvider,
    LoginSession,
    Tenant,
)
from otpguard.provisioning import create_tenant, set_member  # noqa: E402 (the same)
from otpguard.tenants.directory import SESSION_KEY  # noqa: E402 (the same)
from otpguard.testing import last_code, send_queued  # noqa: E402 (the same)

PASSWORD = "correct horse battery staple"
MODEL = get_user_model()
steps: list[str] = []


def person(number: int, **fields: Any) -> Any:
    """Somebody who can log in; by a number, a name or an e-mail address, as the model asks."""
    login = MODEL._meta.get_field(MODEL.USERNAME_FIELD)
    name: object = f"person{number}"
    if login.get_internal_type() == "PositiveIntegerField":
        name = 4000 + number
    elif login.name == "email":
        name = f"person{number}@example.com"
    return MODEL.objects.create_user(name, password=PASSWORD, **fields)


def browser(user: Any, tenant: Tenant | None = None) -> Client:
    """A browser that logs in by the admin's page, or by Django's own function without it."""
    client = Client(headers={"Accept": "text/html"})
    if user.is_staff:
        sent = {"username": user.get_username(), "password": PASSWORD}
        assert client.post(reverse("admin:login"), sent).status_code == 302
    else:
        assert client.login(username=user.get_username(), password=PASSWORD)
    if tenant is not None:
        session = client.session
        session[SESSION_KEY] = str(tenant.pk)
        session.save()
    return client


def prove(client: Client, url: str) -> Any:
    """Choose the one factor, enter its code, follow to the next page."""
    asked = client.post(
        url, {"factor": str(Factor.objects.filter(user=client_user(client)).get().pk)}
    )
    assert asked.status_code == 302, asked.content[:2000]
    send_queued()
    return enter(client, asked["Location"])


def enter(client: Client, url: str) -> Any:
    """Enter the newest code; the page that comes next."""
    answered = client.post(url, {"code": last_code()})
    assert answered.status_code == 303, answered.content[:2000]
    page = client.get(answered["Location"], follow=True)
    onward = page.context and page.context.get("started") is False
    return client.get(page.context["url"], follow=True) if onward else page


def client_user(client: Client) -> str:
    """The key of who is logged in."""
    return str(client.session["_auth_user_id"])


def press_continue(client: Client, page: Any) -> Any:
    """Send the kept form on."""
    data: dict[str, list[str]] = {}
    for field in page.context["fields"]:
        data.setdefault(field["name"], []).append(field["value"])
    return client.post(page.context["url"], data)


def enroll(client: Client, number: str) -> None:
    """Bind a phone where a refused form leads, and send the form on."""
    stopped = client.post("/billing/", {"plan": "gold"})
    assert stopped.status_code == 303, stopped.status_code
    choose = client.get(stopped["Location"])
    asked = client.post(choose["Location"], {"number": number})
    assert asked.status_code == 302, asked.content[:2000]
    send_queued()
    done = press_continue(client, enter(client, asked["Location"]))
    assert done.content == b"plan: gold", done.content[:300]
    steps.append("enroll and resume a form")


def step_up(client: Client) -> None:
    """Prove the phone again after what was proven was taken away."""
    page = client.get(reverse("otpguard:security")).content.decode()
    grant = Grant.objects.filter(user=client_user(client), revoked_at=None).first()
    assert grant is not None
    assert str(grant.pk) in page
    ended = client.post(reverse("otpguard:end-grant", args=[grant.pk]))
    assert ended.status_code in {302, 303}, ended.status_code
    assert not Grant.objects.filter(user=client_user(client), revoked_at=None).exists()
    steps.append("revoke")
    stopped = client.get("/billing/")
    assert stopped.status_code == 303
    assert prove(client, stopped["Location"]).content == b"plan: none"
    steps.append("step up")


def api(client: Client, other: Any) -> None:
    """Read another member's factors, and reset them."""
    headers = {"Accept": "application/json"}
    found = client.get(reverse("otpguard:api-member-factors", args=[other.pk]), headers=headers)
    assert found.status_code == 200, found.content[:500]
    assert found.json()["user"] == str(other.pk)
    assert len(found.json()["factors"]) == 1
    reset = partial(
        client.post,
        reverse("otpguard:api-member-reset", args=[other.pk]),
        {"reason": "lost"},
        content_type="application/json",
        headers=headers,
    )
    asked = reset()
    assert asked.status_code == 401, asked.content[:500]
    prove(client, re.sub("^https?://[^/]+", "", asked.json()["challenge_url"]))
    done = reset()
    assert done.status_code == 200, done.content[:500]
    assert done.json()["blocked"] == 1
    assert Hold.objects.filter(user=other.pk).exists()
    steps.append("api")


def admin_lists(client: Client, term: str) -> None:
    """Every list of ours with a search, and every page of a row."""
    seen = 0
    for model, shown in admin.site._registry.items():
        if model._meta.app_label != "otpguard":
            continue
        base = f"admin:otpguard_{model._meta.model_name}"
        answer = client.get(reverse(f"{base}_changelist"), {"q": term})
        assert answer.status_code == 200, (model, answer.status_code)
        assert b"e=1" not in answer.content[:100]
        row = shown.get_queryset(answer.wsgi_request).first()
        if row is not None:
            page = client.get(reverse(f"{base}_change", args=[quote(row.pk)]))
            assert page.status_code == 200, (model, page.status_code)
        seen += 1
    assert seen > 15, seen
    found = client.get(reverse("admin:otpguard_membership_changelist"), {"q": term})
    assert found.context["cl"].result_count == 1, "people are found by what they log in by"
    steps.append("admin lists")


def delete_in_admin(client: Client, one: Any, many: list[Any]) -> None:
    """Delete people as Django's admin does it, one and several; a hold stands in the way."""
    stem = f"admin:{MODEL._meta.app_label}_{MODEL._meta.model_name}"
    page = reverse(f"{stem}_delete", args=[quote(one.pk)])
    assert client.post(page, {"post": "yes"}).status_code == 403, "a hold runs"
    Hold.objects.update(lifted_at=timezone.now())
    assert client.post(page, {"post": "yes"}).status_code == 302
    chosen = {
        "action": "delete_selected",
        "_selected_action": [str(each.pk) for each in many],
        "post": "yes",
    }
    assert client.post(reverse(f"{stem}_changelist"), chosen).status_code == 302
    gone = [str(each.pk) for each in (one, *many)]
    assert not MODEL.objects.filter(pk__in=gone).exists()
    assert not Factor.objects.filter(user__in=gone).exists()
    assert not LoginSession.objects.filter(user__in=gone).exists()
    events = Event.objects.filter(kind="person.removed").order_by("id")
    assert sorted(each.subject_ref for each in events) == sorted(gone)
    assert {each.actor_ref for each in events} == {client_user(client)}
    assert Event.objects.filter(subject_ref=gone[0]).count() > 3, "the log stays"
    steps.append("delete people")


def delete_tenant(client: Client, tenant: Tenant) -> None:
    """Delete the tenant, after a step-up."""
    page = reverse("admin:otpguard_tenant_delete", args=[quote(tenant.pk)])
    stopped = client.post(page, {"post": "yes"})
    assert stopped.status_code == 303, stopped.status_code
    choose = client.get(stopped["Location"])
    asked = client.post(choose["Location"], {"number": "+1 201 555 0199"})
    send_queued()
    done = press_continue(client, enter(client, asked["Location"]))
    assert done.status_code == 302, done.content[:1000]
    assert not Tenant.objects.exists()
    assert Event.objects.filter(kind="tenant.removed").exists()
    steps.append("delete a tenant")


def sign_in(user: Any, tenant: Tenant) -> None:
    """Somebody who is linked at their organization's identity provider is found there."""
    issuer = "https://idp.example"
    row = IdentityProvider.objects.create(tenant=tenant, name="Okta", issuer=issuer, client_id="x")
    FederatedIdentity.objects.create(provider=row, subject="s", user=user)
    said = SignInEvidence(
        issuer=issuer, subject="s", protocol=Protocol.OIDC, received_at=timezone.now()
    )
    found = person_of(provider=row, evidence=said)
    assert found is not None
    assert found.user == user
    assert not links_itself(user=str(user.pk), tenant=tenant.pk), "no directory has brought them"
    steps.append("sign in at a provider")


def main() -> None:
    """All steps, one after the other."""
    if MODEL._meta.app_label == "people":
        call_command("makemigrations", "people", verbosity=0)
    call_command("migrate", verbosity=0)
    setup_test_environment()
    Celery("host", broker="memory://").set_default()
    facts = RequestFacts(now=timezone.now())
    boss, ann, bob, eve = person(1, is_staff=True, is_superuser=True), *map(person, (22, 33, 44))
    tenant = create_tenant(facts=facts, slug="acme", name="Acme", admin=str(ann.pk))
    for each, roles in ((bob, ["admin"]), (eve, ["member"])):
        set_member(facts=facts, tenant=tenant, user_id=str(each.pk), roles=roles, active=True)
    anns, bobs = browser(ann, tenant), browser(bob)
    enroll(anns, "+1 201 555 0123")
    step_up(anns)
    factor = Factor.objects.get(user=ann.pk)
    factor.pk, factor.user_id, factor.phone_index = None, bob.pk, "another"
    factor._state.adding = True
    factor.pk = Factor._meta.pk.get_default()
    factor.save()
    api(anns, bob)
    sign_in(ann, tenant)
    bosses = browser(boss)
    admin_lists(bosses, str(ann.get_username()))
    delete_in_admin(bosses, bob, [ann, eve])
    assert bobs.get("/billing/").status_code in {302, 303, 401, 403}
    delete_tenant(bosses, tenant)
    print(json.dumps(steps))


if __name__ == "__main__":
    main()
