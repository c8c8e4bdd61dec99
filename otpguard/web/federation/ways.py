"""The identity providers that the page of a step-up offers. It knows no protocol."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.local import stays_local
from otpguard.core.federation.profiles import IDP_PROFILES
from otpguard.exceptions import Ask
from otpguard.federation.speakers import speakers
from otpguard.flows.checkpoint.step_up_options import StepUpOptions
from otpguard.flows.federation.request import offered_providers
from otpguard.models import IdentityProvider

STEP_UP = "otpguard_sso_step_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdpWay:
    """A button: the provider's name, and where a POST begins."""

    name: str
    url: str


def idp_ways(options: StepUpOptions, facts: RequestFacts, ask: Ask, token: str) -> list[IdpWay]:
    """The buttons; no statement where the policy does not let providers serve."""
    if not options.policy.idp_satisfies or options.policy.attested_only:
        return []
    try:
        return [
            IdpWay(name=row.name, url=reverse(STEP_UP, args=[row.pk, token]))
            for row in providers_for(facts, ask)
        ]
    except NoReverseMatch:  # the project has no single sign-on of ours
        return []


def providers_for(facts: RequestFacts, ask: Ask) -> tuple[IdentityProvider, ...]:
    """The providers that could confirm this action: none where it stays local, and none that
    cannot be made to ask again."""
    if stays_local(checkpoint_named(ask.checkpoint)):
        return ()
    return tuple(
        row
        for row in offered_providers(facts)
        if row.protocol in speakers.protocols and IDP_PROFILES[row.profile].reauthenticates
    )
