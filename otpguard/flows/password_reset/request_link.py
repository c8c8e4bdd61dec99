"""Take a request to reset a password: one encrypted job, and nothing that depends on an account.

Nothing is looked up here, so an e-mail address with an account and one without take the same
statements (C28). A worker does the rest: see `send`.
"""

from __future__ import annotations

import json

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.password_reset import ResetLinkWithheld
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import CapFull
from otpguard.core.password_reset import CHECKPOINT
from otpguard.core.pumping.email_first import mailbox_of
from otpguard.core.reasons import StartReason
from otpguard.database import transaction
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.delivery.caps import refusal_of
from otpguard.flows.due import STALE_AFTER
from otpguard.flows.pumping.velocity import OF_RESETS, caps_of_link
from otpguard.ids import new_id
from otpguard.limits.limiter import limiter
from otpguard.models import ResetRequest
from otpguard.notices import links
from otpguard.queue import SEND_RESET_LINK, enqueue
from otpguard.store_errors import STORE_ERRORS

UID, TOKEN = "otpguard-uid", "otpguard-token"
"""What stands in the link until the worker knows whose it is."""


def request_reset_link(*, facts: RequestFacts, email: str, page: str, language: str = "") -> None:
    """Ask for a link to reset the password of the account with `email`, if there is one.

    `page` is the URL name of the view that sets the new password; it takes a uid and a token.
    Returns in the same way whatever the e-mail address is, and when it has asked for too many. One
    commit writes the charged caps and the job. Raises StartRefused when the client IP has asked for
    too many or no link can be made from here, and StoreUnavailable.
    """
    link = links.page(page, UID, TOKEN, host=facts.host)
    if not link:
        raise StartRefused(StartReason.NO_ROUTE)
    row = ResetRequest(
        id=new_id(),
        job=json.dumps(
            {
                "email": email,
                "link": link,
                "not_me": links.page(links.RESET_NOT_ME_PAGE, TOKEN, host=facts.host),
                "language": language,
                "client_ip": facts.client_ip,
                "agent": facts.agent,
                "host": facts.host,
            }
        ),
        created_at=facts.now,
        due_at=facts.now + STALE_AFTER,
    )
    try:
        mailbox = vault.blind_indexes(mailbox_of(email))[0]
        caps = caps_of_link(facts, mailbox=mailbox, is_strict=False, rows=OF_RESETS)
        with transaction.atomic():
            charged = limiter().consume([caps.client_ip], challenge=row.pk, now=facts.now)
            if isinstance(charged, CapFull):
                raise refusal_of(charged)
            full = limiter().consume([caps.mailbox], challenge=row.pk, now=facts.now)
            if isinstance(full, CapFull):
                where = Circumstances.of(facts, actor="", subject="", checkpoint=CHECKPOINT)
                record(ResetLinkWithheld(reason=full.cap.value), where)
                return
            row.save(force_insert=True)
            enqueue(SEND_RESET_LINK, request_id=str(row.pk))
    except STORE_ERRORS as error:
        raise StoreUnavailable("the request to reset a password cannot be written") from error
