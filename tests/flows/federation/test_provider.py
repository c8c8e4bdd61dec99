"""Setting up identity providers: by the site alone, and with values that can count."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.federation.provider import (
    add_provider,
    capture_next,
    change_provider,
    remove_provider,
    switch_provider,
)
from otpguard.models import Event, IdentityProvider
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


def test_a_tenant_sets_up_none_itself_and_none_of_others() -> None:
    row = idp(factories.tenant())
    for tenant in (row.tenant, factories.tenant()):
        facts = factories.facts(factories.staff(), tenant)
        for act in (
            lambda facts=facts: add_provider(facts=facts, tenant=row.tenant, values=VALUES),
            lambda facts=facts: change_provider(facts=facts, provider=row, values={"name": "x"}),
            lambda facts=facts: switch_provider(facts=facts, provider=row, reason="x"),
            lambda facts=facts: capture_next(facts=facts, provider=row),
            lambda facts=facts: remove_provider(facts=facts, provider=row, reason="x"),
        ):
            with pytest.raises(NotAllowed):
                act()
