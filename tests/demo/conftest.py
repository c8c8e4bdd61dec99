"""One running demo and one browser for all walks, which are slow to start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import running_chromium
from tests.demo.running import Demo, running_demo
from tests.demo.walking import Walk
from tests.ports import free_port

HERE = Path(__file__).resolve().parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all walks in one parallel worker, because they share a demo."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.path.name.startswith("test_walk"):
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group("demo-walks"))


@pytest.fixture(scope="package")
def walked_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that several walks share: each is somebody else's."""
    with running_demo(tmp_path_factory.mktemp("walks") / "demo", free_port()) as demo:
        yield demo


@pytest.fixture(scope="package")
def walkers_browser() -> Iterator[Browser]:
    """The browser of all walks."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def walk(walked_demo: Demo, walkers_browser: Browser) -> Iterator[Walk]:
    """A browser of somebody who is not logged in."""
    walk = Walk.begin(walkers_browser, walked_demo.url)
    yield walk
    walk.end()


@pytest.fixture
def passer_by(walked_demo: Demo, walkers_browser: Browser) -> Iterator[Walk]:
    """Another browser, also logged in nowhere: who opens the link of an e-mail."""
    walk = Walk.begin(walkers_browser, walked_demo.url)
    yield walk
    walk.end()
