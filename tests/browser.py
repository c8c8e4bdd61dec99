"""Finding a Chromium and starting it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

DESKTOP = (1280, 900)
PHONE = (390, 844)
SIZES = (DESKTOP, pytest.param(PHONE, marks=pytest.mark.slow))
"""The phone's size only in the slow suite: the same pages and steps, narrower."""

OpenPage = Callable[..., AbstractContextManager[Page]]

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox, for the tests may run as root; the rest keeps the browser from calling anyone.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    """The path of a browser; without one the test is skipped, or fails where one is insisted on."""
    wanted = os.environ.get("OTPGUARD_CHROMIUM")
    found = next(filter(None, map(shutil.which, [wanted] if wanted else NAMES)), None)
    if found is not None:
        return found
    missing = f"no Chromium found: looked for {wanted or ', '.join(NAMES)}"
    if os.environ.get("OTPGUARD_INSIST_BROWSER") == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(f"{missing}; OTPGUARD_CHROMIUM may name another")


@contextlib.contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run a browser for the length of the block.

    Playwright keeps an event loop in this thread meanwhile, and Django takes any loop as a sign of
    asynchronous code, which it does not let reach the database. Ours is ordinary code, so
    Django is told to let it pass, until the loop is gone.
    """
    path = find_chromium()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, headless=True, args=ARGUMENTS
            )
            try:
                yield browser
            finally:
                browser.close()


def keep_here(page: Page) -> None:
    """Answer nothing in the name of other sites, all of which are on https, so that a page that
    leads there by itself stays to be looked at."""
    page.route(re.compile(r"^https://"), lambda route: route.fulfill(status=204))
