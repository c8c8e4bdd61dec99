"""Forget a device after a proof; end a proof and sign out elsewhere without one."""

from __future__ import annotations

import pytest

from otpguard.core.limits import Lane
from otpguard.factors.devices import lane_of
from otpguard.models import Grant, KnownDevice, LoginSession
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.stepup import carry_out, step_up
from tests.web.foreign import assert_nothing_there

pytestmark = [pytest.mark.django_db(transaction=True)]

FORGET = "/security/devices/{}/forget/"
END = "/security/grants/{}/end/"
ELSEWHERE = "/security/logins/end-others/"


@pytest.fixture(autouse=True)
def _committed(transactional_db: None) -> None:
    """Logging a browser out happens after the commit."""


def test_a_stolen_session_forgets_no_device(host: Host) -> None:
    """A27: the owner's known browser keeps its lane, and the thief fills the other one alone."""
    identity = factories.device(host.user)
    device = KnownDevice.objects.get()
    thief = host.another_client(headers={"Accept": "text/html"})
    answer = thief.post(FORGET.format(device.pk))
    assert answer.status_code == 303
    assert "/step-up/" in answer["Location"]
    owner = factories.facts(host.user, host.tenant, device=identity)
    assert lane_of(owner) is Lane.KNOWN


def test_signing_out_elsewhere_leaves_devices_known(host: Host) -> None:
    identity = factories.device(host.user)
    host.another_client()
    host.client.post(ELSEWHERE)
    assert lane_of(factories.facts(host.user, host.tenant, device=identity)) is Lane.KNOWN


def test_a_forgotten_device_is_gone_from_the_list(host: Host) -> None:
    step_up(host.client, host.client.get("/billing/"))
    device = KnownDevice.objects.get()
    answer = carry_out(host.client, host.client.post(FORGET.format(device.pk)))
    page = host.client.get(answer["Location"])
    assert b"The device is forgotten" in page.content
    assert list(page.context["devices"]) == []
    assert_nothing_there(host.client, FORGET, device.pk, "post")


def test_an_ended_proof_counts_no_more(host: Host) -> None:
    grant = pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 200
    answer = host.client.post(END.format(grant.pk))
    assert b"The confirmation has ended." in host.client.get(answer["Location"]).content
    assert host.client.get("/billing/").status_code == 303


def test_other_browsers_are_logged_out_and_this_one_is_not(host: Host) -> None:
    other = host.another_client()
    pass_step_up(other)
    answer = host.client.post(ELSEWHERE)
    assert b"All your other logins have ended." in host.client.get(answer["Location"]).content
    assert host.client.get("/security/").status_code == 200
    assert other.get("/security/").status_code == 302
    assert not Grant.objects.filter(revoked_at=None).exists()


def test_without_another_login_it_says_so(host: Host) -> None:
    answer = host.client.post(ELSEWHERE)
    assert b"There was no other login to end." in host.client.get(answer["Location"]).content


def test_a_login_that_was_ended_throws_nobody_out(host: Host) -> None:
    other = host.another_client()
    LoginSession.objects.filter(pk=factories.sid_of(host.client)).update(ended_at="2026-01-01T00Z")
    page = host.client.post(ELSEWHERE)
    assert page.status_code == 403
    assert b"This login has ended." in page.content
    assert other.get("/security/").status_code == 200


def test_what_is_somebody_elses_is_not_there_and_stays(host: Host) -> None:
    stranger = factories.user()
    factories.device(stranger)
    device, grant = KnownDevice.objects.get(), factories.grant(stranger, host.tenant)
    assert_nothing_there(host.client, FORGET, device.pk, "post")
    assert_nothing_there(host.client, END, grant.pk, "post")
    device.refresh_from_db()
    grant.refresh_from_db()
    assert (device.revoked_at, grant.revoked_at) == (None, None)


@pytest.mark.parametrize("template", [FORGET, END, ELSEWHERE])
def test_only_a_form_of_our_own_page_does_it(host: Host, template: str) -> None:
    path = template.format(factories.grant(host.user, host.tenant).pk)
    assert host.client.get(path).status_code == 405
    assert host.another_client(enforce_csrf_checks=True).post(path).status_code == 403
