"""A host's view that changes an e-mail address asks for a proof where there is one to give."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Hold
from tests import factories, guarded
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "new@example.com"


@pytest.fixture(autouse=True)
def host(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    guarded.ran.clear()


def at_home() -> tuple[Any, Client]:
    user, tenant = factories.user(), factories.tenant()
    factories.member(tenant, user)
    return user, factories.login(Client(headers={"Accept": "text/html"}), user, tenant)


def test_a_person_with_a_factor_proves_it_first() -> None:
    user, client = at_home()
    factories.phone_factor(user)
    asked = client.post("/email/", {"email": NEW})
    assert asked.status_code == 303
    user.refresh_from_db()
    assert user.email != NEW
    assert continue_form(client, step_up(client, asked)).status_code == 200
    user.refresh_from_db()
    assert user.email == NEW
    assert not Hold.objects.exists()


def test_a_proof_for_one_e_mail_address_does_not_serve_for_another() -> None:
    user, client = at_home()
    factories.phone_factor(user)
    step_up(client, client.post("/email/", {"email": NEW}))
    assert client.post("/email/", {"email": "thief@example.com"}).status_code == 303
    user.refresh_from_db()
    assert user.email != "thief@example.com"


def test_without_a_factor_it_changes_and_what_is_sensitive_waits() -> None:
    user, client = at_home()
    assert client.post("/email/", {"email": NEW}).status_code == 200
    user.refresh_from_db()
    assert user.email == NEW
    assert Hold.objects.get().user_id == user.pk


def test_a_stranger_changes_nothing() -> None:
    stranger = Client(headers={"Accept": "text/html"})
    assert "/login/" in stranger.post("/email/", {"email": NEW})["Location"]
    assert guarded.ran == []
