"""No page cache keeps a guarded answer, wherever it stands (A24)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.db import connections
from django.test import AsyncClient, Client
from django.utils import timezone

from otpguard.core.enrollment import Overdue
from otpguard.http.enrollment import send_to_enrollment
from otpguard.testing import pass_step_up
from tests import caching, factories
from tests.host import Host
from tests.http.asking import request_of

UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
HTML = {"Accept": "text/html"}


@pytest.fixture
def host(host: Host, settings: Any) -> Iterator[Host]:
    """The host with pages that a cache would keep, and a cache of its own."""
    settings.ROOT_URLCONF = "tests.caching"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.OTPGUARD = {**settings.OTPGUARD, "URL_CHECKPOINTS": {"mapped": "billing_change"}}
    cache.clear()
    yield host
    cache.clear()


def layouts(middleware: list[str]) -> dict[str, list[str]]:
    """Where a site's cache middleware may stand."""
    return {
        "no site cache": middleware,
        "around all": [UPDATE, *middleware, FETCH],
        "below ours": [*middleware, UPDATE, FETCH],
        "fetched above, kept below": [FETCH, *middleware, UPDATE],
    }


@pytest.fixture(params=list(layouts([])))
def layout(request: Any, settings: Any) -> str:
    settings.MIDDLEWARE = layouts(list(settings.MIDDLEWARE))[request.param]
    return str(request.param)


def colleague(host: Host) -> Client:
    """Somebody else, who has proven who they are as well."""
    member = factories.member(host.tenant, roles=["admin"])
    factories.phone_factor(member.user)
    client = factories.login(Client(headers=HTML), member.user, host.tenant)
    pass_step_up(client)
    return client


@pytest.mark.parametrize("url", caching.GUARDED)
def test_what_one_person_was_shown_nobody_else_is(host: Host, layout: str, url: str) -> None:
    pass_step_up(host.client)
    shown = host.client.get(url)
    assert (shown.status_code, str(host.user) in shown.content.decode()) == (200, True)
    assert shown["Cache-Control"] == "private, no-store"
    assert Client(headers=HTML).get(url).status_code in {302, 401, 403}
    theirs = colleague(host).get(url)
    assert theirs.status_code == 200
    assert str(host.user) not in theirs.content.decode()


@pytest.mark.parametrize("url", caching.GUARDED)
def test_a_refusal_is_kept_as_little_as_an_answer(host: Host, layout: str, url: str) -> None:
    refused = host.client.get(url)
    assert refused.status_code in {303, 401}
    assert "no-store" in refused["Cache-Control"]
    pass_step_up(host.client)
    assert host.client.get(url).status_code == 200


@pytest.mark.parametrize("url", ["/async-inside/", "/async-outside/", "/asks-inside/"])
def test_it_is_so_in_an_async_project(
    transactional_db: None, host: Host, layout: str, url: str
) -> None:
    async def get(cookies: Any) -> Any:
        client = AsyncClient()
        if cookies is not None:
            client.cookies = cookies
        response = await client.get(url, headers=HTML)
        await sync_to_async(connections.close_all)()  # of the thread that the view ran in
        return response

    pass_step_up(host.client)
    assert asyncio.run(get(host.client.cookies)).status_code == 200
    assert asyncio.run(get(None)).status_code in {302, 401}


def test_what_is_not_guarded_stays_in_the_caches(host: Host, settings: Any) -> None:
    """Else the tests above would prove nothing."""
    cache.set("x", 1)
    before = len(cache._cache)
    host.client.get("/stored-plain/?n=1")
    assert len(cache._cache) > before


def test_a_page_that_sends_to_enrollment_is_kept_as_little(host: Host, settings: Any) -> None:
    request = request_of(host, headers=HTML)
    request._cache_update_cache = True
    overdue = Overdue(level=None, deadline=timezone.now())
    assert send_to_enrollment(request, overdue)["Cache-Control"] == "private, no-store"
    assert request._cache_update_cache is False


def test_documents_of_the_api_are_for_their_reader_alone(host: Host, layout: str) -> None:
    url = "/security/api/policies/api_key/"
    shown = host.client.get(url)
    assert (shown.status_code, shown["Cache-Control"]) == (200, "private, no-store")
    assert Client().get(url).status_code in {401, 403}
