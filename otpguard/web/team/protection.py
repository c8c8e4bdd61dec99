"""What a policy asks of people, in a sentence for an administrator without docs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from otpguard.conf import settings
from otpguard.core.duration_text import seconds_text
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import Enforcement
from otpguard.core.policy_values import SECOND
from otpguard.labels import LEVELS, Text, checkpoint_label
from otpguard.models import Tenant
from otpguard.tenants import policies


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedLine:
    """One action that can be protected, and how it is. `asked` is false where nobody is asked."""

    slug: str
    label: Text
    asked: bool
    how: str


def protected_lines(facts: RequestFacts, tenant: Tenant) -> Iterator[ProtectedLine]:
    """Every checkpoint in its order, by the policies that count now."""
    scope = policies.Scope.of_tenant(tenant)
    for each in settings().checkpoints.values():
        policy = policies.at(each, scope, now=facts.now)
        yield ProtectedLine(
            slug=each.slug,
            label=checkpoint_label(each),
            asked=policy.active,
            how=protection_text(policy),
        )


def protection_text(policy: Policy) -> str:
    """What is asked, and how long an answer serves."""
    if not policy.active:
        return _("Nobody is asked.")
    asked = {
        "what": LEVELS[policy.required_level],
        "time": seconds_text(policy.ttl // SECOND),
    }
    if policy.enforcement is Enforcement.REPORT_ONLY:
        return _("Not enforced yet: it would ask for %(what)s.") % asked
    if policy.binds_intent:
        return _("Asks for %(what)s, every time.") % asked
    return _("Asks for %(what)s, again after %(time)s.") % asked
