"""Tokens in the admin: made after a proof, shown once, never again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.flows.scim.token import find_token
from otpguard.models import ScimToken
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
LIST = "admin:otpguard_scimtoken_changelist"


def made(site: Client) -> tuple[ScimToken, str]:
    factories.tenant("acme")
    url = reverse("admin:otpguard_scimtoken_do_create")
    data = {"tenant": "acme", "name": "Okta", "scope": "full", "days": "30"}
    asked = site.post(url, data, HTTP_ACCEPT="text/html")
    assert asked.status_code == 303, "no token without a proof"
    assert not ScimToken.objects.exists()
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    text = page.content.decode()
    secret = text.partition("<p><code>")[2].partition("</code>")[0]
    return ScimToken.objects.get(), secret


def test_a_token_is_made_after_a_proof_and_shown_once(site: Client) -> None:
    row, secret = made(site)
    assert find_token(secret=secret, slug="acme", now=timezone.now()) == row
    for page in (
        site.get(reverse(LIST)),
        site.get(reverse("admin:otpguard_scimtoken_change", args=[row.pk])),
    ):
        assert secret not in page.content.decode()
    assert secret not in str(site.cookies) + str(dict(site.session))


def test_a_token_is_rotated_and_revoked(site: Client, act: Act) -> None:
    row, old = made(site)
    url = reverse("admin:otpguard_scimtoken_do_rotate", args=[row.pk])
    asked = site.post(url, {"overlap": "7", "days": "30"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 200
    assert ScimToken.objects.count() == 2
    url = reverse("admin:otpguard_scimtoken_do_revoke", args=[row.pk])
    assert "was revoked" in act(url, reason="it was in a log").content.decode()
    assert find_token(secret=old, slug="acme", now=timezone.now()) is None
