"""What is typed about an identity provider becomes columns and lists."""

from __future__ import annotations

import pytest

from otpguard.forms.enterprise.identity_provider import (
    IdentityProviderForm,
    NewIdentityProviderForm,
    ValuesField,
    initial_of,
)
from tests import factories
from tests.federating import idp

pytestmark = pytest.mark.django_db

TYPED = {
    "name": "Okta",
    "profile": "okta",
    "protocol": "oidc",
    "issuer": "https://acme.okta.example",
    "amr": "mfa\nmfa\r\n phr ",
    "max_age": "300",
}


def test_lines_become_values_each_once() -> None:
    form = IdentityProviderForm(TYPED)
    assert form.is_valid(), form.errors
    assert form.values["accepted"] == {"amr": ["mfa", "phr"]}
    assert "secret" not in form.values


def test_a_new_one_names_its_tenant_and_the_columns_do_not() -> None:
    tenant = factories.tenant()
    form = NewIdentityProviderForm({**TYPED, "tenant": tenant.slug})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["tenant"] == tenant
    assert "tenant" not in form.values


@pytest.mark.parametrize("age", ["0", "1801"])
def test_the_oldest_sign_in_has_bounds(age: str) -> None:
    assert "max_age" in IdentityProviderForm({**TYPED, "max_age": age}).errors


def test_the_form_starts_with_what_there_is_and_never_with_the_secret() -> None:
    initial = initial_of(idp(factories.tenant(), client_secret="s3cret"))
    assert initial["amr"] == ["mfa"]
    assert "s3cret" not in str(initial)
    assert ValuesField().prepare_value(["a", "b"]) == "a\nb"
