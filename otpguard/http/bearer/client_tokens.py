"""What travels between an app and its person's browser: encrypted, short-lived, stored nowhere.

A ticket leads the browser to the page that confirms for one login of an app. It becomes another
token once this browser has begun, and at the end a code, which the browser hands to the app at an
address that the site has listed. So somebody who holds a stolen token and sends its ticket to the
owner gets no code; and the owner's own app, which then has one, cannot use it for them, because it
was told no id of that call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from otpguard import vault
from otpguard.exceptions import Ask
from otpguard.flows.session.hand_over import HandOver

TICKET_LIFE = timedelta(minutes=10)
"""How long a person has to open the page, and then to confirm."""

CODE_LIFE = timedelta(minutes=2)
"""How long an app has to show its code."""

CODE_PARAMETER = "otpguard_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What an app's refused call asked for. `client` is what the app calls itself, `return_url` is
    where its code goes. `ask` holds the sid of the app's login. `id` is told to the app alone,
    which shows it together with the code."""

    ask: Ask
    client: str
    return_url: str
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedTicket:
    """A ticket that one login of a browser has begun with."""

    ticket: Ticket
    browser_sid: str


def encrypt_ticket(ticket: Ticket) -> str:
    """It as a token, fit for a path."""
    return vault.encrypt_token(vault.CLIENT_TICKET, json.dumps(_dumped(ticket)))


def decrypt_ticket(token: str) -> Ticket | None:
    """The ticket of a token; None for one that was tampered with or is too old."""
    read = _read(vault.CLIENT_TICKET, token, TICKET_LIFE)
    return None if read is None else _ticket(read)


def encrypt_opened(opened: OpenedTicket) -> str:
    """A token for the page at the end."""
    plain = {"ticket": _dumped(opened.ticket), "browser_sid": opened.browser_sid}
    return vault.encrypt_token(vault.CLIENT_OPENED, json.dumps(plain))


def decrypt_opened(token: str) -> OpenedTicket | None:
    """What `encrypt_opened` wrote; None for anything else, and when it is too old."""
    read = _read(vault.CLIENT_OPENED, token, TICKET_LIFE)
    if read is None:
        return None
    return OpenedTicket(ticket=_ticket(read["ticket"]), browser_sid=read["browser_sid"])


def return_url_with_code(opened: OpenedTicket, *, now: datetime) -> str:
    """Where the browser takes the code of a ticket that was confirmed."""
    ticket, ask = opened.ticket, opened.ticket.ask
    plain = {
        "id": ticket.id,
        "user": ask.user,
        "tenant": ask.tenant,
        "client_sid": ask.sid,
        "browser_sid": opened.browser_sid,
        "intent": ask.intent if ask.binds else "",
        "story": ask.story,
        "expires_at": (now + CODE_LIFE).isoformat(),
    }
    code = vault.encrypt_token(vault.CLIENT_CODE, json.dumps(plain))
    mark = "&" if "?" in ticket.return_url else "?"
    return f"{ticket.return_url}{mark}{urlencode({CODE_PARAMETER: code})}"


def decrypt_code(code: str) -> HandOver | None:
    """What a code hands over; None for one that was tampered with or is too old."""
    read = _read(vault.CLIENT_CODE, code, CODE_LIFE)
    if read is None:
        return None
    return HandOver(**{**read, "expires_at": datetime.fromisoformat(read["expires_at"])})


def _dumped(ticket: Ticket) -> dict[str, str]:
    return {
        "id": ticket.id,
        "ask": ticket.ask.dump(),
        "client": ticket.client,
        "return_url": ticket.return_url,
    }


def _ticket(read: Mapping[str, Any]) -> Ticket:
    return Ticket(**{**read, "ask": Ask.load(read["ask"])})


def _read(purpose: str, token: str, life: timedelta) -> dict[str, Any] | None:
    try:
        read: dict[str, Any] = json.loads(vault.decrypt_token(purpose, token, max_age=life))
    except vault.UndecryptableError:
        return None
    return read
