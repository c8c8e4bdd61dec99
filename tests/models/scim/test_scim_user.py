"""A name is there once in a tenant."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import ScimUser
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_name_is_there_once_in_a_tenant() -> None:
    tenant = factories.tenant()
    for of in (tenant, factories.tenant()):
        ScimUser.objects.create(tenant=of, user_name="Ann", folded="ann")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScimUser.objects.create(tenant=tenant, user_name="ANN", folded="ann")
