"""What the foot of the Security page leads to: pages of the organization, where they have a use."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.labels import Text
from otpguard.web.billing.changes import has_billing_changes
from otpguard.web.release.pages import visible
from otpguard.web.security.own_pages import leads_team
from otpguard.web.team.keys import has_keys_page


@dataclass(frozen=True, slots=True, kw_only=True)
class FootLink:
    """One link, by its address and what it says."""

    url: str
    label: Text


def foot_links(facts: RequestFacts) -> list[FootLink]:
    """The pages that somebody may open in the tenant of the request and that have something to
    show; none outside a tenant. Reads only. Raises StoreUnavailable."""
    if not facts.tenant:
        return []
    leads = leads_team(facts)
    offered = (
        ("otpguard:team", _("Organization"), leads),
        ("otpguard:approvals", _("Approvals"), leads),
        ("otpguard:holds", _("Waiting periods"), leads),
        ("otpguard:emergency", _("Emergency envelope"), leads),
        ("otpguard:api-keys", _("API keys"), has_keys_page(facts)),
        ("otpguard:releases", _("Exports"), visible(facts).exists()),
        ("otpguard:billing-changes", _("Billing changes"), has_billing_changes(facts)),
    )
    return [FootLink(url=reverse(name), label=label) for name, label, there in offered if there]
