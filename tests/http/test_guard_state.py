"""What the guard did for a request is kept on it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from otpguard.http.guard import require
from otpguard.http.guard_state import STATE, GuardState, RequestRefused, state_of
from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


def refused_by_guard(request: object) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        require(request, "api_key")
    return caught.value


def test_a_refusal_is_noted_when_it_is_raised_and_a_repeat_counts_for_the_first(
    host: Host,
) -> None:
    request = request_of(host)
    first = refused_by_guard(request)
    second = refused_by_guard(request)
    assert [pending.count for pending in state_of(request).pending] == [1, 0]
    assert first.ask.story == second.ask.story != ""


def test_a_refusal_is_written_once(host: Host) -> None:
    request = request_of(host)
    refused_by_guard(request)
    state = state_of(request)
    before = Event.objects.count()
    state.write()
    assert (state.pending, Event.objects.count()) == ([], before + 1)
    state.write()
    assert Event.objects.count() == before + 1


def test_the_state_is_made_at_its_first_use_and_kept(host: Host) -> None:
    request = request_of(host)
    state = state_of(request)
    assert state == GuardState()
    assert state_of(request) is state


def test_without_the_middleware_nothing_passes_for_guarded(host: Host) -> None:
    pass_step_up(host.client)
    request = request_of(host)
    del request.__dict__[STATE]
    with pytest.raises(ImproperlyConfigured, match=r"otpguard\.E010"):
        require(request, "api_key")
