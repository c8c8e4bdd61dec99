"""What every right answer brings to the browser that gave it, whatever was proven."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.core.facts import RequestFacts
from otpguard.flows import devices
from otpguard.http import device, otp
from otpguard.models import Factor
from otpguard.web.rotation import rotate


def welcome(
    request: HttpRequest, response: HttpResponseBase, *, facts: RequestFacts, factor: Factor | None
) -> None:
    """Give the session a new key and django-otp's mark, and make the browser a known device.

    `response` is the one that answers the proof; it carries both cookies. `factor` is what was
    proven; without one django-otp hears of nothing.
    """
    rotate(request)
    if factor is not None:
        otp.mark(request, facts, factor)
    device.write(request, response, facts.user, devices.remember(facts=facts))
