"""E-mail before phone: send a visitor a link, and mark the browser that opens it.

Nothing here asks whether an account has the mailbox. What a mailbox cannot have is kept from it in
silence: the page, its status and the steps before are the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.assurance import Channel
from otpguard.core.events.number import EmailLinkOpened, EmailLinkSent, EmailLinkWithheld
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import CapFull
from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.email_first import LINK_LIFE, MARK_LIFE, mailbox_of, owner_domain
from otpguard.core.reasons import StartReason
from otpguard.database import transaction
from otpguard.exceptions import Ask, StartRefused, StoreUnavailable
from otpguard.flows.delivery.caps import refusal_of
from otpguard.flows.notice.notify import queue_notice
from otpguard.flows.notice.route import carries_email
from otpguard.flows.number.place import place_of, tenant_stands
from otpguard.flows.pumping.account_age import is_strict_now
from otpguard.flows.pumping.attempt import lane_of_visitor
from otpguard.flows.pumping.velocity import LinkCaps, caps_of_link
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.flows.pumping.visitor_form.spend import spend
from otpguard.ids import new_id
from otpguard.intel.disposable import is_disposable_email
from otpguard.limits.limiter import limiter
from otpguard.models import MailedBrowser, Notice
from otpguard.notices import links
from otpguard.notices.details import check_details
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.store_errors import STORE_ERRORS


def needs_email(*, facts: RequestFacts, ask: Ask) -> bool:
    """Whether this browser has to open a link in an e-mail before a code goes to a number for
    `ask`. False where no route carries e-mail: nobody could pass then. Two reads at most. Raises
    StoreUnavailable."""
    if not ask.email_first or not carries_email():
        return False
    try:
        lane, _mark = lane_of_visitor(facts)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the browsers cannot be read") from error
    return lane is SpendLane.STRANGER


def send_email_link(
    *,
    facts: RequestFacts,
    ask: Ask,
    email: str,
    form: CheckedForm,
    language: str = "",
    page_of: Callable[[str], str] | None = None,
) -> None:
    """Send a link to `email` that marks the browser of `facts` when it is opened there. `page_of`
    gives the URL that is sent for a token; without it that of our own page.

    Returns in the same way whether a link was sent or withheld: for a throw-away mailbox, for one
    that has had its links today, and for a form that a script filled in. One commit writes the
    spent token of the form, the charged caps, the link, its notice and the event. Raises
    StartRefused when the ask is of another tenant, the form must be sent again, or the client IP
    has asked for too many; then nothing is charged. Raises StoreUnavailable.
    """
    _check(facts, ask, form)
    tenant = place_of(facts, ask.checkpoint).tenant
    row = _build(facts, ask, email)
    token = vault.encrypt_token(vault.EMAIL_LINK, str(row.pk))
    own = links.page(links.EMAIL_LINK_PAGE, token, host=facts.host)
    link = own if page_of is None else page_of(token)
    if not link:
        raise StartRefused(StartReason.NO_ROUTE)
    try:
        is_strict = is_strict_now(tenant, now=facts.now)
        caps = caps_of_link(facts, mailbox=row.email_index, is_strict=is_strict)
        with transaction.atomic():
            spend(form.spends)
            where = Circumstances.of_ask(facts, ask)
            withheld = _why_withheld(facts, row, email, form, caps)
            if withheld:
                record(EmailLinkWithheld(reason=withheld), where)
                return
            row.notice = _queue(facts, email, link, language)
            row.save(force_insert=True)
            record(EmailLinkSent(link=str(row.pk)), where)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the link cannot be written") from error


def find_email_link(*, token: str, now: datetime) -> MailedBrowser | None:
    """The row of a link that is not too old, opened or not; None for others. Reads only. Raises
    StoreUnavailable."""
    try:
        pk = UUID(vault.decrypt_token(vault.EMAIL_LINK, token, max_age=LINK_LIFE))
    except (vault.UndecryptableError, ValueError):
        return None
    try:
        return MailedBrowser.objects.filter(pk=pk, created_at__gt=now - LINK_LIFE).first()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the link cannot be read") from error


def open_email_link(*, facts: RequestFacts, token: str) -> Ask | None:
    """Mark the browser of `facts`, once, and return what it was asking for.

    None, with nothing written, if the link is too old or not ours, or was sent for another browser
    or tenant. A browser that opens its link again is led on as long as its mark lasts; the mark is
    not renewed. Of two at once one writes. Commits. Raises StoreUnavailable.
    """
    row = find_email_link(token=token, now=facts.now)
    if row is None or not facts.browser or row.browser != facts.browser:
        return None
    if str(row.tenant_id or "") != facts.tenant:
        return None
    ask = Ask.load(row.ask.reveal())
    try:
        with transaction.atomic():
            unopened = MailedBrowser.objects.filter(tenant_stands(facts), pk=row.pk, opened_at=None)
            if unopened.update(opened_at=facts.now, until=facts.now + MARK_LIFE):
                limiter().refund(row.pk, now=facts.now)
                record(EmailLinkOpened(link=str(row.pk)), Circumstances.of_ask(facts, ask))
                return ask
            marks = MailedBrowser.objects.marking(
                browser=facts.browser, tenant=facts.tenant, now=facts.now
            )
            return ask if marks.filter(pk=row.pk).exists() else None
    except STORE_ERRORS as error:
        raise StoreUnavailable("the link cannot be opened") from error


def _check(facts: RequestFacts, ask: Ask, form: CheckedForm) -> None:
    is_anonymous = bool(facts.browser) and not (facts.user or facts.sid or ask.user or ask.sid)
    named = checkpoint_named(ask.checkpoint)
    if not (is_anonymous and named.anonymous and ask.tenant == facts.tenant):
        raise StartRefused(StartReason.FOREIGN)
    if not form.facts.token_valid:
        raise StartRefused(StartReason.FORM_AGAIN)


def _queue(facts: RequestFacts, email: str, link: str, language: str) -> Notice:
    return queue_notice(
        facts=facts,
        kind=NoticeKind.SIGNUP_EMAIL,
        channel=Channel.EMAIL,
        destination=email,
        user_id="",
        tenant_id=facts.tenant,
        details=check_details(NoticeKind.SIGNUP_EMAIL, {Detail.LINK: link}),
        language=language,
    )


def _build(facts: RequestFacts, ask: Ask, email: str) -> MailedBrowser:
    return MailedBrowser(
        id=new_id(),
        browser=facts.browser,
        tenant_id=UUID(facts.tenant) if facts.tenant else None,
        email=email,
        email_index=vault.blind_indexes(mailbox_of(email))[0],
        domain=owner_domain(email),
        ask=ask.dump(),
        created_at=facts.now,
    )


def _why_withheld(
    facts: RequestFacts, row: MailedBrowser, email: str, form: CheckedForm, caps: LinkCaps
) -> str:
    """Charge the client IP, then the mailbox; "" if the link may be sent. Always in this order: the
    locks of the caps stay until the commit."""
    charged = limiter().consume([caps.client_ip], challenge=row.pk, now=facts.now)
    if isinstance(charged, CapFull):
        raise refusal_of(charged)
    full = limiter().consume([caps.mailbox], challenge=row.pk, now=facts.now)
    if form.facts.honeypot_filled:
        return "honeypot"
    if is_disposable_email(email):
        return "disposable"
    return full.cap.value if isinstance(full, CapFull) else ""
