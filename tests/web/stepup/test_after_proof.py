"""What a right answer brings to the browser that gave it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.factors.devices import is_known
from otpguard.flows.session.devices import revoke_device
from otpguard.http.facts import facts_from
from otpguard.models import Factor, KnownDevice
from otpguard.web.stepup.after_proof import mark_proven_session
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def welcomed(request: HttpRequest, factor: Factor | None) -> HttpRequest:
    """The next request of the browser that was welcomed."""
    response = HttpResponse()
    mark_proven_session(request, response, facts=facts_from(request), factor=factor)
    request.COOKIES.update({name: morsel.value for name, morsel in response.cookies.items()})
    return request


def test_the_session_gets_a_new_key_and_the_browser_is_known(host: Host) -> None:
    request = request_of(host, "post")
    before = request.session.session_key
    after = welcomed(request, host.factor)
    assert after.session.session_key != before
    assert is_known(facts_from(after))
    assert DEVICE_ID_SESSION_KEY not in after.session


def test_a_browser_that_is_known_stays_the_same_device(host: Host) -> None:
    request = welcomed(request_of(host, "post"), host.factor)
    device = facts_from(request).device
    assert facts_from(welcomed(request, host.factor)).device == device
    assert KnownDevice.objects.count() == 1


def test_a_browser_that_was_forgotten_becomes_another_device(host: Host) -> None:
    request = welcomed(request_of(host, "post"), host.factor)
    facts = facts_from(request)
    revoke_device(facts=facts, device=KnownDevice.objects.get(), reason="x")
    assert not is_known(facts_from(request))
    assert facts_from(welcomed(request, host.factor)).device != facts.device


def test_with_the_setting_django_otp_hears_of_the_factor(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "OTP_LOGIN": True}
    nothing = welcomed(request_of(host, "post"), None)
    assert DEVICE_ID_SESSION_KEY not in nothing.session
    after = welcomed(nothing, host.factor)
    assert after.session[DEVICE_ID_SESSION_KEY] == host.factor.persistent_id
