"""Give a form on another origin its token, and with it a browser id: it gets no cookie."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from otpguard.conf import settings
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.flows.number.email_link import needs_email
from otpguard.http.problems import problem
from otpguard.web.embed.guard_document import guard_document
from otpguard.web.embed.origins import embedded
from otpguard.web.embed.page import ask_at
from otpguard.web.embed.tokens import mailed_browser
from otpguard.web.number.browser import anonymous_facts, new_browser


@embedded
def embed_form(request: HttpRequest, origin: str, fields: dict[str, str]) -> HttpResponse:
    """200 with `form`, a token, the words that the script shows, the consent to ask for, and
    whether an e-mail comes first; 400 for a checkpoint that is not one of visitors. `mailed` is
    what the link of an e-mail has led to the page with."""
    known = settings().checkpoints.get(fields.get("checkpoint", ""))
    if known is None or not known.anonymous:
        detail = "It must be a checkpoint of people who are not logged in."
        return problem(400, "invalid_input", "A value is wrong", detail, field="checkpoint")
    facts = anonymous_facts(request, "")
    mailed = mailed_browser(
        fields.get("mailed", ""), origin=origin, source=known.slug, tenant=facts.tenant
    )
    facts = replace(facts, browser=mailed or new_browser())
    place = FormPlace(source=known.slug, tenant=facts.tenant, origin=origin, browser=facts.browser)
    consent = settings().phone_consent
    asked = None if consent is None else {"version": consent.version, "text": str(consent.text)}
    return JsonResponse(
        {
            **guard_document(place, now=facts.now),
            "email_first": needs_email(facts=facts, ask=ask_at(place)),
            "consent": asked,
            "texts": _texts(),
        }
    )


def _texts() -> dict[str, str]:
    return {
        "code": gettext("Code"),
        "confirm": gettext("Verify"),
        "working": gettext("Checking your browser…"),
        "sent": gettext("Enter the code that was sent to your phone."),
        "email": gettext("E-mail address"),
        "email_first": gettext("Before a code is sent to your phone, confirm your e-mail address."),
        "send_link": gettext("Send a link"),
        "link_sent": " ".join(
            (
                gettext("If this e-mail address can be used here, a link is on its way to it."),
                gettext("Open it within 30 minutes. You then go on with your phone number."),
                gettext(
                    "Check your spam folder. Disposable e-mail addresses get no link, and each"
                    " address gets at most two links a day."
                ),
            )
        ),
        "failed": gettext(
            "This browser could not be checked, so no code can be sent right now. Try another"
            " browser, or go back and use your e-mail or another way."
        ),
        "away": gettext("This did not work just now. Check your connection, and try again."),
    }
