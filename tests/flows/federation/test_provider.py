"""Setting up identity providers: by the tenant or the site, and with values that can count."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.federation.provider import (
    MOST_PROVIDERS,
    add_provider,
    capture_next,
    change_provider,
    remove_provider,
    switch_provider,
)
from otpguard.models import Event, FederatedIdentity, IdentityProvider
from tests import factories
from tests.federating import idp, signed_in
from tests.models.rows import raw

pytestmark = pytest.mark.django_db

VALUES: dict[str, Any] = {
    "name": "Okta",
    "profile": "okta",
    "protocol": "oidc",
    "issuer": "https://acme.okta.example",
    "client_id": "abc",
    "accepted": {"amr": ["mfa"]},
}


def test_a_provider_is_added_with_its_secret_encrypted() -> None:
    row = add_provider(
        facts=factories.facts(), tenant=factories.tenant(), values=VALUES, secret="s3cret"
    )

    assert "s3cret" not in raw(row, "client_secret")
    row.refresh_from_db()
    assert row.client_secret.reveal() == "s3cret"
    assert "s3cret" not in Event.objects.get(kind="idp.changed").body


def test_the_same_provider_is_not_added_twice_to_a_tenant_but_to_another_one() -> None:
    tenant = factories.tenant()
    add_provider(facts=factories.facts(), tenant=tenant, values=VALUES)
    with pytest.raises(InvalidInput):
        add_provider(facts=factories.facts(), tenant=tenant, values=VALUES)
    add_provider(facts=factories.facts(), tenant=factories.tenant(), values=VALUES)


@pytest.mark.parametrize(
    "accepted",
    [{"amr": ["pwd"]}, {"acr": ["urn:okta:loa:2fa:any:ifpossible"]}, {"amr": ["mfa"] * 33}],
)
def test_a_value_that_never_shows_more_than_one_factor_is_refused(
    accepted: dict[str, list[str]],
) -> None:
    with pytest.raises(InvalidInput):
        add_provider(
            facts=factories.facts(),
            tenant=factories.tenant(),
            values={**VALUES, "accepted": accepted},
        )


def test_a_new_kind_of_provider_must_fit_what_is_accepted() -> None:
    row = idp(factories.tenant())
    with pytest.raises(InvalidInput):
        change_provider(facts=factories.facts(), provider=row, values={"profile": "onelogin"})


def test_nothing_different_is_no_change() -> None:
    row = idp(factories.tenant())
    assert change_provider(facts=factories.facts(), provider=row, values={"name": "Okta"}) == ()
    assert change_provider(facts=factories.facts(), provider=row, values={}, secret="new") == (
        "client_secret",
    )


def test_a_capture_is_asked_for_and_a_provider_removed() -> None:
    found = signed_in()
    found.accept()
    capture_next(facts=factories.facts(), provider=found.provider)
    assert IdentityProvider.objects.get().capture_next

    assert remove_provider(facts=factories.facts(), provider=found.provider, reason="left")
    assert not remove_provider(facts=factories.facts(), provider=found.provider, reason="left")

    assert not IdentityProvider.objects.exists()
    last = Event.objects.filter(kind="idp.changed").latest("pk")
    assert '"count":1' in last.body.replace(" ", "")


def test_nobody_touches_one_of_another_tenant() -> None:
    row = idp(factories.tenant())
    for user in (factories.user(), factories.staff()):
        facts = factories.facts(user, factories.tenant())
        for act in (
            lambda facts=facts: add_provider(facts=facts, tenant=row.tenant, values=VALUES),
            lambda facts=facts: change_provider(facts=facts, provider=row, values={"name": "x"}),
            lambda facts=facts: switch_provider(facts=facts, provider=row, reason="x"),
            lambda facts=facts: capture_next(facts=facts, provider=row),
            lambda facts=facts: remove_provider(facts=facts, provider=row, reason="x"),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_what_a_tenant_names_is_spoken_to_as_a_strangers_host() -> None:
    mine = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(mine.user, mine.tenant)
    row = add_provider(facts=facts, tenant=mine.tenant, values=VALUES)
    assert row.outside
    assert not add_provider(
        facts=factories.facts(), tenant=factories.tenant(), values=VALUES
    ).outside
    change_provider(facts=factories.facts(), provider=row, values={"issuer": "https://b.example"})
    row.refresh_from_db()
    assert row.outside, "an operator who changes the rest vouches for nothing"


@pytest.mark.parametrize(
    "values",
    [
        {"issuer": "https://other.example"},
        {"metadata": "https://other.example/conf"},
        {"client_id": "other"},
        {"protocol": "saml", "accepted": {}},
    ],
)
def test_another_place_named_by_the_tenant_ends_all_links(values: dict[str, Any]) -> None:
    found = signed_in()
    admin = factories.member(found.tenant, roles=["admin"]).user
    change_provider(
        facts=factories.facts(admin, found.tenant), provider=found.provider, values=values
    )
    assert not FederatedIdentity.objects.exists()
    found.provider.refresh_from_db()
    assert found.provider.outside
    last = Event.objects.filter(kind="idp.changed").latest("pk")
    assert '"unlinked":1' in last.body.replace(" ", "")


def test_links_stay_when_the_place_stays_and_when_the_site_moves_it() -> None:
    found = signed_in()
    admin = factories.facts(factories.member(found.tenant, roles=["admin"]).user, found.tenant)
    change_provider(facts=admin, provider=found.provider, values={"max_age": 60}, secret="new")
    change_provider(
        facts=factories.facts(), provider=found.provider, values={"issuer": "https://b.example"}
    )
    assert FederatedIdentity.objects.count() == 1


def test_a_tenant_has_so_many_at_the_most() -> None:
    mine = factories.member(factories.tenant(), roles=["admin"])
    facts = factories.facts(mine.user, mine.tenant)
    for number in range(MOST_PROVIDERS):
        values = {**VALUES, "issuer": f"https://{number}.example"}
        add_provider(facts=facts, tenant=mine.tenant, values=values)
    with pytest.raises(InvalidInput):
        add_provider(facts=facts, tenant=mine.tenant, values=VALUES)
