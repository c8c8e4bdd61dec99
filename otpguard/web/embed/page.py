"""What a request of an embedded form is about: its ask, its browser, the form as it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.reasons import StartReason
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.pumping.visitor_form.form import (
    CheckedForm,
    FormFields,
    check_form,
    place_of_token,
)
from otpguard.http.problems import problem
from otpguard.web import messages
from otpguard.web.embed.guard_document import guard_document
from otpguard.web.number.browser import anonymous_facts
from otpguard.web.number.enter import refusal_sentence
from otpguard.web.number.form_guard import BEHAVIOR, FINGERPRINT, HONEYPOT, TOKEN, WORK

_CODES = {
    StartReason.FORM_AGAIN: (409, "form_again"),
    StartReason.EMAIL_FIRST: (403, "email_first"),
    StartReason.PROOF_OF_WORK: (403, "proof_of_work"),
}
"""Of refusals that the script itself answers; all others are 429 `start_refused`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPage:
    """A form of ours that a page has sent; `facts` are those of its browser."""

    facts: RequestFacts
    place: FormPlace
    checked: CheckedForm


def ask_at(place: FormPlace) -> Ask:
    """What a form at this place asks for. Whether an e-mail comes first is the site's to say: what
    a page says of itself, an attacker says too."""
    return Ask(
        checkpoint=place.source,
        tenant=place.tenant,
        user="",
        sid="",
        story=str(uuid4()),
        email_first=settings().email_first,
    )


def sent_page(request: HttpRequest, origin: str, fields: dict[str, str]) -> SentPage | None:
    """The form as it was sent; None unless its token is ours, of this origin and tenant."""
    token = fields.get(TOKEN, "")
    place = place_of_token(token)
    facts = anonymous_facts(request, "" if place is None else place.browser)
    if place is None or (place.origin, place.tenant) != (origin, facts.tenant):
        return None
    sent = FormFields(
        token=token,
        honeypot=fields.get(HONEYPOT, ""),
        work=fields.get(WORK, ""),
        captcha=fields.get("captcha", ""),
        fingerprint=fields.get(FINGERPRINT, ""),
        behavior=fields.get(BEHAVIOR, ""),
    )
    checked = check_form(sent, place, client_ip=facts.client_ip, now=facts.now)
    return SentPage(facts=facts, place=place, checked=checked)


def unknown_form() -> HttpResponse:
    """409 without a token: the page has to ask for a form."""
    again = messages.start_refused(StartReason.FORM_AGAIN)
    return problem(409, "form_again", "Send the form again", again)


def wrong_value(sent: SentPage, name: str, error: str) -> HttpResponse:
    """400 about one field, with a new token."""
    guard = guard_document(sent.place, now=sent.facts.now, after=sent.checked)
    return problem(400, "invalid_input", "A value is wrong", error, field=name, **guard)


def refused_start(sent: SentPage, refused: StartRefused, title: str) -> HttpResponse:
    """Why nothing was sent, with a new token, and with a puzzle if one is asked for."""
    known = _CODES.get(refused.reason) if isinstance(refused.reason, StartReason) else None
    status, code = known or (429, "start_refused")
    guard = guard_document(
        sent.place, now=sent.facts.now, after=sent.checked, work_level=refused.work_level
    )
    answer = problem(status, code, title, refusal_sentence(refused.reason), **guard)
    if refused.retry_after:
        answer["Retry-After"] = str(refused.retry_after)
    return answer
