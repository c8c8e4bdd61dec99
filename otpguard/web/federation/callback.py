"""A browser comes back from the identity provider: what it brings is checked, in this order.

Ours, once and from this browser; no other issuer; no error; and only then is the code spent and the
ID token verified.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from django.conf import settings as django_settings
from django.contrib.auth import login as auth_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_GET

from otpguard.core.federation.evidence import Protocol, SignInEvidence
from otpguard.core.federation.grade import LEEWAY
from otpguard.core.secrets import same
from otpguard.exceptions import NotAllowed
from otpguard.federation.id_token import IdTokenError
from otpguard.federation.metadata import ProviderUnusableError
from otpguard.federation.oidc import Secrets, is_foreign_issuer, redeem
from otpguard.federation.speakers import SamlRefusedError, speakers
from otpguard.flows.federation.accept import accept_sign_in
from otpguard.flows.federation.identity import link_identity, person_of
from otpguard.flows.federation.provisioned import link_provisioned
from otpguard.flows.federation.request import SentOff, take_back
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.http.return_path import safe_path
from otpguard.http.sign_in.vouched import note_vouched
from otpguard.web.federation.own_urls import callback_url, saml_places
from otpguard.web.federation.start import STATE_KEY, back_to, sso_problem
from otpguard.web.federation.words import SsoProblem, problem_of
from otpguard.web.security.own_pages import back
from otpguard.web.stepup.after_proof import mark_proven_session

logger = logging.getLogger("otpguard.login")

BACKEND = "otpguard.contrib.single_sign_on.SingleSignOnBackend"
LONGEST_CODE = 4096
_UNMET = frozenset({"unmet_authentication_requirements", "interaction_required", "login_required"})


@require_GET
def sso_callback(request: HttpRequest) -> HttpResponse:
    """The one address that every provider sends people back to."""
    state = request.GET.get("state", "")
    begun = str(request.session.pop(STATE_KEY, ""))
    sent = take_back(facts=facts_from(request), state=state)
    if sent is None:
        return sso_problem(request, SsoProblem.GONE, status=410)
    if sent.ask is None and not sent.connects and not same(begun, state):
        # Somebody else began this login: their sign-in must not open in this browser.
        return sso_problem(request, SsoProblem.GONE, status=410)
    try:
        if sent.provider.protocol == Protocol.SAML.value:
            found, sent = _saml_evidence(request, sent)
        else:
            found = _evidence(request, sent)
    except (ProviderUnusableError, IdTokenError, SamlRefusedError) as error:
        logger.warning("sign-in at %s refused: %s", sent.provider.pk, error)
        unmet = isinstance(error, SamlRefusedError) and error.unmet
        found = SsoProblem.UNMET if unmet else SsoProblem.UNREACHABLE
    if isinstance(found, SsoProblem):
        return _stopped(request, sent, found)
    if sent.connects:
        return _linked(request, sent, found)
    if sent.ask is not None:
        return _stepped_up(request, sent, found)
    return _logged_in(request, sent, found)


def _evidence(request: HttpRequest, sent: SentOff) -> SignInEvidence | SsoProblem:
    if is_foreign_issuer(sent.provider, request.GET.get("iss")):
        return SsoProblem.UNREACHABLE
    error, code = request.GET.get("error"), request.GET.get("code", "")
    if error is not None:
        return SsoProblem.UNMET if error in _UNMET else SsoProblem.REFUSED
    if not 0 < len(code) <= LONGEST_CODE:
        return SsoProblem.REFUSED
    return redeem(
        sent.provider,
        code=code,
        kept=Secrets(state="", nonce=sent.nonce, verifier=sent.verifier),
        callback=callback_url(request),
        now=timezone.now(),
    )


def _saml_evidence(
    request: HttpRequest, sent: SentOff
) -> tuple[SignInEvidence | SsoProblem, SentOff]:
    """What the response that was kept states; from now on the assertion's id is the statement.

    A step-up takes nothing that is older than its request, whatever the provider says of it.
    """
    if speakers.saml is None or not sent.verifier:
        return SsoProblem.REFUSED, sent
    signed = speakers.saml.redeem(
        sent.provider,
        response=sent.verifier,
        request_id=sent.nonce,
        places=saml_places(request),
        now=timezone.now(),
    )
    at = signed.evidence.authenticated_at
    if sent.ask is not None and sent.sent_at and (at is None or at < sent.sent_at - LEEWAY):
        return SsoProblem.UNMET, sent
    return signed.evidence, replace(sent, nonce=signed.assertion)


def _stopped(request: HttpRequest, sent: SentOff, problem: SsoProblem) -> HttpResponse:
    if sent.ask is not None:
        return back_to(request, sent.ask, problem)
    return sso_problem(request, problem, status=403)


def _stepped_up(request: HttpRequest, sent: SentOff, evidence: SignInEvidence) -> HttpResponse:
    """The step-up's own page decides what comes next: it asks the guard, so nothing loops."""
    facts, ask = facts_from(request), sent.ask
    assert ask is not None  # noqa: S101 (the caller has looked; this narrows the type)
    outcome = accept_sign_in(
        facts=facts, provider=sent.provider.pk, evidence=evidence, statement=sent.nonce, ask=ask
    )
    if outcome.grant is None:
        return back_to(request, ask, problem_of(outcome.reason))
    response = back_to(request, ask)
    mark_proven_session(request, response, facts=facts, factor=None)
    return response


def _linked(request: HttpRequest, sent: SentOff, evidence: SignInEvidence) -> HttpResponse:
    facts = facts_from(request)
    try:
        link_identity(facts=facts, provider=sent.provider, evidence=evidence)
    except NotAllowed:
        return sso_problem(request, SsoProblem.OTHER_PERSON, status=403)
    return back("linked")


def _logged_in(request: HttpRequest, sent: SentOff, evidence: SignInEvidence) -> HttpResponse:
    identity = person_of(provider=sent.provider, evidence=evidence) or link_provisioned(
        facts=facts_from(request), provider=sent.provider, evidence=evidence
    )
    if identity is None:
        return sso_problem(request, SsoProblem.NOT_LINKED, status=403)
    if request.user.is_authenticated and request.user.pk != identity.user_id:
        # Nobody is switched to another account by what a provider says.
        return sso_problem(request, SsoProblem.OTHER_PERSON, status=403)
    note_vouched(request, identity.user_id)
    auth_login(request, identity.user, backend=BACKEND)
    accept_sign_in(
        facts=facts_from(request),
        provider=sent.provider.pk,
        evidence=evidence,
        statement=sent.nonce,
    )
    path = safe_path(request, sent.next) or resolve_url(django_settings.LOGIN_REDIRECT_URL)
    return pages.hardened(request, redirect(path))
