"""`{% load otpguard %}{% otpguard_banner %}`: how long somebody has left to enroll."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import NotRequired, Overdue
from otpguard.grants.emergency import to_show
from otpguard.http.enrollment import PAGE, enrollment_status_of_request
from otpguard.http.facts import facts_from
from otpguard.http.pages import Frame, frame_around, nonce_of
from otpguard.http.sign_in.ways import SignInWay, login_ways
from otpguard.labels import LEVELS
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.single import is_single

register = template.Library()

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@register.simple_tag
def otpguard_single() -> bool:
    """True where there are no organizations that a page could speak of (TENANCY)."""
    return is_single()


@register.simple_tag(takes_context=True)
def otpguard_frame(context: template.Context) -> Frame:
    """The name, the way home and who is logged in, for the frame of our own pages."""
    own = {name: context.get(name) or "" for name in ("brand", "logo")}
    return frame_around(context.get("request"), **own)


@register.simple_tag(takes_context=True)
def otpguard_nonce(context: template.Context) -> SafeString:
    """` nonce="..."` for a script, a style sheet or a style, where the host's content policy has
    a nonce (Django's own or django-csp); else nothing."""
    nonce = nonce_of(context.get("request"))
    return format_html(' nonce="{}"', nonce) if nonce else SafeString("")


@register.simple_tag(takes_context=True)
def otpguard_sign_ins(context: template.Context) -> list[SignInWay]:
    """The ways to sign in at the organization of the request, for the login page of one
    organization: `{% otpguard_sign_ins as ways %}`, each with a `name` and a `url`. None while the
    store does not answer: the rest of the page still works."""
    request = context.get("request")
    if request is None:
        return []
    try:
        return login_ways(request)
    except STORE_ERRORS:
        return []


@register.filter
def otpguard_apart(value: object) -> SafeString:
    """A number, an address or a name within a sentence, in its own direction: in a sentence in
    Arabic +1 201 would read 201 1+ without this. Empty for what is empty."""
    return format_html("<bdi>{}</bdi>", value) if value else SafeString("")


@register.inclusion_tag("otpguard/banner.html", takes_context=True)
def otpguard_banner(context: template.Context) -> dict[str, Any]:
    """A strip that counts down to the deadline of enrollment and links to where it is done.

    Nothing at all for whom nothing is due, and while the store does not answer: the middleware
    enforces, this only tells. Costs no statement where the middleware has asked already.
    """
    request = context.get("request")
    if request is None or not hasattr(request, "user"):
        return {}
    try:
        status = enrollment_status_of_request(request)
    except STORE_ERRORS:
        return {}
    if isinstance(status, NotRequired):
        return {}
    left = status.deadline - timezone.now()
    return {
        "request": request,
        "url": reverse(PAGE),
        "what": LEVELS[max(status.level or AssuranceLevel.AAL2, AssuranceLevel.AAL2)],
        "deadline": status.deadline,
        "overdue": isinstance(status, Overdue),
        "days": ceil(left / DAY) if left > DAY else 0,
        "hours": max(1, ceil(left / HOUR)),
    }


@register.inclusion_tag("otpguard/emergency_banner.html", takes_context=True)
def otpguard_emergency(context: template.Context) -> dict[str, Any]:
    """A strip while emergency access, or a drill, runs in the organization of the request.

    Nothing for people who are not logged in, outside any organization and while the store does not
    answer: the guard decides, this only tells. It is at most ten seconds late.
    """
    request = context.get("request")
    if request is None or not hasattr(request, "user"):
        return {}
    try:
        facts = facts_from(request)
        if not facts.user or not facts.tenant:
            return {}
        access = to_show(facts.tenant, now=facts.now)
    except STORE_ERRORS:
        return {}
    return {"request": request, "access": access}
