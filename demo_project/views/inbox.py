"""Every message the demo "sent": SMS, WhatsApp, voice and e-mail, in one place without a login."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from otpguard.channels.providers.inbox import InboxMessage, read

SHOWN = 50
_CODE = re.compile(r"\b\d(?:[ ,.]{0,2}\d){5,7}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message with its code, if it carries one, and its time."""

    message: InboxMessage
    code: str
    at: datetime


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The page."""
    return render(request, "demo/inbox.html", _context())


@require_GET
def messages(request: HttpRequest) -> HttpResponse:
    """The list alone, for the script that keeps the page fresh."""
    return render(request, "demo/inbox_messages.html", _context())


def _context() -> dict[str, Any]:
    return {"shown": [_shown(message) for message in read(settings.INBOX)[:SHOWN]]}


def _shown(message: InboxMessage) -> Shown:
    found = _CODE.search(message.text)
    return Shown(
        message=message,
        code=re.sub(r"\D", "", found.group()) if found else "",
        at=datetime.fromtimestamp(message.at, tz=UTC),
    )
