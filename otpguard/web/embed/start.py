"""Order a code for a number that was entered on another origin."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language

from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.reasons import StartReason
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.number.start import start_number_challenge
from otpguard.flows.pumping.visitor_form.form import (
    CheckedForm,
    FormFields,
    check_form,
    place_of_token,
)
from otpguard.forms.phone import PhoneForm
from otpguard.http.problems import problem
from otpguard.web import messages
from otpguard.web.embed.form import guard_document
from otpguard.web.embed.origins import embedded
from otpguard.web.embed.tokens import EmbeddedChallenge, encrypt_challenge
from otpguard.web.number.browser import anonymous_facts
from otpguard.web.number.enter import refusal_sentence
from otpguard.web.number.form_guard import BEHAVIOR, FINGERPRINT, HONEYPOT, TOKEN, WORK

_CODES = {
    StartReason.FORM_AGAIN: (409, "form_again"),
    StartReason.PROOF_OF_WORK: (403, "proof_of_work"),
}
"""Of refusals that the script itself answers; all others are 429 `start_refused`."""


@embedded
def embed_start(request: HttpRequest, origin: str, fields: dict[str, str]) -> HttpResponse:
    """201 with `challenge`, a token for the answer; else a problem document.

    One about a form that was ours has a new token in `form`, and for `proof_of_work` a puzzle in
    `work`. 409 `form_again` without `form` says that the page has to ask for one.
    """
    token = fields.get(TOKEN, "")
    place = place_of_token(token)
    facts = anonymous_facts(request, "" if place is None else place.browser)
    if place is None or (place.origin, place.tenant) != (origin, facts.tenant):
        again = messages.start_refused(StartReason.FORM_AGAIN)
        return problem(409, "form_again", "Send the form again", again)
    sent = FormFields(
        token=token,
        honeypot=fields.get(HONEYPOT, ""),
        work=fields.get(WORK, ""),
        captcha=fields.get("captcha", ""),
        fingerprint=fields.get(FINGERPRINT, ""),
        behavior=fields.get(BEHAVIOR, ""),
    )
    checked = check_form(sent, place, client_ip=facts.client_ip, now=facts.now)
    form = PhoneForm(fields)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        guard = guard_document(place, now=facts.now, after=checked)
        return problem(
            400, "invalid_input", "A value is wrong", str(errors[0]), field=name, **guard
        )
    return _start(facts, place, checked, form)


def _start(
    facts: RequestFacts, place: FormPlace, checked: CheckedForm, form: PhoneForm
) -> HttpResponse:
    ask = Ask(checkpoint=place.source, tenant=place.tenant, user="", sid="", story=str(uuid4()))
    try:
        challenge = start_number_challenge(
            facts=facts,
            ask=ask,
            number=form.cleaned_data["number"],
            consent=form.cleaned_data.get("consent", ""),
            language=get_language() or "",
            form=checked,
        )
    except StartRefused as refused:
        return _refused(refused, place, checked, facts)
    named = EmbeddedChallenge(challenge=challenge.pk, browser=place.browser, origin=place.origin)
    return JsonResponse({"challenge": encrypt_challenge(named)}, status=201)


def _refused(
    refused: StartRefused, place: FormPlace, checked: CheckedForm, facts: RequestFacts
) -> HttpResponse:
    known = _CODES.get(refused.reason) if isinstance(refused.reason, StartReason) else None
    status, code = known or (429, "start_refused")
    guard = guard_document(place, now=facts.now, after=checked, work_level=refused.work_level)
    detail = refusal_sentence(refused.reason)
    answer = problem(status, code, "No code was sent", detail, **guard)
    if refused.retry_after:
        answer["Retry-After"] = str(refused.retry_after)
    return answer
