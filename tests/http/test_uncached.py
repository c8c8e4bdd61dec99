"""A request can be told that its answer is not to be stored, and does not forget it."""

from __future__ import annotations

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from rest_framework.request import Request

from otpguard.http.uncached import keep_uncached, uncached

REQUESTS = {
    WSGIRequest: lambda: RequestFactory().get("/keys/"),
    ASGIRequest: lambda: AsyncRequestFactory().get("/keys/"),
    HttpRequest: HttpRequest,
    Request: lambda: Request(RequestFactory().get("/keys/")),
}


@pytest.mark.parametrize("kind", list(REQUESTS), ids=lambda kind: kind.__name__)
def test_nothing_makes_the_request_say_store_again(kind: type) -> None:
    request = REQUESTS[kind]()
    request._cache_update_cache = True
    keep_uncached(request)
    assert request._cache_update_cache is False
    request._cache_update_cache = True
    assert request._cache_update_cache is False


def test_it_is_the_same_request_as_before() -> None:
    request = RequestFactory().get("/keys/?name=ci")
    keep_uncached(request)
    assert isinstance(request, WSGIRequest)
    assert type(request).__name__ == "WSGIRequest"
    assert (request.path, request.GET["name"]) == ("/keys/", "ci")


def test_to_be_told_twice_changes_nothing_and_others_are_not_concerned() -> None:
    request, other = RequestFactory().get("/"), RequestFactory().get("/")
    keep_uncached(request)
    once = type(request)
    keep_uncached(request)
    assert type(request) is once
    assert not hasattr(other, "_cache_update_cache")


def test_an_answer_says_so_itself_and_what_is_no_answer_is_left_alone() -> None:
    public = HttpResponse(headers={"Cache-Control": "public, max-age=600"})
    assert uncached(public)["Cache-Control"] == "private, no-store"
    assert uncached(None) is None
