"""A browser and a live server for the journeys.

`page`, `phone_page` and `nojs_page` are fresh browser profiles: nothing is shared between tests.
Paths are enough to go somewhere: `page.goto("/admin/")`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests import enrolling, factories, guarded
from tests.browser import DESKTOP, PHONE, SIZES, OpenPage, running_chromium
from tests.in_flight import counted
from tests.provider_fixture import provider
from tests.visits import Enter, Visit

__all__ = ["provider"]

HERE = Path(__file__).resolve().parent
ARTIFACTS = HERE.parent.parent / "test-artifacts"
PATIENCE_MS = 10_000
LANGUAGE = "en-GB"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey, and keep all of them in one parallel worker: one browser is enough.

    The live server reads the database from threads of its own, so what a journey prepares has to be
    committed, whichever way it comes by its page.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.django_db(transaction=True))
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="package")
def browser() -> Generator[Browser]:
    """The browser of all journeys; its event loop must not outlast them."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def site_url(transactional_db: None, live_server: LiveServer) -> Iterator[str]:
    """Where the site is, under the one name WebAuthn accepts without TLS.

    The database is emptied after the last request, not while it runs.
    """
    application = counted(live_server.thread.httpd)
    yield f"http://localhost:{live_server.thread.port}"
    application.wait_until_idle()


@pytest.fixture
def reload_site(
    site_url: str, live_server: LiveServer, settings: Any
) -> Iterator[Callable[[], None]]:
    """Let the live server, which runs since the first journey, take over a changed MIDDLEWARE."""
    # Static and media files have handlers in front, and any of them may serve a page.
    handlers = [counted(live_server.thread.httpd).application]
    while hasattr(handlers[-1], "application"):
        handlers.append(handlers[-1].application)

    def load() -> None:
        for handler in handlers:
            handler.load_middleware()

    before = settings.MIDDLEWARE
    yield load
    settings.MIDDLEWARE = before
    load()


@pytest.fixture
def open_page(browser: Browser, site_url: str) -> OpenPage:
    """Open further pages: `with open_page(size=PHONE) as page: ...`."""

    @contextmanager
    def opened(
        *, size: tuple[int, int] = DESKTOP, javascript: bool = True, language: str = LANGUAGE
    ) -> Generator[Page]:
        width, height = size
        profile = browser.new_context(
            base_url=site_url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            is_mobile=size == PHONE,
            has_touch=size == PHONE,
            locale=language,
            timezone_id="UTC",
        )
        profile.set_default_timeout(PATIENCE_MS)
        try:
            yield profile.new_page()
        finally:
            profile.close()

    return opened


@pytest.fixture
def page(open_page: OpenPage) -> Generator[Page]:
    """A page of desktop size."""
    with open_page() as page:
        yield page


@pytest.fixture
def phone_page(open_page: OpenPage) -> Generator[Page]:
    """A page of the width of a phone, with touch."""
    with open_page(size=PHONE) as page:
        yield page


@pytest.fixture
def nojs_page(open_page: OpenPage) -> Generator[Page]:
    """A page where no script runs."""
    with open_page(javascript=False) as page:
        yield page


@pytest.fixture
def shot() -> Callable[[Page, str], Path]:
    """Take a picture of the whole page: `shot(page, "enrolment, step 1")`; gives its path."""

    def take(page: Page, name: str) -> Path:
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take


@pytest.fixture(params=SIZES, ids=["desktop", "phone"])
def enter(
    request: pytest.FixtureRequest,
    open_page: OpenPage,
    site_url: str,
    reload_site: Callable[[], None],
    settings: Any,
) -> Enter:
    """Open the site as a fresh member of a fresh tenant: `with enter(phone=True) as visit`;
    `javascript=False` for a browser in which no script runs.

    At desktop and at phone width, with no script that fails and nothing that the pages forbid.
    """
    enrolling.enforce(settings)
    reload_site()
    guarded.ran.clear()

    @contextmanager
    def entered(
        *, phone: bool = False, language: str = LANGUAGE, javascript: bool = True, **tenant: Any
    ) -> Iterator[Visit]:
        of = factories.tenant(**tenant)
        user = factories.user(email="alice@example.com")
        factories.member(of, user, roles=["admin"])
        if phone:
            factories.phone_factor(user, "+12015550123")
        client = factories.login(Client(), user, of)
        with open_page(size=request.param, language=language, javascript=javascript) as page:
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: _note(complaints, said.text))
            page.context.add_cookies(
                [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site_url}]
            )
            cdp = page.context.new_cdp_session(page)
            size = "phone" if request.param == PHONE else "desktop"
            yield Visit(page=page, user=user, tenant=of, cdp=cdp, size=size)
        assert not complaints, complaints

    return entered


def _note(complaints: list[str], text: str) -> None:
    if "Content Security" in text:
        complaints.append(text)
