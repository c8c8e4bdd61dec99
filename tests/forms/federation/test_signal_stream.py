"""What is typed about a stream becomes columns; its secret is no column."""

from __future__ import annotations

import pytest

from otpguard.forms.federation.signal_stream import (
    NewSignalStreamForm,
    SignalStreamForm,
    initial_of,
)
from otpguard.models import SignalStream
from tests import factories

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Okta",
    "dialect": "caep",
    "issuer": "https://acme.okta.example",
    "audience": "https://us.example",
    "jwks": "https://acme.okta.example/keys",
    "poll_secret": "s3cret",
}


def test_the_values_are_columns_without_the_secret() -> None:
    form = SignalStreamForm(TYPED)
    assert form.is_valid(), form.errors
    assert form.values == {**{k: v for k, v in TYPED.items() if k != "poll_secret"}, "poll_url": ""}


def test_a_change_begins_with_what_is_there_and_never_with_the_secret() -> None:
    row = SignalStream(**TYPED)
    assert initial_of(row).items() >= {"name": "Okta", "poll_url": ""}.items()
    assert "poll_secret" not in initial_of(row)


def test_a_new_one_names_its_tenant() -> None:
    factories.tenant("acme")
    assert not NewSignalStreamForm(TYPED).is_valid()
    assert NewSignalStreamForm({**TYPED, "tenant": "acme"}).is_valid()
