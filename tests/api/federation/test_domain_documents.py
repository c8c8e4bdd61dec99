"""What is described of a domain is what is told."""

from __future__ import annotations

import pytest

from otpguard.api.federation.domain_documents import DomainDocument
from otpguard.api.federation.domains import document_of
from tests import factories
from tests.verifying import verified

pytestmark = pytest.mark.django_db


def test_every_member_is_described() -> None:
    assert set(document_of(verified(factories.tenant()))) == set(DomainDocument().fields)
