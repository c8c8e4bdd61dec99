"""A host's own events: written with the guarantees of ours, and guarded where a policy asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

import otpguard
from otpguard.audit.event_mac import is_genuine
from otpguard.audit.private import decrypt_private
from otpguard.core.host_event import HostEventError
from otpguard.exceptions import NotAllowed
from otpguard.http.guard_state import RequestRefused
from otpguard.models import Event, PolicyWish
from otpguard.testing import pass_step_up
from tests import factories
from tests.host import Host
from tests.hosting import DealEdited, declared
from tests.http.asking import request_of
from tests.store_down import store_down

pytestmark = pytest.mark.django_db
DEAL = DealEdited(deal="7", amount=100)


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    with declared():
        yield


def switch_on(host: Host, checkpoint: str = "logged_action.crm_deal_edited") -> None:
    """The tenant wishes for a step-up."""
    PolicyWish.objects.create(
        tenant=host.tenant, checkpoint=checkpoint, version=1, wishes={"active": True}
    )
    type(host.tenant).objects.update(policy_version=1)


def rows() -> list[Event]:
    return list(Event.objects.filter(kind="crm.deal.edited"))


def test_an_event_of_a_request_has_who_where_and_a_mac_of_its_own(host: Host) -> None:
    written = otpguard.record(DEAL, request_of(host, "post"), target="Deal 7")
    (row,) = rows()
    assert row.pk == written
    assert (row.actor_ref, str(row.tenant_id)) == (str(host.user.pk), str(host.tenant.pk))
    assert is_genuine(row)
    assert json.loads(row.body)["data"] == {"deal": "7", "amount": 100, "tags": []}
    assert decrypt_private(row)["target"] == "Deal 7"
    assert "Deal 7" not in row.body


def test_it_goes_with_the_change_that_is_rolled_back(host: Host) -> None:
    with transaction.atomic():
        otpguard.record(DEAL, request_of(host, "post"))
        transaction.set_rollback(True)
    assert rows() == []


def test_without_a_request_it_says_for_whom(host: Host) -> None:
    otpguard.record(DEAL, tenant=host.tenant.pk, actor=host.user.pk, subject="9")
    (row,) = rows()
    assert (row.actor_ref, row.subject_ref) == (str(host.user.pk), "9")
    assert row.tenant_id == host.tenant.pk


def test_a_request_does_not_write_into_another_tenant(host: Host) -> None:
    with pytest.raises(NotAllowed):
        otpguard.record(DEAL, request_of(host, "post"), tenant=factories.tenant().pk)
    assert rows() == []


def test_a_wrong_value_is_not_written(host: Host) -> None:
    wrong: Any = 7
    with pytest.raises(HostEventError):
        otpguard.record(DealEdited(deal=wrong), request_of(host))
    assert rows() == []


# --- with a policy --------------------------------------------------------------------------------


def test_no_policy_asks_and_the_event_is_written(host: Host) -> None:
    otpguard.require_event(request_of(host), DEAL)
    assert [row.checkpoint for row in rows()] == ["logged_action.crm_deal_edited"]


@pytest.mark.parametrize("checkpoint", ["logged_action", "logged_action.crm_deal_edited"])
def test_a_tenant_may_ask_for_one_kind_or_for_all(host: Host, checkpoint: str) -> None:
    switch_on(host, checkpoint)
    with pytest.raises(RequestRefused) as caught:
        otpguard.require_event(request_of(host), DEAL, target="Deal 7")
    assert caught.value.ask.target == "Deal 7"
    assert rows() == []
    pass_step_up(host.client)
    otpguard.require_event(request_of(host), DEAL, target="Deal 7")
    assert len(rows()) == 1


def test_another_kind_and_another_tenant_are_not_asked(host: Host) -> None:
    switch_on(host, "logged_action.crm_deal_lost")
    other = factories.tenant()
    PolicyWish.objects.create(
        tenant=other,
        checkpoint="logged_action.crm_deal_edited",
        version=1,
        wishes={"active": True},
    )
    otpguard.require_event(request_of(host), DEAL)
    assert len(rows()) == 1


def test_without_a_store_nothing_passes(host: Host, transactional_db: Any) -> None:
    request = request_of(host)
    with store_down(), pytest.raises(RequestRefused):
        otpguard.require_event(request, DEAL)
    assert rows() == []
