"""E-mail before phone: a visitor asks for a link, and opens the one that arrives.

The only file here that calls the flows of e-mail first: when their arguments change, it does.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.urls import resolve

from otpguard.channels.providers.memory import SENT
from otpguard.core.assurance import Channel
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.attempt import FormFacts
from otpguard.exceptions import Ask
from otpguard.flows.notice.notify import send_notice
from otpguard.flows.number.email_link import open_email_link, send_email_link
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.models import Notice

_LINK = re.compile(r"https?://\S+")


def open_mailed_link(*, facts: RequestFacts, ask: Ask, email: str, filled_ms: int) -> bool:
    """Ask for a link to `email` and open it in the same browser; False if none arrived.

    `filled_ms` is how long the form took. What a person needs to go to their mailbox takes no
    simulated time. Raises StartRefused, StoreUnavailable.
    """
    shown = FormFacts(checked=True, token_valid=True, filled_ms=filled_ms)
    SENT.clear()
    send_email_link(facts=facts, ask=ask, email=email, form=CheckedForm(facts=shown))
    queued = Notice.objects.filter(state=Notice.State.QUEUED, channel=Channel.EMAIL.value)
    for key in queued.values_list("pk", flat=True):
        send_notice(notice_id=str(key), now=facts.now)
    mailed = [each.text for each in SENT if each.to == email]
    SENT.clear()
    found = _LINK.search(mailed[-1]) if mailed else None
    if found is None:
        return False
    token = resolve(urlsplit(found[0]).path).kwargs["token"]
    return open_email_link(facts=facts, token=token) is not None
