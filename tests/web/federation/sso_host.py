"""A host whose tenant has a provider on loopback, at which its admin is known."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse

from otpguard.models import IdentityProvider
from tests.host import Host
from tests.oidc_server import Provider

BACKEND = "otpguard.contrib.single_sign_on.SingleSignOnBackend"


def led_to(answer: HttpResponse) -> str:
    """Where the page that stands before another site leads by itself."""
    page = answer.content.decode()
    found = re.search('<meta http-equiv="refresh" content="0; url=([^"]+)">', page)
    assert answer.status_code == 200, page[:300]
    assert found is not None, page[:300]
    return html.unescape(found[1])


@dataclass
class SsoHost:
    """`server` is the provider, `row` our record of it; the admin is its subject `alice`."""

    host: Host
    server: Provider
    row: IdentityProvider

    def choose_url(self) -> str:
        """The page of a step-up for the billing page."""
        return str(self.host.client.get("/billing/")["Location"])

    def leave(self, url: str) -> str:
        """Press the provider's button on the page of a step-up; returns where it leads."""
        token = url.rstrip("/").rsplit("/", 1)[1]
        begun = self.host.client.post(reverse("otpguard_sso_step_up", args=[self.row.pk, token]))
        return led_to(begun)

    def come_back(self, away: str, **query: str) -> HttpResponse:
        """The browser comes back with what the provider says."""
        return self.host.client.get(f"/sso/callback/?{self.server.sent_back(away, **query)}")
