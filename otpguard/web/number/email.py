"""The pages of e-mail before phone: ask for an e-mail address, and open the link that was sent."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.core.logo import UNNAMED
from otpguard.core.pumping.visitor_form.form_token import FormPlace
from otpguard.core.reasons import StartReason
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.number.email_link import (
    find_email_link,
    needs_email,
    open_email_link,
    send_email_link,
)
from otpguard.flows.pumping.visitor_form.form import check_form
from otpguard.forms.email import EmailForm
from otpguard.http import pages
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import safe_path
from otpguard.web import messages
from otpguard.web.number.browser import COOKIE, anonymous_facts, new_browser
from otpguard.web.number.enter import guard_for, named_browser, refusal_sentence
from otpguard.web.number.form_guard import FormGuard, sent_form
from otpguard.web.number.number_url import ask_of_token, token_of
from otpguard.web.stepup import context
from otpguard.web.stepup.choose import problem_page

SENT = "sent"
"""In the query: the page says that a link is on its way."""

GONE = 410
OTHER_BROWSER = 409
AGAIN = 409


@sensitive_post_parameters("email")
@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def ask_email(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form, or where the link went; POST orders a link and names the browser by its
    cookie. The answer is the same for every mailbox."""
    ask = ask_of_token(token)
    if ask is None:
        return problem_page(request, messages.PageProblem.ASK_EXPIRED, status=410)
    known = COOKIE.read(request)
    facts = anonymous_facts(request, known)
    if ask.tenant != facts.tenant:
        return problem_page(request, messages.PageProblem.OTHER_TENANT, status=403)
    place = FormPlace(source=ask.checkpoint, tenant=ask.tenant, browser=known)
    if request.method != "POST":
        if not needs_email(facts=facts, ask=ask):
            return _to_number(request, ask)
        return _page(request, ask, EmailForm(), guard_for(place, facts.now))
    checked = check_form(sent_form(request), place, client_ip=facts.client_ip, now=facts.now)
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _page(request, ask, form, guard_for(place, facts.now, checked), status=400)
    browser = known or named_browser(checked) or new_browser()
    facts, place = replace(facts, browser=browser), replace(place, browser=browser)
    try:
        send_email_link(
            facts=facts,
            ask=ask,
            email=form.cleaned_data["email"],
            form=checked,
            language=get_language() or "",
        )
    except StartRefused as refused:
        return _refused(request, ask, form, refused, guard_for(place, facts.now, checked))
    response = SeeOther(f"{reverse('otpguard:number-email', args=[token])}?{SENT}=1")
    COOKIE.write(request, response, browser)
    return pages.hardened(request, response)


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def email_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what will happen; only POST marks the browser: programs open links of e-mails, too.

    In another browser than the one that asked for the link it says where to open it.
    """
    facts = anonymous_facts(request, COOKIE.read(request))
    row = find_email_link(token=token, now=facts.now)
    is_ours = row is not None and bool(facts.browser) and row.browser == facts.browser
    if request.method == "POST" and is_ours:
        ask = open_email_link(facts=facts, token=token)
        if ask is not None:
            return _to_number(request, ask)
        row = None
    status = 200
    if row is None:
        status = GONE
    elif not is_ours and request.method == "POST":
        status = OTHER_BROWSER
    shown = {
        "usable": row is not None and is_ours,
        "elsewhere": row is not None and not is_ours,
        "support_url": settings().support_url,
    }
    page = render(request, "otpguard/email_link.html", shown, status=status)
    return pages.hardened(request, page)


def _to_number(request: HttpRequest, ask: Ask) -> HttpResponse:
    url = reverse("otpguard:number", args=[token_of(ask)])
    return pages.hardened(request, SeeOther(url))


def _refused(
    request: HttpRequest, ask: Ask, form: EmailForm, refused: StartRefused, guard: FormGuard
) -> HttpResponse:
    status = AGAIN if refused.reason is StartReason.FORM_AGAIN else 429
    error = refusal_sentence(refused.reason)
    page = _page(request, ask, form, guard, error=error, status=status)
    if refused.retry_after:
        page["Retry-After"] = str(refused.retry_after)
    return page


def _page(
    request: HttpRequest,
    ask: Ask,
    form: EmailForm,
    guard: FormGuard,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    response = render(
        request,
        "otpguard/number_email.html",
        {
            **context.frame_of(ask, look=UNNAMED),
            "form": form,
            "guard": guard,
            "error": error,
            "sent": SENT in request.GET and request.method == "GET",
            "back_url": safe_path(request, ask.next),
        },
        status=status,
    )
    return pages.hardened(request, response)
