"""What travels between app and browser opens for its own purpose alone."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from otpguard.exceptions import Ask
from otpguard.http.bearer.client_tokens import (
    OpenedTicket,
    Ticket,
    decrypt_code,
    decrypt_opened,
    decrypt_ticket,
    encrypt_opened,
    encrypt_ticket,
    return_url_with_code,
)

ASK = Ask(checkpoint="api_key", tenant="t", user="1", sid="s", story="x", intent="i", binds=True)


def test_each_is_read_as_it_was_written_and_as_nothing_else() -> None:
    token = encrypt_ticket(Ticket(ask=ASK, client="App", return_url="com.example.crm:/done"))
    ticket = decrypt_ticket(token)
    assert ticket is not None
    assert (ticket.ask, ticket.client) == (ASK, "App")
    opened = OpenedTicket(ticket=ticket, browser_sid="b")
    written = encrypt_opened(opened)
    assert decrypt_opened(written) == opened
    url = return_url_with_code(opened, now=timezone.now())
    code = parse_qs(urlsplit(url).query)["otpguard_code"][0]
    over = decrypt_code(code)
    assert over is not None
    assert (over.client_sid, over.browser_sid, over.intent) == ("s", "b", "i")
    for read in (decrypt_ticket, decrypt_opened, decrypt_code):
        known = [each for each in (token, written, code, "nothing", "") if read(each) is not None]
        assert len(known) == 1
