"""Order a code for a number that was entered on another origin."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language

from otpguard.exceptions import StartRefused
from otpguard.flows.number.start import start_number_challenge
from otpguard.forms.phone import PhoneForm
from otpguard.web.embed.origins import embedded
from otpguard.web.embed.page import ask_at, refused_start, sent_page, unknown_form, wrong_value
from otpguard.web.embed.tokens import EmbeddedChallenge, encrypt_challenge


@embedded
def embed_start(request: HttpRequest, origin: str, fields: dict[str, str]) -> HttpResponse:
    """201 with `challenge`, a token for the answer; else a problem document.

    One about a form that was ours has a new token in `form`, and for `proof_of_work` a puzzle in
    `work`. 403 `email_first` says that the visitor opens a link in an e-mail before. 409
    `form_again` without `form` says that the page has to ask for one.
    """
    sent = sent_page(request, origin, fields)
    if sent is None:
        return unknown_form()
    form = PhoneForm(fields)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        return wrong_value(sent, name, str(errors[0]))
    try:
        challenge = start_number_challenge(
            facts=sent.facts,
            ask=ask_at(sent.place),
            number=form.cleaned_data["number"],
            consent=form.cleaned_data.get("consent", ""),
            language=get_language() or "",
            form=sent.checked,
        )
    except StartRefused as refused:
        return refused_start(sent, refused, "No code was sent")
    browser = sent.place.browser
    named = EmbeddedChallenge(challenge=challenge.pk, browser=browser, origin=origin)
    return JsonResponse({"challenge": encrypt_challenge(named)}, status=201)
