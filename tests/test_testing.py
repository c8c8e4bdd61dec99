"""The kit that host projects test with."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard import testing
from otpguard.core.assurance import Method
from otpguard.flows.notify import notify
from otpguard.http.session import KEY
from otpguard.models import Event, Grant
from otpguard.notices.kinds import NoticeKind
from tests import factories, stepup
from tests.guarded import ran
from tests.host import Host

pytestmark = pytest.mark.django_db


def test_a_proof_that_is_put_in_place_opens_the_guarded_view(host: Host) -> None:
    assert host.client.get("/billing/").status_code == 303
    grant = testing.pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 200
    assert ran == ["billing by GET"]
    assert (grant.sid, grant.tenant_id) == (host.client.session[KEY]["sid"], str(host.tenant.pk))


def test_a_passkey_reaches_what_a_text_message_does_not(host: Host, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "PRESET": "enterprise"}
    testing.pass_step_up(host.client)
    assert host.client.get("/billing/").status_code == 303
    testing.pass_step_up(host.client, method=Method.PASSKEY)
    assert host.client.get("/billing/").status_code == 200


def test_a_proof_outside_any_tenant_is_one_of_the_site(host: Host) -> None:
    factories.select(host.client, None)
    assert testing.pass_step_up(host.client).tenant is None


def test_a_bound_proof_has_one_use(host: Host) -> None:
    bound = testing.pass_step_up(host.client, intent="digest")
    free = testing.pass_step_up(host.client)
    assert (bound.intent, bound.uses_left) == ("digest", 1)
    assert (free.intent, free.uses_left) == ("", None)


def test_a_client_that_was_logged_in_by_force_can_prove_as_well(host: Host, client: Any) -> None:
    client.force_login(host.user)
    factories.select(client, host.tenant)
    testing.pass_step_up(client)
    assert client.get("/billing/").status_code == 200


def test_without_a_login_there_is_nothing_to_prove_for(client: Any) -> None:
    with pytest.raises(KeyError):
        testing.pass_step_up(client)
    assert Grant.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_queued_codes_are_sent_and_can_be_read(host: Host) -> None:
    assert testing.send_queued() == 0
    with pytest.raises(IndexError):
        testing.last_code()
    page = stepup.url_of(host.client.get("/billing/"))
    host.client.post(page, {"factor": str(host.factor.pk)})
    assert testing.send_queued() == 1
    assert testing.send_queued() == 0
    assert len(testing.last_code()) == 6
    assert testing.last_code().isdigit()
    testing.forget_recent()
    with pytest.raises(IndexError):
        testing.last_code()


def test_notices_are_sent_apart_from_codes_and_are_no_code(host: Host) -> None:
    kind, user = NoticeKind.RECOVERY_ISSUED, str(host.user.pk)
    notify(facts=factories.facts(host.user), kind=kind, user_id=user)
    assert testing.send_queued() == 0
    assert testing.send_notices() == 1
    assert testing.send_notices() == 0
    with pytest.raises(IndexError):
        testing.last_code()


def test_events_inside_the_block_are_collected_and_others_are_not(host: Host) -> None:
    host.client.get("/billing/")
    with testing.captured_events() as events:
        host.client.get("/export/", headers={"Accept": "application/json"})
        assert events == []
    [event] = events
    assert (event["kind"], event["checkpoint"]) == ("checkpoint.required", "data_export")
    assert testing.story_of(event["story"]) == ["checkpoint.required"]
    assert testing.story_of("00000000-0000-4000-8000-0000000000ff") == []


def test_a_changed_event_is_noticed_when_it_is_collected(host: Host) -> None:
    block = testing.captured_events()
    block.__enter__()
    host.client.get("/billing/")
    assert Event.objects.filter(kind="checkpoint.required").update(checkpoint="login") == 1
    with pytest.raises(AssertionError, match=r"the MAC of checkpoint\.required"):
        block.__exit__(None, None, None)


def test_repeats_are_written_again_once_they_are_forgotten(host: Host) -> None:
    with testing.captured_events() as events:
        host.client.get("/billing/")
        host.client.get("/billing/")
        testing.forget_recent()
        host.client.get("/billing/")
    assert [event["kind"] for event in events] == ["checkpoint.required"] * 2
