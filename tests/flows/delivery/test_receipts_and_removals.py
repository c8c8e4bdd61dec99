"""A receipt that comes while its factor is removed: neither of the two is thrown out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.flows.delivery.receipts import record_receipts
from otpguard.flows.session.revoke import remove_factor
from otpguard.models import Challenge, Delivery
from tests.flows.revoking import SITE, Scene, scene
from tests.pausing import every_meeting

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]


@pytest.mark.parametrize("first", ["receipt", "removal"])
@pytest.mark.parametrize("was_there", [False, True], ids=["new", "unsigned before"])
def test_wherever_one_of_them_is_held(first: str, was_there: bool) -> None:
    number = count()

    def actors() -> tuple[Callable[[], Any], Callable[[], Any], Scene]:
        made = scene()
        reference = f"ref-{first}-{was_there}-{next(number)}"
        Delivery.objects.filter(challenge=made.challenge).update(
            state="sent", provider_ref=reference
        )
        fact = ReceiptFact(reference=reference, state=ReceiptState.DELIVERED)

        def receive(*, signed: bool = True) -> Any:
            return record_receipts(
                provider="memory", facts=[fact], raw="{}", now=timezone.now(), signed=signed
            )

        if was_there:
            receive(signed=False)

        def remove() -> bool:
            return remove_factor(facts=SITE, factor=made.who.factor, reason="lost")

        return (receive, remove, made) if first == "receipt" else (remove, receive, made)

    for meeting, seen in every_meeting(actors):
        assert (meeting.held.error, meeting.other.error) == (None, None), meeting.where
        assert not Challenge.objects.filter(pk=seen.challenge.pk).exists()
