"""The page of an organization's directory: tokens shown once, removals decided, roles of groups."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.flows.scim.token import NewToken, create_token, find_token
from otpguard.models import Event, Membership, ScimGroup, ScimToken, ScimUser, Tenant
from tests import factories
from tests.host import Host
from tests.stepup import carry_out
from tests.store_down import no_answer
from tests.web.team.enterprise import said_by, strangers

pytestmark = pytest.mark.django_db
PAGE = "/security/team/provisioning/"
WANTED = {"name": "Okta", "scope": "users", "days": "30"}
SECRET = re.compile(r"otpgscim_(?:live|test)_[0-9A-Za-z]+")


@pytest.fixture(autouse=True)
def mounted(settings: Any, host: Host) -> None:
    settings.ROOT_URLCONF = "tests.team_host"


def token(host: Host, tenant: Tenant | None = None) -> NewToken:
    return create_token(
        facts=factories.facts(),
        tenant=tenant or host.tenant,
        name="Nightly",
        scope="full",
        lifetime=timedelta(days=9),
    )


def opens(secret: object, tenant: Tenant) -> bool:
    found = find_token(secret=str(secret), slug=tenant.slug, now=timezone.now())
    return found is not None


def held(host: Host, tenant: Tenant | None = None) -> ScimUser:
    tenant = tenant or host.tenant
    member = factories.member(tenant)
    return ScimUser.objects.create(
        tenant=tenant,
        user=member.user,
        user_name=f"{uuid4()}@a.example",
        folded=str(uuid4()),
        active=False,
        left_at=timezone.now(),
        removal_held=timezone.now(),
    )


def test_a_token_is_made_after_a_proof_and_its_secret_is_shown_this_once(host: Host) -> None:
    stopped = host.client.post(f"{PAGE}make/", WANTED)
    assert "/step-up/" in stopped["Location"]
    assert not ScimToken.objects.exists()
    shown = carry_out(host.client, stopped)
    text = shown.content.decode()
    [secret] = SECRET.findall(text)
    assert f"http://testserver/scim/v2/{host.tenant.slug}<" in text
    assert "no-store" in shown["Cache-Control"]
    assert opens(secret, host.tenant)
    row = ScimToken.objects.get()
    assert (row.scope, row.tenant, row.created_by) == ("users", host.tenant, host.user)
    later = host.client.get(PAGE).content.decode()
    assert row.prefix in later
    assert secret not in later


@pytest.mark.parametrize(
    "changed", [{"name": ""}, {"name": "x" * 121}, {"scope": "all"}, {"days": "367"}, {"days": ""}]
)
def test_what_is_not_offered_is_refused_before_a_proof(host: Host, changed: dict[str, str]) -> None:
    answer = host.client.post(f"{PAGE}make/", {**WANTED, **changed})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not ScimToken.objects.exists()


def test_a_new_secret_leaves_the_old_one_for_as_long_as_is_said(host: Host) -> None:
    old = token(host)
    for overlap, goes_on in (("7", True), ("0", False)):
        url = f"{PAGE}{old.row.pk}/renew/"
        shown = carry_out(host.client, host.client.post(url, {"overlap": overlap}))
        [secret] = SECRET.findall(shown.content.decode())
        assert opens(secret, host.tenant)
        assert opens(old.secret, host.tenant) == goes_on
        if not goes_on:
            assert host.client.post(url, {"overlap": "7"}).status_code == 404


def test_an_ended_token_opens_nothing(host: Host) -> None:
    old = token(host)
    done = carry_out(host.client, host.client.post(f"{PAGE}{old.row.pk}/end/"))
    assert "The token has ended." in said_by(host, done)
    assert not opens(old.secret, host.tenant)


def test_a_token_of_another_organization_is_not_there(host: Host) -> None:
    other = factories.tenant()
    theirs = token(host, other)
    assert "Nightly" not in host.client.get(PAGE).content.decode()
    for action in ("renew", "end"):
        answer = host.client.post(f"{PAGE}{theirs.row.pk}/{action}/", {"overlap": "0"})
        assert answer.status_code == 404
    assert opens(theirs.secret, other)


@pytest.mark.parametrize(("decision", "stays"), [("refuse", True), ("let-through", False)])
def test_held_removals_are_decided_for_this_organization_alone(
    host: Host, decision: str, stays: bool
) -> None:
    mine, theirs = held(host), held(host, factories.tenant())
    assert mine.user_name in host.client.get(PAGE).content.decode()
    carry_out(host.client, host.client.post(f"{PAGE}removals/{decision}/"))
    assert Membership.objects.get(user=mine.user).active == stays
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.removal_held is None
    assert theirs.removal_held is not None
    assert Event.objects.filter(kind="scim.removal_decided").count() == 1


def test_nothing_is_decided_twice(host: Host) -> None:
    done = carry_out(host.client, host.client.post(f"{PAGE}removals/refuse/"))
    assert "No removal waits any more." in said_by(host, done)


def test_a_group_gives_the_role_that_somebody_has_confirmed(host: Host) -> None:
    group = ScimGroup.objects.create(tenant=host.tenant, name="Finance", folded="finance")
    url = f"{PAGE}groups/{group.pk}/"
    assert "Finance" in host.client.get(url).content.decode()
    done = carry_out(host.client, host.client.post(url, {"role": "billing_admin"}))
    assert "billing_admin" in said_by(host, done)
    group.refresh_from_db()
    assert group.role == "billing_admin"
    assert host.client.post(url, {"role": "x" * 65}).status_code == 400


def test_a_group_of_another_organization_is_not_there(host: Host) -> None:
    group = ScimGroup.objects.create(tenant=factories.tenant(), name="Theirs", folded="theirs")
    assert "Theirs" not in host.client.get(PAGE).content.decode()
    for answer in (
        host.client.get(f"{PAGE}groups/{group.pk}/"),
        host.client.post(f"{PAGE}groups/{group.pk}/", {"role": "admin"}),
    ):
        assert answer.status_code == 404


def test_administrators_alone_open_it(host: Host) -> None:
    mine = token(host)
    posts = ("make/", f"{mine.row.pk}/renew/", f"{mine.row.pk}/end/", "removals/let-through/")
    for who, client in strangers(host):
        page = client.get(PAGE)
        assert page.status_code == (403 if who == "member" else 200)
        assert "Nightly" not in page.content.decode()
        for path in posts:
            answer = client.post(f"{PAGE}{path}", {**WANTED, "overlap": "0"})
            assert answer.status_code in {403, 404, 303}, path
    assert opens(mine.secret, host.tenant)
    assert ScimToken.objects.count() == 1
    assert Client().get(PAGE).status_code == 302


def test_a_site_without_a_door_for_directories_has_no_such_page(host: Host, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    assert host.client.get(PAGE).status_code == 404
    assert host.client.post(f"{PAGE}make/", WANTED).status_code == 404
    assert PAGE not in host.client.get("/security/team/").content.decode()


def test_the_page_is_away_with_its_store(host: Host) -> None:
    host.client.get(PAGE)
    with no_answer():
        assert host.client.get(PAGE).status_code == 503
