"""Translate a refusal once: the challenge page for people, a problem document for machines.

The table of statuses is in the design: challenge and enrollment 401, hold 403 with Retry-After,
denial 403, no store 503. A browser that navigates is sent to the page instead of a 401.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.decision import Deny, Reason, RequireChallenge, RequireEnrollment, Wait
from otpguard.core.facts import RequestFacts
from otpguard.core.logo import UNNAMED
from otpguard.exceptions import Ask
from otpguard.flows.checkpoint import kept_form
from otpguard.flows.checkpoint.form_labels import form_labels
from otpguard.flows.release import hold
from otpguard.flows.release.held import BILLING_LOCK, BY_TWO, MEMBER_HOLD
from otpguard.http import pages
from otpguard.http.guard_state import RequestRefused, state_of
from otpguard.http.intents import form_fields, full_path_of, is_small_enough, kept_form_of
from otpguard.http.login import with_sid
from otpguard.http.problems import STATUS_OF, refusal_problem, wants_problem
from otpguard.http.return_path import came_from, full_path, redirect_to_login_page, return_path
from otpguard.http.sign_in.ways import SignInWay, sign_in_ways
from otpguard.http.step_up_url import step_up_url
from otpguard.http.unavailable import unavailable
from otpguard.http.uncached import uncached
from otpguard.labels import Text, checkpoint_label, reason_text
from otpguard.models import Tenant
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.appearance import look_of
from otpguard.tenants.single import is_the_one

WHY_HELD: Mapping[hold.HoldCause | None, Text] = {
    hold.HoldCause.NEW_ROLE: _(
        "You were given a new role. So that nobody gains rights here unnoticed, sensitive actions"
        " wait for a while after that."
    ),
    hold.HoldCause.RESET: _(
        "How you confirm was reset. So that nobody takes over your account unnoticed, sensitive"
        " actions wait for a while after that."
    ),
    hold.HoldCause.EMAIL_ONLY: _(
        "Your password was reset by e-mail alone. So that nobody takes over your account"
        " unnoticed, sensitive actions wait for a while after that."
    ),
    hold.HoldCause.EMAIL_CHANGED: _(
        "The e-mail address of your account was changed. So that nobody takes over your account"
        " unnoticed, sensitive actions wait for a while after that."
    ),
    hold.HoldCause.BILLING_LOCK: _(
        "Somebody reported a recent billing change as wrong. Nobody can change how your"
        " organization pays until two billing admins have lifted the lock."
    ),
    None: _("An administrator has decided that you must wait before you do this."),
}

logger = logging.getLogger("otpguard.guard")


class SeeOther(HttpResponseRedirect):
    """303: whatever the method was, the next request is a GET."""

    status_code = 303


def answer_refusal(
    request: HttpRequest, refused: RequestRefused, *, machine: bool | None = None
) -> HttpResponse:
    """What `respond_to_refusal` gives; 503 while the store is down."""
    try:
        return respond_to_refusal(request, refused, machine=machine)
    except STORE_ERRORS:
        logger.exception("a refusal could not be prepared at %s", request.path)
        if machine:
            away = Deny(reason=Reason.STORE_UNAVAILABLE)
            return refusal_problem(away, checkpoint=refused.ask.checkpoint, url="", subject={})
        return unavailable(request)


def respond_to_refusal(
    request: HttpRequest, refused: RequestRefused, *, machine: bool | None = None
) -> HttpResponse:
    """The response to a refused request, after writing its event.

    `machine` asks for a problem document or a page; None leaves it to the request's headers. Call
    it after the view's transaction was rolled back, so that the event is kept.
    """
    state_of(request).write()
    if refused.answer is not None:
        return uncached(refused.answer)
    decision = refused.decision
    can_act = isinstance(decision, RequireChallenge | RequireEnrollment)
    facts = with_sid(request, refused.facts) if can_act else refused.facts
    machine = wants_problem(request) if machine is None else machine
    url = ""
    if can_act and facts.sid:
        ask = replace(refused.ask, sid=facts.sid)
        ask = _with_way_back(request, facts, ask, machine=machine, form=refused.form)
        url = step_up_url(request, ask)
    if machine:
        absolute = request.build_absolute_uri(url) if url else ""
        subject: Mapping[str, Any] = (
            _subject(refused.ask) if can_act else _sign_in(request, refused)
        )
        return refusal_problem(
            decision, checkpoint=refused.ask.checkpoint, url=absolute, subject=subject
        )
    if url:
        response: HttpResponse = SeeOther(url)
    elif decision.reason is Reason.STORE_UNAVAILABLE:
        response = unavailable(request)
    elif decision.reason is Reason.NOT_LOGGED_IN:
        response = redirect_to_login_page(return_path(request))
    else:
        response = _page(request, refused)
    return uncached(response)


def _ways(request: HttpRequest, refused: RequestRefused) -> list[SignInWay]:
    if refused.decision.reason is not Reason.SSO_REQUIRED:
        return []
    ask = refused.ask
    return sign_in_ways(request, refused.facts, ask.tenant, links=bool(ask.sid))


def _sign_in(request: HttpRequest, refused: RequestRefused) -> dict[str, list[str]]:
    if refused.decision.reason is not Reason.SSO_REQUIRED:
        return {}
    return {"sign_in_urls": [request.build_absolute_uri(w.url) for w in _ways(request, refused)]}


def _subject(ask: Ask) -> dict[str, str]:
    """What is to be confirmed, in words. Who may confirm is a member and knows the tenant."""
    name = ""
    if ask.tenant and not is_the_one(ask.tenant):
        named = Tenant.objects.filter(pk=ask.tenant).values_list("name", flat=True).first()
        name = named or ""
    action = str(checkpoint_label(checkpoint_named(ask.checkpoint)))
    return {"action": action, "target": ask.target, "tenant_name": name}


def _with_way_back(
    request: HttpRequest,
    facts: RequestFacts,
    ask: Ask,
    *,
    machine: bool,
    form: Any,  # noqa: ANN401 (a form of Django's, or None)
) -> Ask:
    """The ask with the place to return to: the page itself, or the form that was kept."""
    if machine:
        return ask  # the client repeats its own call
    ask = replace(ask, next=return_path(request))
    if request.method in {"GET", "HEAD"}:
        return replace(ask, came_from=came_from(request))
    if request.method != "POST" or not is_small_enough(request):
        return replace(ask, unkept=True)
    form_id = kept_form.keep_form(
        facts=facts,
        ask=ask,
        path=full_path_of(request),
        fields=form_fields(request),
        files=[name for name in request.FILES for _ in request.FILES.getlist(name)],
        labels=form_labels(
            (*request.POST, *request.FILES),
            view=request.resolver_match.func if request.resolver_match else None,
            form=form,
        ),
        sent=kept_form_of(request) or "",
    )
    return replace(ask, kept=form_id, unkept=not form_id)


def _lifters(cause: hold.HoldCause | None, tenant: str) -> Text:
    """Who can end the wait that stops somebody, in words."""
    if tenant and cause is hold.HoldCause.NEW_ROLE:
        return BY_TWO
    return (BILLING_LOCK if cause is hold.HoldCause.BILLING_LOCK else MEMBER_HOLD).lifters


def _page(request: HttpRequest, refused: RequestRefused) -> HttpResponse:
    decision, ask = refused.decision, refused.ask
    checkpoint = checkpoint_named(ask.checkpoint)
    status = STATUS_OF.get(decision.reason, 403)
    held = isinstance(decision, Wait)
    cause, look = None, UNNAMED
    if held:  # only members are: nobody else learns what a tenant is called
        cause = hold.cause_of(facts=refused.facts, checkpoint=checkpoint)
        look = look_of(ask.tenant)
    response = render(
        request,
        "otpguard/refused.html",
        {
            "action": checkpoint_label(checkpoint),
            "target": ask.target,
            "tenant": look.name,
            "brand": look.brand,
            "logo": look.logo,
            "reason": WHY_HELD[cause] if held else reason_text(decision.reason),
            "lifters": _lifters(cause, ask.tenant) if held else "",
            "of_account": cause is not hold.HoldCause.BILLING_LOCK,
            "after_reset": cause in {hold.HoldCause.RESET, hold.HoldCause.EMAIL_ONLY},
            "code": str(decision.reason),
            "until": decision.until if isinstance(decision, Wait) else None,
            "seconds": int((decision.until - refused.facts.now).total_seconds())
            if isinstance(decision, Wait)
            else 0,
            "support_url": settings().support_url,
            "ways": _ways(request, refused),
            "retry_url": full_path(request) if request.method == "GET" else "",
        },
        status=status,
    )
    return pages.hardened(request, response)
