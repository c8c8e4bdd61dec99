"""The documents about a directory name what the API answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.api.directory.documents import DirectoryTokenDocument, NewDirectoryTokenDocument
from otpguard.api.directory.tokens import document_of
from otpguard.flows.scim.token import create_token
from tests import factories


@pytest.mark.django_db
def test_a_token_has_the_fields_that_are_described() -> None:
    made = create_token(
        facts=factories.facts(),
        tenant=factories.tenant(),
        name="Okta",
        scope="read",
        lifetime=timedelta(days=1),
    )
    assert set(document_of(made.row)) == set(DirectoryTokenDocument().fields)


def test_a_new_one_has_its_secret_besides() -> None:
    both = set(NewDirectoryTokenDocument().fields) - set(DirectoryTokenDocument().fields)
    assert both == {"secret"}
