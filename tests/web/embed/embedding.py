"""A page of another origin, as far as the server can tell."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import altcha
from django.http import HttpResponse
from django.test import Client

from otpguard import vault
from otpguard.core.pumping.visitor_form.form_token import parse_form_token

ORIGIN = "https://www.landing.example"
NUMBER = "+12015550123"


def post(name: str, fields: Any, *, origin: str = ORIGIN, **more: Any) -> HttpResponse:
    """What the script sends; there is no cookie."""
    headers = {"Origin": origin} if origin else {}
    return Client().post(
        f"/security/embed/{name}/", fields, content_type="application/json", headers=headers, **more
    )


def form(*, seconds: int = 10, checkpoint: str = "signup") -> str:
    """The token of a form that was opened so long ago."""
    raw = post("form", {"checkpoint": checkpoint}).json()["form"]
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


def start(number: str = NUMBER, **fields: str) -> HttpResponse:
    """Order a code in a new form."""
    return post("start", {"form": form(), "number": number, **fields})
