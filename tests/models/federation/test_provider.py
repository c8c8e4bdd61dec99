"""Identity providers: one of each in a tenant, and a secret that nobody reads in the table."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from tests.federating import idp
from tests.models.rows import raw

pytestmark = pytest.mark.django_db


def test_a_tenant_has_each_provider_once_and_another_tenant_as_well() -> None:
    tenant = factories.tenant()
    row = idp(tenant)
    with pytest.raises(IntegrityError), transaction.atomic():
        idp(tenant)
    idp(factories.tenant())
    assert str(row) == f"Okta of {tenant}"


def test_the_secret_is_encrypted() -> None:
    assert "s3cret" not in raw(idp(factories.tenant(), client_secret="s3cret"), "client_secret")
