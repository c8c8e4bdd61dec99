"""`{% load otpguard %}{% otpguard_banner %}`: how long somebody has left to enroll."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from django import template
from django.urls import reverse
from django.utils import timezone

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import NotRequired, Overdue
from otpguard.exceptions import StoreUnavailable
from otpguard.http.enrollment import PAGE, standing_of_request
from otpguard.labels import LEVELS

register = template.Library()

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


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
        standing = standing_of_request(request)
    except StoreUnavailable:
        return {}
    if isinstance(standing, NotRequired):
        return {}
    left = standing.deadline - timezone.now()
    return {
        "url": reverse(PAGE),
        "what": LEVELS[max(standing.level or AssuranceLevel.AAL2, AssuranceLevel.AAL2)],
        "deadline": standing.deadline,
        "overdue": isinstance(standing, Overdue),
        "days": ceil(left / DAY) if left > DAY else 0,
        "hours": max(1, ceil(left / HOUR)),
    }
