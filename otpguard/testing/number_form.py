"""Fill in the form for a number as a person would, so that a test gets past its defense."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import altcha
from django.http import HttpResponse
from django.test import Client

from otpguard import vault
from otpguard.core.pumping.visitor_form.form_token import parse_form_token

_SECONDS = 10
"""How long the person takes."""


class _Fields(HTMLParser):
    """The hidden fields of a page, and its puzzle."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.puzzle = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden" and "name" in given:
            self.found[given["name"]] = given.get("value", "")
        self.puzzle = given.get("data-otpguard-work", self.puzzle)


def number_form(page: HttpResponse, number: str, **fields: str) -> dict[str, str]:
    """What the browser of a person sends from this page for `number`: its hidden fields, as if it
    had been open for ten seconds, with its puzzle solved if there is one (which takes as long as it
    takes). `fields` are added, such as `consent`."""
    found = _Fields()
    found.feed(page.content.decode())
    hidden = {**found.found, "form": _opened_earlier(found.found.get("form", ""))}
    if found.puzzle:
        puzzle = altcha.Challenge.from_dict(json.loads(found.puzzle))
        solution = altcha.solve_challenge(puzzle)
        assert solution is not None, "the puzzle could not be solved"
        hidden["work"] = altcha.Payload(puzzle, solution).to_base64()
    return {**hidden, "number": number, **fields}


def enter_number(
    client: Client,
    url: str,
    number: str,
    *,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> HttpResponse:
    """Open the page of `url`, where `requires_phone_claim` leads to, and send a number there; a
    puzzle that comes back is solved, and the form sent again. Returns the last answer: 302 to the
    page of the code, if all went well."""
    page: Any = client.get(url, headers=headers)
    answer: Any = client.post(url, number_form(page, number, **fields), headers=headers)
    if b"data-otpguard-work" in answer.content:
        answer = client.post(url, number_form(answer, number, **fields), headers=headers)
    sent: HttpResponse = answer
    return sent


def _opened_earlier(raw: str) -> str:
    """The same token of a form that was opened a little earlier."""
    token = parse_form_token(vault.decrypt_token(vault.FORM, raw, max_age=timedelta(hours=1)))
    assert token is not None, "this page has no form for a number"
    earlier = replace(token, shown_at=token.shown_at - timedelta(seconds=_SECONDS))
    return vault.encrypt_token(vault.FORM, earlier.dump())
