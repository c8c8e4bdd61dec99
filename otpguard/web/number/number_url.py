"""The URL of the page where a number is entered, with what it is for."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest
from django.urls import reverse

from otpguard import vault
from otpguard.core.send_options import USUAL, SendOptions
from otpguard.exceptions import Ask
from otpguard.http import ask_token
from otpguard.http.facts import facts_from
from otpguard.http.step_up_url import LONGEST_NEXT

OVERUSED = "overused"
"""In the query: the page says that the last number serves too many accounts."""


def number_url(
    request: HttpRequest,
    checkpoint: str,
    *,
    next_path: str,
    send_options: SendOptions = USUAL,
    email_first: bool = False,
) -> str:
    """Where a visitor proves a number for `checkpoint`, and goes on to `next_path` afterwards.

    A path that is too long for the URL loses its query, or is left out: there is no web session to
    keep it in. With `email_first` a visitor of whom nothing is known opens a link in an e-mail
    before that. Each call begins a new story in the log.
    """
    ask = Ask(
        checkpoint=checkpoint,
        tenant=facts_from(request).tenant,
        user="",
        sid="",
        story=str(uuid4()),
        next=_that_fits(next_path),
        send_options=send_options,
        email_first=email_first,
    )
    return reverse("otpguard:number", args=[token_of(ask)])


def token_of(ask: Ask) -> str:
    """The ask as a token that opens the pages of a number and no others."""
    return ask_token.encrypt(ask, purpose=vault.NUMBER_ASK)


def ask_of_token(token: str) -> Ask | None:
    """The ask of a token; None when it was tampered with, is of other pages or is too old."""
    return ask_token.decrypt(token, purpose=vault.NUMBER_ASK)


def _that_fits(path: str) -> str:
    short = (each for each in (path, path.partition("?")[0]) if len(each) <= LONGEST_NEXT)
    return next(short, "")
