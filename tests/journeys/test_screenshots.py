"""Every page as a picture, to look at.

Run `OTPGUARD_SHOTS=FOLDER pytest -n0 tests/journeys/test_screenshots.py`.

Pages that differ in words only are taken once. Besides the pictures there are contact sheets,
six pages each, for every width and color scheme.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Route

from tests import factories
from tests.admin.rows import rows_of_everything
from tests.browser import DESKTOP, PHONE, OpenPage, keep_here
from tests.host import Host
from tests.web.every_page import every_page

FOLDER = os.environ.get("OTPGUARD_SHOTS", "")
SIZES = {"desktop": DESKTOP, "phone": PHONE}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ON_A_SHEET, WIDTH, HEIGHT, TITLE = 6, 480, 900, 18
WORDS = re.compile(r'>[^<]*<|(href|action|value|id|for|data-[a-z-]+|datetime|d)="[^"]*"')

pytestmark = pytest.mark.skipif(not FOLDER, reason="for the eye: OTPGUARD_SHOTS names a folder")

Shown = dict[str, str]


def of_people(host: Host) -> Shown:
    """Each page and state of it, once."""
    found: dict[str, tuple[str, str]] = {}
    for name, response in every_page(host):
        text = response.content.decode()
        found.setdefault(WORDS.sub("", text), (name, text))
    return dict(found.values())


def of_operators() -> Shown:
    """The start page of the admin, and each list and row with one row of everything."""
    operator = factories.staff("operator")
    rows = rows_of_everything(operator)
    client = factories.login(Client(), operator)
    paths = {"start": reverse("admin:app_list", args=["otpguard"])}
    for model in admin.site._registry:
        if model not in rows:
            continue
        name = f"admin:otpguard_{model._meta.model_name}"
        paths[f"{model._meta.model_name} list"] = reverse(f"{name}_changelist")
        paths[f"{model._meta.model_name}"] = reverse(f"{name}_change", args=[rows[model].pk])
    return {f"admin {name}": client.get(path).content.decode() for name, path in paths.items()}


def taken(page: Page, pages: Shown, way: str) -> Iterator[Path]:
    """The pictures of pages, as they look in this window."""
    shown = ""

    def answer(route: Route) -> None:
        route.fulfill(body=shown, content_type="text/html; charset=utf-8")

    page.route("**/page-that-was-kept/", answer)
    keep_here(page)
    for name, text in pages.items():
        shown = text
        page.goto("/page-that-was-kept/", wait_until="networkidle")
        path = Path(FOLDER) / way / f"{re.sub(r'[^a-z0-9]+', '-', name.lower())}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True)
        yield path


def sheets(paths: list[Path], way: str) -> None:
    """Six pictures side by side, each with its name."""
    for first in range(0, len(paths), ON_A_SHEET):
        sheet = Image.new("RGB", (ON_A_SHEET // 2 * WIDTH, 2 * HEIGHT), "#777")
        for place, path in enumerate(paths[first : first + ON_A_SHEET]):
            left, top = place % 3 * WIDTH, place // 3 * HEIGHT
            with Image.open(path) as picture:
                picture.thumbnail((WIDTH - 8, HEIGHT - TITLE - 8))
                sheet.paste(picture, (left + 4, top + TITLE))
            ImageDraw.Draw(sheet).text((left + 4, top + 3), path.stem, fill="white")
        sheet.save(Path(FOLDER) / f"{way}-{first // ON_A_SHEET + 1:02}.png")


@pytest.mark.parametrize("who", ["people", "operators"])
def test_every_page_is_pictured(host: Host, open_page: OpenPage, settings: Any, who: str) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": "Example CRM"}
    pages = of_people(host) if who == "people" else of_operators()
    for device, size in SIZES.items():
        with open_page(size=size) as page:
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                way = f"{who}-{device}-{scheme}"
                paths = list(taken(page, pages, way))
                assert len(paths) > 30
                sheets(paths, way)
