"""ATOMIC_REQUESTS does not reach our own views, whichever they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, path

from otpguard import urls
from otpguard.database.non_atomic import non_atomic


def views(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from views(each.url_patterns)
        else:
            yield each


ALL = list(views(urls.urlpatterns))


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: str(pattern.name))
def test_every_view_of_ours_decides_by_itself_what_is_committed(pattern: URLPattern) -> None:
    assert pattern.callback._non_atomic_requests == {"default"}


def test_patterns_stay_what_they_were() -> None:
    given = [path("x/", lambda _request: None, name="x")]
    assert non_atomic(given) == given
    assert len(ALL) > 30
