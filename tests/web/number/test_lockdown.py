"""The page behind an alarm's link: reading it changes nothing, pressing its button does, once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from otpguard import vault
from otpguard.models import SignupLockdown

pytestmark = pytest.mark.django_db


def url(token: str = "") -> str:
    token = token or vault.encrypt_token(vault.LOCKDOWN, "1:1")
    return reverse("otpguard:lockdown", args=[token])


def test_a_get_shows_and_a_post_acts() -> None:
    path, client = url(), Client()
    shown = client.get(path)
    assert shown.status_code == 200
    assert b"For 12 hours no codes are sent" in shown.content
    assert not SignupLockdown.objects.exists()
    done = client.post(path)
    assert done.status_code == 200
    assert b"Sign-ups are locked down" in done.content
    assert SignupLockdown.objects.count() == 1


def test_a_link_that_was_used_or_is_none_is_gone() -> None:
    path, client = url(), Client()
    client.post(path)
    for method in (client.get, client.post):
        assert method(path).status_code == method(url("x")).status_code == 410
    assert SignupLockdown.objects.count() == 1


def test_the_page_is_not_stored_and_names_no_other_site() -> None:
    answer = Client().get(url())
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"]


def test_a_post_of_another_site_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post(url()).status_code == 403
