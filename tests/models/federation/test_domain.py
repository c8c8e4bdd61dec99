"""A domain is verified by one tenant at a time."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests import factories
from tests.verifying import DOMAIN, verified

pytestmark = pytest.mark.django_db


def test_many_may_claim_a_domain_and_one_may_have_it() -> None:
    row = verified(factories.tenant())
    assert str(row) == f"{DOMAIN} of {row.tenant}"
    other = factories.tenant()
    verified(other, verified_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        verified(other, verified_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        verified(factories.tenant())
