"""Addresses of one's own things that are somebody else's, or nobody's."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.test import Client

PHRASE = "There is nothing like that in your account."


def assert_nothing_there(client: Client, template: str, foreign: UUID, method: str = "get") -> None:
    """`template` answers for `foreign` and for an id that there is not, and with the same page."""
    pages = [
        getattr(client, method)(template.format(each), {}, headers={"Accept": "text/html"})
        for each in (foreign, uuid4())
    ]
    assert [page.status_code for page in pages] == [404, 404]
    assert pages[0].content == pages[1].content
    assert PHRASE in pages[0].content.decode()
