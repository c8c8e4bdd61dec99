"""Who calls with an access token: the header read, the token verified, the person found."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from otpguard.conf import settings
from otpguard.federation.access_token import AccessToken, AccessTokenError, read_access_token
from otpguard.flows.federation.by_token import person_of_token
from otpguard.http.facts import tenant_id_of

SCHEME = "bearer"
INVALID = 'Bearer error="invalid_token"'
_WORDS = 2

logger = logging.getLogger("otpguard.guard")


@dataclass(frozen=True, slots=True)
class TokenCaller:
    """A verified token and its person; an AnonymousUser for a service."""

    user: Any
    token: AccessToken


def caller_of(request: HttpRequest) -> TokenCaller | None:
    """Who calls; None without a token.

    Raises AccessTokenError for a token that is not right, or about nobody here, and
    ProviderUnusableError while the keys of its server cannot be read.
    """
    words = request.META.get("HTTP_AUTHORIZATION", "").split()
    if not words or words[0].lower() != SCHEME:
        return None
    shown = words[1] if len(words) == _WORDS else ""
    try:
        token = read_access_token(shown, issuers=settings().token_issuers, now=timezone.now())
        return TokenCaller(_person(request, token), token)
    except AccessTokenError as error:
        logger.info("an access token was refused at %s: %s", request.path, error.fault)
        raise


def _person(request: HttpRequest, token: AccessToken) -> Any:  # noqa: ANN401 (the host's own user model)
    if not token.subject:
        return AnonymousUser()
    tenant = tenant_id_of(request)
    found = person_of_token(issuer=token.issuer, subject=token.subject, tenant=tenant)
    if found is None:
        raise AccessTokenError("nobody")
    return found
