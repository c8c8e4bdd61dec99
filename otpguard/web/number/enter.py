"""The page where a visitor without an account enters a number, and is sent a code."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import StartReason, WhyNotStarted
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.number.start import start_number_challenge
from otpguard.forms.phone import PhoneForm
from otpguard.http import pages
from otpguard.http.return_path import safe_path
from otpguard.web import messages
from otpguard.web.number.browser import COOKIE, anonymous_facts, new_browser
from otpguard.web.number.number_url import ask_of_token
from otpguard.web.stepup import context
from otpguard.web.stepup.choose import problem_page

_NOT_TO_THIS_NUMBER = _(
    "No code can be sent to this number right now. If STOP was sent from it before, send START to"
    " the number that the codes came from. Or use another number, or try again later."
)

UNNAMED = ("", "")
"""Only members learn what an organization is called."""

_ABOUT_THE_NUMBER = frozenset({StartReason.NO_ROUTE, StartReason.OPTED_OUT})
"""Reasons that have one sentence together: a stranger must not learn what its holder has sent."""


@sensitive_post_parameters("number")
@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def enter_number(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form; POST orders a code and names the browser by its cookie."""
    ask = ask_of_token(token)
    if ask is None:
        return problem_page(request, messages.PageProblem.ASK_EXPIRED, status=410)
    browser = COOKIE.read(request) or new_browser()
    facts = anonymous_facts(request, browser)
    if ask.tenant != facts.tenant:
        return problem_page(request, messages.PageProblem.OTHER_TENANT, status=403)
    form = PhoneForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, ask, form)
    if not form.is_valid():
        return _page(request, ask, form, status=400)
    try:
        challenge = start_number_challenge(
            facts=facts,
            ask=ask,
            number=form.cleaned_data["number"],
            consent=form.cleaned_data.get("consent", ""),
            language=get_language() or "",
        )
    except StartRefused as refused:
        return _refused(request, facts, ask, form, refused)
    response = redirect("otpguard:number-code", challenge_id=challenge.pk)
    COOKIE.write(request, response, browser)
    return pages.hardened(response)


def _refused(
    request: HttpRequest, facts: RequestFacts, ask: Ask, form: PhoneForm, refused: StartRefused
) -> HttpResponse:
    wait = messages.Waiting.of(refused.retry_after, now=facts.now)
    error = _sentence(refused.reason)
    response = _page(request, ask, form, error=error, wait=wait, status=429)
    if refused.retry_after:
        response["Retry-After"] = str(refused.retry_after)
    return response


def _sentence(reason: WhyNotStarted) -> str:
    if reason in _ABOUT_THE_NUMBER:
        return str(_NOT_TO_THIS_NUMBER)
    return messages.start_refused(reason)


def _page(
    request: HttpRequest,
    ask: Ask,
    form: PhoneForm,
    *,
    error: str = "",
    wait: messages.Waiting | None = None,
    status: int = 200,
) -> HttpResponse:
    response = render(
        request,
        "otpguard/number.html",
        {
            **context.frame_of(ask, named=UNNAMED),
            "form": form,
            "error": error,
            "wait": wait,
            "back_url": safe_path(request, ask.next),
        },
        status=status,
    )
    return pages.hardened(response)
