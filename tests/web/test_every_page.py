"""What each page owes those who meet it: a name, a way home, something to press, plain words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import translation

from tests.host import Host
from tests.house.plain_words import JARGON
from tests.po_files import LANGUAGES
from tests.web.every_page import every_page

pytestmark = pytest.mark.django_db

BRAND = "Example CRM"
HOME = "/start/"
UNSEEN = re.compile(r"<(script|style|svg|noscript)\b.*?</\1>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
SAID = re.compile(r'(?:aria-label|title|placeholder|data-text-[a-z-]+)="([^"]*)"')
CONTROL = re.compile(r'<(?:a\s[^>]*href="[^"#][^"]*"|button\b(?![^>]*\sdisabled)[^>]*)')


def body(page: HttpResponse) -> str:
    """What stands in the card of a page, below its frame."""
    text: str = page.content.decode()
    return text.partition("<main")[2]


def words(page: HttpResponse) -> str:
    """All that is read or heard of a page."""
    text: str = page.content.decode()
    return " ".join([TAG.sub(" ", UNSEEN.sub(" ", text)), *SAID.findall(text)])


@pytest.fixture(autouse=True)
def named(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": BRAND, "HOME_URL": HOME}


def test_each_has_a_name_a_way_home_and_something_to_press(host: Host) -> None:
    seen = 0
    for name, page in every_page(host):
        text = page.content.decode()
        assert "<main" in text, (name, page.status_code, page.headers)
        assert f'<a class="og-brand" href="{HOME}"><bdi>{BRAND}</bdi></a>' in text, name
        assert re.search(rf'href="{HOME}">\s*<span>Back to <bdi>{BRAND}</bdi>', body(page)), name
        assert CONTROL.search(body(page)), name
        # These do not ask who it is.
        if not any(each in name for each in ("503", "emails/confirm", "number")):
            assert 'action="/security/log-out/"' in text, name
            assert host.user.username in text.partition("<main")[0], name
        seen += 1
    assert seen > 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_speaks_the_language_of_the_trade(host: Host, settings: Any, language: str) -> None:
    settings.LANGUAGE_CODE = language
    with translation.override(language):
        for name, page in every_page(host):
            found = JARGON[language].search(words(page))
            assert found is None, (name, found)
