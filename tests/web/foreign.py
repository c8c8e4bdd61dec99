"""URLs of one's own things that are somebody else's, or do not exist."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from django.test import Client

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
PHRASE = "There is nothing like that in your account."


def assert_nothing_there(client: Client, template: str, foreign: UUID, method: str = "get") -> None:
    """`template` answers for `foreign` and for an id that there is not, and with the same page."""
    pages = [
        getattr(client, method)(template.format(each), {}, headers={"Accept": "text/html"})
        for each in (foreign, uuid4())
    ]
    assert [page.status_code for page in pages] == [404, 404]
    texts = [TOKEN.sub("", page.content.decode()) for page in pages]
    assert texts[0] == texts[1]
    assert PHRASE in texts[0]
