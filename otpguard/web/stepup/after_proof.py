"""What every right answer changes in the browser's session and cookies."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from otpguard.core.facts import RequestFacts
from otpguard.flows.session import devices
from otpguard.http import device, otp
from otpguard.models import Factor
from otpguard.web.stepup.rotation import rotate_session


def mark_proven_session(
    request: HttpRequest, response: HttpResponseBase, *, facts: RequestFacts, factor: Factor | None
) -> None:
    """Give the session a new key and django-otp's mark, and make the browser a known device.

    `response` is the one that answers the proof; it carries both cookies. `factor` is what was
    proven; without one, django-otp's mark is not set. A login that was ended from elsewhere while
    the answer was on its way gets neither.
    """

    remembered: list[str] = []

    def mark() -> None:
        if factor is not None:
            otp.mark(request, facts, factor)

    def remember() -> None:
        remembered.append(devices.remember_device(facts=facts))

    if rotate_session(request, then=mark, beside=remember):
        device.write(request, response, facts.user, remembered[-1])
