"""The page that the old mailbox gets: only its button undoes anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from otpguard import vault
from otpguard.flows.email_change.change import change_email
from otpguard.models import EmailChange
from tests import factories
from tests.store_down import store_down

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def host(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"


def link() -> str:
    user = factories.user()
    facts = replace(factories.facts(user), host="testserver")
    change_email(facts=facts, email="new@example.com")
    token = vault.encrypt_token(vault.EMAIL_UNDO, str(EmailChange.objects.get().pk))
    return reverse("otpguard:undo-email", args=[token])


def test_opening_the_link_changes_nothing_and_the_button_does() -> None:
    url = link()
    page = Client().get(url).content.decode()
    assert "Undo the change of your e-mail address?" in page
    assert EmailChange.objects.get().undone_at is None
    done = Client().post(url)
    assert (done.status_code, "old e-mail address is back" in done.content.decode()) == (200, True)
    assert Client().post(url).status_code == Client().get(url).status_code == 410


def test_a_made_up_link_undoes_nothing() -> None:
    link()
    url = reverse("otpguard:undo-email", args=["made-up"])
    assert Client().post(url).status_code == 410
    assert EmailChange.objects.get().undone_at is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")
def test_without_a_store_the_page_says_so() -> None:
    url = link()
    with store_down():
        assert Client().get(url).status_code == Client().post(url).status_code == 503
