"""What the journeys of single sign-on share: a host, its tenant's provider, and a person there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from playwright.sync_api import Page, expect

from otpguard.channels.providers.memory import SENT
from otpguard.models import IdentityProvider, Tenant
from otpguard.tenants.directory import SESSION_KEY
from otpguard.testing import send_queued
from tests.saml_host import urlpatterns as guarded

BACKEND = "otpguard.contrib.single_sign_on.SingleSignOnBackend"
OPEN = "done: billing by GET"


def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Select an organization, and go to what is guarded in it."""
    request.session[SESSION_KEY] = str(get_object_or_404(Tenant, slug=slug).pk)
    return redirect("/billing/")


urlpatterns = [*guarded, path("organizations/<slug:slug>/", choose)]


@dataclass
class SignIn:
    """A person in a browser; `row` is the provider of their tenant."""

    page: Page
    row: IdentityProvider

    @property
    def button(self) -> re.Pattern[str]:
        """The name of the button that leads to the provider in a step-up."""
        return re.compile(f"Confirm with .?{re.escape(self.row.name)}")

    def log_in(self) -> None:
        """Log in at the provider, and go to the billing page of the organization."""
        self.page.goto(f"/sso/{self.row.pk}/login/?next=/organizations/{self.row.tenant.slug}/")

    def go_upstream(self) -> None:
        """Press the provider's button on the page of the step-up."""
        self.page.get_by_role("button", name=self.button).click()

    def is_open(self) -> None:
        """Wait for the billing page."""
        expect(self.page.get_by_text(OPEN)).to_be_visible()

    def is_told(self) -> None:
        """Wait for the page of the step-up to say that the provider's answer does not serve."""
        expect(self.page.get_by_role("alert")).to_be_visible()
        self.is_asked()

    def is_nobody(self) -> None:
        """Fails if somebody is logged in."""
        self.page.goto("/whoami/")
        expect(self.page.get_by_text('"user": ""')).to_be_visible()

    def is_asked(self) -> None:
        """Wait for the page of the step-up, which offers the person's own phone."""
        expect(self.page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
        expect(self.page.get_by_role("button", name=re.compile("Send a code"))).to_be_visible()

    def confirm_by_phone(self) -> None:
        """Confirm with the code of a text message."""
        self.page.get_by_role("button", name=re.compile("Send a code")).click()
        field = self.page.get_by_label("Code", exact=True)
        expect(field).to_be_visible()
        send_queued()
        field.fill(SENT[-1].code.digits)
        self.page.get_by_role("button", name="Verify").click()
        self.is_open()
