"""Send a browser to the identity provider: to log in, to step up, or to link a sign-in."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from otpguard.core.binding import CHANGE
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import Protocol
from otpguard.exceptions import Ask
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.federation.oidc import Secrets, authorization_url
from otpguard.federation.speakers import speakers
from otpguard.flows.checkpoint.step_up_options import is_own
from otpguard.flows.federation.request import SentOff, send_off
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.http.return_path import safe_path
from otpguard.http.step_up_url import ask_of, step_up_url
from otpguard.models import IdentityProvider
from otpguard.web.federation.own_urls import callback_url, saml_places
from otpguard.web.federation.ways import providers_for
from otpguard.web.federation.words import WORDS, SsoProblem
from otpguard.web.security.own_pages import own_page

STATE_KEY = "otpguard_sso"
"""Where the web session keeps the state of the login that it began."""


@require_GET
def sso_login(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """Go to a tenant's identity provider to log in there; `next` is a page of this site."""
    provider = _provider(provider_id)
    if provider is None:
        return sso_problem(request, SsoProblem.UNREACHABLE, status=404)
    path = safe_path(request, request.GET.get("next", ""))
    sent = SentOff(provider=provider, nonce="", verifier="", next=path)
    return _away(request, facts_from(request), sent, back="")


@login_required
@require_POST
def sso_step_up(request: HttpRequest, token: str, provider_id: UUID) -> HttpResponse:
    """Go there to confirm an action. The same checks as on the page that offers it."""
    facts, ask = facts_from(request), ask_of(request, token)
    if ask is None or not is_own(facts, ask):
        return sso_problem(request, SsoProblem.GONE, status=410)
    offered = {row.pk: row for row in providers_for(facts, ask)}
    if provider_id not in offered:
        return back_to(request, ask, SsoProblem.UNREACHABLE)
    sent = SentOff(provider=offered[provider_id], nonce="", verifier="", ask=ask)
    return _away(request, facts, sent, back=step_up_url(request, ask))


@own_page
@require_POST
def sso_connect(request: HttpRequest, facts: RequestFacts, provider_id: UUID) -> HttpResponse:
    """Go there to link that sign-in to this account: after a proof of the person's own."""
    provider = _provider(provider_id)
    if provider is None or str(provider.tenant_id) != facts.tenant:
        return sso_problem(request, SsoProblem.UNREACHABLE, status=404)
    require(request, CHANGE, target=_("link the sign-in of %(name)s") % {"name": provider.name})
    sent = SentOff(provider=provider, nonce="", verifier="", connects=True)
    return _away(request, facts, sent, back=reverse("otpguard:security"))


def back_to(request: HttpRequest, ask: Ask, problem: SsoProblem | None = None) -> HttpResponse:
    """The page of the step-up, which goes on if the proof serves, and offers other ways if not."""
    url = step_up_url(request, ask)
    return redirect(url if problem is None else f"{url}?sso={problem}")


def sso_problem(request: HttpRequest, problem: SsoProblem, *, status: int) -> HttpResponse:
    """A page that says why, where there is no step-up to go back to."""
    page = render(
        request,
        "otpguard/problem.html",
        {"message": WORDS[problem], "code": problem},
        status=status,
    )
    return pages.hardened(request, page)


def _provider(provider_id: UUID) -> IdentityProvider | None:
    rows = IdentityProvider.objects.select_related("tenant")
    found = rows.filter(pk=provider_id, enabled=True, protocol__in=speakers.protocols).first()
    return found if found is not None and found.tenant.status == "active" else None


def _away(request: HttpRequest, facts: RequestFacts, sent: SentOff, *, back: str) -> HttpResponse:
    kept = Secrets()
    try:
        url, nonce, verifier = exchange(request, sent, kept)
    except ProviderUnusableError:
        if not back:
            return sso_problem(request, SsoProblem.UNREACHABLE, status=503)
        return redirect(f"{back}?sso={SsoProblem.UNREACHABLE}")
    made = replace(sent, nonce=nonce, verifier=verifier)
    send_off(facts=facts, sent=made, state=kept.state)
    if sent.ask is None and not sent.connects:
        request.session[STATE_KEY] = kept.state
    away = HttpResponseRedirect(url)
    return leaving(request, away, sent.provider) if request.method == "POST" else away


def leaving(
    request: HttpRequest, away: HttpResponseRedirect, provider: IdentityProvider
) -> HttpResponse:
    """A page that goes on by itself, for those who come by a form: the content policy of the page
    that a form is on lets it end at no other site, not by a redirect either."""
    look = {"brand": provider.tenant.brand, "logo": provider.tenant.logo}
    known = {"url": away.url, "name": provider.name, **look}
    return pages.hardened(request, render(request, "otpguard/away.html", known))


def exchange(request: HttpRequest, sent: SentOff, kept: Secrets) -> tuple[str, str, str]:
    """Where to go, and the two secrets to keep; for SAML the id of the request is the first.
    Raises ProviderUnusableError."""
    steps_up = sent.ask is not None or sent.connects
    provider = sent.provider
    if speakers.saml is not None and provider.protocol == Protocol.SAML.value:
        url, request_id = speakers.saml.request_url(
            provider, state=kept.state, places=saml_places(request), steps_up=steps_up
        )
        return url, request_id, ""
    url = authorization_url(provider, kept=kept, callback=callback_url(request), steps_up=steps_up)
    return url, kept.nonce, kept.verifier
