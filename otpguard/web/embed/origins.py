"""The door of other origins: who may ask, with what, and how it is answered (CORS).

No cookie is read or set, so there is nothing that another site could use in the name of a person:
what an answer is about stands in tokens that the page itself was given.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from otpguard.conf import settings
from otpguard.exceptions import StoreUnavailable
from otpguard.http.facts import client_ip_of
from otpguard.http.intents import stated_length
from otpguard.http.problems import RETRY_SECONDS, problem
from otpguard.http.uncached import uncached
from otpguard.limits import request_rate

MOST_BYTES = 16 * 1024
RATE = "60/m"
"""Requests for each client IP, to all of them together."""

PREFLIGHT_SECONDS = 600

Answer = Callable[[HttpRequest, str, dict[str, str]], HttpResponse]
"""A view that gets the origin, and the fields of the body, all of them texts."""


def embedded(view: Answer) -> Callable[[HttpRequest], HttpResponse]:
    """Let a view answer the origins of EMBED_ORIGINS, and nobody else.

    Others get a 403 without CORS headers, so their page cannot even read it. A body is JSON, an
    object of texts, and small.
    """

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        origin = request.headers.get("Origin", "")
        if origin not in settings().embed_origins:
            detail = "This site may not ask for codes here."
            return _vary(problem(403, "origin_not_allowed", "Origin not allowed", detail))
        if request.method == "OPTIONS":
            return _allow(_preflight(), origin)
        return _allow(_answer(view, request, origin), origin)

    return inner


def _answer(view: Answer, request: HttpRequest, origin: str) -> HttpResponse:
    if request.method != "POST":
        answer = problem(405, "method_not_allowed", "Method not allowed", "Use POST.")
        answer["Allow"] = "POST, OPTIONS"
        return answer
    key = client_ip_of(request)
    wait = request_rate.seconds_to_wait(group="otpguard.embed", key=key, rate=RATE)
    if wait:
        answer = problem(429, "too_many_requests", "Too many requests", f"Wait {wait} seconds.")
        answer["Retry-After"] = str(wait)
        return answer
    fields = _fields(request)
    if fields is None:
        return problem(400, "parse_error", "The body cannot be read", "Send an object of texts.")
    try:
        return uncached(view(request, origin, fields))
    except StoreUnavailable:
        answer = problem(503, "store_unavailable", "The check cannot be made right now")
        answer["Retry-After"] = str(RETRY_SECONDS)
        return answer


def _fields(request: HttpRequest) -> dict[str, str] | None:
    length = stated_length(request)
    if request.content_type != "application/json" or length is None or length > MOST_BYTES:
        return None
    try:
        said: Any = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        return None
    return said


def _preflight() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["Access-Control-Allow-Methods"] = "POST"
    answer["Access-Control-Allow-Headers"] = "Content-Type"
    answer["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return answer


def _allow(answer: HttpResponse, origin: str) -> HttpResponse:
    answer["Access-Control-Allow-Origin"] = origin
    answer["Access-Control-Expose-Headers"] = "Retry-After"
    return _vary(answer)


def _vary(answer: HttpResponse) -> HttpResponse:
    answer["Vary"] = "Origin"
    return answer
