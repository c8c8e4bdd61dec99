"""The intent of a request: a keyed digest of what it asks for, to which grants are bound."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from django.http import HttpRequest, QueryDict

from otpguard import vault
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.intent import Intent, digest, form_digest, raw_digest, values_digest
from otpguard.flows.checkpoint.guard import IntentSource
from otpguard.http.bound_values import file_parts

KEPT_FORM = "otpguard_kept"
"""The query parameter by which a kept form comes back."""

LONGEST_NUMBER = 18
"""Digits of a Content-Length that is believed to be one; Python reads none of 4,300 digits."""

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def source_of(
    request: HttpRequest,
    facts: RequestFacts,
    *,
    checkpoint: str,
    target: str,
    values: Callable[[], str] | None = None,
    early: bool = False,
) -> IntentSource:
    """The digests of what this request asks for, the full one lazily.

    `values` gives the text of what the view acts on when it knows better than the raw request (see
    bound_values). `early` is before the view runs: then a body over the limit is left unread and
    has no full digest.
    """

    def known(**more: str) -> str:
        intent = Intent(
            checkpoint=checkpoint,
            tenant=facts.tenant,
            user=facts.user,
            view=facts.view or facts.path,
            target=target,
            **more,
        )
        return digest(intent, key=vault.key_for(vault.INTENT))

    def full() -> str:
        key = vault.key_for(vault.INTENT)
        if values is not None:
            body = values_digest(values(), key=key)
        elif _is_unreadable(request, early=early):
            return ""
        else:
            body = _content(request, key)
        # HEAD is GET without the answer's body: a proof for one may be used by the other.
        method = "GET" if facts.method == "HEAD" else facts.method
        return known(path=full_path_of(request), method=method, body=body)

    return IntentSource(shallow=known, full=full)


def kept_form_of(request: HttpRequest) -> str | None:
    """The id of the kept form that the URL says this request sends on; None without one."""
    query = request.META.get("QUERY_STRING", "")
    return QueryDict(query).get(KEPT_FORM) if KEPT_FORM in query else None


def hide_kept_form(request: HttpRequest) -> None:
    """Take our parameter out of what views read: Django's lists refuse what they do not know."""
    if KEPT_FORM in request.META.get("QUERY_STRING", ""):
        others = request.GET.copy()
        others.pop(KEPT_FORM, None)
        request.GET = QueryDict(others.urlencode())


def full_path_of(request: HttpRequest) -> str:
    """Path and query as they were sent, without the parameter of a kept form.

    A view may act on both, so a proof for one URL must not count for another (A14).
    """
    path, _, query = request.get_full_path().partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith(f"{KEPT_FORM}=")]
    return "?".join([path, "&".join(kept)]) if kept else path


def form_fields(request: HttpRequest) -> Mapping[str, Sequence[str]]:
    """The fields of a posted form with all their values; empty for any other body."""
    if request.content_type not in FORM_TYPES:
        return {}
    return {name: request.POST.getlist(name) for name in request.POST}


def is_small_enough(request: HttpRequest) -> bool:
    """True for a form small enough to be kept."""
    return request.content_type in FORM_TYPES and _is_small(request)


def stated_length(request: HttpRequest) -> int | None:
    """How long the body is by its Content-Length, 0 without one; None if it is not a number."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    readable = stated.isascii() and stated.isdigit() and len(stated) <= LONGEST_NUMBER
    return int(stated) if readable else None


def _is_small(request: HttpRequest) -> bool:
    if "HTTP_TRANSFER_ENCODING" in request.META:
        return False  # the length of the body is unknown
    length = stated_length(request)
    return length is not None and length <= settings().kept_form_bytes


def _is_unreadable(request: HttpRequest, *, early: bool) -> bool:
    """True for a body that is not to be read now: too large, or Django would fail on its length."""
    return not _is_small(request) if early else stated_length(request) is None


def _content(request: HttpRequest, key: bytes) -> str:
    if request.method != "POST" or request.content_type not in FORM_TYPES:
        # Django reads forms of POST only; of any other method the bytes are all there is.
        stated = request.META.get("CONTENT_TYPE", "")
        return raw_digest(stated, hashlib.sha256(request.body).hexdigest(), key=key)
    files = [
        [name, *file_parts(upload)]
        for name in request.FILES
        for upload in request.FILES.getlist(name)
    ]
    return form_digest(form_fields(request), key=key, files=files)
