"""The way back stays on this site, escaped as it was sent, and fits into a URL."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import RequestFactory

from otpguard.http.return_path import (
    LONGEST_URL,
    full_path,
    redirect_to_login_page,
    return_path,
    safe_path,
    with_next,
)

ODD = ["/a%00b/", "/a%3Fb/", "/a%23b/", "/a%25b/", "/a%2500b/", "/%E2%9C%93/"]
"""Paths that would lead elsewhere, or nowhere, once they are decoded."""


@pytest.mark.parametrize("path", ODD)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_odd_path_comes_back_as_it_was_sent(path: str, method: str) -> None:
    request = getattr(RequestFactory(), method)(path)
    assert return_path(request) == path
    assert full_path(request) == path


@pytest.mark.parametrize("path", ODD)
def test_an_odd_page_that_a_form_was_sent_from_does_too(path: str) -> None:
    request = RequestFactory().post("/", headers={"Referer": f"http://testserver{path}?x=%00"})
    assert return_path(request) == f"{path}?x=%00"


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("/a\0b/", "/a%00b/"),
        ("/a%00b/?c=\x01", "/a%00b/?c=%01"),
        ("/a%3Fb/?c=%23#d", "/a%3Fb/?c=%23#d"),
        ("/✓/", "/%E2%9C%93/"),
        ("//evil.example/", ""),
        ("/\\evil.example/", ""),
        ("/\t/evil.example/", ""),
        ("https://evil.example/", ""),
        ("http://testserver/a/", ""),
        ("a/", ""),
        ("", ""),
    ],
)
def test_a_way_back_in_a_url_is_taken_from_this_site_only(given: str, safe: str) -> None:
    assert safe_path(RequestFactory().get("/"), given) == safe


def test_a_path_that_begins_like_another_site_is_no_other_site() -> None:
    request = RequestFactory().get("/")
    request.path = "//evil.example/"
    assert not return_path(request).startswith("//")
    assert not full_path(request).startswith("//")


@pytest.mark.parametrize("length", [100, 3000, 10_000])
def test_a_long_url_is_judged_by_where_it_leads_like_any_other(length: int) -> None:
    request, tail = RequestFactory().get("/"), "q" * length
    assert safe_path(request, f"/a/?{tail}") == f"/a/?{tail}"
    for elsewhere in (f"//evil.example/?{tail}", f"/\\evil.example/?{tail}"):
        assert safe_path(request, elsewhere) == ""
    own = f"http://testserver/a/?{tail}"
    assert return_path(RequestFactory().post("/", headers={"Referer": own})) == f"/a/?{tail}"
    for elsewhere in (f"http://{tail}@evil.example/a/", f"http://testserver{tail}/a/"):
        assert return_path(RequestFactory().post("/", headers={"Referer": elsewhere})) == "/"


LONG, QUERY = f"/{'p' * 100}/", "q" * LONGEST_URL


@pytest.mark.parametrize("build", [with_next, lambda _, path: redirect_to_login_page(path).url])
def test_a_way_back_that_does_not_fit_loses_its_query_before_it_is_lost(build: object) -> None:
    def back(path: str) -> list[str]:
        url = build("/enter/", path)
        assert len(url) <= LONGEST_URL
        return parse_qs(urlsplit(url).query).get("next", [])

    assert back(f"{LONG}?a=1") == [f"{LONG}?a=1"]
    assert back(f"{LONG}?{QUERY}") == [LONG]
    assert back(f"/{QUERY}/") == []
    assert back(f"{LONG}?{QUERY * 5}") == [LONG]
