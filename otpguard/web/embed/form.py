"""Give a form on another origin its token, and with it a browser id: it gets no cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from otpguard.conf import settings
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.http.problems import problem
from otpguard.web.embed.origins import embedded
from otpguard.web.number.browser import anonymous_facts, new_browser
from otpguard.web.number.form_guard import form_guard


@embedded
def embed_form(request: HttpRequest, origin: str, fields: dict[str, str]) -> HttpResponse:
    """200 with `form`, a token, the words that the script shows, and the consent to ask for; 400
    for a checkpoint that is not one of visitors."""
    known = settings().checkpoints.get(fields.get("checkpoint", ""))
    if known is None or not known.anonymous:
        detail = "It must be a checkpoint of people who are not logged in."
        return problem(400, "invalid_input", "A value is wrong", detail, field="checkpoint")
    facts = anonymous_facts(request, "")
    place = FormPlace(source=known.slug, tenant=facts.tenant, origin=origin, browser=new_browser())
    consent = settings().phone_consent
    asked = None if consent is None else {"version": consent.version, "text": str(consent.text)}
    return JsonResponse(
        {**guard_document(place, now=facts.now), "consent": asked, "texts": _texts()}
    )


def guard_document(
    place: FormPlace, *, now: datetime, after: CheckedForm | None = None, work_level: int = 0
) -> dict[str, Any]:
    """What a form on another origin is given: as on our own page, in JSON. `work` is a puzzle as
    text, empty if none is asked for, and `captcha` null or the widget of the vendor."""
    guard = form_guard(place, now=now, after=after, work_level=work_level)
    widget = guard.widget
    return {
        "form": guard.token,
        "work": guard.work,
        "captcha": None
        if widget is None
        else {
            "site_key": widget.site_key,
            "script_url": widget.script_url,
            "css_class": widget.css_class,
            "action": widget.action,
            "answer_field": widget.answer_field,
        },
    }


def _texts() -> dict[str, str]:
    return {
        "code": gettext("Code"),
        "confirm": gettext("Verify"),
        "working": gettext("Checking your browser…"),
        "sent": gettext("Enter the code that was sent to your phone."),
        "failed": gettext(
            "This browser could not be checked, so no code can be sent right now. Try another"
            " browser, or go back and use your e-mail or another way."
        ),
        "away": gettext("This did not work just now. Check your connection, and try again."),
    }
