"""A page of another origin, as far as the server can tell."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import altcha
from django.http import HttpResponse
from django.test import Client

from otpguard import vault
from otpguard.core.pumping.visitor_form.form_token import parse_form_token
from tests.flows.number.mailing import EMAIL, link_in_mailbox

ORIGIN = "https://www.landing.example"
NUMBER = "+12015550123"


def post(name: str, fields: Any, *, origin: str = ORIGIN, **more: Any) -> HttpResponse:
    """What the script sends; there is no cookie."""
    headers = {"Origin": origin} if origin else {}
    return Client().post(
        f"/security/embed/{name}/", fields, content_type="application/json", headers=headers, **more
    )


def form(*, seconds: int = 10, checkpoint: str = "signup", mailed: str = "") -> str:
    """The token of a form that was opened so long ago, with what an e-mail has led there with."""
    raw = post("form", {"checkpoint": checkpoint, "mailed": mailed}).json()["form"]
    token = parse_form_token(vault.decrypt_token(vault.FORM, raw, max_age=timedelta(hours=1)))
    assert token is not None
    earlier = replace(token, shown_at=token.shown_at - timedelta(seconds=seconds))
    return vault.encrypt_token(vault.FORM, earlier.dump())


def solve(puzzle: str) -> str:
    """The proof of work that the script makes of a puzzle."""
    made = altcha.Challenge.from_dict(json.loads(puzzle))
    solution = altcha.solve_challenge(made)
    assert solution is not None
    return altcha.Payload(made, solution).to_base64()


def order_link(email: str = EMAIL, **fields: str) -> HttpResponse:
    """Ask for a link in a new form."""
    return post("email", {"form": form(), "email": email, "page": "/join", **fields})


def onward(opened: HttpResponse) -> str:
    """Where the page behind a link leads on."""
    found = re.search(r'<a class="og-button og-primary" href="([^"]+)"', opened.content.decode())
    assert found is not None, opened.content
    return unescape(found[1])


def mailed_token() -> str:
    """Ask for a link, open it, and read what the form gets then."""
    order_link()
    return onward(Client().post(link_in_mailbox())).partition("#otpguard-mailed=")[2]


def start(number: str = NUMBER, **fields: str) -> HttpResponse:
    """Order a code in a new form."""
    return post("start", {"form": form(), "number": number, **fields})
