"""The intent of a request: what exactly it asks for, as the keyed digest that grants bind to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from otpguard import vault
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.intent import Intent, body_digest, digest
from otpguard.flows.guard import IntentSource

HELD = "otpguard_held"
"""The query parameter by which a kept request comes back."""

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def source_of(
    request: HttpRequest,
    facts: RequestFacts,
    *,
    checkpoint: str,
    target: str,
    body: Any,  # noqa: ANN401 (whatever the view acts on, or None)
    early: bool,
) -> IntentSource:
    """The digests of what this request asks for, the full one lazily.

    `body` is what the view acts on when it knows better than the raw request, for instance the
    cleaned data of a validated form. `early` is before the view runs: then a body over the limit
    is left unread and has no full digest.
    """

    def of(content: str, *, address: str = "") -> str:
        return digest(
            Intent(
                checkpoint=checkpoint,
                tenant=facts.tenant,
                user=facts.user,
                view=f"{facts.view or facts.path} {address}",
                target=target,
                body=content,
            ),
            key=vault.key_for(vault.INTENT),
        )

    def full() -> str:
        key, address = vault.key_for(vault.INTENT), address_of(request)
        if body is not None:
            return of(_stable(body, key), address=address)
        if early and not _is_small(request):
            return ""
        return of(_content(request, key), address=address)

    return IntentSource(shallow=lambda: of(""), full=full)


def address_of(request: HttpRequest) -> str:
    """Path and query as they were sent, less what marks a kept form that comes back.

    A view may act on either, so a proof for one address serves no other (A14).
    """
    path, _, query = request.get_full_path().partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith(f"{HELD}=")]
    return "?".join([path, "&".join(kept)]) if kept else path


def form_fields(request: HttpRequest) -> Mapping[str, Sequence[str]]:
    """The fields of a posted form with all their values; empty for any other body."""
    if request.content_type not in FORM_TYPES:
        return {}
    return {name: request.POST.getlist(name) for name in request.POST}


def fits(request: HttpRequest) -> bool:
    """True for a form small enough to be kept."""
    return request.content_type in FORM_TYPES and _is_small(request)


def _is_small(request: HttpRequest) -> bool:
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return False  # nobody knows how much is coming
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    return length <= settings().held_bytes


def _stable(body: Any, key: bytes) -> str:  # noqa: ANN401 (whatever the view acts on)
    plain = {name: body.getlist(name) for name in body} if hasattr(body, "getlist") else body
    text = json.dumps(plain, sort_keys=True, default=_named)
    return body_digest({"body": [text]}, key=key)


def _named(value: object) -> Any:  # noqa: ANN401 (what JSON has a form for)
    if isinstance(value, UploadedFile):
        return [str(value.name), _sha256(value)]
    return str(value)


def _content(request: HttpRequest, key: bytes) -> str:
    if request.method != "POST" or request.content_type not in FORM_TYPES:
        # Django reads forms of POST only; of any other method the bytes are all there is.
        return body_digest({"raw": [hashlib.sha256(request.body).hexdigest()]}, key=key)
    files = [
        (name, str(upload.name), _sha256(upload))
        for name in request.FILES
        for upload in request.FILES.getlist(name)
    ]
    return body_digest(form_fields(request), key=key, files=files)


def _sha256(upload: UploadedFile[Any]) -> str:
    result = hashlib.sha256()
    for chunk in upload.chunks():
        result.update(chunk)
    upload.seek(0)
    return result.hexdigest()
