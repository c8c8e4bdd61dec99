"""Every message the demo "sent": SMS, WhatsApp, voice and e-mail, in one place without a login."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from otpguard.channels.providers.inbox import InboxMessage, read

SHOWN = 50
BESIDE = 3
"""How many stand beside the page where a code is entered."""

# As it is written or read aloud. A dot alone parts the numbers of an IP address.
_CODE = re.compile(r"\b\d(?:[,.]? \d|\d){5,7}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message with its code, if it carries one, its time, and its text with links."""

    message: InboxMessage
    code: str
    at: datetime
    text: SafeString


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The page."""
    return render(request, "demo/inbox.html", {"shown": _newest(SHOWN)})


@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """The list alone, for the script that keeps the page fresh; the newest few if asked so."""
    beside = "beside" in request.GET
    # Beside the page for a code, "Code" is the name of the field and of nothing else.
    shown = {"shown": _newest(BESIDE if beside else SHOWN), "beside": beside}
    return render(request, "demo/inbox_messages.html", shown)


def _newest(count: int) -> list[Shown]:
    return [_shown(message) for message in read(settings.INBOX)[:count]]


def _shown(message: InboxMessage) -> Shown:
    found = _CODE.search(message.text)
    return Shown(
        message=message,
        code=re.sub(r"\D", "", found.group()) if found else "",
        at=datetime.fromtimestamp(message.at, tz=UTC),
        text=_linked(message.text),
    )


def _linked(text: str) -> SafeString:
    """The text, escaped, with its addresses as links. They open a tab of their own: the inbox may
    stand beside a page on which somebody is typing."""
    escaped = urlize(text, autoescape=True)
    # In escaped text nothing but a link of urlize's own begins like this.
    return mark_safe(escaped.replace("<a ", '<a target="_blank" rel="noopener" '))  # noqa: S308 (escaped above)
