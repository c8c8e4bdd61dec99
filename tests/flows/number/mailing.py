"""A visitor at the page that asks for an e-mail address, and the link in their mailbox."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.urls import resolve
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.exceptions import Ask
from otpguard.flows.number.email_link import open_email_link, send_email_link
from otpguard.testing import send_notices
from tests.flows.number.visitor import Visitor, visitor
from tests.flows.pumping.forms import checked

EMAIL = "kim@acme.example"
_LINK = re.compile(r"https?://\S+")


def asked(**known: Any) -> Visitor:
    """A visitor whose view asks strangers for an e-mail first."""
    who = visitor(**known)
    return Visitor(facts=who.facts, ask=replace(who.ask, email_first=True))


def order(who: Visitor, email: str = EMAIL, *, honeypot: str = "", **changed: Any) -> None:
    """Send the form with an e-mail address."""
    facts = replace(who.facts, **{"now": timezone.now(), **changed})
    place = FormPlace(source=who.ask.checkpoint, tenant=who.ask.tenant, browser=facts.browser)
    form = checked(place, honeypot=honeypot)
    send_email_link(facts=facts, ask=who.ask, email=email, form=form, language="en")


def link_in_mailbox() -> str:
    """The path of the newest link that was sent by e-mail."""
    send_notices()
    newest = next(each for each in reversed(SENT) if each.channel == "email")
    found = _LINK.search(newest.text)
    assert found is not None, newest.text
    return urlsplit(found[0]).path


def token_in_mailbox() -> str:
    """The token of that link."""
    return str(resolve(link_in_mailbox()).kwargs["token"])


def open_link(who: Visitor, token: str, **changed: Any) -> Ask | None:
    """Press the button behind a link."""
    facts = replace(who.facts, **{"now": timezone.now(), **changed})
    return open_email_link(facts=facts, token=token)


def mailed_visitor(email: str = EMAIL, **known: Any) -> Visitor:
    """A visitor who has opened their link."""
    who = asked(**known)
    order(who, email)
    assert open_link(who, token_in_mailbox()) is not None
    return who
