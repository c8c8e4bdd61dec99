"""Sign-ins that a library of the host's takes in: verified once more by us, opened for whom our
links name, and noted as a proof of the login session.

A library logs in whom it finds by its own rules, and drops how they signed in. So what the provider
signed is read again here, and the library only opens the session.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from otpguard.core.federation.evidence import Protocol, SignInEvidence
from otpguard.exceptions import OtpguardError
from otpguard.federation.id_token import ExpectedToken, IdTokenError, evidence_of
from otpguard.federation.metadata import ProviderUnusableError, metadata_of
from otpguard.federation.speakers import SamlPlaces, SamlRefusedError, SamlSpeaker
from otpguard.flows.federation.accept import accept_sign_in
from otpguard.flows.federation.identity import person_of
from otpguard.flows.federation.provisioned import link_provisioned
from otpguard.http.facts import facts_from
from otpguard.http.sign_in.vouched import note_vouched
from otpguard.models import IdentityProvider
from otpguard.web.federation.start import sso_problem
from otpguard.web.federation.words import SsoProblem

logger = logging.getLogger("otpguard.login")


class SignInRefusedError(OtpguardError):
    """A sign-in that opens nothing; `problem` is the word that people are told."""

    code = "sign_in_refused"

    def __init__(self, problem: SsoProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySignIn:
    """A verified sign-in. `statement` names what was signed: a nonce, or an assertion's id."""

    provider: IdentityProvider
    evidence: SignInEvidence
    statement: str


def by_id_token(token: object, *, client_id: str, nonce: object, issuer: str = "") -> LibrarySignIn:
    """Verify an ID token that a library has fetched: algorithm, signature, and every claim that
    ties it to us, to this `nonce` and to now.

    The provider is the one row of `client_id`, and of `issuer` where the library knows one, that
    the site has set up. Raises SignInRefusedError.
    """
    row = _row(Protocol.OIDC, client_id=client_id, **({"issuer": issuer} if issuer else {}))
    if not isinstance(nonce, str) or not nonce:
        raise SignInRefusedError(SsoProblem.UNREACHABLE)
    try:
        expected = ExpectedToken(
            metadata=metadata_of(row.issuer, row.metadata), client_id=row.client_id, nonce=nonce
        )
        evidence = evidence_of(token, expected=expected, now=timezone.now())
    except (IdTokenError, ProviderUnusableError) as error:
        logger.warning("sign-in at %s refused: %s", row.pk, error)
        raise SignInRefusedError(SsoProblem.UNREACHABLE) from error
    return LibrarySignIn(provider=row, evidence=evidence, statement=nonce)


def by_response(
    speaker: SamlSpeaker, response: str, *, issuer: str, request_id: str, places: SamlPlaces
) -> LibrarySignIn:
    """Verify a SAML response (base64) that answers `request_id`, by the metadata of our own row
    for `issuer`. Raises SignInRefusedError."""
    row = _row(Protocol.SAML, issuer=issuer)
    if not request_id:
        raise SignInRefusedError(SsoProblem.GONE)
    try:
        signed = speaker.redeem(
            row, response=response, request_id=request_id, places=places, now=timezone.now()
        )
    except SamlRefusedError as error:
        logger.warning("sign-in at %s refused: %s", row.pk, error)
        unmet = SsoProblem.UNMET if error.unmet else SsoProblem.UNREACHABLE
        raise SignInRefusedError(unmet) from error
    except ProviderUnusableError as error:
        logger.warning("sign-in at %s refused: %s", row.pk, error)
        raise SignInRefusedError(SsoProblem.UNREACHABLE) from error
    return LibrarySignIn(provider=row, evidence=signed.evidence, statement=signed.assertion)


def vouch(request: HttpRequest, sign_in: LibrarySignIn) -> Any:  # noqa: ANN401 (the host's own user model)
    """Whom the sign-in opens an account for, by our links and never by an e-mail address; the login
    that follows in this request is theirs.

    Nobody is switched to another account. Raises SignInRefusedError and StoreUnavailable.
    """
    identity = person_of(provider=sign_in.provider, evidence=sign_in.evidence)
    if identity is None:
        identity = link_provisioned(
            facts=facts_from(request), provider=sign_in.provider, evidence=sign_in.evidence
        )
    if identity is None:
        raise SignInRefusedError(SsoProblem.NOT_LINKED)
    if request.user.is_authenticated and request.user.pk != identity.user_id:
        raise SignInRefusedError(SsoProblem.OTHER_PERSON)
    note_vouched(request, identity.user_id)
    return identity.user


def note_sign_in(request: HttpRequest, sign_in: LibrarySignIn) -> None:
    """After the library has opened the session: what the statement proves, if anything."""
    accept_sign_in(
        facts=facts_from(request),
        provider=sign_in.provider.pk,
        evidence=sign_in.evidence,
        statement=sign_in.statement,
    )


def refused(request: HttpRequest, problem: SsoProblem) -> HttpResponse:
    """The page that says why nothing was opened; an existing login goes on."""
    return sso_problem(request, problem, status=403)


def _row(protocol: Protocol, **where: str) -> IdentityProvider:
    """The one provider that is meant. Two of the same name could be taken for one another.

    One that an organization has set up itself is none of a library's: else each organization could
    stop the sign-ins of another by naming its issuer and its client, which are no secrets.
    """
    rows = IdentityProvider.objects.select_related("tenant").filter(
        protocol=protocol.value, enabled=True, outside=False, tenant__status="active", **where
    )
    found = list(rows[:2])
    if len(found) != 1:
        raise SignInRefusedError(SsoProblem.UNREACHABLE)
    return found[0]
