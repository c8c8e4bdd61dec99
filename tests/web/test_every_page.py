"""What each page owes those who meet it: a name, a way home, something to press, plain words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import translation
from django.utils.html import escape

from otpguard.models import Tenant
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


def test_a_tenants_name_and_picture_stand_on_the_pages_about_it_and_on_no_other(
    host: Host,
) -> None:
    look = {"brand": "Acme Health", "logo": "/media/acme.svg"}
    Tenant.objects.filter(pk=host.tenant.pk).update(**look)
    # The picture says nothing that the name beside it does not say.
    top = '<img class="og-logo" src="/media/acme.svg" alt=""><bdi>Acme Health</bdi></a>'
    # The account is its owner's in every organization, and a stranger learns of none.
    others = (
        "security",
        "codes",
        "problem",
        "ask_",
        "unknown_",
        "503",
        "no_tenant",
        "not_a_member",
        *("app, twice", "app, another account", "add, after"),
        # Exports and changes of billing are shown in the look of the site, secrets on bare pages.
        *("team export", "team billing", "team, releases/", "team, refused"),
        *("team keys, made", "team keys, unknown", "team emergency, codes"),
    )
    seen, wrong = 0, []
    for name, page in every_page(host):
        text = page.content.decode()
        if name.startswith((*others, "number")):
            wrong += [name] if "Acme Health" in text else []
        else:
            wrong += [] if top in text else [name]
            seen += 1
    assert not wrong, ", ".join(wrong)
    assert seen > 15


def test_each_has_its_landmarks_one_heading_and_one_place_where_it_begins(host: Host) -> None:
    for name, page in every_page(host):
        text = page.content.decode()
        assert text.count('<header class="og-bar">') == text.count("<main ") == 1, name
        assert text.count("<h1 ") == 1, name
        skip, _, rest = text.partition('<a class="og-skip" href="#otpguard-main">')
        assert rest, name
        assert not re.search(r"<(a|button|input)\b", skip), f"{name}: the skip link comes first"
        assert 'id="otpguard-main"' in rest, name
        assert len(re.findall(r"<[^>]* autofocus[ >]", text)) == 1, name
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), name


def test_numbers_and_codes_are_typed_from_left_to_right_in_every_script(host: Host) -> None:
    typed = re.compile(r'<input (?=[^>]*(?:inputmode="(?:tel|numeric|e.ail)"))[^>]*>')
    fields = [
        (name, field)
        for name, page in every_page(host)
        for field in typed.findall(page.content.decode())
    ]
    assert len(fields) > 5
    assert [each for each in fields if 'dir="ltr"' not in each[1]] == []


@pytest.mark.parametrize(
    "brand", ["B" * 300, "🛡️" * 40, '<b onclick="x">&</b>', "\u202eelpmaxE", "مثال"]
)
def test_an_odd_name_is_shown_as_it_is(host: Host, settings: Any, brand: str) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "BRAND": brand}
    text = host.client.get("/security/log-out/").content.decode()
    assert f"<bdi>{escape(brand)}</bdi></a>" in text
    assert "<b onclick" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_speaks_the_language_of_the_trade(host: Host, settings: Any, language: str) -> None:
    settings.LANGUAGE_CODE = language
    with translation.override(language):
        for name, page in every_page(host):
            found = JARGON[language].search(words(page))
            assert found is None, (name, found)
