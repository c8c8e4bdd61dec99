"""A host that a stranger wrote, with a provider, a tenant directory and a view of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from otpguard import require
from otpguard.channels.base import OutboundMessage
from otpguard.channels.capabilities import Capabilities
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Accepted, Outcome
from otpguard.models import Tenant
from otpguard.tenants.directory import OurMembers

paged: list[OutboundMessage] = []
"""What the provider of this host was given."""


class Pager:
    """A provider; its options come from OTPGUARD["PROVIDERS"]."""

    capabilities = Capabilities(channels=frozenset({Channel.SMS}))

    def __init__(self, *, token: str) -> None:
        self.token = token

    def send(self, message: OutboundMessage) -> Outcome:
        paged.append(message)
        return Accepted()


class BySubdomain(OurMembers):
    """A tenant directory."""

    def tenant_for(self, request: HttpRequest) -> str:
        slug = request.get_host().partition(".")[0]
        found = Tenant.objects.filter(slug=slug).values_list("pk", flat=True).first()
        return str(found) if found else ""


def pay_out(request: HttpRequest) -> HttpResponse:
    """Guarded by name when called: the tests' own settings do not know the checkpoint."""
    require(request, "payout", target="42 dollars")
    return HttpResponse("paid out")


urlpatterns = [
    path("payout/", pay_out),
    path("security/", include("otpguard.urls")),
]
