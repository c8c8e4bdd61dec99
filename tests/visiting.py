"""Drive the pages of a number as a visitor without an account would."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from otpguard import vault
from otpguard.channels.providers.memory import SENT
from otpguard.exceptions import Ask
from otpguard.models import Challenge
from otpguard.testing import enter_number, send_queued
from otpguard.web.embed.tokens import EmbeddedLink, encrypt_link
from tests.models.rows import mailed

NUMBER = "+12015550123"
HTML = {"Accept": "text/html"}


def visitor(**options: Any) -> Client:
    """A browser that nobody is logged in with."""
    return Client(headers=HTML, **options)


def ask(client: Client, path: str = "/join/", **more: Any) -> str:
    """Ask for a page that needs a number; the URL that it leads to."""
    refused = client.get(path, **more)
    assert refused.status_code == 303, (refused.status_code, refused.content[:500])
    return urlsplit(refused["Location"]).path


def enter(client: Client, number: str = NUMBER, path: str = "/join/", **more: Any) -> HttpResponse:
    """Enter a number on the page that comes first."""
    return enter_number(client, ask(client, path, **more), number, **more)


def begin(client: Client, number: str = NUMBER, path: str = "/join/", **more: Any) -> Challenge:
    """Enter a number and have its code sent."""
    entered = enter(client, number, path, **more)
    assert entered.status_code == 302, (entered.status_code, entered.content.decode()[:3000])
    key = resolve(urlsplit(entered["Location"]).path).kwargs["challenge_id"]
    send_queued()
    return Challenge.objects.get(pk=key)


def page_of(challenge: Challenge, name: str = "number-code") -> str:
    """The URL of one page of a challenge."""
    return reverse(f"otpguard:{name}", args=[challenge.pk])


def prove(client: Client, number: str = NUMBER, path: str = "/join/") -> HttpResponse:
    """Enter a number and the code; returns the page that was asked for at first."""
    challenge = begin(client, number, path)
    answered = client.post(page_of(challenge), {"code": SENT[-1].code.digits})
    assert answered.status_code == 303, (answered.status_code, answered.content[:500])
    return client.get(answered["Location"], follow=True)


def embedded_link(origin: str) -> str:
    """The path of a link in an e-mail that a form on another origin has asked for."""
    wanted = Ask(checkpoint="signup", tenant="", user="", sid="", story=str(uuid4()))
    row = mailed(opened_at=None, until=None, ask=wanted.dump())
    token = vault.encrypt_token(vault.EMAIL_LINK, str(row.pk))
    named = EmbeddedLink(token=token, browser=row.browser, origin=origin, path="/join")
    return reverse("otpguard:embedded-link", args=[encrypt_link(named)])
