"""Drive the step-up pages as a person would: choose, read the code, enter it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.challenge import DeliveryState
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.http import ask_token
from otpguard.models import Challenge, Delivery, Factor
from tests import factories


def step_up(client: Client, response_or_url: HttpResponse | str) -> HttpResponse:
    """Prove the first phone factor for a refused request; returns what comes after the proof.

    `response_or_url` is the redirect to the page, a problem document with `challenge_url`, or the
    URL of the page. The answer is the last page: Continue for a kept form, else the page that
    was asked for.
    """
    return go_on(client, begin(client, response_or_url))


def carry_out(client: Client, response: HttpResponse, factor: Factor | None = None) -> HttpResponse:
    """Prove what a refused form asks for and press Continue; returns what the form then answers.

    With the person's first phone, or with `factor`, an authenticator app.
    """
    if factor is None:
        return continue_form(client, step_up(client, response))
    challenge = begin(client, response, factor)
    shown = {"code": factories.totp_code(factor)}
    answered = client.post(reverse("otpguard:code", args=[challenge.pk]), shown)
    assert answered.status_code == 303, (answered.status_code, answered.content[:500])
    return continue_form(client, arrive(client, answered["Location"]))


def begin(
    client: Client, response_or_url: HttpResponse | str, factor: Factor | None = None
) -> Challenge:
    """Choose a factor, the first unless one is given, and send its code; returns the challenge."""
    url = url_of(response_or_url)
    token = resolve(urlsplit(url).path).kwargs["token"]
    ask = ask_token.decrypt(token)
    assert ask is not None, "the URL holds no ask"
    if factor is None:
        factor = Factor.objects.filter(user=ask.user, confirmed=True, disabled_at=None).first()
    assert factor is not None, "nothing enrolled"
    chosen = client.post(url, {"factor": str(factor.pk)})
    assert chosen.status_code == 302, (chosen.status_code, chosen.content[:500])
    challenge_id = resolve(urlsplit(chosen["Location"]).path).kwargs["challenge_id"]
    send_queued()
    return Challenge.objects.get(pk=challenge_id)


def go_on(client: Client, challenge: Challenge) -> HttpResponse:
    """Enter the code that was sent last and follow where it leads."""
    digits = SENT[-1].code.digits
    answered = client.post(reverse("otpguard:code", args=[challenge.pk]), {"code": digits})
    assert answered.status_code == 303, (answered.status_code, answered.content[:500])
    return arrive(client, answered["Location"])


def arrive(client: Client, url: str) -> HttpResponse:
    """The page that a browser ends at: a page of ours that only leads on is gone through."""
    page = client.get(url, follow=True)
    found = re.search(rb'http-equiv="refresh" content="0; url=([^"]+)"', page.content)
    return client.get(unescape(found[1].decode()), follow=True) if found else page


def continue_form(client: Client, page: HttpResponse, **changed: str) -> HttpResponse:
    """Press Continue on the page that names the kept action."""
    data: dict[str, list[str]] = {}
    for field in page.context["fields"]:
        data.setdefault(field["name"], []).append(field["value"])
    return client.post(page.context["url"], {**data, **changed})


def send_queued() -> None:
    """Do what the worker would: send every queued delivery, in this process."""
    queued = Delivery.objects.filter(state=DeliveryState.QUEUED.value).order_by("created_at")
    for pk in list(queued.values_list("pk", flat=True)):
        deliver_code(delivery_id=str(pk), now=timezone.now())


def url_of(response_or_url: HttpResponse | str) -> str:
    """The URL of the choose page."""
    if isinstance(response_or_url, str):
        return response_or_url
    if "Location" in response_or_url:
        return str(response_or_url["Location"])
    return urlsplit(response_or_url.json()["challenge_url"]).path
