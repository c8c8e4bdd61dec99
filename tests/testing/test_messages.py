"""What a host sends and reads in its tests."""

from __future__ import annotations

import pytest

from otpguard import testing
from otpguard.flows.notice.notify import notify
from otpguard.notices.kinds import NoticeKind
from tests import factories, stepup
from tests.host import Host

pytestmark = pytest.mark.django_db


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
