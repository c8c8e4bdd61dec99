"""The one view: token first, then the body up to a limit, then the protocol."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from scim2_models import (
    Error,
    InvalidValueException,
    PayloadTooLargeException,
    SCIMException,
    UnauthorizedException,
)
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from otpguard import vault
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.scim.token import find_token
from otpguard.http.facts import facts_from
from otpguard.models import ScimToken
from otpguard.scim.handler import TenantHandler, TenantService
from otpguard.scim.schema import LARGEST_BODY, provider
from otpguard.scim.storage import TenantStorage, shows_members
from otpguard.store_errors import STORE_ERRORS

MEDIA_TYPE = "application/scim+json"

_NUL = b"\\u0000"
"""As JSON spells it: a character that no text in the database can hold."""

logger = logging.getLogger("otpguard.scim")


@csrf_exempt
def scim_view(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """One request of the directory of the tenant `slug`. Every answer is SCIM's own."""
    service = TenantService(provider(), secret=vault.key_for(vault.SCIM_CURSOR))
    try:
        return _response(_answer(request, service, slug, path))
    except SCIMException as refused:
        return _response(service.error_response(refused))
    except (StoreUnavailable, *STORE_ERRORS):
        logger.exception("SCIM: the store did not answer")
        return _error(HTTPStatus.SERVICE_UNAVAILABLE, "Try again later")
    except UnicodeEncodeError:
        return _error(HTTPStatus.BAD_REQUEST, "A text holds half a character")
    except RecursionError:
        return _error(HTTPStatus.BAD_REQUEST, "The request is nested too deeply")


def _answer(request: HttpRequest, service: TenantService, slug: str, path: str) -> ScimResponse:
    token = _token(request, slug)
    facts = facts_from(request, user=AnonymousUser(), bearer=True, tenant=str(token.tenant_id))
    storage = TenantStorage(facts, token.tenant)
    handler = TenantHandler(service, storage, shows=_wants_members(request))
    root = request.path[: len(request.path) - len(path)].rstrip("/")
    return handler.handle(
        ScimRequest(
            method=request.method or "GET",
            base_url=request.build_absolute_uri(root),
            path=f"/{path}",
            query=request.GET.dict(),
            headers=dict(request.headers),
            body=_body(request),
            subject=token,
        )
    )


def _wants_members(request: HttpRequest) -> bool:
    """Whether the answer to a PATCH shows members of a group: only if somebody asks for what is
    among its attributes, and for these."""
    named, excluded = (
        [each for each in request.GET.get(name, "").split(",") if each.strip()]
        for name in ("attributes", "excludedAttributes")
    )
    return bool(named or excluded) and shows_members(named, excluded)


def _token(request: HttpRequest, slug: str) -> ScimToken:
    """The token in the header. Raises UnauthorizedException, the same for every cause."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    token = None
    if scheme.lower() == "bearer":
        token = find_token(secret=secret.strip(), slug=slug, now=timezone.now())
    if token is None:
        raise UnauthorizedException
    return token


def _body(request: HttpRequest) -> bytes:
    """The body, of which never more than the limit is read. Raises PayloadTooLargeException."""
    try:
        announced = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        announced = 0
    body = b"" if announced > LARGEST_BODY else request.read(LARGEST_BODY + 1)
    if max(announced, len(body)) > LARGEST_BODY:
        raise PayloadTooLargeException(detail=f"Send at most {LARGEST_BODY} bytes")
    if _NUL in body:
        raise InvalidValueException(detail="A text must not hold a NUL")
    return body


def _response(made: ScimResponse) -> HttpResponse:
    body = b"" if made.body is None else json.dumps(made.body).encode()
    response = HttpResponse(body, status=int(made.status), content_type=MEDIA_TYPE)
    for name, value in made.headers.items():
        response[name] = value
    response["Cache-Control"] = "private, no-store"
    return response


def _error(status: HTTPStatus, detail: str) -> HttpResponse:
    return _response(ScimResponse(status, Error(status=status, detail=detail).model_dump()))
