"""Signal streams in the admin: set up, given a secret that is shown once, switched, removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.flows.federation.signal_stream import change_signal_stream
from otpguard.flows.federation.signals import find_stream
from otpguard.models import SignalStream
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
TYPED: dict[str, Any] = {
    "name": "Okta",
    "dialect": "caep",
    "issuer": "https://acme.okta.example",
    "audience": "https://us.example",
    "jwks": "https://acme.okta.example/keys",
}


def do(action: str, row: SignalStream) -> str:
    return reverse(f"admin:otpguard_signalstream_do_{action}", args=[row.pk])


def page(site: Client, row: SignalStream) -> str:
    url = reverse("admin:otpguard_signalstream_change", args=[row.pk])
    return site.get(url).content.decode()


def test_a_stream_is_set_up_given_a_secret_switched_and_removed(act: Act, site: Client) -> None:
    tenant = factories.tenant()
    add = reverse("admin:otpguard_signalstream_do_add")
    assert "neither" in act(add, tenant=tenant.slug, **TYPED).content.decode()
    row = SignalStream.objects.get()
    change_signal_stream(
        facts=factories.facts(), stream=row, values={"name": "New"}, poll_secret="s3cret"
    )
    assert "Okta" in act(do("change", row), **TYPED).content.decode()
    asked = site.post(do("secret", row), {}, HTTP_ACCEPT="text/html")
    assert asked.status_code == 303, "no secret without a proof"
    shown = continue_form(site, step_up(site, asked)).content.decode()
    secret = shown.partition("Bearer ")[2].partition("</code>")[0]
    assert find_stream(stream=row.pk, secret=secret) == row
    act(do("verify", row))
    row.refresh_from_db()
    text = page(site, row)
    assert row.state in text
    assert secret not in text
    assert "s3cret" not in text
    act(do("switch", row), reason="left")
    assert "off" in page(site, row)
    act(do("remove", row), reason="left")
    assert not SignalStream.objects.exists()


def test_trouble_stands_on_the_page_in_words(site: Client) -> None:
    row = SignalStream.objects.create(tenant=factories.tenant(), trouble="invalid_issuer", **TYPED)
    assert "an event of another issuer" in page(site, row)
    listed = site.get(reverse("admin:otpguard_signalstream_changelist")).content.decode()
    assert "trouble" in listed
