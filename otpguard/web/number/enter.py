"""The page where a visitor without an account enters a number, and is sent a code."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from otpguard.core.logo import UNNAMED
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.reasons import StartReason, WhyNotStarted
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.number.email_link import needs_email
from otpguard.flows.number.start import start_number_challenge
from otpguard.flows.pumping.visitor_form.form import CheckedForm, check_form
from otpguard.forms.phone import PhoneForm
from otpguard.http import pages
from otpguard.http.problems import asks_for_json, problem
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import safe_path
from otpguard.web import messages
from otpguard.web.another_way import OtherWay, ways_after
from otpguard.web.number.browser import COOKIE, anonymous_facts, new_browser
from otpguard.web.number.form_guard import FormGuard, form_guard, sent_form
from otpguard.web.number.number_url import OVERUSED, ask_of_token, token_of
from otpguard.web.stepup import context
from otpguard.web.stepup.choose import problem_page

_NOT_TO_THIS_NUMBER = _(
    "No code can be sent to this number right now. If STOP was sent from it before, send START to"
    " the number that the codes came from. Or use another number, or try again later."
)

_ABOUT_THE_NUMBER = frozenset({StartReason.NO_ROUTE, StartReason.OPTED_OUT})
"""Reasons that have one sentence together: a stranger must not learn what its holder has sent."""


_STATUS = {StartReason.FORM_AGAIN: 409}
"""Of a refusal; 429 for all others."""


@sensitive_post_parameters("number")
@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def enter_number(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form; POST orders a code and names the browser by its cookie."""
    ask = ask_of_token(token)
    if ask is None:
        return problem_page(request, messages.PageProblem.ASK_EXPIRED, status=410)
    known = COOKIE.read(request)
    facts = anonymous_facts(request, known)
    if ask.tenant != facts.tenant:
        return problem_page(request, messages.PageProblem.OTHER_TENANT, status=403)
    place = FormPlace(source=ask.checkpoint, tenant=ask.tenant, browser=known)
    if request.method != "POST":
        if needs_email(facts=facts, ask=ask):
            return _to_email(request, ask)
        error = str(messages.NUMBER_OVERUSED) if OVERUSED in request.GET else ""
        return _page(request, ask, PhoneForm(), guard_for(place, facts.now), error=error)
    checked = check_form(sent_form(request), place, client_ip=facts.client_ip, now=facts.now)
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, ask, form, guard_for(place, facts.now, checked), status=400)
    # A browser without a cookie is the one that its form names, or nobody has seen it before.
    browser = known or named_browser(checked) or new_browser()
    facts, place = replace(facts, browser=browser), replace(place, browser=browser)
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
        if refused.reason is StartReason.EMAIL_FIRST and not asks_for_json(request):
            return _to_email(request, ask)
        guard = guard_for(place, facts.now, checked, refused.work_level)
        return _refused(request, ask, form, refused, guard=guard, now=facts.now)
    response = redirect("otpguard:number-code", challenge_id=challenge.pk)
    COOKIE.write(request, response, browser)
    return pages.hardened(request, response)


def _to_email(request: HttpRequest, ask: Ask) -> HttpResponse:
    url = reverse("otpguard:number-email", args=[token_of(ask)])
    return pages.hardened(request, SeeOther(url))


def named_browser(checked: CheckedForm) -> str:
    """The browser that a form names whose token counts; empty for others."""
    if checked.token is None or not checked.facts.token_valid:
        return ""
    return checked.token.place.browser


def guard_for(
    place: FormPlace, now: datetime, after: CheckedForm | None = None, work_level: int = 0
) -> FormGuard:
    """For the browser that asks; for one without a cookie, for a new one."""
    there = replace(place, browser=place.browser or (named_browser(after) if after else ""))
    there = there if there.browser else replace(there, browser=new_browser())
    return form_guard(there, now=now, after=after, work_level=work_level)


def _refused(
    request: HttpRequest,
    ask: Ask,
    form: PhoneForm,
    refused: StartRefused,
    *,
    guard: FormGuard,
    now: datetime,
) -> HttpResponse:
    wait = messages.Waiting.of(refused.retry_after, now=now)
    # Who only has to wait for their own browser reads how far it is, and no refusal.
    error = "" if guard.work else refusal_sentence(refused.reason)
    status = _STATUS.get(refused.reason, 429) if isinstance(refused.reason, StartReason) else 429
    response: HttpResponse
    if asks_for_json(request):
        response = problem(429, "code_not_sent", str(_("No code was sent")), error)
    else:
        ways = ways_after(refused.reason, others=_own_ways(request, ask))
        response = _page(
            request, ask, form, guard, error=error, wait=wait, ways=ways, status=status
        )
    if refused.retry_after:
        response["Retry-After"] = str(refused.retry_after)
    return response


def _own_ways(request: HttpRequest, ask: Ask) -> list[OtherWay]:
    """Back to the host's form, which may have another way."""
    back = safe_path(request, ask.next)
    return [OtherWay(url=back, label=_("Go back and use another way"))] if back else []


def refusal_sentence(reason: WhyNotStarted) -> str:
    """Why no code was sent to a visitor, without a word about the number's holder."""
    if reason in _ABOUT_THE_NUMBER:
        return str(_NOT_TO_THIS_NUMBER)
    return messages.start_refused(reason)


def _page(
    request: HttpRequest,
    ask: Ask,
    form: PhoneForm,
    guard: FormGuard,
    *,
    error: str = "",
    wait: messages.Waiting | None = None,
    ways: tuple[OtherWay, ...] = (),
    status: int = 200,
) -> HttpResponse:
    response = render(
        request,
        "otpguard/number.html",
        {
            # Only members learn what an organization is called.
            **context.frame_of(ask, look=UNNAMED),
            "form": form,
            "guard": guard,
            "error": error,
            "wait": wait,
            "ways": ways,
            "back_url": safe_path(request, ask.next),
        },
        status=status,
    )
    return pages.hardened(request, response, widget=guard.sources)
