"""Reset a password as a person does: ask, open the mailed link, confirm, set the new one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.flows.password_reset.send_link import send_reset_link
from otpguard.models import Challenge, Factor, ResetRequest
from otpguard.testing import send_notices
from tests.stepup import send_queued

NEW_PASSWORD = "an entirely new battery staple"
_LINK = re.compile(r"https?://\S+")


def ask(client: Client, email: str) -> HttpResponse:
    """Send the form with an e-mail address."""
    return client.post(reverse("password_reset"), {"email": email})


def work_off() -> int:
    """What the worker does: look up, and send; returns how many links were made."""
    pks = ResetRequest.objects.values_list("pk", flat=True)
    made = sum(send_reset_link(request_id=str(pk), now=timezone.now()) for pk in list(pks))
    send_notices()
    return made


def link_to(email: str) -> str:
    """The path of the newest link in a mailbox."""
    for each in reversed(SENT):
        found = _LINK.search(each.text)
        if (
            each.channel == "email"
            and each.to == email
            and found
            and "/reset/not-me" not in found[0]
            and "reset" in found[0]
        ):
            return urlsplit(found[0]).path
    raise AssertionError(f"no link was sent to {email}")


def mailed(client: Client, email: str) -> str:
    """Ask, and return the link that came."""
    asked = ask(client, email)
    assert asked.status_code == 303, (asked.status_code, asked.content[:500])
    work_off()
    return link_to(email)


def follow(client: Client, link: str) -> HttpResponse:
    """Open the link, and go where it leads."""
    return client.get(link, follow=True)


def begin(client: Client, factor: Factor) -> Challenge:
    """On the page that asks for it, choose a factor."""
    chosen = client.post(reverse("otpguard:reset"), {"factor": str(factor.pk)})
    assert chosen.status_code == 302, (chosen.status_code, chosen.content[:500])
    send_queued()
    key = resolve(urlsplit(chosen["Location"]).path).kwargs["challenge_id"]
    return Challenge.objects.get(pk=key)


def answer(client: Client, challenge: Challenge, code: str) -> HttpResponse:
    """Enter a code."""
    return client.post(reverse("otpguard:reset-code", args=[challenge.pk]), {"code": code})


def prove(client: Client, factor: Factor) -> str:
    """Show a phone; returns the path of the page for the new password."""
    challenge = begin(client, factor)
    answered = answer(client, challenge, SENT[-1].code.digits)
    assert answered.status_code == 303, (answered.status_code, answered.content[:500])
    page = client.get(answered["Location"], follow=True)
    assert page.status_code == 200
    return str(page.request["PATH_INFO"])


def set_password(client: Client, path: str, password: str = NEW_PASSWORD) -> HttpResponse:
    """Send the form with the new password."""
    return client.post(path, {"new_password1": password, "new_password2": password})
