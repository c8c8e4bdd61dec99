"""The code page answers in good order, whatever is taken away while it verifies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from otpguard.flows.delivery.message import code_of
from otpguard.flows.session.revoke import disable_factor, remove_factor
from otpguard.models import Challenge, Factor, Grant
from tests import factories
from tests.flows.revoking import SITE
from tests.host import Host
from tests.pausing import every_meeting
from tests.stepup import begin

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]

TAKEN_AWAY: dict[str, Callable[[Factor], Any]] = {
    "removed": lambda factor: remove_factor(facts=SITE, factor=factor, reason="lost"),
    "disabled": lambda factor: disable_factor(facts=SITE, factor=factor, reason="lost"),
}


@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
@pytest.mark.parametrize("what", TAKEN_AWAY)
def test_a_code_whose_factor_goes_meanwhile_is_an_orderly_page(
    host: Host, what: str, right: bool
) -> None:
    def scene() -> tuple[Callable[[], Any], Callable[[], Any], Challenge]:
        Factor.objects.all().delete()
        Grant.objects.all().delete()
        factor = factories.phone_factor(host.user)
        client = factories.login(Client(headers={"Accept": "text/html"}), host.user, host.tenant)
        challenge = begin(client, client.get("/billing/"), factor)
        digits = code_of(challenge).digits
        given = digits if right else f"{(int(digits) + 1) % 1_000_000:06d}"
        url = reverse("otpguard:code", args=[challenge.pk])
        post = {"code": given}
        return (
            lambda: client.post(url, post).status_code,
            lambda: TAKEN_AWAY[what](factor),
            challenge,
        )

    for meeting, _ in every_meeting(scene):
        assert not meeting.failures
        assert meeting.held.result in ({303, 400, 404} if right else {400, 404}), meeting.where
        assert not Grant.objects.filter(revoked_at=None).exists(), meeting.where
