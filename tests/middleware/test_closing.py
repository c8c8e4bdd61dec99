"""A middleware that closes views asks before each but the open ones, with async and without."""

from __future__ import annotations

import asyncio
import threading
from inspect import iscoroutinefunction
from typing import Any

import pytest
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import ResolverMatch

from otpguard.middleware.closing import ClosingMiddleware

LOGIN = LoginView.as_view()
PATHS = pytest.mark.parametrize(("path", "expected"), [("/shut/", 403), ("/free/", None)])


class Shut(ClosingMiddleware):
    """Closes one page, and notes in which threads it was asked."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.asked: list[int] = []

    def closed(self, request: HttpRequest) -> HttpResponseBase | None:
        """See ClosingMiddleware."""
        self.asked.append(threading.get_ident())
        return HttpResponse(status=403) if request.path == "/shut/" else None


def view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


async def async_answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


def login_page() -> HttpRequest:
    """As Django hands it over, when it has found the view."""
    request = RequestFactory().get("/shut/")
    request.resolver_match = ResolverMatch(LOGIN, (), {}, url_name="login")
    return request


def status(answer: HttpResponseBase | None) -> int | None:
    return None if answer is None else answer.status_code


@PATHS
def test_what_it_answers_is_answered_instead_of_the_view(path: str, expected: int | None) -> None:
    shut = Shut(view)
    assert status(shut.process_view(RequestFactory().get(path), view, (), {})) == expected
    assert len(shut.asked) == 1


def test_a_login_stays_open_and_is_not_asked_about() -> None:
    shut = Shut(view)
    assert shut.process_view(login_page(), LOGIN, (), {}) is None
    assert shut.asked == []


@PATHS
def test_with_async_it_asks_in_another_thread(path: str, expected: int | None) -> None:
    shut = Shut(async_answer)
    assert iscoroutinefunction(shut.process_view)

    async def ask() -> tuple[int, HttpResponseBase | None]:
        found: Any = shut.process_view(RequestFactory().get(path), view, (), {})
        return threading.get_ident(), await found

    mine, answer = asyncio.run(ask())
    assert status(answer) == expected
    assert len(shut.asked) == 1
    assert mine not in shut.asked


def test_with_async_an_open_view_costs_no_thread() -> None:
    shut = Shut(async_answer)

    async def ask() -> Any:
        found: Any = shut.process_view(login_page(), LOGIN, (), {})
        return await found

    assert asyncio.run(ask()) is None
    assert shut.asked == []
