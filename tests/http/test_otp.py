"""django-otp's mark: set by a step-up when the setting says so, dropped when its ground is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.http import otp
from otpguard.http.facts import facts_from
from otpguard.http.otp import STAMP
from otpguard.models import Factor, FactorBlock, Grant
from otpguard.tenants.directory import SESSION_KEY
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.http.asking import request_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def otp_login(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "OTP_LOGIN": True}


@pytest.fixture
def marked(host: Host) -> HttpRequest:
    """A request of a session that was marked by a step-up a moment ago."""
    pass_step_up(host.client)
    request = request_of(host, "post")
    otp.mark(request, facts_from(request), host.factor)
    return request


def sound(request: HttpRequest, host: Host) -> bool:
    return otp.is_sound(request, host.user, Factor.objects.get(pk=host.factor.pk))


def test_the_mark_is_django_otps_own_with_our_stamp_beside_it(
    host: Host, marked: HttpRequest
) -> None:
    assert marked.session[DEVICE_ID_SESSION_KEY] == host.factor.persistent_id
    assert marked.session[STAMP]["tenant"] == str(host.tenant.pk)
    assert marked.user.otp_device == host.factor
    assert sound(marked, host)


def test_without_the_setting_nothing_is_marked(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "OTP_LOGIN": False}
    request = request_of(host, "post")
    otp.mark(request, facts_from(request), host.factor)
    assert DEVICE_ID_SESSION_KEY not in request.session


def test_a_session_that_was_ended_meanwhile_is_not_marked(host: Host) -> None:
    request = request_of(host, "post")
    facts = facts_from(request)
    request.session.flush()
    otp.mark(request, facts, host.factor)
    assert dict(request.session.items()) == {}


def test_somebody_elses_factor_marks_nothing_that_is_believed(host: Host) -> None:
    theirs = factories.phone_factor(factories.user())
    pass_step_up(host.client)
    request = request_of(host, "post")
    otp.mark(request, facts_from(request), theirs)
    assert DEVICE_ID_SESSION_KEY not in request.session
    assert not otp.is_sound(request, host.user, theirs)


@pytest.mark.parametrize(("hours", "believed"), [(11.9, True), (12, False), (99, False)])
def test_after_twelve_hours_the_mark_is_not_believed(
    host: Host, hours: float, believed: bool
) -> None:
    pass_step_up(host.client)
    request = request_of(host, "post")
    facts = facts_from(request)
    long_ago = replace(facts, now=facts.now - timedelta(hours=hours))
    otp.mark(request, long_ago, host.factor)
    assert sound(request, host) is believed


def test_the_ceiling_is_a_setting(host: Host, marked: HttpRequest, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SESSION_CEILING": 0}
    assert not sound(marked, host)


def test_in_another_tenant_and_in_none_the_mark_is_not_believed(
    host: Host, marked: HttpRequest
) -> None:
    other = factories.member(factories.tenant(), host.user).tenant
    for tenant in (str(other.pk), ""):
        marked.session[SESSION_KEY] = tenant
        assert not sound(marked, host)


def block(host: Host) -> None:
    FactorBlock.objects.create(tenant=host.tenant, factor=host.factor, reason="lost")


def disable(host: Host) -> None:
    Factor.objects.filter(pk=host.factor.pk).update(disabled_at=timezone.now())


def unconfirm(host: Host) -> None:
    Factor.objects.filter(pk=host.factor.pk).update(confirmed=False)


def give_away(host: Host) -> None:
    Factor.objects.filter(pk=host.factor.pk).update(tenant=factories.tenant())


def take_back(_host: Host) -> None:
    Grant.objects.update(revoked_at=timezone.now())


@pytest.mark.parametrize("happens", [block, disable, unconfirm, give_away, take_back])
def test_a_factor_that_counts_no_more_is_not_believed(
    host: Host, marked: HttpRequest, happens: Callable[[Host], None]
) -> None:
    assert sound(marked, host)
    happens(host)
    assert not sound(marked, host)


def test_a_factor_that_another_tenant_blocks_is_believed_here(
    host: Host, marked: HttpRequest
) -> None:
    FactorBlock.objects.create(tenant=factories.tenant(), factor=host.factor, reason="x")
    assert sound(marked, host)


def test_a_mark_of_ours_that_somebody_else_set_is_not_believed(
    host: Host, marked: HttpRequest
) -> None:
    second = factories.phone_factor(host.user)
    marked.session[DEVICE_ID_SESSION_KEY] = second.persistent_id
    assert not otp.is_sound(marked, host.user, second), "the stamp is of the first"
    del marked.session[STAMP]
    assert not sound(marked, host)


def test_a_new_login_or_password_ends_the_mark(host: Host, marked: HttpRequest) -> None:
    marked.session["_auth_user_hash"] = "the hash after the change"
    assert not sound(marked, host)


def test_a_device_of_another_app_is_none_of_ours_to_judge(host: Host) -> None:
    assert otp.is_sound(request_of(host), host.user, SimpleNamespace(user_id=host.user.pk))


def test_dropping_takes_both_out(host: Host, marked: HttpRequest) -> None:
    otp.remove_mark(marked)
    assert DEVICE_ID_SESSION_KEY not in marked.session
    assert STAMP not in marked.session
    otp.remove_mark(marked)
