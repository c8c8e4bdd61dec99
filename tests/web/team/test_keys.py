"""The page of API keys: made after a proof, shown once, renewed, deleted; each tenant's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from otpguard.core.secrets import HiddenText
from otpguard.flows.key.own_key import create_key, find_key
from otpguard.models import Event, KeyRecord
from tests import factories
from tests.host import Host
from tests.stepup import carry_out
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
PAGE = "/security/keys/"
WANTED = {"name": "ci", "environment": "test", "scope": "read"}
SECRET = re.compile(r"otpg_(?:live|test)_[0-9A-Za-z]{39}")


@pytest.fixture(autouse=True)
def scopes(settings: Any) -> None:
    """The site offers two scopes."""
    offered = {"read": "Read contacts", "write": "Change contacts"}
    settings.OTPGUARD = {**settings.OTPGUARD, "API_KEYS": {"SCOPES": offered}}


def secret_in(response: HttpResponse) -> str:
    [found] = SECRET.findall(response.content.decode())
    return str(found)


def made(host: Host, **changed: str) -> tuple[KeyRecord, HiddenText]:
    facts = factories.facts(host.user, host.tenant)
    return create_key(facts=facts, **{**WANTED, **changed})


def opens(secret: str | HiddenText) -> bool:
    return find_key(secret=str(secret), now=factories.facts().now) is not None


def test_a_key_is_made_after_a_proof_and_its_secret_is_shown_this_once(host: Host) -> None:
    stopped = host.client.post(f"{PAGE}make/", WANTED)
    assert "/step-up/" in stopped["Location"]
    assert not KeyRecord.objects.exists()
    shown = carry_out(host.client, stopped)
    secret = secret_in(shown)
    assert "no-store" in shown["Cache-Control"]
    assert opens(secret)
    key = KeyRecord.objects.get()
    assert (key.tenant, key.scope, key.created_by) == (host.tenant, "read", host.user)
    assert key.stepped_up_at is not None
    later = host.client.get(PAGE).content.decode()
    assert "Read contacts" in later
    assert key.prefix in later
    assert secret not in later
    assert Event.objects.filter(kind="key.created").count() == 1


def test_a_renewed_key_has_another_secret_and_the_old_one_opens_nothing(host: Host) -> None:
    key, old = made(host)
    new = secret_in(carry_out(host.client, host.client.post(f"{PAGE}{key.pk}/renew/")))
    assert opens(new)
    assert not opens(old)


def test_a_deleted_key_opens_nothing_and_leaves_the_page(host: Host) -> None:
    key, secret = made(host, name="nightly")
    assert "nightly" in host.client.get(PAGE).content.decode()
    done = carry_out(host.client, host.client.post(f"{PAGE}{key.pk}/delete/"))
    assert done["Location"].endswith("?done=key_deleted")
    assert not opens(secret)
    shown = host.client.get(done["Location"]).content.decode()
    assert "The key was deleted." in shown
    assert "nightly" not in shown
    assert host.client.post(f"{PAGE}{key.pk}/renew/").status_code == 404


def test_a_key_of_another_tenant_is_not_there(host: Host) -> None:
    other = factories.tenant()
    boss = factories.member(other, roles=["admin"]).user
    key, secret = create_key(facts=factories.facts(boss, other), **{**WANTED, "name": "theirs"})
    assert "theirs" not in host.client.get(PAGE).content.decode()
    for action in ("renew", "delete"):
        assert host.client.post(f"{PAGE}{key.pk}/{action}/").status_code == 404
    assert opens(secret)


def test_a_key_of_the_host_s_own_is_not_there(host: Host) -> None:
    key = KeyRecord.objects.create(tenant=host.tenant, reference="7", name="own")
    assert host.client.post(f"{PAGE}{key.pk}/delete/").status_code == 404


@pytest.mark.parametrize(
    ("roles", "status"),
    [(["admin"], 200), (["api_admin"], 200), (["billing_admin"], 403), ([], 403)],
)
def test_administrators_and_those_of_keys_may(host: Host, roles: list[str], status: int) -> None:
    member = factories.member(host.tenant, roles=roles)
    client = factories.login(Client(headers={"Accept": "text/html"}), member.user, host.tenant)
    assert client.get(PAGE).status_code == status
    link = 'href="/security/keys/"' in client.get("/security/").content.decode()
    assert link == (status == 200)
    if status == 403:
        assert client.post(f"{PAGE}make/", WANTED).status_code == 403


def test_a_site_that_offers_no_scopes_has_no_such_page(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "API_KEYS": {}}
    assert host.client.get(PAGE).status_code == 404
    assert host.client.post(f"{PAGE}make/", WANTED).status_code == 404
    assert "/security/keys/" not in host.client.get("/security/").content.decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "a\x00b"},
        {"scope": "everything"},
        {"environment": "sandbox"},
    ],
)
def test_what_is_not_offered_is_refused_before_a_proof(host: Host, changed: dict[str, str]) -> None:
    answer = host.client.post(f"{PAGE}make/", {**WANTED, **changed})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not KeyRecord.objects.exists()


def test_the_page_is_away_with_its_store(host: Host) -> None:
    host.client.get(PAGE)
    with no_answer():
        assert host.client.get(PAGE).status_code == 503
